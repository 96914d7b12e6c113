"""What all tests share: one local stack with the real template and the seed, and hypothesis without a stopwatch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from infra.local.stack.local_stack import Options, Stack

# A loaded machine must not fail a property: time is measured in `make bench`.
settings.register_profile("rota", deadline=None, print_blob=True)
settings.load_profile("rota")

STACKS = ("rota_stack", "tool_stack")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share a stack run in one process, so that it starts once (pytest-xdist, `--dist loadgroup`; its own
    hook, which reads the groups, comes before one of ours without `tryfirst`)."""
    for item in items:
        for stack in STACKS:
            if stack in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(stack))


@pytest.fixture(scope="session")
def rota_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Rota as `make run` brings it up, on ports of its own, with IAM enforced and every AWS call of the functions
    recorded."""
    with Stack(Options(tmp_path_factory.mktemp("rota"), persist=False, call_log=True)) as stack:
        yield stack
