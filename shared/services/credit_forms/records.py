"""How a credit form is read from what is stored, where its texts are kept, and what every change of one shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.domain.core.aggregate import canonical, text_hash
from shared.domain.core.due_readers import COORDINATORS, CREDIT_FORMS, WATCHED
from shared.domain.core.errors import NotAllowedNow, NotFound
from shared.domain.core.instants import iso
from shared.domain.core.machine import Actor as By
from shared.domain.core.self_decision import forbid_self_decision
from shared.domain.credit_forms.clocks import comes_first, lapses_at, next_step
from shared.domain.credit_forms.due_kinds import (
    CREDIT_ACCEPT,
    CREDIT_ANSWER,
    CREDIT_FORWARD,
    CREDIT_LAPSE,
    CREDIT_MISSING,
    CREDIT_NEEDED,
    CREDIT_SEND,
    CREDIT_STEP,
    CREDIT_TASK,
)
from shared.domain.credit_forms.form import CreditForm, Outcome, Round
from shared.domain.credit_forms.machine import CREDIT_FORM, FormEvent, FormStatus
from shared.domain.credit_forms.policy import CreditPolicy, by_version
from shared.domain.credit_forms.share import FormRecord, counts, record_id
from shared.events.base import EventData
from shared.events.credit_form import CreditRoundCounted
from shared.ports import (
    BusinessClock,
    Due,
    IndexEntry,
    PersonalRecord,
    Store,
    Stored,
    Transition,
    UniqueKey,
    UnitOfWork,
)
from shared.services.core.secret_links import new_secret
from shared.services.core.transitions import RequestContext, find, state_after, transition, unsaved

ALL_KINDS = (
    CREDIT_SEND,
    CREDIT_ACCEPT,
    CREDIT_FORWARD,
    CREDIT_TASK,
    CREDIT_NEEDED,
    CREDIT_ANSWER,
    CREDIT_STEP,
    CREDIT_MISSING,
    CREDIT_LAPSE,
)
_DAY = timedelta(days=1)
WITH_HOST = (CREDIT_ANSWER, CREDIT_STEP, CREDIT_LAPSE)
"""What waits while the host has the form."""


def form_of(loaded: Stored) -> CreditForm:
    return CreditForm.model_validate(loaded.state)


def form_ref(owner: str, form_id: str, what: str) -> str:
    """Where a text about a form is kept: under who it goes with (`shared/domain/credit_forms/personal_data.py`)."""
    return f"{owner}/credit-form:{form_id}:{what}"


def salted(ref: str, **values: Any) -> tuple[PersonalRecord, str]:
    """A text that could be guessed until its hash fits, with a salt that goes with it; and its hash."""
    body = {**values, "salt": new_secret()}
    return PersonalRecord(ref, body), text_hash(canonical(body))


def slot_key(form: CreditForm) -> UniqueKey:
    """One of a reservation's few open forms; listed by host."""
    return UniqueKey(f"credit-form:{form.reservation_id}:{form.slot}", form.id, host_listing(form))


def host_listing(form: CreditForm) -> IndexEntry:
    return IndexEntry(f"CREDIT#{form.host_id}", f"{iso(form.created_at)}#{form.id}")


def no_form(form_id: str) -> NotFound:
    return NotFound(f"There is no credit form {form_id}.", "Check the address, or start again from your list.")


def coordinators(kind: str, at: datetime) -> Due:
    return Due(kind, at, "coordinator", COORDINATORS)


def with_host(form: CreditForm, round: Round, policy: CreditPolicy, now: datetime) -> tuple[Due, ...]:
    """What waits once a round begins: the answer, the next step of the clock, the end of all waiting."""
    due = [
        Due(CREDIT_ANSWER, round.due_at, "host", WATCHED),
        # A form sent long after the rotation has its 48 hours and the escalation all the same.
        Due(CREDIT_LAPSE, max(lapses_at(form, policy), round.due_at + 2 * _DAY), "system", CREDIT_FORMS),
    ]
    if step := next_step(round, form.zone, policy, now):
        due.append(Due(CREDIT_STEP, step.at, "system", CREDIT_FORMS))
    if first := comes_first(form, round.due_at):
        due.append(coordinators(CREDIT_NEEDED, first.at - timedelta(hours=policy.needed_hours)))
    return tuple(due)


@dataclass(frozen=True)
class Change:
    """One step of a form, before it is committed."""

    event: EventData
    due: tuple[Due, ...] = ()
    done: tuple[str, ...] = ()
    records: tuple[PersonalRecord, ...] = ()
    replaced: tuple[PersonalRecord, ...] = ()
    dropped: tuple[str, ...] = ()
    also: tuple[Transition, ...] = ()
    released: tuple[UniqueKey, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CreditForms:
    """Loads a form for who may change it, fires its machine, commits one step. Every use case has one of these."""

    store: Store
    clock: BusinessClock

    def load(self, form_id: str) -> tuple[Stored, CreditForm]:
        """Raises `NotFound`."""
        loaded = find(self.store, "CREDIT_FORM", form_id)
        if loaded is None:
            raise no_form(form_id)
        return loaded, form_of(loaded)

    def of_staff(self, call: RequestContext, form_id: str) -> tuple[Stored, CreditForm]:
        """For a coordinator. Raises `NotFound`, `WrongRole` for one's own (H11, H15)."""
        loaded, form = self.load(form_id)
        forbid_self_decision(call.actor, form.trainee_id)
        return loaded, form

    def of_trainee(self, call: RequestContext, form_id: str) -> tuple[Stored, CreditForm]:
        """Somebody else's is not there. Raises `NotFound`."""
        loaded, form = self.load(form_id)
        if call.actor.role != "trainee" or form.trainee_id != call.actor.id:
            raise no_form(form_id)
        return loaded, form

    @staticmethod
    def fire(form: CreditForm, event: FormEvent, by: By) -> FormStatus:
        """The status that it leads to. Raises `NotAllowedNow`, `WrongRole`."""
        return FormStatus(CREDIT_FORM.fire(form.status, event, by).target)

    def commit(self, loaded: Stored, call: RequestContext, change: Change) -> CreditForm:
        """The form afterwards."""
        now = self.clock.now()
        kinds = {due.kind for due in change.due}
        done = tuple(kind for kind in change.done if kind not in kinds)
        moved = transition(loaded, change.event, call, now, due=change.due, done=done)
        self.store.commit(
            UnitOfWork(
                transitions=(moved, *change.also),
                records=change.records,
                replaced_records=change.replaced,
                dropped_records=change.dropped,
                released_keys=change.released,
            )
        )
        return CreditForm.model_validate(state_after(moved))

    def counted(
        self, call: RequestContext, form: CreditForm, round: Round, ended_at: datetime | None = None
    ) -> tuple[Transition, ...]:
        """What the round, as it is from now on, changes in its host's record of the promise kept."""
        policy, id = by_version(form.policy_version), record_id(form.host_id)
        loaded = find(self.store, "RECORD", id) or unsaved("RECORD", id)
        record = FormRecord.model_validate({"id": id, **loaded.state})
        added = counts(form.id, round, ended_at)
        others = tuple(one for one in record.rounds if (one.form_id, one.round) != (form.id, round.n))
        rounds = record.with_round(added, policy) if added else others
        if rounds == record.rounds:
            return ()
        return (transition(loaded, CreditRoundCounted(id=id, rounds=rounds), call, self.clock.now()),)

    def given_back(
        self, call: RequestContext, form: CreditForm, outcome: Outcome
    ) -> tuple[tuple[Round, ...], tuple[Transition, ...]]:
        """The rounds and the host's record once the open round ends without an answer; unchanged where none is open."""
        if not form.rounds or form.round.outcome is not None:
            return form.rounds, ()
        rounds = form.with_round(outcome=outcome)
        return rounds, self.counted(call, form, rounds[-1], self.clock.now())


def seen(form: CreditForm, version: int) -> None:
    """What somebody decides on is what they saw. Raises `NotAllowedNow` with the present version."""
    if form.version != version:
        raise NotAllowedNow(
            "The form has changed since you opened it.",
            "Read it again and repeat the step; what you typed is still here.",
            state=form.status.value,
            event="changed",
            version=form.version,
        )


def words_of(store: Store, ref: str | None) -> Mapping[str, Any]:
    """A text; empty where there is none, and once it was erased."""
    return (store.text(ref) if ref else None) or {}
