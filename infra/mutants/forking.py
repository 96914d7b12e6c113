"""Many mutants in one run of pytest, which imports and collects once: each mutant has a child process, in which the
code of its function is replaced before its tests run.

Only what stands in a function's body can be replaced so; what runs at import needs an import of its own.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from infra.mutants.mutations import mutated_tree

ENDED, UNTOUCHED = 99, 98
"""Exit statuses of a child: a test did not come to an end; no function has the mutant's code."""


@dataclass(frozen=True)
class Job:
    """A mutant and the tests to run for it, in order, within `seconds`."""

    file: str
    shape: str
    index: int
    line: int
    tests: Sequence[str]
    seconds: float


def write(path: Path, jobs: Sequence[Job]) -> None:
    path.write_text(json.dumps([asdict(job) for job in jobs]))


class Forking:
    """Runs `jobs` instead of the collected tests, and writes the exit status of each, a line each, to `answers`."""

    def __init__(self, jobs: Path, answers: int) -> None:
        self.jobs = [Job(**job) for job in json.loads(jobs.read_text())]
        self.answers = answers
        self.in_child = False

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        for job in self.jobs:
            os.write(self.answers, f"{self._status(job, [items[test] for test in job.tests])}\n".encode())
        return True

    def _status(self, job: Job, items: Sequence[pytest.Item]) -> int:
        if not (child := os.fork()):
            self.in_child = True
            os.setsid()
            self._run(job, items)
        deadline = time.monotonic() + job.seconds
        while not (ended := os.waitpid(child, os.WNOHANG))[0]:
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                break
            time.sleep(0.01)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        return os.waitstatus_to_exitcode(ended[1]) if ended[0] else ENDED

    def _run(self, job: Job, items: Sequence[pytest.Item]) -> None:
        status = 3
        try:
            if not replace(job.file, job.shape, job.index, job.line):
                status = UNTOUCHED
                return
            for item, following in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            status = 0
        finally:
            os._exit(status)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self.in_child and report.failed:
            os._exit(1)


def replace(file: str, shape: str, index: int, line: int) -> int:
    """Gives every function of `file` whose code the mutation changes its new code; returns how many there are."""
    changed = compile(mutated_tree(Path(file).read_text(), shape, index, line), file, "exec")
    codes = {(code.co_qualname, code.co_firstlineno): code for code in _within(changed)}
    replaced = 0
    for function in gc.get_objects():
        if isinstance(function, FunctionType) and Path(function.__code__.co_filename) == Path(file).resolve():
            old = function.__code__
            new = codes.get((old.co_qualname, old.co_firstlineno))
            if new and new != old and new.co_freevars == old.co_freevars:
                function.__code__ = new
                replaced += 1
    return replaced


def _within(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _within(inner)
