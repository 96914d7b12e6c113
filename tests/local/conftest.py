"""The local stack on a small template of its own, so that its tests say what is wrong with the tooling and not with the
product."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.stack.local_stack import Options, Stack

FIXTURE = Path(__file__).parent / "fixture"


@pytest.fixture(scope="session")
def tool_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the fixture project that a test may edit."""
    root = tmp_path_factory.mktemp("project") / "root"
    shutil.copytree(FIXTURE, root)
    return root


@pytest.fixture(scope="session")
def tool_stack(tool_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One running stack for all tests that do not stop it."""
    options = Options(tmp_path_factory.mktemp("state"), root=tool_root, persist=False, seed=False, watch=True)
    with Stack(options) as stack:
        yield stack
