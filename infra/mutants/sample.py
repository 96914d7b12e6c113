"""Which mutants are taken: those whose shape and index hash lowest with the seed.

No path and no name takes part, so a sample stays the same when code is renamed or moved, and changes by the mutants of
a changed function only.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.mutants.mutations import mutations

FOLDERS = ("shared/domain", "shared/services")


@dataclass(frozen=True)
class Mutant:
    """One mutation of one file. `twin` counts the units of equal shape before its own: 0 for nearly all."""

    file: str
    unit: str
    shape: str
    twin: int
    index: int
    line: int
    first: int
    last: int
    is_function: bool
    before: str
    after: str

    @property
    def key(self) -> str:
        """What stays when names change."""
        return f"{self.shape}.{self.twin}.{self.index}"


def all_mutants(root: Path, folders: Iterable[str] = FOLDERS) -> list[Mutant]:
    """Every possible mutant, in the order of files and lines."""
    found: list[Mutant] = []
    twins: Counter[str] = Counter()
    for path in sorted(path for folder in folders for path in (root / folder).rglob("*.py")):
        last, twin = None, 0
        for mutation in mutations(ast.parse(path.read_text())):
            unit = mutation.unit
            if unit.node is not last:
                last, twin = unit.node, twins[unit.shape]
                twins[unit.shape] += 1
            file = path.relative_to(root).as_posix()
            place = (mutation.index, mutation.line, *mutation.lines, unit.is_function)
            found.append(Mutant(file, unit.name, unit.shape, twin, *place, mutation.before, mutation.after))
    return found


def drawn(mutants: Iterable[Mutant], number: int, seed: int) -> list[Mutant]:
    """`number` of them, in the order of files and lines."""

    def rank(mutant: Mutant) -> str:
        return hashlib.sha256(f"{seed} {mutant.key}".encode()).hexdigest()

    return sorted(sorted(mutants, key=rank)[:number], key=lambda mutant: (mutant.file, mutant.line, mutant.index))


def matched(wanted: Iterable[Mutant], there: Iterable[Mutant]) -> Iterator[Mutant | None]:
    """For each mutant of an older sample the one of today, or None.

    Of units with the same shape the one that kept its file and name is taken, then the one with its name, then any if
    there is only one."""
    by_shape: defaultdict[tuple[str, int], list[Mutant]] = defaultdict(list)
    for mutant in there:
        by_shape[mutant.shape, mutant.index].append(mutant)
    for one in wanted:
        same = by_shape[one.shape, one.index]
        named = [mutant for mutant in same if mutant.unit == one.unit]
        placed = [mutant for mutant in named if mutant.file == one.file]
        exact = [mutant for mutant in placed if mutant.twin == one.twin]
        for choice in (exact, placed, named, same):
            if len(choice) == 1:
                yield choice[0]
                break
        else:
            yield None


def save(path: Path, mutants: Iterable[Mutant]) -> None:
    path.write_text(json.dumps([asdict(mutant) for mutant in mutants], indent=1) + "\n")


def load(path: Path) -> list[Mutant]:
    return [Mutant(**one) for one in json.loads(path.read_text())]
