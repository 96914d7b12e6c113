"""What is found, in which order, with which counts: the engine on a real index of a handful of programs."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.adapters.search.index import TantivyIndex
from shared.adapters.search.text import words
from shared.domain.core.errors import Invalid
from shared.domain.programs.program import ExperienceType
from shared.domain.search.query import OpenTo, Overlay
from tests.unit.search.catalogue import ask, facet, found, indexed, projection, weeks

JANUARY = weeks(date(2027, 1, 4), date(2027, 1, 25))  # exactly one start: Monday 2027-01-04, 2027-W01


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TantivyIndex:
    return indexed(
        tmp_path_factory.mktemp("index"),
        [
            projection("skin-austin", price=150_000, experience_types=("hands_on", "observership")),
            projection("heart-york", "cardiovascular-disease", "NY", 200_000),
            projection("inner-chicago", "internal-medicine", "IL", 120_000, weeks=JANUARY),
            projection(
                "child-jose",
                "pediatrics",
                "CA",
                99_900,
                weeks={},
                setting="Hospital ward",
                summary="Dermatology rounds too.",
            ),
            projection("paused", status="PAUSED"),
        ],
    )


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("dermatology", "skin-austin"),
        ("skin", "skin-austin"),  # alias
        ("derma", "skin-austin"),  # beginning
        ("dermatolgy", "skin-austin"),  # one letter missing
        ("drematology", "skin-austin"),  # two letters swapped
        ("Texas", "skin-austin"),
        ("tx", "skin-austin"),
        ("78701", "skin-austin"),
        ("787", "skin-austin"),
        ("cardiology NY", "heart-york"),
        ("heart york practice", "heart-york"),
        ("internal medicine", "inner-chicago"),
        ("internl medicne chicago", "inner-chicago"),
        ("san jose", "child-jose"),
        ("hospital ward", "child-jose"),
    ],
)
def test_H09_the_program_is_first_for_its_specialty_alias_place_and_small_mistakes(
    index: TantivyIndex, text: str, first: str
) -> None:
    assert found(ask(index, text))[0] == first


def test_every_word_must_match_and_a_known_word_is_taken_at_its_word(index: TantivyIndex) -> None:
    assert found(ask(index, "dermatology chicago")) == []
    assert found(ask(index, "zzyzx")) == []
    assert found(ask(index, "60612")) == []  # no typos in numbers
    assert found(ask(index, "ca")) == ["child-jose"]  # California, not "cardiology"


def test_a_match_in_the_specialty_goes_before_one_in_the_summary(index: TantivyIndex) -> None:
    assert found(ask(index, "dermatology")) == ["skin-austin", "child-jose"]
    assert found(ask(index, "dermatology practice")) == [
        "skin-austin",
        "child-jose",
    ]  # no specialty's whole name: only the fields decide


def test_H10_a_program_that_is_not_live_is_never_found(index: TantivyIndex) -> None:
    page = ask(index)
    assert "paused" not in found(page)
    assert page.total == 4
    assert index.programs == 4


def test_without_text_the_soonest_start_is_first_and_sold_out_programs_are_last(index: TantivyIndex) -> None:
    page = ask(index)
    assert found(page) == ["skin-austin", "heart-york", "inner-chicago", "child-jose"]
    assert [hit.next_start for hit in page.hits] == [date(2026, 11, 23), date(2026, 11, 23), date(2027, 1, 4), None]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"specialty": ("dermatology", "pediatrics")}, ["child-jose", "skin-austin"]),
        ({"state": ("NY",)}, ["heart-york"]),
        ({"experience_type": ("observership",)}, ["skin-austin"]),
        ({"price_max_cents": 120_000}, ["child-jose", "inner-chicago"]),
        ({"price_min_cents": 150_000}, ["skin-austin", "heart-york"]),
        ({"price_min_cents": 120_000, "price_max_cents": 150_000}, ["inner-chicago", "skin-austin"]),
        ({"month": "2027-01"}, ["inner-chicago", "skin-austin", "heart-york"]),
        ({"month": "2027-02"}, ["skin-austin", "heart-york"]),
        ({"month": "2025-02"}, []),
        ({"month": "2099-12"}, []),
        ({"specialty": ("no-such",)}, []),
        ({"state": ("NY", "IL"), "month": "2027-01", "price_max_cents": 130_000}, ["inner-chicago"]),
    ],
)
def test_H09_filters_are_alternatives_within_and_demands_between(
    index: TantivyIndex, asked: dict[str, object], expected: list[str]
) -> None:
    page = ask(index, sort="price", **asked)
    assert found(page) == expected
    assert page.total == len(expected)


def test_a_specialty_covers_its_branches_and_a_chosen_branch_narrows_its_own_specialty_only(
    index: TantivyIndex,
) -> None:
    assert sorted(found(ask(index, specialty=("internal-medicine",)))) == ["heart-york", "inner-chicago"]
    both = ask(index, specialty=("internal-medicine", "dermatology"), subspecialty=("cardiovascular-disease",))
    assert sorted(found(both)) == ["heart-york", "skin-austin"]
    assert facet(both, "specialty") == {"dermatology": 1, "internal-medicine": 2, "pediatrics": 1}
    assert facet(both, "subspecialty") == {"cardiovascular-disease": 1}
    assert found(ask(index, specialty=("cardiovascular-disease",))) == ["heart-york"]  # addresses that people have kept


def test_nearest_first_with_miles_and_rings_around_a_zip_code(index: TantivyIndex) -> None:
    page = ask(index, zip="60614", sort="distance")
    assert found(page) == ["inner-chicago", "heart-york", "skin-austin", "child-jose"]
    assert page.hits[0].miles == 2.2
    assert facet(page, "within_miles") == {"10": 1, "25": 1, "50": 1, "100": 1, "250": 1}
    assert found(ask(index, zip="60614", within_miles=10)) == ["inner-chicago"]
    assert facet(ask(index), "within_miles") == {}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"zip": "00000"}, "zip"),
        ({"within_miles": 25}, "zip"),
        ({"sort": "distance"}, "zip"),
        ({"zip": "99999", "text": "skin"}, "zip"),
    ],
)
def test_a_distance_from_nowhere_is_refused_with_what_to_do(
    index: TantivyIndex, asked: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        ask(index, **asked)
    assert refused.value.facts["field"] == field
    assert refused.value.remedy


def test_T12_a_length_counts_a_start_only_with_a_seat_in_every_week_of_it(tmp_path: Path) -> None:
    eight = weeks(date(2027, 1, 4), date(2027, 2, 22))
    index = indexed(
        tmp_path,
        [
            projection("fits", weeks=eight, weeks_max=8),
            projection("gap", weeks=eight | {"2027-W06": 0}, weeks_max=8),
            projection("short", weeks=eight),
        ],
    )
    page = ask(index, weeks=8, month="2027-01")
    assert (found(page), page.hits[0].starts) == (["fits"], (date(2027, 1, 4),))
    assert facet(page, "weeks") == {"4": 3, "6": 1, "8": 1}
    assert facet(page, "month") == {"2027-01": 1}
    sold = ask(
        index, weeks=8, month="2027-01", overlay=Overlay({("fits", "2027-W08"): False, ("gap", "2027-W06"): True})
    )
    assert found(sold) == ["gap"]
    assert [hit.starts for hit in ask(index, weeks=8, sort="price").hits] == [(date(2027, 1, 4),), ()]


def test_T07_T08_eligibility_that_changes_with_the_start_finds_and_shows_only_the_starts_it_allows(
    tmp_path: Path,
) -> None:
    days = weeks(date(2027, 1, 4), date(2027, 6, 28))
    index = indexed(
        tmp_path, [projection("hands", weeks=days), projection("watch", weeks=days, experience_types=("observership",))]
    )
    student = (
        OpenTo(experience_types=(ExperienceType.HANDS_ON,), last=date(2027, 2, 28)),
        OpenTo(experience_types=(ExperienceType.OBSERVERSHIP,), first=date(2027, 3, 1)),
    )
    page = ask(index, eligible=True, open_to=student, sort="price")
    assert {hit.program_id: hit.starts[0] for hit in page.hits} == {
        "hands": date(2027, 1, 4),
        "watch": date(2027, 3, 1),
    }
    assert found(ask(index, eligible=True, open_to=student, month="2027-02")) == ["hands"]
    assert facet(page, "month") == {f"2027-0{month}": 1 for month in range(1, 7)}
    assert facet(ask(index, open_to=student, month="2027-04"), "eligible") == {"true": 1}
    assert found(ask(index, eligible=True)) == [
        "hands",
        "watch",
    ]  # of a stranger nothing is known, and nothing is hidden


def test_T10_a_start_needs_a_seat_in_all_four_weeks(index: TantivyIndex) -> None:
    (hit,) = ask(index, state=("IL",)).hits
    assert hit.starts == (date(2027, 1, 4),)


def test_starts_before_today_and_beyond_two_years_do_not_count_H17(index: TantivyIndex) -> None:
    assert (
        date(2026, 11, 23) in ask(index, today=date(2026, 11, 9)).hits[0].starts
    )  # 14 days ahead, as an application needs them
    assert ask(index, today=date(2026, 11, 10)).hits[0].starts[0] == date(2026, 11, 30)
    late = ask(index, today=date(2026, 12, 22))
    assert "2026-11" not in facet(late, "month")
    assert facet(late, "month")["2027-01"] == 2  # the third program's only start is 13 days away
    assert "inner-chicago" not in found(ask(index, month="2027-01", today=date(2026, 12, 22)))
    early = ask(index, today=date(2024, 12, 30))
    assert facet(early, "month") == {"2026-11": 2, "2026-12": 2}  # the last possible start is 2026-12-30
    assert found(ask(index, month="2027-01", today=date(2024, 12, 30))) == []


@pytest.mark.parametrize(("last", "starts"), [(255, 1), (256, 0)])
def test_a_seat_beyond_the_weeks_that_a_version_has_room_for_is_none(tmp_path: Path, last: int, starts: int) -> None:
    """A version holds 256 weeks from its first; an overlay may name any."""
    base = date(2026, 11, 16)
    late = indexed(tmp_path, [projection("late", weeks=weeks(base, base))])
    final = base + timedelta(weeks=last)
    newer = Overlay({("late", week): True for week in weeks(final - timedelta(weeks=3), final)})
    (hit,) = ask(late, overlay=newer, today=final - timedelta(weeks=20)).hits
    assert list(hit.starts) == [final - timedelta(weeks=3)] * starts


def test_a_returned_seat_appears_in_hits_counts_and_starts_at_once(index: TantivyIndex) -> None:
    back = {("child-jose", f"2027-W0{week}"): True for week in (5, 6, 7, 8)}
    free = Overlay({**back, ("inner-chicago", "2027-W01"): False, ("gone", "2027-W01"): True})
    page = ask(index, overlay=free, month="2027-02")
    assert found(page) == ["child-jose", "skin-austin", "heart-york"]
    assert facet(page, "month")["2027-02"] == 3
    assert facet(page, "month")["2027-01"] == 2
    assert page.hits[0].starts == (date(2027, 2, 1),)
    assert found(ask(index, overlay=free)) == ["skin-austin", "heart-york", "child-jose", "inner-chicago"]


def test_a_seat_returned_before_the_first_start_of_the_whole_catalogue_counts_too(tmp_path: Path) -> None:
    full = weeks(date(2026, 11, 23), date(2026, 12, 28), free=0)
    index = indexed(tmp_path, [projection("only", weeks=full | JANUARY)])
    page = ask(index, overlay=Overlay({("only", f"2026-W{week}"): True for week in (49, 50, 51, 52)}))
    assert page.hits[0].starts == (date(2026, 11, 30), date(2027, 1, 4))
    assert facet(page, "month") == {"2026-11": 1, "2027-01": 1}


def test_an_overlay_that_says_what_the_index_says_changes_nothing(index: TantivyIndex) -> None:
    same = Overlay(
        {("skin-austin", "2027-W01"): True, ("child-jose", "2027-W01"): False, ("heart-york", "1999-W01"): True}
    )
    assert ask(index, overlay=same) == ask(index)


@pytest.mark.parametrize(
    "text",
    [
        "AND OR NOT",
        'a:q"xq" (jq',
        "*",
        "state:[a TO b]",
        "^^~2",
        "é" * 200,
        "\x00a\ud800b",
        "皮膚科 🩺",
        "a" * 200,
        "'" * 9,
    ],
)
def test_no_text_reaches_a_query_parser(index: TantivyIndex, text: str) -> None:
    if words(text):
        assert ask(index, text).total == 0
        return
    with pytest.raises(Invalid, match="no letter and no digit"):
        ask(index, text)


def test_prices_the_wrong_way_round_are_refused(index: TantivyIndex) -> None:
    with pytest.raises(Invalid) as refused:
        ask(index, price_min_cents=200_000, price_max_cents=100_000)
    assert refused.value.facts["field"] == "price_max_cents"


@pytest.mark.parametrize(
    ("text", "same", "left_out"),
    [
        ("dermatology rotation", "dermatology", ()),
        ("clinical dermatology elective usa", "dermatology", ()),
        ("dermatology zzyzx", "dermatology", ("zzyzx",)),
        ("dermatology zzyzx qqvv", "dermatology", ("zzyzx", "qqvv")),
    ],
)
def test_H09_a_word_that_says_nothing_takes_nothing_away(
    index: TantivyIndex, text: str, same: str, left_out: tuple[str, ...]
) -> None:
    page = ask(index, text)
    assert (page.total, [hit.program_id for hit in page.hits]) == (
        ask(index, same).total,
        [hit.program_id for hit in ask(index, same).hits],
    )
    assert page.total > 0
    assert page.left_out == left_out


def test_H09_where_no_word_is_known_nothing_is_found_and_nothing_called_left_out(index: TantivyIndex) -> None:
    page = ask(index, "zzyzx qqvv")
    assert (page.total, page.left_out) == (0, ())


def test_an_empty_catalogue_answers_with_nothing(tmp_path: Path) -> None:
    page = ask(indexed(tmp_path, []), "derm", month="2027-01", overlay=Overlay({("x", "2027-W01"): True}))
    assert (page.hits, page.total, page.next_cursor) == ((), 0, None)


def test_counts_over_all_programs_are_those_of_each_question_however_many_prices_were_asked(tmp_path: Path) -> None:
    programs = [projection(f"prog-{n}", ("dermatology", "pediatrics")[n % 2], price=100_000 + n) for n in range(4)]
    index = indexed(tmp_path, programs)
    for n in range(20):
        page = ask(index, price_max_cents=100_000 + n)
        assert page.total == min(n + 1, 4)
        assert facet(page, "price_max_cents")[str(100_000 + n)] == page.total
        assert facet(page, "specialty") == {name: number for name, number in _halves(page.total).items() if number}
        assert facet(ask(index), "specialty") == {"dermatology": 2, "pediatrics": 2}
        assert facet(ask(index, f"prog {n % 4}"), "specialty") == {("dermatology", "pediatrics")[n % 2]: 1}


def _halves(number: int) -> dict[str, int]:
    return {"dermatology": (number + 1) // 2, "pediatrics": number // 2}
