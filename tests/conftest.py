"""One local stack with the real template and the seed, shared by every test that asks for it; it starts with the first that does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.stack import Options, Stack


@pytest.fixture(scope="session")
def rota_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Rota as `make run` brings it up, on ports of its own, with IAM enforced and every AWS call of the functions recorded."""
    with Stack(Options(tmp_path_factory.mktemp("rota"), persist=False, call_log=True)) as stack:
        yield stack
