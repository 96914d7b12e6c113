"""What pytest loads in a run of ours (`-p infra.mutants.plugin`): it takes the listed tests in their order and stops
each that takes too long, or records which lines each test runs.

`MUTANTS_TESTS` names a file of `[node id, seconds at most]`; `MUTANTS_RECORD` the file that the record goes to;
`MUTANTS_JOBS` a file of mutants to run all at once, with the descriptor for their answers in `MUTANTS_ANSWERS`.
"""

from __future__ import annotations

import json
import os
import signal
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import coverage
import pytest
from hypothesis import Phase, settings

from infra.mutants.forking import ENDED, Forking


def pytest_configure(config: pytest.Config) -> None:
    """Properties are the same in every run (with `--hypothesis-seed`): nothing is remembered, nothing is shrunk."""
    settings.register_profile("mutants", settings.default, database=None, phases=[Phase.explicit, Phase.generate])
    settings.load_profile("mutants")
    if record := os.environ.get("MUTANTS_RECORD"):
        config.pluginmanager.register(Recorder(Path(record)))
    if listed := os.environ.get("MUTANTS_TESTS"):
        config.pluginmanager.register(Chosen(json.loads(Path(listed).read_text())))
    if jobs := os.environ.get("MUTANTS_JOBS"):
        config.pluginmanager.register(Forking(Path(jobs), int(os.environ["MUTANTS_ANSWERS"])))


class Chosen:
    """Only the listed tests, in the order of the list."""

    def __init__(self, tests: list[tuple[str, float]]) -> None:
        self.seconds = dict(tests)
        self.order = {test: place for place, (test, _) in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self.order), key=lambda item: self.order[item.nodeid]
        )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        signal.signal(signal.SIGALRM, lambda *_: os._exit(ENDED))
        signal.setitimer(signal.ITIMER_REAL, self.seconds[item.nodeid])
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


class Recorder:
    """Lines per test; what a fixture runs that several tests share is recorded for the fixture, and each test's
    fixtures beside it."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.coverage = coverage.Coverage(
            data_file=None, config_file=False, include=["shared/domain/*", "shared/services/*"]
        )
        self.tests: dict[str, dict[str, Any]] = {}
        self.failed: set[str] = set()
        self.context = ""
        self.coverage.start()

    @contextmanager
    def _lines_of(self, context: str) -> Iterator[None]:
        before, self.context = self.context, context
        self.coverage.switch_context(context)
        try:
            yield
        finally:
            self.context = before
            self.coverage.switch_context(before)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        fixtures = getattr(item, "_fixtureinfo", None)
        definitions = fixtures.name2fixturedefs.values() if fixtures else ()
        shared = {_label(one) for many in definitions for one in many if one.scope != "function"}
        self.tests[item.nodeid] = {"seconds": 0.0, "shared": sorted(shared)}
        with self._lines_of(item.nodeid):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        with self._lines_of(self.context if fixturedef.scope == "function" else _label(fixturedef)):
            return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.tests[report.nodeid]["seconds"] += report.duration
        if report.outcome != "passed":
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        data = self.coverage.get_data()
        lines: dict[str, dict[int, list[str]]] = {}
        for file in data.measured_files():
            name = Path(file).relative_to(Path.cwd()).as_posix()
            lines[name] = {line: [one for one in by if one] for line, by in data.contexts_by_lineno(file).items()}
        numbers: defaultdict[str, int] = defaultdict(lambda: len(numbers))
        coded = {
            file: {str(at): [numbers[one] for one in by] for at, by in found.items()} for file, found in lines.items()
        }
        record = {"tests": self.tests, "failed": sorted(self.failed), "contexts": list(numbers), "lines": coded}
        self.target.write_text(json.dumps(record))


def _label(fixture: Any) -> str:
    return f"fixture {fixture.baseid}::{fixture.argname}"
