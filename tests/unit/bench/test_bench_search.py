"""The search bench: engines that answer the same do so on a small catalogue, and what it is there to notice is
noticed."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest

from infra.bench import search_fresh, search_readers, search_whole
from infra.bench.measure import Ratio, percentile, processor_seconds, seconds
from infra.bench.report import memory_line, search_head, search_line
from infra.bench.search import Engines, by_round, cold, compared, memory
from infra.bench.search_answers import Answer, Disagreement, compare
from infra.bench.search_catalogue import TODAY, Question, misspelt, questions
from infra.bench.search_readers import BASE_CENTS, PROGRAMS, Read, Readings, edition, fault
from shared.domain.search.query import Overlay, SearchPage, SearchQuery
from tests.unit.search.catalogue import ask, indexed


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    with closing(Engines.built(400, tmp_path_factory.mktemp("engines"))) as made:
        yield made


@pytest.fixture(scope="module")
def asked(engines: Engines) -> list[Question]:
    return questions([projection.program for projection in engines.found.before])


def test_all_engines_answer_every_question_alike(engines: Engines, asked: list[Question]) -> None:
    engines.agree(asked)
    wishes = [question.query.model_dump(exclude_defaults=True) for question in asked]
    assert len(wishes) == 200
    used = {name for wish in wishes for name in wish}
    assert used >= {
        "text",
        "specialty",
        "subspecialty",
        "state",
        "city",
        "month",
        "price_max_cents",
        "review_mode",
        "sort",
    }
    assert any(question.misspelt for question in asked)


@pytest.mark.parametrize(
    "query",
    [
        SearchQuery(),
        SearchQuery(month="2027-05"),
        SearchQuery(month="2026-12"),
        SearchQuery(text="medicine", month="2028-11"),
    ],
)
def test_an_overlay_that_is_not_applied_is_noticed(engines: Engines, query: SearchQuery) -> None:
    engines.agree([Question(query)])
    forgetful = replace(engines, found=replace(engines.found, overlay=Overlay()))
    with pytest.raises(Disagreement, match="month"):
        forgetful.agree([Question(query)])


def test_a_question_is_timed_for_both_sides_in_turns(engines: Engines) -> None:
    order: list[str] = []
    ours, peer = by_round(
        [lambda: order.append("a"), lambda: order.append("b")],
        [lambda: order.append("A"), lambda: order.append("B")],
        2,
    )
    assert "".join(order) == "aAAabBBb"
    assert [len(times) for times in (*ours, *peer)] == [2, 2, 2, 2]
    ratio = compared(
        "p50 / itself",
        [engines.ask_ours(Question(SearchQuery()))],
        [engines.ask_ours(Question(SearchQuery()))],
        50,
        0.001,
        2,
    )
    assert not ratio.holds
    assert cold(engines, Question(SearchQuery()), "cold").bound == 1.3


def test_memory_is_that_of_the_open_version_alone(engines: Engines) -> None:
    disk, held = memory(engines, Question(SearchQuery()))
    assert disk == sum(path.stat().st_size for path in (engines.folder / "ours").iterdir()) > 100_000
    assert 10_000 < held < 10 * disk
    assert (
        memory_line(34_300_000, 16_000_000).strip() == "34.3 MB on disk, 16.0 MB held by a process that has asked once"
    )


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(value) for value in range(1, 101)]
    assert [percentile(values, percent) for percent in (1, 50, 99, 100)] == [1, 50, 99, 100]
    assert percentile([3.0, 1.0], 50) == 1
    assert percentile([3.0], 99) == 3
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


# --- answers ----------------------------------------------------------------------------------------------------------
GOOD = Answer(2, ("a", "b"), {"state": {"TX": 2}, "city": {"TX/Austin": 1, "TX/Houston": 1}})


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        (replace(GOOD, total=3), "total"),
        (replace(GOOD, ids=("b", "a")), "ids"),
        (replace(GOOD, counts={**GOOD.counts, "state": {"TX": 1}}), "state"),
        (replace(GOOD, counts={"state": {"TX": 2}}), "city"),
        (replace(GOOD, counts={**GOOD.counts, "month": {"2027-01": 1}}), "month"),
    ],
)
def test_answers_that_differ_are_named_with_both_sides(other: Answer, differs: str) -> None:
    with pytest.raises(Disagreement, match=f"(?s)the question.*{differs}: ours .*{differs}: theirs"):
        compare("the question", GOOD, other)


def test_order_is_compared_unless_scores_differ_and_zeros_are_not() -> None:
    compare("q", GOOD, replace(GOOD, ids=("b", "a")), order=False)
    compare("q", GOOD, replace(GOOD, counts={**GOOD.counts, "state": {"TX": 2, "NY": 0}, "weeks": {"4": 0}}))
    with pytest.raises(Disagreement, match="ids"):
        compare("q", GOOD, replace(GOOD, ids=("b",)), order=False)


def test_a_typo_leaves_out_one_inner_letter() -> None:
    for seed in range(20):
        word = misspelt("neurology", random.Random(seed))
        assert len(word) == 8
        assert (word[0], word[-1]) == ("n", "y")


# --- readers ----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[SearchPage]:
    folder = tmp_path_factory.mktemp("editions")
    return [
        ask(indexed(folder / str(number), edition(number)), sort="price", limit=25, today=TODAY) for number in (4, 5)
    ]


def test_an_answer_is_right_when_it_is_one_edition_and_as_new_as_what_was_published(pages: list[SearchPage]) -> None:
    even, odd = pages
    assert (even.total, odd.total) == (PROGRAMS, PROGRAMS + 1)
    assert [fault(even, 4, 4), fault(even, 3, 3), fault(odd, 4, 4), fault(odd, 4, 5), fault(odd, 5, 9)] == [""] * 5


def test_an_old_early_mixed_or_incomplete_answer_is_wrong(pages: list[SearchPage]) -> None:
    even, odd = pages
    assert fault(even, 5, 5) == "edition 4 when 5 was published and 6 was not"
    assert fault(odd, 3, 3) == "edition 5 when 3 was published and 4 was not"
    assert fault(even.model_copy(update={"hits": even.hits[:-1] + odd.hits[:1]}), 4, 5) == "a page of editions [4, 5]"
    assert "total 19" in fault(even.model_copy(update={"total": 19}), 4, 4)
    assert "19 hits" in fault(even.model_copy(update={"hits": even.hits[1:]}), 4, 4)
    assert fault(even.model_copy(update={"hits": ()}), 4, 4) == "a page of editions []"
    assert even.hits[0].price_4w_cents == BASE_CENTS + 4


def test_one_wrong_answer_misses_the_bound_and_is_printed() -> None:
    good, bad = Read(answers=10, editions={1, 2}), Read(answers=9, editions={2, 3}, wrong=["Busy('x')"])
    assert Readings(5, (good,)).ratio.holds
    found = Readings(5, (good, bad))
    assert not found.ratio.holds
    assert "MISSED" in found.line
    assert "19 of 20 answers right, 2 readers, 5 publishes, 3 editions seen" in found.line
    assert "Busy('x')" in found.line
    assert not Readings(5, (Read(wrong=["x"]),)).ratio.holds


# --- freshness --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("slow", "holds"), [(2.0, True), (2.01, False)])
def test_freshness_is_the_p99_in_seconds_and_holds_up_to_two(slow: float, holds: bool) -> None:
    measured = search_fresh.ratio([0.3] * 98 + [slow, 9.0])
    assert (measured.value, measured.holds) == (slow, holds)
    assert ("MISSED" in search_fresh.line(measured)) is not holds


def test_sales_are_months_that_a_single_four_week_hold_empties() -> None:
    assert all(program.capacity == 1 for program in search_fresh._single())

    class Open:
        """Every Monday of two years is open."""

        def get(self, path: str) -> dict[str, object]:
            return {
                "today": "2026-11-21",
                "starts": [{"start": date.fromordinal(day).isoformat()} for day in range(739940, 741000)],
            }

    found = list(search_fresh.sales(Open()))  # type: ignore[arg-type]
    assert len(found) >= search_fresh.SALES
    for sale in found:
        assert 8 <= sale.start.day <= 14, (
            "the second Monday: its four weeks touch every rotation that starts in the month"
        )


def test_lines_show_sizes_milliseconds_and_bounds() -> None:
    assert "5,000" in search_head(5_000)
    shown = search_line(Ratio("search p50", [0.0012], [0.001], 1.3))
    assert shown.split() == ["1.20", "ok", "(≤", "1.30)", "search", "p50", "1.20", "/", "1.00", "1.20-1.20"]
    assert search_readers.PUBLISHES == 500


def test_processor_time_is_what_this_process_computed_not_what_it_waited_for() -> None:
    def waited() -> None:
        subprocess.run([sys.executable, "-c", "while __import__('time').process_time() < 0.3: pass"], check=True)

    assert processor_seconds(waited) < 0.2 < 0.3 <= seconds(waited)
    assert processor_seconds(lambda: sum(range(10**6))) > 0.001


def test_a_page_that_costs_too_much_beside_its_search_misses_the_bound() -> None:
    """One slow question in three is no p50; two are."""
    fine = search_whole.compared("page", [[(3.0, 2.0), (3.0, 2.0)], [(3.0, 2.0), (3.0, 2.0)], [(9.0, 2.0), (9.0, 2.0)]])
    assert (fine.value, fine.holds) == (1.5, True)
    slow = search_whole.compared("page", [[(3.0, 2.0)], [(3.3, 2.0)], [(9.0, 2.0)]])
    assert (round(slow.value, 2), slow.holds) == (1.65, False)
