"""A throwaway copy of the source tree, in which tests run on a mutated file."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from infra.mutants.forking import Job, write

ROOT = Path(__file__).resolve().parents[2]


class Tree:
    """The copy in `root`. Byte code there is checked by the hash of its source, never by its age: a mutated file may be
    as long and as old as the one before it."""

    def __init__(self, root: Path, source: Path = ROOT) -> None:
        self.root = root / "tree"
        listed = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        names = subprocess.run(listed, cwd=source, capture_output=True, check=True, text=True).stdout
        for name in filter(None, names.split("\0")):
            if (source / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source / name, self.root / name)
        for environment in source.glob(".venv*"):
            if not (self.root / environment.name).exists():
                (self.root / environment.name).symlink_to(environment.resolve())
        compiled = (sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "shared", "infra")
        subprocess.run(compiled, cwd=self.root, check=True)

    @contextmanager
    def changed(self, file: str, source: str) -> Iterator[None]:
        """`file` reads `source` for as long as this lasts."""
        path = self.root / file
        before = path.read_text()
        path.write_text(source)
        try:
            yield
        finally:
            path.write_text(before)

    def record(self, suites: Sequence[str], target: Path) -> None:
        """Runs every test of `suites` and writes to `target` which lines each runs."""
        more = ["--continue-on-collection-errors"]
        self._pytest([*more, *suites], {"MUTANTS_RECORD": str(target)}, None, None)

    def run(self, tests: Sequence[tuple[str, float]], seconds: float) -> int | None:
        """Runs `tests` (with the seconds each may take) up to the first that fails; returns the exit status of pytest,
        or None when all together took longer than `seconds`."""
        listed = self.root.parent / "tests.json"
        listed.write_text(json.dumps(tests))
        files = sorted({test.partition("::")[0] for test, _ in tests})
        return self._pytest(["-x", *files], {"MUTANTS_TESTS": str(listed)}, seconds, subprocess.DEVNULL)

    def serve(self, jobs: Sequence[Job], tests: Sequence[tuple[str, float]]) -> Iterator[int]:
        """Runs all `jobs` in one pytest, and yields the exit status of each as soon as it is known; fewer, if pytest
        itself fails. `tests` are those of all jobs together."""
        listed, wanted = self.root.parent / "tests.json", self.root.parent / "jobs.json"
        listed.write_text(json.dumps(tests))
        write(wanted, jobs)
        read, answers = os.pipe()
        variables = {"MUTANTS_TESTS": str(listed), "MUTANTS_JOBS": str(wanted), "MUTANTS_ANSWERS": str(answers)}
        files = sorted({test.partition("::")[0] for test, _ in tests})
        child = self._start(files, variables, subprocess.DEVNULL, (answers,))
        os.close(answers)
        try:
            with open(read) as lines:
                yield from map(int, lines)
        finally:
            self._end(child)

    def _pytest(
        self, arguments: Sequence[str], variables: dict[str, str], seconds: float | None, output: int | None
    ) -> int | None:
        child = self._start(arguments, variables, output)
        try:
            return child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            self._end(child)

    def _start(
        self, arguments: Sequence[str], variables: dict[str, str], output: int | None, passed: Sequence[int] = ()
    ) -> subprocess.Popen[bytes]:
        # Folders of tests hold files of equal names, and one named like a library: with importlib no order of files
        # decides which is found.
        ours = (
            "-p",
            "infra.mutants.plugin",
            "-p",
            "no:cacheprovider",
            "--import-mode=importlib",
            "--hypothesis-seed=0",
        )
        return subprocess.Popen(
            (sys.executable, "-m", "pytest", *ours, *arguments),
            cwd=self.root,
            env={**os.environ, "PYTHONHASHSEED": "0", **variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=passed,
        )

    @staticmethod
    def _end(child: subprocess.Popen[bytes]) -> None:
        """With every process of its group."""
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
