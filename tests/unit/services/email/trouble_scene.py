"""Emails to a host that went out: one that must arrive about a reserved seat, one that asks about an application."""

from __future__ import annotations

from shared.domain.core.instants import iso
from shared.domain.email.email_in_trouble import EmailInTrouble, EmailSubject
from shared.domain.email.email_names import EmailName, EmailTrouble, named_by
from shared.events.envelope import Envelope
from shared.ports import Transition, UnitOfWork, system
from shared.services.core.transitions import RequestContext
from tests.builders import TRAINEE, draft, stored_account
from tests.files import A_PDF
from tests.unit.services.operations.email_scene import DESK, Post

SES = RequestContext(system("notifications"), "report-1")
ASKED = EmailSubject("APPLICATION", "application-2", "host-asked")


class Sent(Post):
    """A reserved seat whose email to the host went out under `tag`; `about` is what the email is about."""

    def __init__(self, cv: bytes = A_PDF) -> None:
        super().__init__(cv)
        self.event = self.reserved()
        self.id = self.event.subject.id
        self.about = EmailSubject("RESERVATION", self.id, "host")
        self.send_emails.notify(self.event)
        self.tag = self.mailer.to(DESK)[0].tag

    def reported(self, trouble: EmailTrouble, tag: str = "") -> str:
        """What a report about an email comes to: the first one, or the one with this tag."""
        email = named_by(tag or self.tag)
        assert email is not None
        return self.emails_in_trouble.report(email, trouble, SES)

    def lost(self) -> None:
        """Nobody knows whether the first email arrived."""
        email = EmailName("RESERVATION", self.id, str(self.event.seq), "host")
        self.emails_in_trouble.report(email, "unknown", SES)

    def events(self, about: EmailSubject | None = None) -> list[str]:
        """The trouble's history."""
        return [row.type for row in self.store.history("EMAIL_TROUBLE", (about or self.about).trouble_id)]

    def now(self) -> EmailInTrouble:
        return self.trouble(self.about)

    def newest(self, about: EmailSubject | None = None) -> Envelope:
        return self.last("EMAIL_TROUBLE", (about or self.about).trouble_id)

    def moves(self, kind: str, id: str, type: str, **changes: object) -> None:
        loaded = self.store.load(kind, id)
        self.store.commit(UnitOfWork(transitions=(Transition(loaded, draft(changes, type, self.clock.now())),)))


def asking() -> tuple[Sent, str]:
    """`ASKED` is with the host, and the tag of the email that asked it."""
    post = Sent()
    post.apply("application-2", "trainee-2", cv_sha256=post.sha256)
    stored_account(post.store, "trainee-2")
    asks(post, "link")
    return post, post.one(DESK).tag


def asks(post: Sent, link: str) -> None:
    """The host is asked, perhaps anew, by a link of its own."""
    ref = f"{TRAINEE}/{link}"
    post.store.texts[ref] = {"secret": "s"}
    post.moves(
        "APPLICATION",
        "application-2",
        "ApplicationRouted.v1",
        status="HOST_REVIEW",
        routed_to_host=True,
        routed_at=iso(post.clock.now()),
        host_due_at="2026-11-28T15:00:00Z",
        host_decide_at="2026-12-03T15:00:00Z",
        host_link_ref=ref,
        host_reminders=0,
    )
    post.mailer.sent.clear()
    post.send_emails.notify(post.last("APPLICATION", "application-2"))
