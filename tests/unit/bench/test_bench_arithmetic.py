"""The bench's arithmetic: turns, ratios, verdicts, counts. What is measured is shown by `make bench` itself."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from infra.bench.least import Least
from infra.bench.measure import Ratio, in_turns
from infra.bench.processes import run
from infra.bench.requests import Counted, requests_in
from infra.bench.starts import ROUNDS, believed


def test_turns_alternate_so_that_a_drifting_machine_meets_both_sides() -> None:
    order: list[str] = []

    def noted(name: str) -> float:
        order.append(name)
        return float(len(order))

    found = in_turns((lambda: noted("a"), lambda: noted("b")), 3)
    assert "".join(order) == "abbaab"
    assert found == [[1.0, 4.0, 5.0], [2.0, 3.0, 6.0]]


def test_ratio_is_the_median_of_pairs_so_a_slow_moment_that_meets_both_changes_nothing() -> None:
    quiet, busy = Ratio("x", [1.1, 1.1, 1.1], [1, 1, 1]), Ratio("x", [1.1, 11.0, 1.1], [1, 10, 1])
    assert quiet.value == pytest.approx(busy.value) == pytest.approx(1.1)
    assert Ratio("x", [1, 1, 9], [1, 1, 1]).value == 1, "one odd pair does not decide"
    assert Ratio("x", [2, 3, 8], [1, 1, 2]).spread == (2, 4)
    assert Ratio("x", [2, 3, 9], [1, 5, 2]).medians == (3, 2)


@pytest.mark.parametrize(
    ("value", "bound", "at_least", "holds"),
    [
        (1.25, 1.25, False, True),
        (1.26, 1.25, False, False),
        (0.7, 0.7, True, True),
        (0.69, 0.7, True, False),
        (9.0, 0.0, False, True),
    ],
)
def test_a_bound_holds_up_to_itself_in_its_direction(value: float, bound: float, at_least: bool, holds: bool) -> None:
    ratio = Ratio("x", [value], [1.0], bound, at_least)
    assert ratio.holds is holds
    assert ("MISSED" in ratio.verdict) is not holds
    assert (ratio.verdict == "") is (bound == 0)


def test_a_measured_process_sees_neither_this_environment_nor_this_checkout(tmp_path: Path) -> None:
    script = tmp_path / "look.py"
    script.write_text("import os, sys, json\njson.dump([sorted(os.environ), sys.path], open('found', 'w'))")
    run(script, [], {"ONLY": "this"}, tmp_path)
    environment, path = json.loads((tmp_path / "found").read_text())
    assert "ONLY" in environment
    assert "PATH" not in environment
    assert not [folder for folder in path if "site-packages" in folder or folder == str(Path.cwd())]
    assert sys.prefix not in path


@pytest.mark.parametrize(("busy", "value", "pairs"), [(0, 1.0, ROUNDS), (4, 1.0, 2 * ROUNDS), (99, 2.0, 2 * ROUNDS)])
def test_a_miss_is_believed_only_after_twice_the_pairs(busy: int, value: float, pairs: int) -> None:
    """`busy` is how many of the handler's values are twice the peer's."""
    slow = iter([2.0] * busy + [1.0] * 99)
    found = believed(1.25, (lambda: next(slow), lambda: 1.0), Ratio("site", [1.0], [1.0]))
    assert (found.value, len(found.ours), found.holds) == (value, pairs, value == 1)


# --- requests ---------------------------------------------------------------------------------------------------------
def line(function: str, request: str) -> str:
    return json.dumps({"function": function, "request": request, "actions": [], "uses": []})


def test_requests_are_those_of_the_function_without_what_a_process_asks_once() -> None:
    log = "\n".join(
        [
            line("payments", "dynamodb:GetItem"),
            line("site", "dynamodb:GetItem"),
            line("payments", "dynamodb:GetItem"),
            line("payments", "secretsmanager:GetSecretValue"),
        ]
    )
    assert requests_in(log, "payments") == Counter({"dynamodb:GetItem": 2})


def test_excess_is_what_aws_and_stripe_got_beyond_the_least() -> None:
    least = Least(2, 1, "two reads and a session", "apart")
    assert Counted("x", Counter(get=2), 1, least).remark == ""
    assert Counted("x", Counter(get=4), 2, least).remark == "+3 apart"


# --- lines ------------------------------------------------------------------------------------------------------------
