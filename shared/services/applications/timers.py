"""What the sweep does when an application's time is up: it expires, it closes, somebody is reminded (T18-T20, T25)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.applications.application import Application, reply_over
from shared.domain.applications.application_machine import APPLICATION, ApplicationEvent, ApplicationStatus
from shared.domain.applications.clocks import (
    host_escalation,
    host_reminders_owed,
    lapse,
    next_host_step,
    reply_reminder,
)
from shared.domain.applications.due_kinds import HOST, HOST_LATE, REPLY_REMINDER, WITH_HOST
from shared.domain.applications.values import HostQuestion
from shared.domain.core.calendar import reached
from shared.domain.core.due_readers import COORDINATORS
from shared.domain.core.machine import Actor
from shared.domain.core.policy import by_version
from shared.events.application import HostEscalated, HostReminded, ReplyReminded
from shared.events.base import EventData
from shared.ports import BusinessClock, Due, Store
from shared.services.applications.state_changes import closing_work, expiry_work
from shared.services.core.due_rule import NOTHING
from shared.services.core.records import application_of
from shared.services.core.transitions import RequestContext, retry_on_conflict


@dataclass(frozen=True)
class ApplicationTimers:
    store: Store
    clock: BusinessClock

    def expire(self, event: ApplicationEvent, application_id: str, call: RequestContext) -> str:
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

    def remind_of_reply(self, application_id: str, call: RequestContext) -> str:
        """Once, half-way, and not any more when the time to answer is over as well."""

        def waits(applied: Application) -> bool:
            asked = applied.question
            if applied.status is not ApplicationStatus.NEEDS_INFO or asked is None or asked.reminded_at is not None:
                return False
            now, policy = self.clock.now(), by_version(applied.policy_version)
            return reached(reply_reminder(asked.asked_at, asked.reply_due_at, policy), now) and not reply_over(
                applied, now
            )

        def event(applied: Application, status: ApplicationStatus) -> EventData:
            assert applied.question is not None  # `waits`
            return ReplyReminded(
                status=status, question=applied.question.model_copy(update={"reminded_at": self.clock.now()})
            )

        return self._remind(application_id, ApplicationEvent.REMIND, waits, event, call, (REPLY_REMINDER,))

    def remind_host(self, application_id: str, call: RequestContext) -> str:
        """A host's silence: reminded on days 3 and 5 (once, however late the sweep), from day 7 on a coordinator's to
        decide by day 10."""
        found = application_of(self.store.load("APPLICATION", application_id))
        if found.host is None:
            return NOTHING
        routed, decide_at = found.host.routed_at, found.host.decide_at
        now, policy = self.clock.now(), by_version(found.policy_version)

        def waits(applied: Application) -> bool:
            return (
                applied.status is ApplicationStatus.HOST_REVIEW
                and applied.host is not None
                and applied.host.routed_at == routed
                and applied.host.escalated_at is None
            )

        def asked(applied: Application, **changes: object) -> HostQuestion:
            assert applied.host is not None  # `waits`
            return applied.host.model_copy(update=changes)

        if reached(host_escalation(routed, decide_at, policy), now):
            return self._remind(
                application_id,
                ApplicationEvent.ESCALATE,
                waits,
                lambda applied, status: HostEscalated(status=status, host=asked(applied, escalated_at=now)),
                call,
                (HOST, WITH_HOST),
                (Due(HOST_LATE, decide_at, "coordinator", COORDINATORS),),
            )
        owed = host_reminders_owed(routed, decide_at, now, policy)
        again = Due(HOST, next_host_step(routed, decide_at, now, policy), "host")
        return self._remind(
            application_id,
            ApplicationEvent.REMIND,
            lambda applied: waits(applied) and asked(applied).reminders < owed,
            lambda applied, status: HostReminded(status=status, host=asked(applied, reminders=owed)),
            call,
            (),
            (again,),
        )

    def _remind(
        self,
        application_id: str,
        event: ApplicationEvent,
        waits: Callable[[Application], bool],
        data: Callable[[Application, ApplicationStatus], EventData],
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
            changed = data(applied, ApplicationStatus(arrow.target))
            self.store.commit(closing_work(loaded, changed, call, self.clock.now(), done, due))
            return event.value

        return retry_on_conflict(decide)
