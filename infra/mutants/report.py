"""What `make mutants` prints; pure, so that a test can read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from infra.mutants.sample import Mutant
from infra.mutants.verdicts import KILLED, SURVIVED, TIMED_OUT, UNCLEAR, UNCOVERED, Verdict

WIDE = 100
"""Characters of an expression that are shown."""


def totals(verdicts: Sequence[Verdict]) -> str:
    """How many of each verdict."""
    counts = Counter(one.verdict for one in verdicts)
    survived = counts[SURVIVED] + counts[UNCOVERED]
    share = f" ({100 * survived / len(verdicts):.0f} %)" if verdicts else ""
    return (
        f"{len(verdicts)} mutants: {counts[KILLED]} killed, {counts[TIMED_OUT]} ran without end, "
        f"{survived} survived{share}, {counts[UNCOVERED]} of them run by no test"
        + (f"; of {counts[UNCLEAR]} nothing is known, because pytest failed" if counts[UNCLEAR] else "")
    )


def line(verdict: Verdict) -> str:
    mutant = verdict.mutant
    return (
        f"{mutant.file}:{mutant.line} {mutant.unit}, {verdict.tests} tests\n"
        f"    {_short(mutant.before)}\n -> {_short(mutant.after)}"
    )


def _short(expression: str) -> str:
    flat = " ".join(expression.split())
    return flat if len(flat) <= WIDE else f"{flat[: WIDE - 3]}..."


def newly_surviving(before: Iterable[Verdict], after: Iterable[tuple[Mutant | None, Verdict]]) -> list[Verdict]:
    """Those of `after` that survive although their counterpart in `before` died; each comes with its counterpart."""
    died = {one.mutant for one in before if not one.survives}
    return [verdict for counterpart, verdict in after if verdict.survives and counterpart in died]
