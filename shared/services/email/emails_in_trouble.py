"""Emails that must arrive and did not (H13): each is a coordinator's task until it is sent again, its recipient is told
by phone, or nobody waits for it any more. Which emails must arrive is said by their rules (`must_arrive`).

The email service reports by event, at least once and in any order. An email is named by the event that brought it, so a
report that comes twice, or after the email was sent again under a new name, changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.accounts.account_input import email_address
from shared.domain.core.due_readers import COORDINATORS
from shared.domain.core.machine import NEW, Actor
from shared.domain.core.self_decision import forbid_self_decision
from shared.domain.email.due_kinds import EMAIL_AWAITED
from shared.domain.email.due_kinds import EMAIL_TROUBLE as TASK
from shared.domain.email.email_in_trouble import (
    EMAIL_IN_TROUBLE,
    EMAIL_TROUBLE,
    EmailInTrouble,
    EmailSubject,
    EmailTroubleEvent,
    EmailTroubleStatus,
    says_nothing_new,
)
from shared.domain.email.email_names import EmailName, EmailTrouble
from shared.events.email_in_trouble import (
    EmailRecipientTold,
    EmailSentAgain,
    EmailSettled,
    EmailTroubleClosed,
    EmailTroubleReported,
)
from shared.ports import BusinessClock, Due, Store, Stored, UnitOfWork
from shared.services.core.due_rule import NOTHING
from shared.services.core.task import Subject
from shared.services.core.transitions import RequestContext, find, retry_on_conflict, transition, unsaved
from shared.services.email.rule import Awaited, EmailRule, MustArrive

AWAITED, LOOKED_AT = "still waited for", timedelta(hours=1)
"""What the sweep finds, and after how long it looks again: what nobody waits for is shown to nobody before that."""
ENDED = (TASK, EMAIL_AWAITED)
TITLES: Mapping[EmailTrouble, str] = {
    "bounced": "{} came back: correct the address or call",
    "complaint": "{} was called spam: call the {who}",
    "rejected": "{} was not sent: call the {who}",
    "mailbox_full": "{} came back from a full mailbox: call the {who}",
    "too_large": "{} was too large for the mailbox: call the {who}",
    "content": "{} was refused for what it holds: call the {who}",
    "address_refused": "{} cannot be sent to this address: correct it or call",
    "unknown": "{}: find out whether it arrived",
}


@dataclass(frozen=True)
class OpenTrouble:
    """An email in trouble that somebody waits for."""

    email: EmailInTrouble
    awaited: Awaited


@dataclass(frozen=True, kw_only=True)
class EmailsInTrouble:
    """`email_rules` are the emails by event type; `make_service` makes the service of a rule."""

    store: Store
    clock: BusinessClock
    email_rules: Mapping[str, tuple[EmailRule, ...]]
    make_service: Callable[[type[Any]], Any]

    def report(self, email: EmailName, trouble: EmailTrouble, call: RequestContext) -> str:
        """What became of a sent email; returns what it came to: "task", or why it is nobody's task."""

        def decide() -> str:
            about, loaded, known = self._reported(email)
            service = self._service(about) if about else None
            if about is None or service is None:
                return "need not arrive"
            if known and (why := says_nothing_new(known, email, trouble)):
                return why
            there = find(self.store, about.kind, about.id)
            awaited = service.awaited(about.id) if there else None
            if awaited is None:
                return "nobody waits for it"
            now = self.clock.now()
            event = EmailTroubleReported(
                status=self._fired(known.status if known else NEW, EmailTroubleEvent.REPORT, Actor.SYSTEM),
                id=loaded.id,
                case_id=awaited.case_id,
                about_kind=about.kind,
                about_id=about.id,
                email=about.email,
                trainee_id=awaited.subject.trainee_id,
                recipient_kind=awaited.to.kind,
                recipient_id=awaited.to.id,
                emails={**(known.emails if known else {}), email.id: trouble},
                trouble=trouble,
                since=now,
            )
            due = (
                Due(TASK, now, "coordinator", COORDINATORS),
                Due(EMAIL_AWAITED, now + LOOKED_AT, "system"),
            )
            self.store.commit(UnitOfWork(transitions=(transition(loaded, event, call, now, due=due),)))
            return "task"

        return retry_on_conflict(decide)

    def open(self, about: EmailSubject) -> OpenTrouble | None:
        """For pages of what the email is about: None where no such email is in trouble, or nobody waits for it."""
        loaded = find(self.store, EMAIL_TROUBLE, about.trouble_id)
        return self._open(_trouble_of(loaded)) if loaded else None

    def send_again(self, call: RequestContext, about: EmailSubject, address: str) -> None:
        """To the corrected address, which all later emails to this recipient use too. Ended before: nothing happens.

        Raises `Invalid` (field "email"), `NotFound`, `WrongRole` (one's own), `NotAllowedNow` where this email is not
        in trouble or nobody waits for it.
        """
        correct = email_address(address)

        def store(awaited: Awaited) -> None:
            # The address first: a crash in between leaves the task, and repeating it is harmless.
            service = self._service(about)
            assert service is not None  # it said who waits
            service.correct(awaited, correct)

        self._settle(call, about, EmailTroubleEvent.SEND_AGAIN, EmailSentAgain, store)

    def told(self, call: RequestContext, about: EmailSubject) -> None:
        """The recipient knows by phone. Ended before: nothing happens. Raises as `send_again`."""
        self._settle(call, about, EmailTroubleEvent.TELL, EmailRecipientTold, lambda _: None)

    def close(self, trouble_id: str, call: RequestContext) -> str:
        """Ends what nobody waits for any more."""

        def decide() -> str:
            loaded = self.store.load(EMAIL_TROUBLE, trouble_id)
            trouble = _trouble_of(loaded)
            if trouble.status is not EmailTroubleStatus.IN_TROUBLE:
                return NOTHING
            if self._open(trouble):
                return AWAITED
            now = self.clock.now()
            status = self._fired(trouble.status, EmailTroubleEvent.CLOSE, Actor.SYSTEM)
            closed = transition(loaded, EmailTroubleClosed(status=status, ended_at=now), call, now, done=ENDED)
            self.store.commit(UnitOfWork(transitions=(closed,)))
            return "closed"

        return retry_on_conflict(decide)

    def subject(self, loaded: Stored, _: datetime) -> Subject | None:
        """As the queue shows it."""
        trouble = _trouble_of(loaded)
        found = self._open(trouble)
        if found is None:
            return None
        name, who = found.awaited.subject.title, found.awaited.who
        title = TITLES[trouble.trouble].format(name[:1].upper() + name[1:], who=who)
        return replace(found.awaited.subject, title=title)

    # --- parts --------------------------------------------------------------------------------------------------------
    def _reported(self, email: EmailName) -> tuple[EmailSubject | None, Stored, EmailInTrouble | None]:
        """What an email is about, and its trouble so far: an email that was sent again is named by that trouble."""
        about = None if email.kind == EMAIL_TROUBLE else EmailSubject(email.kind, email.aggregate_id, email.email)
        trouble_id = about.trouble_id if about else email.aggregate_id
        loaded = find(self.store, EMAIL_TROUBLE, trouble_id)
        if loaded is None:
            return about, unsaved(EMAIL_TROUBLE, trouble_id), None
        known = _trouble_of(loaded)
        return known.about, loaded, known

    def _service(self, about: EmailSubject) -> MustArrive | None:
        """None for an email that need not arrive."""
        for rule in (rule for rules in self.email_rules.values() for rule in rules):
            if rule.must_arrive and (rule.event.SUBJECT, rule.kind) == (about.kind, about.email):
                found: MustArrive = self.make_service(rule.must_arrive)
                return found
        return None

    def _open(self, trouble: EmailInTrouble) -> OpenTrouble | None:
        if trouble.status is not EmailTroubleStatus.IN_TROUBLE:
            return None
        service = self._service(trouble.about)
        awaited = service.awaited(trouble.about_id) if service else None
        return OpenTrouble(trouble, awaited) if awaited and trouble.since >= awaited.since else None

    def _settle(
        self,
        call: RequestContext,
        about: EmailSubject,
        fired: EmailTroubleEvent,
        written: type[EmailSettled],
        first: Callable[[Awaited], None],
    ) -> None:
        """By a coordinator, after `first`."""

        def decide() -> None:
            there = self.store.load(about.kind, about.id)
            loaded = find(self.store, EMAIL_TROUBLE, about.trouble_id)
            if loaded is None:
                self._fired(NEW, fired, Actor.COORDINATOR)
                return
            trouble = _trouble_of(loaded)
            # Nobody says where an email about themselves goes: the link in it may answer for its recipient.
            forbid_self_decision(call.actor, trouble.trainee_id)
            if trouble.status in (EmailTroubleStatus.SENT_AGAIN, EmailTroubleStatus.TOLD):
                return
            found = self._open(trouble)
            if found is None:
                self._fired(EmailTroubleStatus.CLOSED, fired, Actor.COORDINATOR)
                return
            status = self._fired(trouble.status, fired, Actor.COORDINATOR)
            first(found.awaited)
            now = self.clock.now()
            event = written(status=status, ended_at=now, settled_seq=loaded.version + 1, about_seq=there.version)
            self.store.commit(UnitOfWork(transitions=(transition(loaded, event, call, now, done=ENDED),)))

        retry_on_conflict(decide)

    @staticmethod
    def _fired(status: str, event: EmailTroubleEvent, actor: Actor) -> EmailTroubleStatus:
        """The state that follows. Raises `NotAllowedNow`."""
        return EmailTroubleStatus(EMAIL_IN_TROUBLE.fire(status, event, actor).target)


def _trouble_of(loaded: Stored) -> EmailInTrouble:
    return EmailInTrouble.model_validate(loaded.state)
