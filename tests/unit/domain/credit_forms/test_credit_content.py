"""What a host answers: read, checked, filled in, computed (H14)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.domain.core.errors import Invalid
from shared.domain.credit_forms.checklist import CODES, Verdict, checked_lines, read_lines, said
from shared.domain.credit_forms.content import (
    ABOUT_THE_PROGRAM,
    Answers,
    check_complete,
    license_ends_early,
    npi,
    open_questions,
    prefilled,
    read_answers,
    read_signature,
)
from shared.domain.credit_forms.policy import CURRENT
from shared.domain.credit_forms.signing import Capacity, SignerRule, check_capacity, forbid_trainee, same_person
from shared.domain.credit_forms.texts import about_patients, cleaned, length, words
from shared.domain.programs.program import ExperienceType
from tests.unit.domain.credit_forms.form_samples import FULL, SIGNED, a_form, lines

FORM = a_form()
DONE = read_answers(FORM, FULL, CURRENT)
SIGNATURE = read_signature(SIGNED)


def refused(given: dict[str, Any], form: Any = FORM) -> dict[str, str]:
    with pytest.raises(Invalid) as found:
        read_answers(form, FULL | given, CURRENT)
    problems: dict[str, str] = found.value.facts["problems"]
    assert found.value.facts["field"] in problems
    return problems


# --- reading ----------------------------------------------------------------------------------------------------------
def test_what_was_typed_is_read_and_a_draft_may_lack_anything() -> None:
    assert (DONE.hours_week, DONE.license_state, DONE.license_until) == (45, "IL", date(2028, 7, 31))
    assert read_answers(FORM, {}, CURRENT) == Answers()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"hours_week": "81"}, "hours_week"),
        ({"hours_week": 0}, "hours_week"),
        ({"teaching_hours": 41}, "teaching_hours"),
        ({"students": "many"}, "students"),
        ({"setting": "moon"}, "setting"),
        ({"license_state": "ZZ"}, "license_state"),
        ({"license_number": "!"}, "license_number"),
        ({"license_until": "soon"}, "license_until"),
        ({"npi": "1234567890"}, "npi"),
        ({"acgme": "123"}, "acgme"),
        ({"evaluation_by": "2027-03-27"}, "evaluation_by"),
        ({"evaluation_by": "2027-05-10"}, "evaluation_by"),
        ({"evaluator_email": "nobody"}, "evaluator_email"),
        ({"specialty": "astrology"}, "specialty"),
        ({"remarks": "x" * 1201}, "remarks"),
        ({"schedule": "x" * 10_000}, "schedule"),
        ({"title": "𝒳" * 41}, "title"),
    ],
)
def test_what_does_not_fit_is_named_beside_its_field(given: dict[str, Any], field: str) -> None:
    assert list(refused(given)) == [field]


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert list(refused({"npi": "1", "hours_week": 99})) == ["hours_week", "npi"]


@pytest.mark.parametrize(
    "given",
    [
        {"hours_week": 1},
        {"hours_week": 80},
        {"evaluation_by": "2027-03-28"},
        {"evaluation_by": "2027-05-09"},
        {"npi": "1234567893"},
        {"license_number": "ab"},
        {"remarks": "x" * 1200},
        {"title": "𝒳" * 40},
    ],
)
def test_the_edge_of_each_limit_fits(given: dict[str, Any]) -> None:
    read_answers(FORM, FULL | given, CURRENT)


def test_an_npi_has_its_luhn_digit_over_80840() -> None:
    assert npi("123-456 7893") == "1234567893"
    for wrong in ("1234567890", "123456789", "12345678931", "abcdefghij"):
        with pytest.raises(Invalid):
            npi(wrong)


def test_letters_that_nobody_sees_are_dropped() -> None:
    assert cleaned("a\x00b\u202ec\u2066 \r\n\r\n d\u200d ") == "abc\n\n d\u200d"
    assert length("a𝒳") == 3
    assert words(["a", "b", "c"]) == "a, b and c"


@pytest.mark.parametrize(
    ("text", "warns"),
    [
        ("MRN 1234567", True),
        ("Pt. DOB: 3/12/1961", True),
        ("born 12 March", True),
        ("123-45-6789", True),
        ("Rounds at 07:30, clinic in room 1234", False),
        ("Newborn nursery, 4 weeks", False),
    ],
)
def test_a_line_that_looks_like_a_patient_brings_a_warning(text: str, warns: bool) -> None:
    assert about_patients({"remarks": text}) == (("remarks",) if warns else ())


# --- filled in --------------------------------------------------------------------------------------------------------
def test_the_first_form_of_a_program_asks_at_most_12_things_the_next_one_5() -> None:
    form = a_form(lines=lines("physician_signs", "board", "schedule", hours_min=40, weeks_min=4))
    plain = a_form(lines=lines("license", "not_relative", hours_min=40, weeks_min=4))
    first = prefilled(plain, {}, "internal-medicine", 2, "kowal@hospital.example", CURRENT)
    assert (first.patient_time, first.students, first.evaluation_by) == ("most", 2, date(2027, 4, 4))
    rows = [one for one in open_questions(plain, first) if not one.startswith("D")]
    assert len(rows) <= 12
    last = DONE.model_dump(mode="json")
    later = open_questions(plain, prefilled(plain, last, "internal-medicine", 2, "kowal@hospital.example", CURRENT))
    assert later[-2:] == ("E1", "E2")
    assert len([one for one in later if not one.startswith("D")]) + 1 <= 5, "one tick confirms what was filled in"
    assert {"asked:schedule", "asked:board"} <= set(open_questions(form, first))


def test_what_is_about_one_student_is_never_taken_over() -> None:
    told = DONE.model_copy(update={"remarks": "For Leila."}).model_dump(mode="json")
    filled = prefilled(FORM, told, "internal-medicine", 2, "", CURRENT)
    assert (filled.not_relative, filled.remarks, filled.lines) == (None, "", ())
    assert not {"not_relative", "remarks", "lines", "evaluation_by"} & set(ABOUT_THE_PROGRAM)


# --- complete ---------------------------------------------------------------------------------------------------------
def test_a_whole_form_may_be_signed() -> None:
    assert check_complete(FORM, DONE, SIGNATURE) == ()


@pytest.mark.parametrize(
    ("answers", "signature", "field"),
    [
        ({"setting": None}, {}, "setting"),
        ({"not_relative": None}, {}, "not_relative"),
        ({"evaluator": ""}, {}, "evaluator"),
        ({"liability": "student_brings"}, {}, "liability_each_usd"),
        ({}, {"certified": False}, "certified"),
        ({}, {"name": ""}, "name"),
        ({}, {"capacity": None}, "capacity"),
        ({}, {"email": ""}, "email"),
    ],
)
def test_what_is_required_is_asked_for(answers: dict[str, Any], signature: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as found:
        check_complete(FORM, DONE.model_copy(update=answers), SIGNATURE.model_copy(update=signature))
    assert field in found.value.facts["problems"]


def test_beside_the_own_form_of_the_school_only_four_things_stay_required() -> None:
    few = Answers(
        supervisor="Tomasz Brandt",
        degree="MD",
        not_relative=True,
        evaluator="T. Brandt",
        evaluator_email="b@hospital.example",
        evaluation_by=date(2027, 4, 4),
    )
    form = a_form(lines=lines("schedule"))
    assert check_complete(form, few, SIGNATURE, own_file=True)
    with pytest.raises(Invalid):
        check_complete(form, few, SIGNATURE)


# --- the checklist ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("line", "answers", "verdict"),
    [
        (lines(weeks_min=4), {}, "yes"),
        (lines(weeks_min=5), {}, "no"),
        (lines("hands_on"), {}, "yes"),
        (lines(hours_min=45), {}, "yes"),
        (lines(hours_min=46), {}, "no"),
        (lines(hours_min=40), {"hours_week": None}, None),
        (lines(structured_min=10), {}, "yes"),
        (lines(teaching_min=6), {}, "no"),
        (lines("patients_half"), {}, "yes"),
        (lines("patients_half"), {"patient_time": "less"}, "no"),
        (lines("board"), {"board": "certified"}, "yes"),
        (lines("board"), {"board": "eligible"}, "partly"),
        (lines("board"), {"board": "neither"}, "no"),
        (lines("board"), {}, None),
        (lines("license"), {}, "yes"),
        (lines("license"), {"license_until": date(2027, 3, 27)}, "no"),
        (lines("residency_same"), {"residency": False}, "no"),
        (lines("affiliated"), {}, None),
        (lines("affiliated"), {"medical_school": "Rush"}, "yes"),
        (lines("schedule"), {}, None),
        (lines("schedule"), {"schedule": "Mon rounds"}, "yes"),
        (lines("objectives"), {"objectives": "Take histories"}, "yes"),
        (lines("midpoint"), {"midpoint": False}, "no"),
        (lines(evaluation_by=7), {}, "yes"),
        (lines(evaluation_by=6), {}, "no"),
        (lines("agreement"), {"agreement": "needed"}, "no"),
        (lines("liability"), {"liability": "student_brings"}, "no"),
        (lines("not_relative"), {}, "yes"),
        (lines("emergency"), {"emergency_care": "ED in the house"}, "yes"),
        (lines("narrative"), {"assessment": "Weekly"}, None),
        (lines("seal"), {}, None),
        (lines("words"), {}, None),
    ],
)
def test_a_line_is_computed_from_what_was_said_and_never_from_silence(
    line: Any, answers: dict[str, Any], verdict: str | None
) -> None:
    (read,) = read_lines(a_form(lines=line), DONE.model_copy(update=answers))
    assert (read.verdict, read.computed) == (verdict, True)


def test_every_code_of_the_list_is_read_and_the_host_has_the_last_word() -> None:
    form = a_form(lines=lines(*CODES, must=True), start=date(2027, 3, 1))
    assert len(read_lines(form, DONE)) == len(CODES)
    own = read_answers(a_form(lines=lines("board")), {"lines": [{"verdict": "no", "words": "Retired"}]}, CURRENT)
    (read,) = read_lines(a_form(lines=lines("board")), own)
    assert (read.verdict, read.computed, read.words) == (Verdict.NO, False, "Retired")


def test_signing_by_the_physician_is_known_only_with_the_capacity() -> None:
    form = a_form(lines=lines("physician_signs"))
    found = [read_lines(form, DONE, capacity)[0].verdict for capacity in (None, Capacity.PHYSICIAN, Capacity.OTHER)]
    assert found == [None, Verdict.YES, Verdict.NO]


@pytest.mark.parametrize(
    ("must", "verdict", "words_needed"),
    [(True, "no", True), (True, "yes", False), (False, "no", False), (False, "partly", True)],
)
def test_partly_and_a_no_to_a_must_need_words(must: bool, verdict: str, words_needed: bool) -> None:
    form = a_form(lines=lines("seal", must=must))
    answers = read_answers(form, FULL | {"lines": [{"verdict": verdict}]}, CURRENT)
    if not words_needed:
        assert check_complete(form, answers, SIGNATURE)
        return
    with pytest.raises(Invalid, match="why"):
        check_complete(form, answers, SIGNATURE)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (lines("unknown"), [""]),
        (lines("hours_min"), [""]),
        (lines(board=3), [""]),
        (lines("words"), [" "]),
        (lines(*(["seal"] * 21)), [""] * 21),
        (lines("words"), ["x" * 201]),
    ],
)
def test_a_checklist_that_says_nothing_is_refused(line: Any, text: list[str]) -> None:
    with pytest.raises(Invalid) as found:
        checked_lines(line, text, CURRENT.lines)
    assert found.value.facts["field"] == "lines"


def test_a_line_reads_as_words() -> None:
    (hours,) = lines(hours_min=40)
    (own,) = lines("words")
    assert [said(hours), said(hours, "incl. nights"), said(own, "No research")] == [
        "At least 40 hours a week",
        "At least 40 hours a week: incl. nights",
        "No research",
    ]


def test_a_license_that_ends_before_the_rotation_is_a_warning() -> None:
    ends = [DONE.model_copy(update={"license_until": date(2027, 3, day)}) for day in (27, 28)]
    assert [license_ends_early(FORM, one) for one in ends] == [True, False]


# --- who may sign -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rule", "capacity", "may"),
    [
        ("any", "other", True),
        ("physician", "supervising_physician", True),
        ("physician", "practice_manager", False),
        ("physician", "director", False),
        ("director", "director", True),
        ("director", "supervising_physician", False),
    ],
)
def test_the_school_says_in_which_capacity_somebody_signs(rule: str, capacity: str, may: bool) -> None:
    if may:
        check_capacity(SignerRule(rule), Capacity(capacity))
        return
    with pytest.raises(Invalid) as found:
        check_capacity(SignerRule(rule), Capacity(capacity))
    assert found.value.facts["field"] == "capacity"


@pytest.mark.parametrize(
    ("typed", "asked", "same"),
    [
        ("Dr. Thomas Vega", "Thomas Vega, MD", True),
        ("thomas  vega", "Prof. Dr. Thomas Vega, M.D., PhD", True),
        ("Thomas Vega", "Tomás Vega", False),
        ("Dr. Vega", "Thomas Vega", False),
        ("Do Nguyen", "Nguyen", True),
        ("Dr.", "MD", False),
    ],
)
def test_titles_and_degrees_make_nobody_a_stranger(typed: str, asked: str, same: bool) -> None:
    assert same_person(typed, asked) is same


@pytest.mark.parametrize(("name", "email"), [("Leila Haddad", "x@y.example"), ("Somebody", "LEILA@mail.example")])
def test_the_trainee_is_nobody_else(name: str, email: str) -> None:
    with pytest.raises(Invalid):
        forbid_trainee(name, email, "Leila Haddad", "leila@mail.example")
    forbid_trainee("Somebody", "x@y.example", "Leila Haddad", "leila@mail.example")


def test_kinds_of_rotations_fill_in_what_they_mean() -> None:
    watching = a_form(experience_type=ExperienceType.OBSERVERSHIP, lines=lines("hands_on"))
    assert prefilled(watching, {}, "internal-medicine", 40, "", CURRENT).patient_time == "none"
    assert prefilled(watching, {}, "internal-medicine", 40, "", CURRENT).students == 20
    assert read_lines(watching, DONE)[0].verdict is Verdict.NO
