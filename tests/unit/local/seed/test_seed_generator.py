"""Generated programs: deterministic, valid, within the price bounds and varied enough to measure search with."""

from __future__ import annotations

from collections import Counter

import pytest

from infra.local.seed import places
from infra.local.seed.generator import programs
from shared.domain.core.policy import CURRENT
from shared.domain.programs import specialties
from shared.domain.programs.program import ExperienceType, HostKind, Program, ReviewMode


@pytest.fixture(scope="module")
def many() -> list[Program]:
    return list(programs(3000))


def test_same_arguments_give_the_same_programs_and_another_seed_gives_others() -> None:
    assert list(programs(20, seed=7)) == list(programs(20, seed=7))
    assert list(programs(20, seed=7)) != list(programs(20, seed=8))


def test_a_short_run_is_the_beginning_of_a_long_one(many: list[Program]) -> None:
    assert list(programs(50)) == many[:50]


def test_every_generated_program_survives_validation_as_json(many: list[Program]) -> None:
    for program in many:
        assert Program.model_validate_json(program.model_dump_json()) == program


def test_ids_are_unique_and_hosts_have_one_kind(many: list[Program]) -> None:
    assert len({p.id for p in many}) == len(many)
    assert max(Counter(host for host, _ in {(p.host_id, p.host_kind) for p in many}).values()) == 1


def test_T21_generated_fees_lie_within_the_bounds(many: list[Program]) -> None:
    assert all(CURRENT.money.price_4w_min_cents <= p.price_4w_cents <= CURRENT.money.price_4w_max_cents for p in many)
    assert len({p.price_4w_cents for p in many}) >= 40


def test_T05_all_specialties_and_nearly_all_states_occur(many: list[Program]) -> None:
    assert {p.specialty for p in many} == {e.slug for e in specialties.all()}
    assert len({p.place.state for p in many}) >= 45
    assert all(p.place == places.place(p.place.zip) for p in many)


def test_everyday_specialties_are_offered_more_often_than_rare_ones(many: list[Program]) -> None:
    count = Counter(p.specialty for p in many)
    assert count["internal-medicine"] > 5 * count["hematopathology"]


def test_kinds_modes_types_capacities_and_vacations_are_mixed(many: list[Program]) -> None:
    assert {p.host_kind for p in many} == set(HostKind)
    assert {p.review_mode for p in many} == set(ReviewMode)
    assert {kind for p in many for kind in p.experience_types} == set(ExperienceType)
    assert {p.capacity for p in many} == {1, 2, 3, 4, 6, 8}
    assert all(v.first <= v.last for p in many for v in p.vacations)
    assert len({p.vacations for p in many}) > 50


def test_none_is_an_empty_run_and_less_than_none_is_refused() -> None:
    assert list(programs(0)) == []
    with pytest.raises(ValueError, match="-1 programs"):
        programs(-1)
