"""The emails about a reservation: to its trainee, its coach, and the host that gets a trainee."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.core.calendar import reached, start_of_day
from shared.domain.core.policy import by_version
from shared.domain.programs.program import Program
from shared.domain.reservations import partners
from shared.domain.reservations.reservation import Reservation
from shared.events.application import ApplicationWithdrawn
from shared.events.envelope import Envelope
from shared.events.reservation import (
    CoachMatched,
    HostMailAgain,
    PartnerSuggested,
    PreparationReminded,
    RefundDue,
    ReservationConfirmed,
    ReservationRefunded,
    SecondPaymentRefunded,
)
from shared.ports import BusinessClock, Catalogue, People, Person, Store
from shared.services.applications.cv_links import LINK_DAYS, CvLinks
from shared.services.applications.emails import case_of, trainee_of
from shared.services.core.records import application_of
from shared.services.core.transitions import find
from shared.services.email.outgoing import OutgoingEmail, host_contact, to_host, to_person
from shared.services.email.rule import EmailRule
from shared.services.reservations import email_texts
from shared.services.reservations.preparation import PREPARING, Preparation


@dataclass(frozen=True, kw_only=True)
class ReservationEmails:
    store: Store
    people: People
    catalogue: Catalogue
    clock: BusinessClock
    cv_links: CvLinks
    preparation: Preparation
    public_url: str

    def about(self, event: Envelope) -> tuple[str, ...]:
        return trainee_of(self.store, event)

    def withdrawn(self, event: Envelope) -> OutgoingEmail | None:
        """Of an application that ended because its weeks were reserved elsewhere; nothing to somebody who withdrew it
        themselves."""
        instead = find(self.store, "RESERVATION", (event.data.get("ending") or {}).get("reservation_id"))
        if instead is None:
            return None
        person, application, program = case_of(self.store, self.people, self.catalogue, event)
        kept = Reservation.model_validate(instead.state)
        other = self.catalogue.program(kept.program_id)
        text = email_texts.application_withdrawn(person, application, program, kept, other, self.public_url)
        return OutgoingEmail(to_person(person), text)

    def reserved(self, event: Envelope) -> OutgoingEmail:
        person, reservation, program = self._read(event)
        policy = by_version(reservation.policy_version)
        text = email_texts.seat_reserved(person, reservation, program, policy, self.public_url)
        return OutgoingEmail(to_person(person), text)

    def reserved_for_host(self, event: Envelope) -> OutgoingEmail:
        """With the CV (H13)."""
        person, reservation, program = self._read(event)
        contact = host_contact(self.people, program)
        application = application_of(self.store.load("APPLICATION", reservation.application_id))
        attachments, link = self.cv_links.for_email(event, application, person)
        facts = self.people.facts(person.account_id)
        text = email_texts.host_reserved(contact, person, facts, application, reservation, program, link, LINK_DAYS)
        return OutgoingEmail(to_host(contact), text, attachments)

    def coach_matched(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing once the coach was erased."""
        person, reservation, program = self._read(event)
        coach = self._coach_of(reservation)
        if coach is None:
            return None
        text = email_texts.coach_matched(person, coach, reservation, program, self.public_url)
        return OutgoingEmail(to_person(person), text)

    def trainee_for_coach(self, event: Envelope) -> OutgoingEmail | None:
        person, reservation, program = self._read(event)
        coach = self._coach_of(reservation)
        if coach is None:
            return None
        text = email_texts.trainee_for_coach(coach, person, reservation, program, self.public_url)
        return OutgoingEmail(to_person(coach), text)

    def refund_due(self, event: Envelope) -> OutgoingEmail:
        person, reservation, program = self._read(event)
        text = email_texts.refund_due(person, reservation, program, self.public_url)
        return OutgoingEmail(to_person(person), text)

    def refunded(self, event: Envelope) -> OutgoingEmail:
        person, reservation, program = self._read(event)
        return OutgoingEmail(to_person(person), email_texts.refunded(person, reservation, program, self.public_url))

    def second_payment_refunded(self, event: Envelope) -> OutgoingEmail:
        """What the event says: by now there may have been a third."""
        person, reservation, program = self._read(event)
        cents, refund_id = int(event.data["second_refund_cents"]), str(event.data["second_refund_id"])
        text = email_texts.second_payment_refunded(
            person, reservation, program, cents, refund_id, self._coach_of(reservation), self.public_url
        )
        return OutgoingEmail(to_person(person), text)

    def preparation_reminded(self, event: Envelope) -> OutgoingEmail | None:
        """H20: what is open by now; nothing when all is done, or the rotation is called off or has begun."""
        person, reservation, program = self._read(event)
        still = tuple(task for task in self.preparation.tasks(reservation, program) if task.done_at is None)
        begun = reached(start_of_day(reservation.start, program.place.zone), self.clock.now())
        if not still or begun or reservation.status not in PREPARING:
            return None
        coach = self._coach_of(reservation)
        text = email_texts.preparation(person, reservation, program, still, coach, self.public_url)
        return OutgoingEmail(to_person(person), text)

    def partner_suggested(self, event: Envelope) -> OutgoingEmail | None:
        """T31: the partner of this event; nothing once the coach is gone, or the partner left the directory."""
        person, reservation, program = self._read(event)
        partner, coach = partners.find(str(event.data["suggestions"][-1]["partner_id"])), self._coach_of(reservation)
        if partner is None or coach is None or reservation.status not in PREPARING:
            return None
        text = email_texts.partner_suggested(person, coach, partner, reservation, program, self.public_url)
        return OutgoingEmail(to_person(person), text)

    # --- parts --------------------------------------------------------------------------------------------------------
    def _read(self, event: Envelope) -> tuple[Person, Reservation, Program]:
        reservation = Reservation.model_validate(self.store.load("RESERVATION", event.subject.id).state)
        return self.people.person(reservation.trainee_id), reservation, self.catalogue.program(reservation.program_id)

    def _coach_of(self, reservation: Reservation) -> Person | None:
        """None before one is matched, and once the coach has left and was erased."""
        return self.people.persons([reservation.coach_id]).get(reservation.coach_id) if reservation.coach_id else None


EMAILS = (
    EmailRule(ApplicationWithdrawn, "withdrawn", ReservationEmails, ReservationEmails.withdrawn),
    EmailRule(ReservationConfirmed, "reserved", ReservationEmails, ReservationEmails.reserved),
    EmailRule(ReservationConfirmed, "host", ReservationEmails, ReservationEmails.reserved_for_host, once=True),
    EmailRule(HostMailAgain, "host", ReservationEmails, ReservationEmails.reserved_for_host, once=True),
    EmailRule(CoachMatched, "coach", ReservationEmails, ReservationEmails.coach_matched),
    EmailRule(CoachMatched, "for-coach", ReservationEmails, ReservationEmails.trainee_for_coach),
    EmailRule(RefundDue, "refund-due", ReservationEmails, ReservationEmails.refund_due),
    EmailRule(ReservationRefunded, "refunded", ReservationEmails, ReservationEmails.refunded),
    EmailRule(SecondPaymentRefunded, "second-refunded", ReservationEmails, ReservationEmails.second_payment_refunded),
    EmailRule(PreparationReminded, "prepare", ReservationEmails, ReservationEmails.preparation_reminded),
    EmailRule(PartnerSuggested, "partner", ReservationEmails, ReservationEmails.partner_suggested),
)
