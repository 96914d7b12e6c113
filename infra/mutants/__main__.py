"""`make mutants`: whether the tests notice when one operator or constant of the domain or the services is wrong.

Takes a sample of all such changes, runs for each the tests that run its lines (of those that need no running stack),
and lists the changes that no test notices. `ARGS="--number 40 --seed 7"` takes another sample; `--save FILE` keeps it
and `--sample FILE` takes it again, also after renaming; `--compare BEFORE AFTER` holds two results against each other.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from infra.mutants import report, sample, verdicts
from infra.mutants.covering import SUITES, Covering
from infra.mutants.sample import Mutant, all_mutants, drawn, matched
from infra.mutants.tree import Tree
from infra.mutants.verdicts import Verdict, judge_all


def main(given: Sequence[str] | None = None) -> int:
    arguments = _arguments(given)
    if arguments.compare:
        return _compare(*arguments.compare)
    with tempfile.TemporaryDirectory(prefix="rota-mutants-") as folder:
        tree = Tree(Path(folder))
        mutants = _sample(tree.root, arguments)
        if arguments.save:
            sample.save(arguments.save, mutants)
        record = arguments.record or Path(folder) / "record.json"
        if not record.exists():
            say("Every test once, to know which lines it runs")
            tree.record(SUITES, record.resolve())
        _judge_all(tree, Covering(tree.root, record), mutants, arguments)
    return 0


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description="Which wrong operators no test notices.")
    parser.add_argument("--number", type=int, default=160, help="mutants (160)")
    parser.add_argument("--seed", type=int, default=1, help="which of all (1)")
    parser.add_argument(
        "--first", type=int, default=60, help="closest tests that run on their own before all others (60)"
    )
    parser.add_argument("--sample", type=Path, metavar="FILE", help="the mutants that --save kept")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep which mutants these are")
    parser.add_argument("--results", type=Path, metavar="FILE", help="keep the verdicts")
    parser.add_argument(
        "--record", type=Path, metavar="FILE", help="which lines each test runs: read if there, otherwise written"
    )
    parser.add_argument(
        "--compare", type=Path, nargs=2, metavar=("BEFORE", "AFTER"), help="results: what died before and survives now"
    )
    return parser.parse_args(given)


def _sample(root: Path, arguments: argparse.Namespace) -> list[Mutant]:
    there = all_mutants(root)
    if not arguments.sample:
        mutants = drawn(there, arguments.number, arguments.seed)
        say(f"{len(mutants)} of {len(there)} mutants, seed {arguments.seed}")
        return mutants
    wanted = sample.load(arguments.sample)
    mutants = [mutant for mutant in matched(wanted, there) if mutant]
    say(f"{len(mutants)} mutants of {arguments.sample}; {len(wanted) - len(mutants)} no longer match any code")
    return mutants


def _judge_all(tree: Tree, covering: Covering, mutants: Sequence[Mutant], arguments: argparse.Namespace) -> None:
    """Says each survivor when it is found, and keeps what is known so far: it takes long, and may be ended early."""
    if covering.failed:
        say(f"{len(covering.failed)} tests do not pass here and are left out, such as {covering.failed[0]}")
    found: list[Verdict] = []
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("mutants", total=len(mutants))
        for verdict in judge_all(tree, covering, mutants, arguments.first):
            found.append(verdict)
            if verdict.survives:
                say(report.line(verdict))
            if arguments.results:
                verdicts.save(arguments.results, found)
            progress.update(task, advance=1, description=f"{len(found)} of {len(mutants)}")
    say(report.totals(found))


def _compare(before: Path, after: Path) -> int:
    """1 if a mutant died in `before` and survives in `after`."""
    older, newer = verdicts.load(before), verdicts.load(after)
    # From new to old: each of the newer results looks for its counterpart.
    counterparts = matched([one.mutant for one in newer], [one.mutant for one in older])
    pairs = list(zip(counterparts, newer, strict=True))
    worse = report.newly_surviving(older, pairs)
    for verdict in worse:
        say(report.line(verdict))
    alone = sum(counterpart is None for counterpart, _ in pairs)
    say(f"{len(pairs) - alone} mutants in both, {len(worse)} died before and survive now; {alone} are new")
    return 1 if worse else 0


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
