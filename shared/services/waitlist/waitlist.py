"""The waitlist: an approved trainee whose weeks have no seat stands in line, and a seat that comes back is held for who
came first.

The order and the marks that keep a seat for the line are written by the gate, in one transaction with what they are
about. Who comes next is decided here, by the sweep: it looks at every line in which somebody stands, concludes nothing
from an event, and changes one thing at a time, so that a process killed anywhere leaves a line that the next minute
goes on with (docs/adr/0006-who-waits-is-marked-on-the-weeks.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.accounts.account import AccountStatus
from shared.domain.applications.application import Application, in_line, reservable_until
from shared.domain.applications.application_machine import APPLICATION, ApplicationEvent
from shared.domain.applications.clocks import require_running
from shared.domain.applications.guards import can_end
from shared.domain.core.calendar import by_iso_year, local_date, weeks_covered
from shared.domain.core.errors import Invalid, NotAllowedNow, OverlappingRotation, SoldOut, VersionConflict
from shared.domain.core.machine import Actor
from shared.domain.core.policy import by_version
from shared.domain.money import fees
from shared.domain.programs.program import Program, ProgramStatus
from shared.domain.programs.starts import require_start
from shared.domain.reservations.preparation import reminders_from
from shared.domain.reservations.reservation import ReservationEvent, ReservationStatus
from shared.domain.seats.seats import free_by_week, spare_by_week
from shared.domain.seats.waitlist import MOST_PLACES, Place, WaitlistStatus, line_over, offered_until
from shared.events.reservation import SeatHeld
from shared.ports import BusinessClock, Catalogue, Ids, Store, Stored
from shared.services.applications.submission import own_application
from shared.services.core.people_records import account_of
from shared.services.core.records import application_of
from shared.services.core.transitions import RequestContext, retry_on_conflict
from shared.services.money.charges import bill
from shared.services.reservations.holds import Ended, Holds
from shared.services.seats import seat_gate
from shared.services.seats.line import line_of, read_line

NOBODY = "nobody to serve"


@dataclass(frozen=True, kw_only=True)
class Waitlist:
    store: Store
    catalogue: Catalogue
    clock: BusinessClock
    ids: Ids
    holds: Holds

    def join(self, call: RequestContext, application_id: str) -> None:
        """The trainee stands in line, last. Joining again changes nothing.

        Raises `NotFound`, `NotAllowedNow` (not approved, a live hold, a seat free in every week, the program or the
        line full or closed), `Expired` (the offer is over), `Invalid` (the start is no longer possible).
        """
        retry_on_conflict(lambda: self._join(call, application_id))

    def leave(self, call: RequestContext, application_id: str) -> None:
        """Out of the line, at any time; a seat that is held goes to the next. Left before: nothing happens.

        Raises `NotFound`, `NotAllowedNow` when the seat is paid or a payment is on its way, `PaymentUnavailable`
        (nothing has changed).
        """
        application = own_application(self.store, call, application_id, self.clock.now())[1]
        if application.waitlist_status is WaitlistStatus.OFFERED and application.live_reservation_id:
            ended = self.holds.end(application.live_reservation_id, ReservationEvent.CANCEL, call)
            if ended in (Ended.PAID, Ended.IN_FLIGHT):
                raise _refused(
                    "Your payment arrived a moment before.", "Open the reservation to see where it stands.", application
                )
        else:
            retry_on_conflict(lambda: self._leave(call, application_id))

    def serve_in_time(self, program_id: str, call: RequestContext) -> str:
        """The sweep's: as `serve`, in words."""
        done = self.serve(program_id, call)
        return ", ".join(f"{often} {what}" for what, often in sorted(done.items())) or NOBODY

    def serve(self, program_id: str, call: RequestContext) -> Counter[str]:
        """One line, until nothing is left to do: seats that came back are held for who is first in line whose weeks are
        all free, ended applications leave, marks follow what is full. Counts what was done."""
        done: Counter[str] = Counter()
        passed: set[str] = set()
        # Each turn takes a place away, or changes its marks once and for all: this is more than the longest line needs.
        for _ in range(3 * MOST_PLACES):
            try:
                what = retry_on_conflict(lambda: self._next(program_id, passed, call))
            except SoldOut:
                continue  # somebody in another line of these weeks was faster; what is free now is read again
            if what is None:
                return done
            done[what] += 1
        return done

    # --- joining and leaving ------------------------------------------------------------------------------------------
    def _join(self, call: RequestContext, application_id: str) -> None:
        now = self.clock.now()
        loaded, application = own_application(self.store, call, application_id, now)
        if in_line(application):
            return
        require_running(application)
        APPLICATION.fire(application.status, ApplicationEvent.JOIN_WAITLIST, Actor(call.actor.role))
        can_end(application, ApplicationEvent.JOIN_WAITLIST)
        program = self.catalogue.program(application.program_id)
        if program.status is not ProgramStatus.LIVE:
            raise _refused(
                f"{program.name} takes no reservations at present.", "Look for another program.", application
            )
        if application.start is None:
            raise Invalid("No start is chosen.", "Choose a start first.", field="start")
        policy = by_version(application.policy_version)
        if application.holds_used >= policy.offer.holds:
            raise _refused(
                f"The seat was held {application.holds_used} times without payment.",
                "Write to us: a coordinator can help.",
                application,
            )
        require_start(
            application.start,
            application.weeks,
            local_date(now, program.place.zone),
            program,
            policy.applying.horizon_years,
        )
        if line_over(application.start, now, program.place.zone):
            raise _refused(
                "The first day of this rotation has come; nobody waits for it any more.",
                "Look for a later start.",
                application,
            )
        weeks = weeks_covered(application.start, application.weeks)
        free = free_by_week(self.store.seat_years([(program.id, year) for year in by_iso_year(weeks)]))
        if not set(weeks) <= free.keys():
            raise Invalid("Not all of these weeks are open for rotations.", "Choose another start.", field="start")
        marks = tuple(week for week in weeks if not free[week])
        if not marks:
            raise _refused(
                "There is a seat in every one of your weeks.", "Reserve it now; nobody needs to wait.", application
            )
        line = read_line(self.store, program.id)
        if len(line_of(line).line) >= MOST_PLACES:
            raise _refused("The waitlist of this program is full.", "Look for another start or program.", application)
        place = Place(
            application_id=application.id,
            trainee_id=application.trainee_id,
            program_id=program.id,
            start=application.start,
            weeks=application.weeks,
            number=application.waitlist.number + 1 if application.waitlist else 1,
            since=now,
            marks=marks,
        )
        last_at = reservable_until(application.start, program.place.zone)
        self.store.commit(seat_gate.join(loaded, line, place, last_at, call, now))

    def _leave(self, call: RequestContext, application_id: str) -> None:
        loaded, application = own_application(self.store, call, application_id, self.clock.now())
        if application.waitlist_status is WaitlistStatus.LEFT and not in_line(application):
            return
        if not in_line(application):
            raise _refused(
                "This application does not stand on the waitlist.",
                "Reload the page to see where it stands.",
                application,
            )
        line = read_line(self.store, application.program_id)
        place = line_of(line).place(application_id)
        if place is None:
            raise VersionConflict("The line changed at the same moment.", "Try again.", about=[application_id])
        self.store.commit(seat_gate.leave(loaded, line, place, "left", call, self.clock.now()))

    # --- serving ------------------------------------------------------------------------------------------------------
    def _next(self, program_id: str, passed: set[str], call: RequestContext) -> str | None:
        """Does the first thing that is to be done in this line and says what; None when there is nothing."""
        loaded, now = read_line(self.store, program_id), self.clock.now()
        line = line_of(loaded)
        if not line.line:
            return None
        program, applications, accounts = (
            self.catalogue.program(program_id),
            self._read(line.line),
            self._accounts(line.line),
        )
        years = sorted({year for place in line.line for year in by_iso_year(place.week_list)})
        spare = spare_by_week(self.store.seat_years([(program_id, year) for year in years]))
        for place in line.line:
            application = applications.get(place.application_id)
            if application is None or not _stands(application_of(application), place):
                self.store.commit(seat_gate.forget(loaded, place, call, now))
                return "gone"
            erased = accounts.get(place.trainee_id) is AccountStatus.ERASED
            if code := "erased" if erased else _ends(place, program, now):
                self.store.commit(seat_gate.leave(application, loaded, place, code, call, now))
                return "lapsed"
            what = self._place(loaded, place, application, program, spare, passed, call)
            if what:
                return what
        return None

    def _place(
        self,
        line: Stored,
        place: Place,
        application: Stored,
        program: Program,
        spare: Mapping[str, int],
        passed: set[str],
        call: RequestContext,
    ) -> str | None:
        """Holds the seat for this place if its weeks are all free; marks what is full."""
        full, now = tuple(week for week in place.week_list if not spare.get(week)), self.clock.now()
        if not full and place.application_id not in passed:
            held = self._seat(application_of(application), place, program, now)
            try:
                self.store.commit(seat_gate.offer(application, line, place, held, call, now))
                return "offered"
            except OverlappingRotation:
                # They hold a seat elsewhere in these weeks; the next in line is looked at, and they keep their place.
                passed.add(place.application_id)
        marks = tuple(week for week in full if week in spare)  # a week that is not open has nothing to wait for
        if set(place.marks) != set(marks):
            self.store.commit(seat_gate.mark_again(line, place, marks, call, now))
            return "marked"
        return None

    def _seat(self, application: Application, place: Place, program: Program, now: datetime) -> SeatHeld:
        """The bill is today's, for the smaller choice; it is made anew when the trainee begins to pay."""
        policy = by_version(application.policy_version)
        assert application.submitted is not None  # approved
        today, total = local_date(now, program.place.zone), application.submitted.total_cents
        plan = fees.quote(program, place.start, place.weeks, today, policy, total)
        until = offered_until(now, place.start, program.place.zone, policy)
        return SeatHeld(
            status=ReservationStatus.HELD,
            id=self.ids.derived("waitlist", application.id, str(place.number)),
            case_id=application.case_id,
            application_id=application.id,
            trainee_id=application.trainee_id,
            program_id=program.id,
            start=place.start,
            weeks=place.weeks,
            week_list=place.week_list,
            **bill(plan, plan.choices[0]),
            policy_version=policy.version,
            created_at=now,
            held_until=until,
            session_expires_at=until,
            prep_from=reminders_from(place.start, program.place.zone, policy),
            offer_until=until,
            paying=False,
            payment_number=0,
        )

    def _read(self, places: tuple[Place, ...]) -> Mapping[str, Stored]:
        found = self.store.load_many(("APPLICATION", place.application_id) for place in places)
        return {id: loaded for (_, id), loaded in found.items()}

    def _accounts(self, places: tuple[Place, ...]) -> Mapping[str, AccountStatus]:
        """Status by account id: nobody holds a seat for a person who was erased."""
        found = self.store.load_many(("ACCOUNT", place.trainee_id) for place in places)
        return {id: account_of(loaded).status for (_, id), loaded in found.items()}


def _ends(place: Place, program: Program, now: datetime) -> str:
    """Why nobody can be served on this place any more; empty while somebody can."""
    if program.status is not ProgramStatus.LIVE:
        return "closed"
    return "too_late" if line_over(place.start, now, program.place.zone) else ""


def _stands(application: Application, place: Place) -> bool:
    return in_line(application) and application.waitlist is not None and application.waitlist.number == place.number


def _refused(detail: str, remedy: str, application: Application) -> NotAllowedNow:
    return NotAllowedNow(
        detail,
        remedy,
        state=application.status.value,
        event=ApplicationEvent.JOIN_WAITLIST.value,
        reservation_id=application.live_reservation_id,
    )
