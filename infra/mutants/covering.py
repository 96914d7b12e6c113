"""Which tests run the code of a mutant, the cheapest first; from one recorded run of all of them."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from infra.mutants.sample import Mutant

SUITES = ("tests/contract", "tests/property", "tests/simulation", "tests/unit")
"""Those that need no running stack."""
COMMON = 20
"""A name that more files have says little about which tests are close."""
SHARERS = 40
"""How many of the tests that share a fixture are asked about what it runs: the quickest. Some scenes are shared by a
thousand tests, each about something else."""


class Covering:
    def __init__(self, root: Path, record: Path) -> None:
        found: dict[str, Any] = json.loads(record.read_text())
        self.root = root
        self.failed: list[str] = found["failed"]
        self.lines: dict[str, dict[str, list[int]]] = found["lines"]
        self.contexts: list[str] = found["contexts"]
        failed = set(self.failed)
        self.seconds: dict[str, float] = {
            test: one["seconds"] for test, one in found["tests"].items() if test not in failed
        }
        sharing: defaultdict[str, list[str]] = defaultdict(list)
        for test in sorted(self.seconds, key=self.seconds.__getitem__):
            for fixture in found["tests"][test]["shared"]:
                sharing[fixture].append(test)
        self.sharing = {fixture: set(tests[:SHARERS]) for fixture, tests in sharing.items()}

    @cached_property
    def breadth(self) -> Counter[str]:
        """Lines that each test runs."""
        found: Counter[str] = Counter()
        for numbers in (numbers for lines in self.lines.values() for numbers in lines.values()):
            found.update(self._tests(numbers))
        return found

    def of(self, mutant: Mutant) -> list[str]:
        """Tests that run the mutant's lines; where these run at import, tests that run a line with its name (a
        constant's, a field's or its class's) or whose file has it. What is quick and runs little comes first: it is
        closest to the mutant."""
        if mutant.is_function:
            found = self._running(mutant.file, range(mutant.first, mutant.last + 1))
        else:
            found = self._naming(re.findall(r"\w+", mutant.unit))
        return sorted(
            found & self.seconds.keys(), key=lambda test: ((self.seconds[test] + 0.01) * self.breadth[test], test)
        )

    def _running(self, file: str, lines: Iterable[int | str]) -> set[str]:
        there = self.lines.get(file, {})
        return self._tests(number for line in lines for number in there.get(str(line), ()))

    def _tests(self, numbers: Iterable[int]) -> set[str]:
        """Those of some contexts: a fixture's are all that share it."""
        contexts = {self.contexts[number] for number in numbers}
        return set().union(*(self.sharing.get(context, {context}) for context in contexts))

    def _naming(self, names: Iterable[str]) -> set[str]:
        """Names that many files have, such as `status`, are left aside where the unit has a rarer one."""
        places = {name: [place for file in self._words.values() for place in file.get(name, ())] for name in names}
        rare = [found for found in places.values() if len({file for file, _ in found}) <= COMMON]
        found: set[str] = set()
        named = [place for some in rare or places.values() for place in some]
        for file, line in named:
            found |= self._in_file[file] if file in self._in_file else self._running(file, (line,))
        # What only other lines of import have goes on from there: whoever runs anything of these files.
        return found or set().union(*(self._running(file, self.lines.get(file, ())) for file, _ in named))

    @cached_property
    def _in_file(self) -> dict[str, set[str]]:
        """The tests of each file of tests."""
        found: dict[str, set[str]] = {}
        for test in self.seconds:
            found.setdefault(test.partition("::")[0], set()).add(test)
        return found

    @cached_property
    def _words(self) -> dict[str, dict[str, list[tuple[str, int]]]]:
        """Per file where each word stands: of the code that was recorded and of the tests."""
        found: dict[str, dict[str, list[tuple[str, int]]]] = {}
        for file in (*self.lines, *self._in_file):
            words = found.setdefault(file, {})
            for line, text in enumerate((self.root / file).read_text().splitlines(), 1):
                for word in set(re.findall(r"\w+", text)):
                    words.setdefault(word, []).append((file, line))
        return found
