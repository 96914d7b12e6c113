"""What happens elsewhere and concerns a form: the rotation is called off or changes, a trainee or a contact is erased,
an email comes back. Whoever brings it about calls these; each may be called again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared.domain.core.calendar import end_date
from shared.domain.core.machine import Actor as By
from shared.domain.credit_forms.due_kinds import CREDIT_TASK
from shared.domain.credit_forms.form import CreditForm, Outcome
from shared.domain.credit_forms.machine import ENDED, SIGNED, FormEvent, FormStatus
from shared.domain.credit_forms.policy import CURRENT
from shared.domain.reservations.reservation import PAID_SEAT, Reservation, ReservationStatus
from shared.events.credit_form import (
    CreditFormContactGone,
    CreditFormOutdated,
    CreditFormUndelivered,
    CreditFormVoided,
)
from shared.services.core.records import reservation_of
from shared.services.core.transitions import RequestContext, find, retry_on_conflict
from shared.services.credit_forms.records import ALL_KINDS, Change, CreditForms, coordinators, slot_key

TAKES_PLACE = (*PAID_SEAT, ReservationStatus.COMPLETED, ReservationStatus.ENDED_EARLY)
"""States of a rotation whose form still means something."""
VoidCode = Literal["called_off", "erased"]


@dataclass(frozen=True, kw_only=True)
class CreditFollower(CreditForms):
    def reservation_changed(self, call: RequestContext, reservation_id: str) -> dict[str, str]:
        """After any event of a reservation: its open forms end when it does not take place, and what was signed is
        outdated when its dates, weeks or program are other ones. What came of it by form id."""
        loaded = find(self.store, "RESERVATION", reservation_id)
        if loaded is None:
            return {}
        reservation, found = reservation_of(loaded), {}
        for form_id in self.open_forms(reservation_id):
            _, form = self.load(form_id)
            if reservation.status not in TAKES_PLACE:
                found[form_id] = self.void(call, form_id, "called_off")
            elif _differs(form, reservation):
                found[form_id] = self.outdate(call, form_id)
        return found

    def open_forms(self, reservation_id: str) -> list[str]:
        """Strongly consistent: the claims of the reservation's open forms."""
        slots = range(1, CURRENT.open_forms + 1)
        return [id for n in slots if (id := self.store.claimed_by(f"credit-form:{reservation_id}:{n}"))]

    def void(self, call: RequestContext, form_id: str, code: VoidCode) -> str:
        """All clocks end; who has it is told, and the school can still compare its file. Ended before: nothing
        happens."""

        def decide() -> str:
            loaded, form = self.load(form_id)
            if form.status in ENDED:
                return "ended"
            status = self.fire(form, FormEvent.VOID, By.SYSTEM)
            rounds, also = self.given_back(call, form, Outcome.VOID)
            event = CreditFormVoided(status=status, rounds=rounds, ended_at=self.clock.now(), end_code=code)
            self.commit(loaded, call, Change(event, done=ALL_KINDS, also=also, released=(slot_key(form),)))
            return FormEvent.VOID.value

        return retry_on_conflict(decide)

    def outdate(self, call: RequestContext, form_id: str) -> str:
        """The rotation is not as it was signed: a coordinator asks for a correction, or lets it stand. Only what was
        signed can be outdated; before that, the coordinator sees the new dates when sending."""

        def decide() -> str:
            loaded, form = self.load(form_id)
            if form.status not in SIGNED or form.outdated_at is not None:
                return "as it was"
            status, now = self.fire(form, FormEvent.OUTDATE, By.SYSTEM), self.clock.now()
            event = CreditFormOutdated(status=status, outdated_at=now)
            self.commit(loaded, call, Change(event, due=(coordinators(CREDIT_TASK, now),)))
            return FormEvent.OUTDATE.value

        return retry_on_conflict(decide)

    def contact_erased(self, call: RequestContext, host_id: str, contact_id: str) -> list[str]:
        """The contact's links ended with them; the clock runs, and a coordinator chooses somebody else. The forms that
        they had."""
        ids = self.store.claimants(f"CREDIT#{host_id}", "0", "9")
        return [id for id in ids if retry_on_conflict(lambda id=id: self._gone(call, id, contact_id))]  # type: ignore[misc]

    def undelivered(self, call: RequestContext, form_id: str, seq: int, to: Literal["host", "school"]) -> str:
        """The email service says that the email of event `seq` did not arrive. One of an earlier round, of a form that
        was answered or of one that ended is nobody's task."""

        def decide() -> str:
            loaded, form = self.load(form_id)
            event = self._host_undelivered(form, seq) if to == "host" else self._school_undelivered(form, seq)
            if event is None:
                return "nobody waits for it"
            self.commit(loaded, call, Change(event, due=(coordinators(CREDIT_TASK, self.clock.now()),)))
            return "task"

        return retry_on_conflict(decide)

    # --- parts --------------------------------------------------------------------------------------------------------
    def _gone(self, call: RequestContext, form_id: str, contact_id: str) -> bool:
        loaded, form = self.load(form_id)
        if form.status is not FormStatus.SENT or form.round.contact_id != contact_id:
            return False
        event = CreditFormContactGone(status=form.status)
        self.commit(loaded, call, Change(event, due=(coordinators(CREDIT_TASK, self.clock.now()),)))
        return True

    def _host_undelivered(self, form: CreditForm, seq: int) -> CreditFormUndelivered | None:
        if form.status is not FormStatus.SENT or form.round.undelivered_at or seq < self._began(form, len(form.rounds)):
            return None
        status = self.fire(form, FormEvent.UNDELIVERED, By.SYSTEM)
        return CreditFormUndelivered(status=status, rounds=form.with_round(undelivered_at=self.clock.now()))

    def _school_undelivered(self, form: CreditForm, seq: int) -> CreditFormUndelivered | None:
        if form.status is not FormStatus.FORWARDED or form.forwardings[-1].undelivered_at is not None:
            return None
        sent = [row.seq for row in self.store.history("CREDIT_FORM", form.id) if row.type == "CreditFormForwarded.v1"]
        if seq != sent[-1]:
            return None
        status = self.fire(form, FormEvent.UNDELIVERED, By.SYSTEM)
        last = form.with_forwarding(form.forwardings[-1].n, undelivered_at=self.clock.now())
        return CreditFormUndelivered(status=status, forwardings=last)

    def _began(self, form: CreditForm, rounds: int) -> int:
        """The event that began the newest round: an email of an earlier one says nothing about it."""
        began = ("CreditFormSent.v1", "CreditFormCorrectionAsked.v1")
        return [row.seq for row in self.store.history("CREDIT_FORM", form.id) if row.type in began][rounds - 1]


def _differs(form: CreditForm, reservation: Reservation) -> bool:
    signed = (form.program_id, form.start, form.end)
    return signed != (reservation.program_id, reservation.start, end_date(reservation.start, reservation.weeks))
