"""`make check`: everything that can be known without running the product. Each check prints its name, its seconds and,
if it fails, why."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
BIN = Path(PYTHON).parent

CHECKS: tuple[tuple[str, Sequence[str]], ...] = (
    ("lint", (str(BIN / "ruff"), "check", ".")),
    ("format", (str(BIN / "ruff"), "format", "--check", ".")),
    ("types", (str(BIN / "mypy"),)),
    ("layers", (str(BIN / "lint-imports"),)),
    ("templates", (PYTHON, "-m", "infra.lint")),
    ("file sizes", (PYTHON, "-m", "infra.lint.sizes")),
    ("state diagrams current", (PYTHON, "-m", "infra.build.diagrams", "--check")),
    ("event schemas current", (PYTHON, "-m", "infra.build.schemas", "--check")),
    ("limits page current", (PYTHON, "-m", "infra.build.limits", "--check")),
    ("API document current", (PYTHON, "-m", "infra.build.openapi", "--check")),
)


def main() -> int:
    failed = []
    for name, command in CHECKS:
        started = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{time.monotonic() - started:6.1f} s  {verdict:<7} {name}", flush=True)
        if done.returncode:
            print(done.stdout + done.stderr, flush=True)
            failed.append(name)
    print(f"{len(CHECKS) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
