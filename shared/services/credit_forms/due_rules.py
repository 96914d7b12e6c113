"""What a credit form waits for, and what happens when the time is up."""

from __future__ import annotations

from collections.abc import Callable

from shared.domain.core.due_readers import COORDINATORS, CREDIT_FORMS, WATCHED
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
from shared.domain.credit_forms.machine import FormStatus
from shared.ports import Stored
from shared.services.core.due_rule import DueRule
from shared.services.credit_forms.sla import CreditClock

OF = ("CREDIT_FORM",)


def _in(*states: FormStatus) -> Callable[[Stored], bool]:
    return lambda loaded: loaded.state["status"] in states


def _listed(kind: str, who: str, means: str, reader: str = COORDINATORS) -> DueRule:
    return DueRule(kind, OF, (who,), means, reader)


def _clock(kind: str, means: str, act: Callable[..., str], state: FormStatus) -> DueRule:
    return DueRule(kind, OF, ("system",), means, CREDIT_FORMS, CreditClock, act, _in(state))


DUE_RULES = (
    _clock(CREDIT_STEP, "the host is reminded; the breach; its escalation (H16)", CreditClock.step, FormStatus.SENT),
    _clock(CREDIT_MISSING, "the trainee is reminded; the request ends", CreditClock.missing, FormStatus.INCOMPLETE),
    _clock(CREDIT_LAPSE, "a month after the rotation: closed", CreditClock.lapse, FormStatus.SENT),
    _listed(CREDIT_ANSWER, "host", "the host's answer is overdue (H16)", WATCHED),
    _listed(CREDIT_SEND, "coordinator", "sending the form is overdue (H15)"),
    _listed(CREDIT_ACCEPT, "coordinator", "accepting the signed form is overdue"),
    _listed(CREDIT_FORWARD, "coordinator", "forwarding it to the school is overdue"),
    _listed(CREDIT_TASK, "coordinator", "late, declined, disputed, outdated, not delivered: since then"),
    _listed(CREDIT_NEEDED, "coordinator", "a day before the school needs it, or the rotation starts"),
)
