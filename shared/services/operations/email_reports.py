"""A host's mail that did not reach it becomes a coordinator's task. Sent again or told by phone ends it (H13).

The mail service reports by event, at least once and in any order. A mail is named by the event that brought it, so a
report that comes twice, or after the mail was sent again under a new name, changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from shared.domain.accounts.account_input import email_address
from shared.domain.applications.application import Application
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.core.due_readers import COORDINATORS
from shared.domain.core.errors import NotAllowedNow
from shared.domain.core.self_decision import forbid_self_decision
from shared.domain.email.due_kinds import MAIL
from shared.domain.email.email_names import EmailTrouble, named_by
from shared.domain.reservations.reservation import SEATED, Reservation, ReservationStatus
from shared.events.application import HostAskAgain, HostAskBounced, HostAskSettled
from shared.events.base import EventData
from shared.events.reservation import HostMailAgain, HostMailBounced, HostMailSettled
from shared.ports import BusinessClock, Catalogue, Contact, Due, People, Store, Stored, UnitOfWork
from shared.services.core.transitions import RequestContext, find, retry_on_conflict, transition

HOST_MAILS = {"RESERVATION": "host", "APPLICATION": "host-asked"}
"""The mail that a host must have, per kind of aggregate. What bounces of all others is in the log."""
Case = Literal["RESERVATION", "APPLICATION"]


@dataclass(frozen=True, kw_only=True)
class EmailReports:
    store: Store
    people: People
    catalogue: Catalogue
    clock: BusinessClock

    def report(self, tag: str, trouble: EmailTrouble, call: RequestContext) -> str:
        """What the mail service says about the mail with this tag; returns what it came to: "task", "known", or why it
        is nobody's task."""
        name = named_by(tag)
        if name is None or HOST_MAILS.get(name.kind) != name.mail:
            return "not a host's mail"
        kind: Case = "RESERVATION" if name.kind == "RESERVATION" else "APPLICATION"

        def decide() -> str:
            loaded = find(self.store, kind, name.aggregate_id)
            if loaded is None:
                return "unknown case"
            if name.id in loaded.state.get("bounced_mails", ()):
                return "known"
            if not _waits(loaded):
                return "nobody waits for it"
            now, mails = self.clock.now(), (*loaded.state.get("bounced_mails", ()), name.id)
            # Sent again since: that is another mail, and the report is of the one before.
            if name.seq.isdigit() and int(name.seq) < int(loaded.state.get("mail_again_seq", 0)):
                return "sent again since"
            event: EventData = (
                HostMailBounced(
                    status=loaded.state["status"], mail_trouble=trouble, mail_trouble_at=now, bounced_mails=mails
                )
                if kind == "RESERVATION"
                else HostAskBounced(
                    status=loaded.state["status"], mail_trouble=trouble, mail_trouble_at=now, bounced_mails=mails
                )
            )
            self.store.commit(
                UnitOfWork(
                    transitions=(
                        transition(loaded, event, call, now, due=(Due(MAIL, now, "coordinator", COORDINATORS),)),
                    )
                )
            )
            return "task"

        return retry_on_conflict(decide)

    def contact(self, program_id: str) -> Contact | None:
        """Where the host's mails go now."""
        return self.people.contact(self.catalogue.program(program_id).host_id)

    def send_again(self, call: RequestContext, kind: Case, id: str, email: str) -> None:
        """To the corrected address, which all later mails to this host use too. Sent again before: nothing happens.

        Raises `Invalid` (field "email"), `NotFound`, `WrongRole` (one's own), `NotAllowedNow` where no mail is in
        trouble.
        """
        address = email_address(email)

        def decide() -> None:
            loaded = self._others(call, kind, id)
            if self._settled(loaded):
                return
            program = self.catalogue.program(str(loaded.state["program_id"]))
            contact = self.people.contact(program.host_id)
            # The address first: a crash in between leaves the task, and repeating it is harmless.
            self.people.save_contact(
                replace(contact, email=address) if contact else Contact(program.host_id, program.name, address)
            )
            now, again = (
                self.clock.now(),
                {"status": loaded.state["status"], "mail_trouble": None, "mail_again_seq": loaded.version + 1},
            )
            event: EventData = (
                HostMailAgain(**again, mail_settled_at=now, uncertain_mail=None)
                if kind == "RESERVATION"
                else HostAskAgain(**again, mail_settled_at=now, host=loaded.state["host"])
            )
            self.store.commit(UnitOfWork(transitions=(transition(loaded, event, call, now, done=(MAIL,)),)))

        retry_on_conflict(decide)

    def told(self, call: RequestContext, kind: Case, id: str) -> None:
        """The host knows by phone. Said before: nothing happens. Raises `NotFound`, `NotAllowedNow` where no mail is in
        trouble."""

        def decide() -> None:
            loaded = self._others(call, kind, id)
            if self._settled(loaded):
                return
            now, status = self.clock.now(), loaded.state["status"]
            event: EventData = (
                HostMailSettled(status=status, mail_trouble=None, mail_settled_at=now, uncertain_mail=None)
                if kind == "RESERVATION"
                else HostAskSettled(status=status, mail_trouble=None, mail_settled_at=now)
            )
            self.store.commit(UnitOfWork(transitions=(transition(loaded, event, call, now, done=(MAIL,)),)))

        retry_on_conflict(decide)

    # --- parts --------------------------------------------------------------------------------------------------------
    def _others(self, call: RequestContext, kind: Case, id: str) -> Stored:
        """Nobody says where the host's mail about themselves goes: the link in it answers for the host."""
        loaded = self.store.load(kind, id)
        forbid_self_decision(call.actor, str(loaded.state["trainee_id"]))
        return loaded

    def _settled(self, loaded: Stored) -> bool:
        """Whether the task was ended before. Raises `NotAllowedNow` where there never was one."""
        if loaded.state.get("mail_trouble") is not None:
            return False
        if loaded.state.get("mail_settled_at") is not None:
            return True
        raise NotAllowedNow(
            "No mail to this host is in trouble.",
            "You need to do nothing here.",
            state=str(loaded.state["status"]),
            event="host_mail",
        )


def _waits(loaded: Stored) -> bool:
    """Whether the host still has to know."""
    if loaded.kind == "APPLICATION":
        return Application.model_validate(loaded.state).status is ApplicationStatus.HOST_REVIEW
    status = Reservation.model_validate(loaded.state).status
    return status in SEATED and status is not ReservationStatus.HELD
