"""The emails of a waitlist, to the trainee who stands in line."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.applications.application import in_line, offer_over
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.core.calendar import reached
from shared.domain.core.policy import by_version
from shared.domain.seats.waitlist import WaitlistStatus
from shared.events.envelope import Envelope
from shared.events.waitlist import WaitlistEnded, WaitlistJoined, WaitlistOffered
from shared.ports import BusinessClock, Catalogue, People, Store
from shared.services.applications.emails import Case, case_of, trainee_of
from shared.services.email.outgoing import OutgoingEmail, to_person
from shared.services.email.rule import EmailRule
from shared.services.seats.line import standing_of
from shared.services.waitlist import email_texts


@dataclass(frozen=True, kw_only=True)
class WaitlistEmails:
    store: Store
    people: People
    catalogue: Catalogue
    clock: BusinessClock
    public_url: str

    def about(self, event: Envelope) -> tuple[str, ...]:
        return trainee_of(self.store, event)

    def joined(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing once the place is gone: an email of its own says what came of it."""
        person, application, program = self._case(event)
        place = standing_of(self.store, application).place
        number = application.waitlist.number if application.waitlist else 0
        if not in_line(application) or number != event.data["waitlist"]["number"] or not place:
            return None
        policy = by_version(application.policy_version)
        text = email_texts.joined(person, application, program, place, policy, self.public_url)
        return OutgoingEmail(to_person(person), text)

    def offered(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing once this seat is paid, given back or over."""
        person, application, program = self._case(event)
        same = application.live_reservation_id == event.data["live_reservation_id"]
        until = application.waitlist.until if same and application.waitlist else None
        if until is None or reached(until, self.clock.now()):
            return None
        return OutgoingEmail(to_person(person), email_texts.seat_held(person, application, program, self.public_url))

    def ended(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing to somebody who left, or who waits again; nor once the offer itself is over, which has its own
        email."""
        person, application, program = self._case(event)
        lapsed = (
            event.data["waitlist"]["status"] == WaitlistStatus.LAPSED
            and application.waitlist_status is WaitlistStatus.LAPSED
        )
        if (
            not lapsed
            or application.status is not ApplicationStatus.APPROVED
            or offer_over(application, self.clock.now())
        ):
            return None
        text = email_texts.ended(person, application, program, self.clock.now(), self.public_url)
        return OutgoingEmail(to_person(person), text)

    def _case(self, event: Envelope) -> Case:
        return case_of(self.store, self.people, self.catalogue, event)


EMAILS = (
    EmailRule(WaitlistJoined, "waitlist-joined", WaitlistEmails, WaitlistEmails.joined),
    EmailRule(WaitlistOffered, "waitlist-offered", WaitlistEmails, WaitlistEmails.offered),
    EmailRule(WaitlistEnded, "waitlist-ended", WaitlistEmails, WaitlistEmails.ended),
)
