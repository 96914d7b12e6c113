"""Asking for the form (H14): by the trainee, or by a coordinator with a reason. Nothing here reaches the host (H15)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.domain.accounts.account_input import email_address, zone_name
from shared.domain.core.business_clock import add_business_time
from shared.domain.core.calendar import end_date, end_of_day, local_date
from shared.domain.core.due_readers import CREDIT_FORMS
from shared.domain.core.errors import Duplicate, Invalid, NotAllowedNow, NotFound, VersionConflict
from shared.domain.core.machine import NEW
from shared.domain.core.machine import Actor as By
from shared.domain.core.self_decision import forbid_self_decision
from shared.domain.credit_forms.checklist import checked_lines
from shared.domain.credit_forms.clocks import left_of, send_due
from shared.domain.credit_forms.due_kinds import CREDIT_MISSING, CREDIT_NEEDED, CREDIT_SEND
from shared.domain.credit_forms.form import CreditForm, Line, Outcome, SchoolFile
from shared.domain.credit_forms.machine import CREDIT_FORM, FormEvent, FormStatus
from shared.domain.credit_forms.numbers import BITS, form_number
from shared.domain.credit_forms.policy import CURRENT, CreditPolicy, by_version
from shared.domain.credit_forms.signing import SignerRule, forbid_trainee
from shared.domain.credit_forms.texts import line, text
from shared.domain.reservations.reservation import PAID_SEAT, Reservation, ReservationStatus
from shared.events.credit_form import (
    CreditFormAsked,
    CreditFormChanged,
    CreditFormRequested,
    CreditFormSchoolFileKept,
    CreditFormWithdrawn,
)
from shared.ports import Catalogue, Due, Ids, People, PersonalRecord, UniqueKey, UnitOfWork
from shared.services.core.records import application_of, reservation_of
from shared.services.core.transitions import (
    RequestContext,
    find,
    retry_on_conflict,
    state_after,
    transition,
    unsaved,
)
from shared.services.credit_forms.records import (
    ALL_KINDS,
    Change,
    CreditForms,
    coordinators,
    form_ref,
    salted,
    seen,
    slot_key,
)

FREE_EMAIL = frozenset(
    ("gmail.com", "googlemail.com", "yahoo.com", "outlook.com", "hotmail.com", "icloud.com", "gmx.net")
)
"""A school rarely reads there: the coordinator looks twice."""
AFTER_DAYS = 30
"""So long after the rotation a coordinator may still ask for one."""


@dataclass(frozen=True)
class FormWish:
    """What the trainee says once. `lines` are (code, number, words, must)."""

    contact: str
    email: str
    needed_by: date
    form_name: str = ""
    course: str = ""
    course_number: str = ""
    credit: str = ""
    school_zone: str = ""
    signer_rule: SignerRule = SignerRule.ANY
    lines: Sequence[tuple[str, int | None, str, bool]] = ()


LONGEST: Mapping[str, int] = {"contact": 120, "form_name": 160, "course": 160, "course_number": 40, "credit": 40}


@dataclass(frozen=True)
class _Read:
    needed_by: date
    school_zone: str
    needed_at: datetime
    signer_rule: SignerRule
    lines: tuple[Line, ...]
    free_email: bool


@dataclass(frozen=True, kw_only=True)
class CreditRequests(CreditForms):
    people: People
    catalogue: Catalogue
    ids: Ids

    def request(
        self, call: RequestContext, reservation_id: str, key: str, wish: FormWish, reason: str = ""
    ) -> CreditForm:
        """The trainee's own seat, or a coordinator with a reason (until 30 days after the rotation). The same `key`
        again is the same form.

        Raises `NotFound`, `NotAllowedNow` (no paid seat, three open forms), `Invalid` with the field.
        """
        form_id = self.ids.derived("credit-form", reservation_id, key)

        def decide() -> CreditForm:
            reservation = self._reservation(call, reservation_id, reason)
            known = find(self.store, "CREDIT_FORM", form_id)
            if known is not None:
                return CreditForm.model_validate(known.state)
            return self._first(call, reservation, form_id, wish, reason)

        return retry_on_conflict(decide)

    def change(self, call: RequestContext, form_id: str, version: int, wish: FormWish) -> CreditForm:
        """Also the answer to what a coordinator asked: what was left of our promise goes on. Raises `NotFound`,
        `NotAllowedNow` (also when it changed meanwhile), `Invalid`."""

        def decide() -> CreditForm:
            loaded, form = self.of_trainee(call, form_id)
            status = self.fire(form, FormEvent.CHANGE, By.TRAINEE)
            seen(form, version)
            now, policy = self.clock.now(), by_version(form.policy_version)
            read, body = self._read(form.trainee_id, wish, policy)
            ref = form_ref(form.trainee_id, form.id, f"request-{form.version + 1}")
            record, digest = salted(ref, **body)
            due_at = form.send_due_at or add_business_time(now, timedelta(seconds=form.send_left_seconds or 0))
            event = CreditFormChanged(
                status=status,
                **vars(read),
                request_ref=ref,
                request_hash=digest,
                send_due_at=due_at,
                send_left_seconds=None,
                asked_at=None,
                missing_reminded_at=None,
            )
            due = (coordinators(CREDIT_SEND, due_at), _needed(read.needed_at, policy))
            change = Change(event, due=due, done=(CREDIT_MISSING,), records=(record,), dropped=(form.request_ref,))
            return self.commit(loaded, call, change)

        return retry_on_conflict(decide)

    def keep_school_file(self, call: RequestContext, form_id: str, file: SchoolFile) -> CreditForm:
        """The school's own form, which stands beside ours; it was inspected as documents are. We never fill it in."""

        def decide() -> CreditForm:
            loaded, form = self.of_trainee(call, form_id)
            if form.school_file == file:
                return form
            status = self.fire(form, FormEvent.CHANGE, By.TRAINEE)
            event = CreditFormSchoolFileKept(
                status=form.status if form.status is FormStatus.INCOMPLETE else status, school_file=file
            )
            return self.commit(loaded, call, Change(event))

        return retry_on_conflict(decide)

    def ask(self, call: RequestContext, form_id: str, words: str) -> CreditForm:
        """A coordinator needs something more: our clock stands, the trainee is reminded after a week, and the request
        ends after two. Raises `NotFound`, `WrongRole`, `NotAllowedNow`, `Invalid` (field "words")."""
        said = text(words, 1200, "words", "The question")

        def decide() -> CreditForm:
            loaded, form = self.of_staff(call, form_id)
            status = self.fire(form, FormEvent.ASK, By(call.actor.role))
            if not said:
                raise Invalid("The trainee needs to know what is missing.", "Write what you need.", field="words")
            now, policy = self.clock.now(), by_version(form.policy_version)
            assert form.send_due_at is not None
            ref = form_ref(form.trainee_id, form.id, f"ask-{form.version + 1}")
            event = CreditFormAsked(
                status=status,
                asked_at=now,
                ask_ref=ref,
                send_left_seconds=left_of(form.send_due_at, now) // timedelta(seconds=1),
                send_due_at=None,
            )
            reminder = Due(CREDIT_MISSING, now + timedelta(days=policy.missing_reminder_days), "system", CREDIT_FORMS)
            record = PersonalRecord(ref, {"text": said})
            return self.commit(
                loaded, call, Change(event, due=(reminder,), done=(CREDIT_SEND, CREDIT_NEEDED), records=(record,))
            )

        return retry_on_conflict(decide)

    def withdraw(self, call: RequestContext, form_id: str) -> CreditForm:
        """The trainee takes it back; who has it is told. Taken back before: nothing happens."""

        def decide() -> CreditForm:
            loaded, form = self.of_trainee(call, form_id)
            if form.status is FormStatus.WITHDRAWN:
                return form
            status = self.fire(form, FormEvent.WITHDRAW, By.TRAINEE)
            rounds, also = self.given_back(call, form, Outcome.TAKEN_BACK)
            event = CreditFormWithdrawn(status=status, rounds=rounds, ended_at=self.clock.now(), end_code="withdrawn")
            return self.commit(loaded, call, Change(event, done=ALL_KINDS, also=also, released=(slot_key(form),)))

        return retry_on_conflict(decide)

    # --- parts --------------------------------------------------------------------------------------------------------
    def _reservation(self, call: RequestContext, reservation_id: str, reason: str) -> Reservation:
        loaded = find(self.store, "RESERVATION", reservation_id)
        reservation = reservation_of(loaded) if loaded else None
        staff = call.actor.role == "coordinator"
        if reservation is None or (not staff and reservation.trainee_id != call.actor.id):
            raise NotFound(
                f"There is no reservation {reservation_id}.", "Check the address, or start again from your list."
            )
        forbid_self_decision(call.actor, reservation.trainee_id)
        CREDIT_FORM.fire(NEW, FormEvent.REQUEST, By(call.actor.role))
        if staff and not reason.strip():
            raise Invalid("The file needs the reason.", "Write why you ask for the trainee.", field="reason")
        today = local_date(self.clock.now(), self.catalogue.program(reservation.program_id).place.zone)
        last = end_date(reservation.start, reservation.weeks) + timedelta(days=AFTER_DAYS)
        after = staff and reservation.status is ReservationStatus.COMPLETED and today <= last
        if reservation.status not in PAID_SEAT and not after:
            raise NotAllowedNow(
                "A form is asked for once the seat is reserved.",
                "Reserve the seat first; the school's contact is kept.",
                state=reservation.status.value,
                event=FormEvent.REQUEST.value,
            )
        return reservation

    def _first(
        self, call: RequestContext, reservation: Reservation, form_id: str, wish: FormWish, reason: str
    ) -> CreditForm:
        now, policy, program = self.clock.now(), CURRENT, self.catalogue.program(reservation.program_id)
        end = end_date(reservation.start, reservation.weeks)
        read, body = self._read(reservation.trainee_id, wish, policy)
        ref = form_ref(reservation.trainee_id, form_id, "request-1")
        record, digest = salted(ref, **body, **({"reason": text(reason, 1200, "reason")} if reason else {}))
        application = application_of(self.store.load("APPLICATION", reservation.application_id))
        event = CreditFormRequested(
            status=FormStatus.REQUESTED,
            id=form_id,
            number=form_number(secrets.randbits(BITS)),
            case_id=reservation.case_id,
            reservation_id=reservation.id,
            application_id=reservation.application_id,
            trainee_id=reservation.trainee_id,
            program_id=reservation.program_id,
            host_id=program.host_id,
            zone=program.place.zone,
            start=reservation.start,
            end=end,
            weeks=reservation.weeks,
            experience_type=application.experience_type,
            policy_version=policy.version,
            slot=self._free_slot(reservation, policy),
            created_at=now,
            **vars(read),
            request_ref=ref,
            request_hash=digest,
            send_due_at=send_due(now, policy),
        )
        due = (coordinators(CREDIT_SEND, event.send_due_at), _needed(read.needed_at, policy))
        moved = transition(unsaved("CREDIT_FORM", form_id), event, call, now, due=due)
        form = CreditForm.model_validate(state_after(moved))
        keys = (slot_key(form), UniqueKey(f"credit-number:{form.number}", form_id))
        try:
            self.store.commit(UnitOfWork(transitions=(moved,), records=(record,), keys=keys))
        except Duplicate as taken:
            raise VersionConflict("Another form was asked for at the same moment.", "Look at it again.") from taken
        return form

    def _free_slot(self, reservation: Reservation, policy: CreditPolicy) -> int:
        for slot in range(1, policy.open_forms + 1):
            if self.store.claimed_by(f"credit-form:{reservation.id}:{slot}") is None:
                return slot
        raise NotAllowedNow(
            f"There are {policy.open_forms} open forms for this rotation.",
            "Take one back first, or write to your coordinator.",
            state="three open",
            event=FormEvent.REQUEST.value,
        )

    def _read(self, trainee_id: str, wish: FormWish, policy: CreditPolicy) -> tuple[_Read, dict[str, object]]:
        """What goes into the event, and what into the erasable text."""
        trainee = self.people.person(trainee_id)
        try:
            email = email_address(wish.email)
        except Invalid as refused:
            raise Invalid(refused.detail, "Write it as registrar@school.example.", field="school_email") from refused
        forbid_trainee("", email, trainee.name, trainee.email, "school_email")
        said = {name: line(getattr(wish, name), most, name) for name, most in LONGEST.items()}
        if not said["contact"]:
            raise Invalid("Somebody at the school gets the form.", "Write their name or office.", field="contact")
        zone = zone_name(wish.school_zone or trainee.zone)
        if wish.needed_by < local_date(self.clock.now(), zone):
            raise Invalid("That day is over at your school.", "Choose today or later.", field="needed_by")
        lines, words = checked_lines(
            [Line(code=code, number=number, must=must) for code, number, _, must in wish.lines],
            [own for _, _, own, _ in wish.lines],
            policy.lines,
        )
        free = email.partition("@")[2] in FREE_EMAIL
        read = _Read(wish.needed_by, zone, end_of_day(wish.needed_by, zone), wish.signer_rule, lines, free)
        return read, {**said, "email": email, "line_words": list(words)}


def warnings(form: CreditForm) -> tuple[str, ...]:
    """What a coordinator looks at twice: `free_email`, `after_end` (the school's day is after the rotation)."""
    found = {"free_email": form.free_email, "after_end": form.needed_by > form.end}
    return tuple(name for name, true in found.items() if true)


def _needed(at: datetime, policy: CreditPolicy) -> Due:
    return coordinators(CREDIT_NEEDED, at - timedelta(hours=policy.needed_hours))
