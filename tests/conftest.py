"""What all tests share: one local stack with the real template and the seed, and hypothesis without a stopwatch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from infra.local.stack import Options, Stack

# A loaded machine must not fail a property: time is measured in `make bench`.
settings.register_profile("rota", deadline=None, print_blob=True)
settings.load_profile("rota")

STACKS = ("rota_stack", "tool_stack")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Tests that share a stack run in one process, so that each stack starts once (pytest-xdist, `--dist loadgroup`, which reads the groups
    before any `pytest_collection_modifyitems` of ours)."""
    for stack in STACKS:
        if stack in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group(stack))


@pytest.fixture(scope="session")
def rota_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Rota as `make run` brings it up, on ports of its own, with IAM enforced and every AWS call of the functions recorded."""
    with Stack(Options(tmp_path_factory.mktemp("rota"), persist=False, call_log=True)) as stack:
        yield stack
