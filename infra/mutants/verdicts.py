"""Whether the tests notice a mutant."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.mutants.covering import Covering
from infra.mutants.forking import ENDED, Job
from infra.mutants.mutations import mutated
from infra.mutants.sample import Mutant
from infra.mutants.tree import Tree

STARTING_SECONDS = 90.0
"""What a run may take beside its tests: imports and collection, on a busy machine."""
SLOWER = 10.0
"""A test may take this many times its recorded seconds, and `PATIENCE` more."""
PATIENCE = 15.0

KILLED, TIMED_OUT, SURVIVED, UNCOVERED = "killed", "timed out", "survived", "uncovered"
UNCLEAR = "unclear"
"""pytest itself ended as it never should."""
SURVIVORS = (SURVIVED, UNCOVERED)
OUTCOMES = {0: SURVIVED, 1: KILLED, 2: KILLED, 4: KILLED, ENDED: TIMED_OUT, None: TIMED_OUT}
"""By exit status of pytest: 1 is a test that failed, 2 a file of tests that could not be imported, 4 the same for what
all tests load."""


@dataclass(frozen=True)
class Verdict:
    """`tests` is how many run the mutant's code."""

    mutant: Mutant
    verdict: str
    tests: int

    @property
    def survives(self) -> bool:
        return self.verdict in SURVIVORS


def judge_all(tree: Tree, covering: Covering, mutants: Sequence[Mutant], first: int) -> Iterator[Verdict]:
    """Runs for each mutant all its tests, the closest first, up to one that fails: mutants of function bodies in one
    pytest, then the others. One that survives there is tried once more on its `first` closest tests, imported anew."""
    tests = {mutant: covering.of(mutant) for mutant in mutants}
    bodies = [mutant for mutant in mutants if mutant.is_function and tests[mutant]]
    jobs = [_job(covering, mutant, tests[mutant]) for mutant in bodies]
    listed = _bounded(covering, {test: None for job in jobs for test in job.tests})
    judged = set()
    if jobs:
        for mutant, status in zip(bodies, tree.serve(jobs, listed), strict=False):
            verdict = OUTCOMES.get(status, UNCLEAR)
            if verdict == SURVIVED:
                verdict = _imported(tree, covering, mutant, tests[mutant][:first])
            if verdict != UNCLEAR:
                judged.add(mutant)
                yield Verdict(mutant, verdict, len(tests[mutant]))
    for mutant in mutants:
        if mutant not in judged:
            yield Verdict(mutant, _alone(tree, covering, mutant, tests[mutant], first), len(tests[mutant]))


def _job(covering: Covering, mutant: Mutant, tests: Sequence[str]) -> Job:
    seconds = PATIENCE + 3 * sum(covering.seconds[test] for test in tests)
    return Job(mutant.file, mutant.shape, mutant.index, mutant.line, tests, STARTING_SECONDS + seconds)


def _bounded(covering: Covering, tests: Iterable[str]) -> list[tuple[str, float]]:
    return [(test, PATIENCE + SLOWER * covering.seconds[test]) for test in tests]


def _alone(tree: Tree, covering: Covering, mutant: Mutant, tests: Sequence[str], first: int) -> str:
    if not tests:
        return UNCOVERED
    for part in filter(None, (tests[:first], tests[first:])):
        if (verdict := _imported(tree, covering, mutant, part)) != SURVIVED:
            return verdict
    return SURVIVED


def _imported(tree: Tree, covering: Covering, mutant: Mutant, tests: Sequence[str]) -> str:
    """The verdict of `tests` on a mutated file."""
    expected = sum(covering.seconds[test] for test in tests)
    source = mutated((tree.root / mutant.file).read_text(), mutant.shape, mutant.index, mutant.line)
    with tree.changed(mutant.file, source):
        status = tree.run(_bounded(covering, tests), STARTING_SECONDS + 3 * expected)
    return OUTCOMES.get(status, UNCLEAR)


def save(path: Path, verdicts: Iterable[Verdict]) -> None:
    path.write_text(json.dumps([asdict(one) for one in verdicts], indent=1) + "\n")


def load(path: Path) -> list[Verdict]:
    return [Verdict(Mutant(**one["mutant"]), one["verdict"], one["tests"]) for one in json.loads(path.read_text())]
