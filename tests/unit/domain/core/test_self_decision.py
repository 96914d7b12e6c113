"""H11, H12: staff and hosts act on others' records only; trainees act on their own, and timers on everybody's."""

from __future__ import annotations

import pytest

from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import WrongRole
from shared.domain.core.self_decision import forbid_self_decision


@pytest.mark.parametrize("role", ["reviewer", "coordinator", "coach", "finance", "admin", "host", "a-role-of-tomorrow"])
def test_H12_staff_and_hosts_act_on_others_records_alone(role: str) -> None:
    forbid_self_decision(Actor(role=role, id="somebody"), "somebody-else")
    with pytest.raises(WrongRole):
        forbid_self_decision(Actor(role=role, id="somebody"), "somebody")


@pytest.mark.parametrize("role", ["trainee", "account", "system"])
def test_H12_whoever_acts_for_themselves_or_for_nobody_may(role: str) -> None:
    forbid_self_decision(Actor(role=role, id="somebody"), "somebody")
