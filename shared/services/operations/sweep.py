"""The minute's sweep: what fell due is ended, each by its own rule. Late, double and stale runs are harmless: every
rule looks at the state again, and the due row goes away only in the transaction that acts on it, or when its state does
not keep it.

One item that fails does not stop the others, and needs no retry of its own: its row is still there in the next minute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from shared.domain.applications.application import (
    APPLICATION,
    Application,
    ApplicationEvent,
    ApplicationStatus,
    reply_over,
)
from shared.domain.applications.clocks import (
    host_escalation,
    host_reminders_owed,
    lapse,
    next_host_step,
    reply_reminder,
)
from shared.domain.core import due_kinds
from shared.domain.core.calendar import reached
from shared.domain.core.errors import PaymentUnavailable
from shared.domain.core.machine import Actor
from shared.domain.core.policy import by_version
from shared.domain.reservations.reservation import Reservation, ReservationEvent, ReservationStatus, hold_over
from shared.events.application import HostEscalated, HostReminded, ReplyReminded
from shared.events.base import EventData
from shared.ports import BusinessClock, Due, DueItem, Store, Stored
from shared.services.applications.submission import WAITS, closing_work, expiry_work
from shared.services.core.records import application_of
from shared.services.core.transitions import RequestContext, find, retry_on_conflict
from shared.services.money.settlement import Settlement
from shared.services.programs.seat_years import SeatYears
from shared.services.reservations.holds import Holds
from shared.services.reservations.preparation import Preparation
from shared.services.search.saved_searches import end_in_time
from shared.services.waitlist.waitlist import NOTHING as NOTHING_CAME_BACK
from shared.services.waitlist.waitlist import Waitlist

KINDS = (
    due_kinds.CLAIM,
    due_kinds.DRAFT,
    due_kinds.STALE,
    due_kinds.REPLY_REMINDER,
    due_kinds.REPLY,
    due_kinds.HOST,
    due_kinds.PREPARATION,
    due_kinds.SEATS,
    due_kinds.SAVED_SEARCH,
    due_kinds.OFFER,
    due_kinds.HOLD,
    due_kinds.WAITLIST,
    due_kinds.REFUND,
)
"""In this order: what needs only our own records comes first, so that a silent partner holds nothing else up; a line is
served after the holds that ended."""
ASKS_STRIPE = (due_kinds.HOLD, due_kinds.REFUND)
NOTHING, FORGOTTEN = "not due any more", "nobody waits for it"
AT_ONCE, LINES = 100, 1000
"""A line stays due for as long as somebody stands in it, so all of them are read: no program may hide behind others."""


@dataclass
class Swept:
    """`done` counts outcomes by "kind: outcome"; `failures` are items left for the next run, with what stopped them."""

    done: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[DueItem, Exception]] = field(default_factory=list)
    left: int = 0


@dataclass(frozen=True, kw_only=True)
class Sweep:
    store: Store
    clock: BusinessClock
    holds: Holds
    settlement: Settlement
    waitlist: Waitlist

    def run(self, call: RequestContext, time_left: Callable[[], bool] = lambda: True) -> Swept:
        """Goes through what is due now, oldest first. `time_left` says whether another item may be begun; the rest is
        counted as `left`.

        Raises `Busy` when the due rows themselves cannot be read: then nothing was looked at, and the message should
        come again.
        """
        swept, silent = Swept(), False
        for kind in KINDS:
            for item in self.store.due(kind, self.clock.now(), LINES if kind == due_kinds.WAITLIST else AT_ONCE):
                if not time_left() or (silent and kind in ASKS_STRIPE):
                    swept.left += 1
                    continue
                try:
                    outcome = self._rule(kind)(item.subject_id, call)
                    swept.done[f"{kind}: {self._forgotten(item) if outcome == NOTHING else outcome}"] += 1
                except Exception as error:  # noqa: BLE001 - whatever is wrong with one item, the others are due as well
                    swept.failures.append((item, error))
                    # Each further question to a partner that does not answer would cost the run its time.
                    silent = silent or isinstance(error, PaymentUnavailable)
        return swept

    def _forgotten(self, item: DueItem) -> str:
        """A row that the state does not keep goes away, or enough of them would hide what is due behind them."""
        found = find(self.store, item.subject_kind, item.subject_id)
        if found is None or _keeps(found, item.due.kind):
            return NOTHING
        self.store.forget_due(item)
        return FORGOTTEN

    def _rule(self, kind: str) -> Callable[[str, RequestContext], str]:
        rules: dict[str, Callable[[str, RequestContext], str]] = {
            due_kinds.CLAIM: self._claim,
            due_kinds.DRAFT: self._draft,
            due_kinds.STALE: self._stale,
            due_kinds.REPLY_REMINDER: self._reply_reminder,
            due_kinds.REPLY: self._reply,
            due_kinds.HOST: self._host,
            due_kinds.PREPARATION: self._preparation,
            due_kinds.SEATS: SeatYears(self.store, self.clock).extend,
            due_kinds.SAVED_SEARCH: self._saved_search,
            due_kinds.OFFER: self._offer,
            due_kinds.HOLD: self._hold,
            due_kinds.WAITLIST: self._line,
            due_kinds.REFUND: self._refund,
        }
        return rules[kind]

    def _hold(self, reservation_id: str, call: RequestContext) -> str:
        reserved = Reservation.model_validate(self.store.load("RESERVATION", reservation_id).state)
        if not hold_over(reserved, self.clock.now()):
            return NOTHING
        return self.holds.end(reservation_id, ReservationEvent.EXPIRE, call)

    def _preparation(self, reservation_id: str, call: RequestContext) -> str:
        """H20: the trainee is reminded of what is still open."""
        return Preparation(store=self.store, catalogue=self.holds.catalogue, clock=self.clock).remind(
            reservation_id, call
        )

    def _saved_search(self, id: str, call: RequestContext) -> str:
        return "ended" if end_in_time(self.store, self.clock, id, call) else NOTHING

    def _line(self, program_id: str, call: RequestContext) -> str:
        """Stays due while somebody stands in it; each run looks whether a seat came back."""
        done = self.waitlist.serve(program_id, call)
        return ", ".join(f"{often} {what}" for what, often in sorted(done.items())) or NOTHING_CAME_BACK

    def _refund(self, reservation_id: str, call: RequestContext) -> str:
        return self.settlement.finish_refund(reservation_id, call)

    def _claim(self, application_id: str, call: RequestContext) -> str:
        """A reviewer's claim: the application is free for another one."""
        return self._run_out(application_id, ApplicationEvent.CLAIM_LAPSED, call)

    def _draft(self, application_id: str, call: RequestContext) -> str:
        return self._run_out(application_id, ApplicationEvent.DRAFT_LAPSED, call)

    def _stale(self, application_id: str, call: RequestContext) -> str:
        """Nobody decided, and the start is too near by now to plan for it."""
        return self._run_out(application_id, ApplicationEvent.CLOSE, call)

    def _reply(self, application_id: str, call: RequestContext) -> str:
        """A question that nobody answered in time."""
        return self._run_out(application_id, ApplicationEvent.REPLY_LAPSED, call)

    def _reply_reminder(self, application_id: str, call: RequestContext) -> str:
        """Once, half-way, and not any more when the time to answer is over as well."""

        def waits(applied: Application) -> bool:
            asked, until = applied.asked_at, applied.reply_due_at
            if (
                applied.status is not ApplicationStatus.NEEDS_INFO
                or asked is None
                or until is None
                or applied.reminded_at is not None
            ):
                return False
            now, policy = self.clock.now(), by_version(applied.policy_version)
            return reached(reply_reminder(asked, until, policy), now) and not reply_over(applied, now)

        def event(status: ApplicationStatus) -> EventData:
            return ReplyReminded(status=status, reminded_at=self.clock.now())

        return self._remind(application_id, ApplicationEvent.REMIND, waits, event, call, (due_kinds.REPLY_REMINDER,))

    def _host(self, application_id: str, call: RequestContext) -> str:
        """A host's silence: reminded on days 3 and 5 (once, however late the sweep), from day 7 on a coordinator's to
        decide by day 10."""
        found = Application.model_validate(self.store.load("APPLICATION", application_id).state)
        if found.routed_at is None or found.host_decide_at is None:
            return NOTHING
        routed, decide_at, now, policy = (
            found.routed_at,
            found.host_decide_at,
            self.clock.now(),
            by_version(found.policy_version),
        )

        def waits(applied: Application) -> bool:
            return (
                applied.status is ApplicationStatus.HOST_REVIEW
                and applied.routed_at == routed
                and applied.host_escalated_at is None
            )

        if reached(host_escalation(routed, decide_at, policy), now):
            return self._remind(
                application_id,
                ApplicationEvent.ESCALATE,
                waits,
                lambda status: HostEscalated(status=status, host_escalated_at=now),
                call,
                (due_kinds.HOST,),
                (Due(due_kinds.HOST_LATE, decide_at, "coordinator"),),
            )
        owed = host_reminders_owed(routed, decide_at, now, policy)
        again = Due(due_kinds.HOST, next_host_step(routed, decide_at, now, policy), "host")
        return self._remind(
            application_id,
            ApplicationEvent.REMIND,
            lambda applied: waits(applied) and applied.host_reminders < owed,
            lambda status: HostReminded(status=status, host_reminders=owed),
            call,
            (),
            (again,),
        )

    def _offer(self, application_id: str, call: RequestContext) -> str:
        """Not reserved in time. While somebody pays there is no due row, and this finds a live hold at most by a stale
        read."""
        return self._run_out(application_id, ApplicationEvent.OFFER_LAPSED, call)

    def _run_out(self, application_id: str, event: ApplicationEvent, call: RequestContext) -> str:
        """`event` if it is the arrow that the clock has taken: the one rule by which services answer whoever acts
        before the sweep."""

        def decide() -> str:
            loaded, now = self.store.load("APPLICATION", application_id), self.clock.now()
            work = expiry_work(loaded, call, now) if lapse(application_of(loaded), now) is event else None
            if work is None:
                return NOTHING
            self.store.commit(work)
            return event.value

        return retry_on_conflict(decide)

    def _remind(
        self,
        application_id: str,
        event: ApplicationEvent,
        waits: Callable[[Application], bool],
        data: Callable[[ApplicationStatus], EventData],
        call: RequestContext,
        done: tuple[str, ...] = (),
        due: tuple[Due, ...] = (),
    ) -> str:
        def decide() -> str:
            loaded = self.store.load("APPLICATION", application_id)
            applied = application_of(loaded)
            if not waits(applied):
                return NOTHING
            arrow = APPLICATION.fire(applied.status, event, Actor.SYSTEM)
            self.store.commit(
                closing_work(loaded, data(ApplicationStatus(arrow.target)), call, self.clock.now(), done, due)
            )
            return event.value

        return retry_on_conflict(decide)


def _keeps(found: Stored, kind: str) -> bool:
    """Whether this state may have a due row of this kind."""
    if found.kind == "APPLICATION":
        return kind in WAITS.get(ApplicationStatus(found.state["status"]), ())
    return kind != due_kinds.HOLD or found.state["status"] == ReservationStatus.HELD
