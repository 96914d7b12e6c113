"""Emails can be about any aggregate, a new context's too, and go to whomever it names; nobody is written to, or about,
who was erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from shared.domain.core.aggregate import AggregateType
from shared.events.base import REGISTRY, EventData
from shared.events.envelope import Envelope
from shared.events.program import GuidelinesChanged
from shared.ports import Catalogue, People, Person, Store, Transition, UnitOfWork
from shared.services.email.outgoing import OutgoingEmail, Recipient, host_contact, to_host, to_person
from shared.services.email.rule import EmailRule
from shared.services.email.text import EmailText
from tests.builders import PROGRAM, draft, stored, stored_account
from tests.unit.services.operations.email_scene import DESK, Post

TEXT = EmailText("News", "Hello,", ("Something happened.",))


class LeadAnswered(EventData):
    """Of an aggregate that nothing else here has heard of."""

    TYPE: ClassVar[str] = "LeadAnswered.v1"
    SUBJECT: ClassVar[AggregateType] = "HOST_LEAD"
    EMAILED: ClassVar[bool] = True
    status: str


REGISTRY.pop(LeadAnswered.TYPE)  # the catalog of the other tests stays as it is


@dataclass(frozen=True)
class NewEmails:
    store: Store
    people: People
    catalogue: Catalogue

    def about(self, event: Envelope) -> tuple[str, ...]:
        return ()

    def for_host(self, event: Envelope) -> OutgoingEmail:
        contact = host_contact(self.people, self.catalogue.program(event.subject.id))
        return OutgoingEmail(to_host(contact), TEXT)

    def for_lead(self, event: Envelope) -> OutgoingEmail:
        return OutgoingEmail(Recipient("HOST_LEAD", event.subject.id, "lead@clinic.example"), TEXT)

    def for_manager(self, event: Envelope) -> OutgoingEmail:
        return OutgoingEmail(to_person(self.people.person("manager-1")), TEXT)


def post_with(event: type[EventData], compose: Any) -> Post:
    post = Post()
    vars(post)["email_rules"] = {event.TYPE: (EmailRule(event, "news", NewEmails, compose),)}
    return post


def happened(post: Post, kind: str, id: str, event: str, **data: Any) -> Envelope:
    loaded = post.store.load(kind, id)
    post.store.commit(UnitOfWork(transitions=(Transition(loaded, draft(data, event, post.clock.now())),)))
    return post.last(kind, id)


def test_an_event_of_a_program_is_told_to_the_contact_of_its_host() -> None:
    post = post_with(GuidelinesChanged, NewEmails.for_host)
    post.send_emails.notify(happened(post, "PROGRAM", PROGRAM, GuidelinesChanged.TYPE))
    assert post.one(DESK).subject == "News"


def test_an_event_of_an_aggregate_that_is_new_here_is_told_to_whom_its_context_names() -> None:
    post = post_with(LeadAnswered, NewEmails.for_lead)
    stored(post.store, "HOST_LEAD", "lead-1", {"id": "lead-1", "status": "NEW"})
    post.send_emails.notify(happened(post, "HOST_LEAD", "lead-1", LeadAnswered.TYPE, status="ANSWERED"))
    assert post.one("lead@clinic.example").tag.startswith("HOST_LEAD_lead-1_2_")


@pytest.mark.parametrize(("status", "sent"), [("ACTIVE", 1), ("ERASED", 0)])
def test_an_email_about_no_account_does_not_go_to_one_that_was_erased(status: str, sent: int) -> None:
    post = post_with(GuidelinesChanged, NewEmails.for_manager)
    stored_account(post.store, "manager-1")
    post.people.save_person(Person("manager-1", "Mo", "mo@clinic.example"))
    happened(post, "ACCOUNT", "manager-1", "AccountErased.v1", status=status)
    post.send_emails.notify(happened(post, "PROGRAM", PROGRAM, GuidelinesChanged.TYPE))
    assert len(post.mailer.to("mo@clinic.example")) == sent


def test_an_event_that_no_context_writes_about_is_an_error_of_its_rule() -> None:
    post = Post()
    with pytest.raises(KeyError, match=r"SeatHeld\.v1"):
        post.send_emails.notify(post.reserved().model_copy(update={"type": "SeatHeld.v1"}))
