"""`make mutants`: what is changed, which of all changes a sample takes, and what still matches after renaming."""

from __future__ import annotations

import ast
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from infra.mutants import sample, verdicts
from infra.mutants.__main__ import main
from infra.mutants.covering import Covering
from infra.mutants.forking import replace
from infra.mutants.mutations import mutated, mutations
from infra.mutants.sample import Mutant, all_mutants, drawn, matched
from infra.mutants.verdicts import KILLED, SURVIVED, Verdict

SOURCE = '''"""Fees."""
LIMIT = 3


class Fee:
    """What is owed."""

    cents: int = 5

    def is_late(self, day: int, strict: bool = False) -> bool:
        """True after the day, or 1 day later."""
        if not strict and day > LIMIT:
            return True
        return day - LIMIT in (2,)


def total(fees: list[int]) -> int:
    return sum(fees) + 1
'''
RENAMED = SOURCE.replace("Fee", "Charge").replace("is_late", "overdue").replace("LIMIT", "BOUND").replace("day", "at")


def in_folder(root: Path, source: str, file: str = "fees.py") -> list[Mutant]:
    folder = root / "shared" / "domain"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    (folder / file).write_text(source)
    return all_mutants(root)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a < b", {"a <= b", "a >= b"}),
        ("a >= b", {"a > b", "a < b"}),
        ("a == b", {"a != b"}),
        ("a is None", {"a is not None"}),
        ("a not in b", {"a in b"}),
        ("a and b", {"a or b"}),
        ("not a", {"a"}),
        ("a - b", {"a + b"}),
        ("f(7)", {"f(8)"}),
        ("f(True)", {"f(False)"}),
        ("'text' + a", set()),
        ("a * b", set()),
    ],
)
def test_each_operator_and_constant_has_its_replacements(before: str, after: set[str]) -> None:
    source = f"def one():\n    return {before}\n"
    found = list(mutations(ast.parse(source)))
    changed = {mutated(source, one.unit.shape, one.index, one.line).split("return ")[1].strip() for one in found}
    assert changed == after


def test_a_mutant_changes_one_place_and_knows_the_lines_that_run_it(tmp_path: Path) -> None:
    mutants = {(one.unit, one.before, one.after): one for one in in_folder(tmp_path, SOURCE)}
    late = mutants["Fee.is_late", "not strict", "strict"]
    assert (late.line, late.first, late.last) == (12, 12, 12)
    assert (
        mutated(SOURCE, late.shape, late.index, late.line)
        == ast.unparse(ast.parse(SOURCE.replace("not strict", "strict"))) + "\n"
    )
    default = next(one for key, one in mutants.items() if key[0] == "Fee.is_late" and "strict: bool=True" in key[2])
    assert (default.first, default.last) == (11, 14), "the first line runs when it is defined: any call will do"


def test_the_same_seed_takes_the_same_mutants_whatever_code_is_called(tmp_path: Path) -> None:
    def told(source: str, file: str, seed: int) -> list[tuple[int, int]]:
        return [(one.line, one.index) for one in drawn(in_folder(tmp_path, source, file), 6, seed)]

    first = told(SOURCE, "fees.py", 1)
    assert told(SOURCE, "fees.py", 1) == first
    assert told(RENAMED, "charges.py", 1) == first
    assert any(told(SOURCE, "fees.py", seed) != first for seed in range(2, 6))


def test_a_sample_matches_after_renaming_and_not_after_a_change(tmp_path: Path) -> None:
    kept = in_folder(tmp_path, SOURCE)
    sample.save(tmp_path / "sample.json", kept)
    wanted = sample.load(tmp_path / "sample.json")
    assert wanted == kept
    renamed = in_folder(tmp_path, RENAMED, "charges.py")
    assert list(matched(wanted, renamed)) == renamed
    changed = in_folder(tmp_path, SOURCE.replace("sum(fees) + 1", "sum(fees) + 2"))
    gone = [one.unit for one, today in zip(wanted, matched(wanted, changed), strict=True) if today is None]
    assert gone == ["total", "total"]


def test_in_a_running_process_a_functions_code_is_replaced_and_a_default_is_not(tmp_path: Path) -> None:
    mutants = in_folder(tmp_path, SOURCE)
    file = tmp_path / mutants[0].file
    there: dict[str, Any] = {}
    exec(compile(SOURCE, str(file), "exec"), there)
    late = next(one for one in mutants if one.before == "day > LIMIT" and one.after == "day >= LIMIT")
    default = next(one for one in mutants if "strict: bool=True" in one.after)
    assert not there["Fee"]().is_late(3)
    assert replace(str(file), default.shape, default.index, default.line) == 0
    assert replace(str(file), late.shape, late.index, late.line) == 1
    assert there["Fee"]().is_late(3)


def test_tests_of_a_mutant_are_those_of_its_lines_and_of_fixtures_that_run_them_quick_and_narrow_first(
    tmp_path: Path,
) -> None:
    mutants = in_folder(tmp_path, SOURCE)
    record = {
        "tests": {
            "t::slow": {"seconds": 2.0, "shared": []},
            "t::quick": {"seconds": 0.1, "shared": []},
            "t::sharing": {"seconds": 1.0, "shared": ["fixture t::scene"]},
            "t::broken": {"seconds": 0.1, "shared": []},
            "t::other": {"seconds": 0.1, "shared": []},
        },
        "failed": ["t::broken"],
        "contexts": ["t::slow", "t::quick", "fixture t::scene", "t::broken", "t::other"],
        "lines": {"shared/domain/fees.py": {"12": [0, 1, 2, 3], "14": [0], "18": [4]}},
    }
    (tmp_path / "record.json").write_text(json.dumps(record))
    (tmp_path / "t").write_text("")
    covering = Covering(tmp_path, tmp_path / "record.json")
    late, limit = (next(one for one in mutants if one.before == before) for before in ("not strict", "LIMIT = 3"))
    assert covering.of(late) == ["t::quick", "t::sharing", "t::slow"]
    assert set(covering.of(limit)) == {"t::slow", "t::quick", "t::sharing"}, "it runs at import: those that use it"


def test_comparing_fails_on_mutants_that_died_and_survive_now_also_after_renaming(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older, newer = in_folder(tmp_path, SOURCE), in_folder(tmp_path, RENAMED, "charges.py")
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    verdicts.save(before, [Verdict(one, KILLED, 1) for one in older])
    verdicts.save(after, [Verdict(one, KILLED, 1) for one in newer])
    assert main(["--compare", str(before), str(after)]) == 0
    verdicts.save(after, [dataclasses.replace(Verdict(one, KILLED, 1), verdict=SURVIVED) for one in newer[:1]])
    assert main(["--compare", str(before), str(after)]) == 1
    assert "1 died before and survive now; 0 are new" in capsys.readouterr().out
