"""Independent programs and data: `make test` installs npm's where npm is there, `.ci/run` Debian's."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"


def need(package: str) -> Path:
    """The folder of an npm package. The test is left out, and says so, where it is not installed."""
    found = MODULES / package
    if not found.is_dir():
        pytest.skip(f"npm's {package} is not installed: npm ci --prefix tests/peers")
    return found


def node(script: str, given: str | bytes) -> Any:
    """What a script of this folder prints as JSON about `given` on its standard input."""
    data = given.encode() if isinstance(given, str) else given
    ran = subprocess.run(["node", str(HERE / script)], input=data, capture_output=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr.decode()
    return json.loads(ran.stdout)
