"""Processes that the stack starts: they say why they died, and cannot outlive whoever started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.local.stack.child_process import Child, StackError, free_port

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Where a child finds the project and the test's own modules."""
    return dict(os.environ) | {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}", "PYTHONUNBUFFERED": "1"}


def write(tmp_path: Path, name: str, *lines: str) -> None:
    (tmp_path / f"{name}.py").write_text("\n".join(lines) + "\n")


def wait_for(path: Path, seconds: float = 10.0) -> str:
    deadline = time.monotonic() + seconds
    while not path.exists() or not path.read_text().endswith("\n"):
        assert time.monotonic() < deadline, f"{path.name} was never written"
        time.sleep(0.02)
    return path.read_text().strip()


def gone(pid: int, seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_child_that_dies_while_starting_is_reported_with_its_last_words(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    write(tmp_path, "broken_part", "raise SystemExit('no such bucket')")
    child = Child("the part", ["broken_part"], environment, tmp_path / "log")
    with pytest.raises(StackError, match=r"the part stopped while starting(.|\n)*no such bucket"):
        child.wait_until_answers(f"http://127.0.0.1:{free_port()}/")
    child.stop()


def test_a_child_ends_gracefully_when_its_parent_is_killed(tmp_path: Path, environment: dict[str, str]) -> None:
    write(
        tmp_path,
        "orphan_part",
        "import atexit, os, pathlib, time",
        "atexit.register(lambda: pathlib.Path('saved').write_text('yes\\n'))",
        "pathlib.Path('part').write_text(f'{os.getpid()}\\n')",
        "time.sleep(60)",
    )
    start = "import os, pathlib, time; from infra.local.stack.child_process import Child; "
    start += "Child('p', ['orphan_part'], os.environ, pathlib.Path('log')); time.sleep(60)"
    parent = subprocess.Popen([sys.executable, "-c", start], env=environment, cwd=tmp_path)
    part = int(wait_for(tmp_path / "part"))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    assert gone(part)
    assert (tmp_path / "saved").exists()
