"""The clock of the form (H16), by the minute: reminders, the breach, its escalation, the ends of waiting. Late, double
and skipped runs are harmless: each looks at the state again, and what is past is never caught up with by night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.core.calendar import reached
from shared.domain.core.due_readers import CREDIT_FORMS
from shared.domain.core.machine import Actor as By
from shared.domain.credit_forms.clocks import Step, is_quiet, lapses_at, next_step
from shared.domain.credit_forms.due_kinds import CREDIT_MISSING, CREDIT_STEP, CREDIT_TASK
from shared.domain.credit_forms.form import CreditForm, Outcome
from shared.domain.credit_forms.machine import FormEvent, FormStatus
from shared.domain.credit_forms.policy import by_version
from shared.events.base import EventData
from shared.events.credit_form import (
    CreditFormBreached,
    CreditFormClosed,
    CreditFormEscalated,
    CreditFormLateNoted,
    CreditFormMissingReminded,
    CreditFormReminded,
    CreditFormWithdrawn,
)
from shared.ports import Due, Transition
from shared.services.core.due_rule import NOTHING
from shared.services.core.transitions import RequestContext, retry_on_conflict
from shared.services.credit_forms.records import ALL_KINDS, Change, CreditForms, coordinators, slot_key


@dataclass(frozen=True, kw_only=True)
class CreditClock(CreditForms):
    def step(self, form_id: str, call: RequestContext) -> str:
        """The next step of the open round; its due row is replaced by the one after it."""

        def decide() -> str:
            loaded, form = self.load(form_id)
            now, policy = self.clock.now(), by_version(form.policy_version)
            if form.status is not FormStatus.SENT:
                return NOTHING
            step = next_step(form.round, form.zone, policy, now)
            if step is None or not reached(step.at, now):
                return NOTHING
            event, due, also = self._event(form, step.step, call)
            after = form.model_copy(update={"rounds": event.rounds})  # type: ignore[attr-defined] # all of them have it
            following = next_step(after.round, form.zone, policy, now)
            again = (Due(CREDIT_STEP, following.at, "system", CREDIT_FORMS),) if following else ()
            self.commit(loaded, call, Change(event, due=(*due, *again), done=(CREDIT_STEP,), also=also))
            return step.step.value

        return retry_on_conflict(decide)

    def missing(self, form_id: str, call: RequestContext) -> str:
        """The trainee was asked something: reminded after a week, and after two the request ends."""

        def decide() -> str:
            loaded, form = self.load(form_id)
            now, policy = self.clock.now(), by_version(form.policy_version)
            if form.status is not FormStatus.INCOMPLETE or form.asked_at is None:
                return NOTHING
            ends = form.asked_at + timedelta(days=policy.missing_days)
            if reached(ends, now):
                event = CreditFormWithdrawn(
                    status=self.fire(form, FormEvent.LAPSE, By.SYSTEM),
                    rounds=form.rounds,
                    ended_at=now,
                    end_code="missing",
                )
                self.commit(loaded, call, Change(event, done=ALL_KINDS, released=(slot_key(form),)))
                return FormEvent.LAPSE.value
            if form.missing_reminded_at or now < form.asked_at + timedelta(days=policy.missing_reminder_days):
                return NOTHING
            reminded = CreditFormMissingReminded(
                status=self.fire(form, FormEvent.REMIND, By.SYSTEM), missing_reminded_at=now
            )
            self.commit(loaded, call, Change(reminded, due=(Due(CREDIT_MISSING, ends, "system", CREDIT_FORMS),)))
            return FormEvent.REMIND.value

        return retry_on_conflict(decide)

    def lapse(self, form_id: str, call: RequestContext) -> str:
        """A month after the rotation nobody waits any longer."""

        def decide() -> str:
            loaded, form = self.load(form_id)
            now, policy = self.clock.now(), by_version(form.policy_version)
            ends = max(lapses_at(form, policy), form.round.due_at + timedelta(days=2)) if form.rounds else None
            if form.status is not FormStatus.SENT or ends is None or not reached(ends, now):
                return NOTHING
            status = self.fire(form, FormEvent.LAPSE, By.SYSTEM)
            rounds, also = self.given_back(call, form, Outcome.TAKEN_BACK)
            event = CreditFormClosed(status=status, rounds=rounds, ended_at=now, end_code="lapsed")
            self.commit(loaded, call, Change(event, done=ALL_KINDS, also=also, released=(slot_key(form),)))
            return FormEvent.LAPSE.value

        return retry_on_conflict(decide)

    # --- parts --------------------------------------------------------------------------------------------------------
    def _event(
        self, form: CreditForm, step: Step, call: RequestContext
    ) -> tuple[EventData, tuple[Due, ...], tuple[Transition, ...]]:
        """What happened, with the due rows that it brings, and what it adds to the host's record."""
        now, policy, round = self.clock.now(), by_version(form.policy_version), form.round
        if step is Step.REMIND:
            status = self.fire(form, FormEvent.REMIND, By.SYSTEM)
            return CreditFormReminded(status=status, rounds=form.with_round(reminded=(*round.reminded, now))), (), ()
        status = self.fire(form, FormEvent.BREACH, By.SYSTEM)
        if step is Step.LATE_NOTE:
            return CreditFormLateNoted(status=status, rounds=form.with_round(late_noted_at=now)), (), ()
        if step is Step.AGAIN:
            return CreditFormEscalated(status=status, rounds=form.with_round(again_at=now)), (), ()
        by_day = not is_quiet(now, form.zone, policy)
        rounds = form.with_round(breached_at=now, late_noted_at=now if by_day else None)
        also = self.counted(call, form, rounds[-1])
        return CreditFormBreached(status=status, rounds=rounds), (coordinators(CREDIT_TASK, now),), also
