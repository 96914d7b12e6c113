"""Generated programs: deterministic, valid, within the price bounds and varied enough to measure search with."""

from __future__ import annotations

import pytest

from infra.local.seed import places
from infra.local.seed.generator import programs
from shared.domain.core.policy import CURRENT
from shared.domain.programs import specialties
from shared.domain.programs.program import Program


@pytest.fixture(scope="module")
def many() -> list[Program]:
    return list(programs(3000))


def test_same_arguments_give_the_same_programs_and_another_seed_gives_others() -> None:
    assert list(programs(20, seed=7)) == list(programs(20, seed=7))
    assert list(programs(20, seed=7)) != list(programs(20, seed=8))


def test_every_generated_program_survives_validation_as_json(many: list[Program]) -> None:
    for program in many:
        assert Program.model_validate_json(program.model_dump_json()) == program


def test_T21_generated_fees_lie_within_the_bounds(many: list[Program]) -> None:
    assert all(CURRENT.price_4w_min_cents <= p.price_4w_cents <= CURRENT.price_4w_max_cents for p in many)
    assert len({p.price_4w_cents for p in many}) >= 40


def test_T05_all_specialties_and_nearly_all_states_occur(many: list[Program]) -> None:
    assert {p.specialty for p in many} == {e.slug for e in specialties.all()}
    assert len({p.place.state for p in many}) >= 45
    assert all(p.place == places.place(p.place.zip) for p in many)
