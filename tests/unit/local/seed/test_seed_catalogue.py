"""The hand-written catalogue: broad, valid, inside the price bounds, at real places, and unmistakably fictional."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import EmailStr, TypeAdapter

from infra.local.seed import places
from infra.local.seed.catalogue import Seed, closures, load
from shared.domain.applications.eligibility import explain
from shared.domain.core.errors import Invalid
from shared.domain.core.policy import CURRENT
from shared.domain.programs import specialties
from shared.domain.programs.guidelines import describe
from shared.domain.programs.program import ExperienceType, HostKind, Program, ProgramStatus, ReviewMode
from shared.domain.trainees.trainee import StepResult, TraineeFacts

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load(TODAY)


def test_T05_catalogue_has_about_60_programs_in_at_least_40_specialties_and_20_states(seed: Seed) -> None:
    assert 55 <= len(seed.programs) <= 70
    assert len({p.specialty for p in seed.programs}) >= 40
    assert len({p.place.state for p in seed.programs}) >= 20
    assert len({p.place.zone for p in seed.programs}) >= 7


def test_every_specialty_slug_exists(seed: Seed) -> None:
    for program in seed.programs:
        assert specialties.get(program.specialty).slug == program.specialty


def test_T21_every_fee_lies_within_the_bounds_and_both_bounds_occur(seed: Seed) -> None:
    fees = [p.price_4w_cents for p in seed.programs]
    assert (
        (min(fees), max(fees))
        == (CURRENT.money.price_4w_min_cents, CURRENT.money.price_4w_max_cents)
        == (99900, 419900)
    )


def test_own_prices_of_other_lengths_grow_with_the_weeks_and_lie_within_the_lengths_offered(seed: Seed) -> None:
    priced = [p for p in seed.programs if p.price_table]
    assert priced
    for program in priced:
        table = {**program.price_table, 4: program.price_4w_cents}
        assert [table[weeks] for weeks in sorted(table)] == sorted(table.values())
        assert all(program.weeks_min <= weeks <= program.weeks_max for weeks in table)


def test_host_stipend_is_below_the_fee_everywhere(seed: Seed) -> None:
    assert all(0 < 4 * p.stipend_week_cents < p.price_4w_cents for p in seed.programs)


def test_T02_every_place_is_a_us_zip_with_a_zone_that_exists(seed: Seed) -> None:
    for program in seed.programs:
        assert program.place == places.place(program.place.zip)
        assert program.place.state in places.STATES
        assert ZoneInfo(program.place.zone).key == program.place.zone


def test_T02_T19_all_host_kinds_review_modes_and_experience_types_occur(seed: Seed) -> None:
    assert {p.host_kind for p in seed.programs} == set(HostKind)
    assert {p.review_mode for p in seed.programs} == set(ReviewMode)
    assert {kind for p in seed.programs for kind in p.experience_types} == set(ExperienceType)


def test_capacities_credit_letters_vacations_and_lengths_are_mixed(seed: Seed) -> None:
    capacities = Counter(p.capacity for p in seed.programs)
    assert capacities[1] >= 20
    assert len(capacities) >= 5
    for flags in ([p.credit_friendly for p in seed.programs], [p.letter_possible for p in seed.programs]):
        assert min(Counter(flags).values()) >= 8
        assert len(Counter(flags)) == 2
    assert 15 <= sum(bool(p.vacations) for p in seed.programs) <= 50
    assert sum(p.weeks_max > 4 for p in seed.programs) >= 5


def test_every_program_is_live_takes_a_four_week_rotation_and_asks_for_a_cv(seed: Seed) -> None:
    for program in seed.programs:
        assert program.status is ProgramStatus.LIVE
        assert program.weeks_min <= 4 <= program.weeks_max
        assert "cv" in program.required_documents


def test_H12_most_programs_have_guidelines_and_no_two_contradict_each_other(seed: Seed) -> None:
    assert sum(bool(describe(p.guidelines)) for p in seed.programs) >= 50
    for program in seed.programs:
        rules = program.guidelines
        assert (rules.weeks_min or 0) <= program.weeks_min, program.id
        assert (rules.weeks_max or 52) >= program.weeks_max, program.id
        assert rules.lead_days <= 120, program.id


def test_T07_T09_somebody_is_eligible_for_each_type_that_each_program_offers(seed: Seed) -> None:
    start = TODAY + timedelta(days=100)
    for program in seed.programs:
        for kind in program.experience_types:
            verdicts = [
                explain(TraineeFacts(trainee_status=status, step1=StepResult.PASSED), kind, start, TODAY).allowed
                for status in program.guidelines.statuses
            ]
            assert any(verdicts), f"{program.id}: nobody it takes may do {kind}"


def test_H13_every_host_has_a_contact_at_an_address_that_cannot_receive_mail(seed: Seed) -> None:
    assert set(seed.contacts) == {p.host_id for p in seed.programs}
    for host_id, contact in seed.contacts.items():
        assert contact.host_id == host_id
        assert contact.name
        assert contact.email.endswith(".example")
        assert TypeAdapter(EmailStr).validate_python(contact.email)


def test_no_host_exists_under_two_names_and_no_program_shares_its_id_or_name(seed: Seed) -> None:
    assert len({p.id for p in seed.programs}) == len({p.name for p in seed.programs}) == len(seed.programs)
    for program in seed.programs:
        assert program.id.startswith(program.host_id), program.id
        invented = program.host_id.split("-")[0].capitalize()
        assert program.name.startswith(invented), program.id


def test_summaries_say_something_and_end_like_sentences(seed: Seed) -> None:
    assert len({p.summary for p in seed.programs}) == len(seed.programs)
    for program in seed.programs:
        assert 60 <= len(program.summary) <= 320, program.id
        assert program.summary.endswith("."), program.id
        assert "\n" not in program.summary, program.id


def test_loading_twice_gives_the_same_and_the_coordinator_is_set_on_request(seed: Seed) -> None:
    assert load(TODAY) == seed
    assert {p.coordinator_id for p in load(TODAY, coordinator_id="acc-1").programs} == {"acc-1"}


# --- closures ---------------------------------------------------------------------------------------------------------
def test_H06_yearly_closure_covers_the_horizon_and_leaves_out_what_is_over() -> None:
    days = [(v.first, v.last) for v in closures(["07-01/07-11"], TODAY)]
    assert days == [(date(year, 7, 1), date(year, 7, 11)) for year in (2027, 2028, 2029)]


def test_H06_closure_over_new_year_ends_in_the_next_year_and_keeps_the_one_that_runs_today() -> None:
    days = [(v.first, v.last) for v in closures(["12-20/01-03"], date(2027, 1, 3))]
    assert days[0] == (date(2026, 12, 20), date(2027, 1, 3))
    assert days[-1] == (date(2030, 12, 20), date(2031, 1, 3))
    assert next(closures(["12-20/01-03"], date(2027, 1, 4))).first == date(2027, 12, 20)


@pytest.mark.parametrize("text", ["07-01", "7-1/7-11", "02-20/02-29", "13-01/13-02", "07-01/07-11/07-12", ""])
def test_H06_closure_that_is_no_pair_of_days_of_every_year_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        list(closures([text], TODAY))


# --- entries that do not fit ------------------------------------------------------------------------------------------
GOOD = """
hosts:
  mossygale: {kind: hospital, manager: {name: Ada Brook, email: ada@mossygale.example}}
programs:
  - {id: mossygale-surgery, host_id: mossygale, name: Mossygale,
     specialty: general-surgery, zip: "60614", setting: Hospital,
     experience_types: [hands_on], price_4w_cents: 100000, capacity: 1, stipend_week_cents: 1, summary: Short.}
"""


def _load(folder: Path, text: str) -> tuple[Program, ...]:
    (folder / "test.yaml").write_text(text, "utf-8")
    return load(TODAY, folder=folder).programs


def test_a_fitting_file_is_read(tmp_path: Path) -> None:
    (program,) = _load(tmp_path, GOOD)
    assert (program.place.city, program.place.state, program.place.zone) == ("Chicago", "IL", "America/Chicago")
    assert program.host_kind is HostKind.HOSPITAL


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("general-surgery", "astrology", "astrology"),
        ('"60614"', '"00000"', "00000"),
        ('"60614"', '"09001"', "09001"),
        ("host_id: mossygale", "host_id: elsewhere", "elsewhere"),
        ("capacity: 1", "capacity: 0", "capacity"),
        ("capacity: 1", "capazity: 1", "capazity"),
        ('zip: "60614", ', "", "zip"),
        ("id: mossygale-surgery, ", "", "id"),
        ("capacity: 1", "capacity: 1, closed: [02-29/03-02]", "day"),
        ("capacity: 1", "capacity: [", "test.yaml"),
        ("name: Ada Brook, ", "", "name"),
        ("hosts:", "hostz:", "hosts"),
        ("programs:", "programz:", "programs"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused_with_its_file_and_what_is_wrong(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    assert old in GOOD
    with pytest.raises(Invalid) as refusal:
        _load(tmp_path, GOOD.replace(old, new))
    assert "test.yaml" in refusal.value.detail
    assert named in refusal.value.detail
    assert "README" in refusal.value.remedy


def test_an_id_used_in_two_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(GOOD, "utf-8")
    with pytest.raises(Invalid, match=r"mossygale.*twice"):
        _load(tmp_path, GOOD)


@pytest.mark.parametrize(
    "zip_code", ["", "6061", "606144", "00000", "09001", "00601", "96910", "10008", "20505", "chicago"]
)
def test_T02_a_zip_outside_the_states_or_of_no_street_is_refused(zip_code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        places.place(zip_code)
    assert refusal.value.facts == {"field": "zip"}
