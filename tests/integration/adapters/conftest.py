"""What the adapters are held against: moto for one call at a time, MiniStack where moto knows too little (user pool,
presigned uploads)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from infra.local.stack.child_process import free_port
from infra.local.stack.ministack import Aws, launch, wait_until_ready
from infra.local.stack.tables import create_tables
from shared.adapters.dynamodb.store import DynamoStore
from shared.adapters.dynamodb.transaction import Tables
from shared.adapters.ids import Ulids
from tests.fakes import FrozenClock


def client(service: str) -> Any:
    """A client of moto's AWS that never tries twice."""
    config = Config(retries={"total_max_attempts": 1}, signature_version="s3v4" if service == "s3" else None)
    return boto3.client(
        service, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test", config=config
    )


@pytest.fixture
def moto_aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def dynamodb(moto_aws: None) -> Any:
    made = client("dynamodb")
    create_tables(made)
    return made


@pytest.fixture
def store(dynamodb: Any) -> DynamoStore:
    return DynamoStore(dynamodb, Tables("core", "ledger"), Ulids(), pause=lambda seconds: None)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """A MiniStack of our own on a free port; mail has nowhere to go."""
    port = free_port()
    child = launch(port, tmp_path_factory.mktemp("ministack"), free_port(), auth=False, persist=False)
    try:
        wait_until_ready(child, port)
        yield Aws(f"http://127.0.0.1:{port}")
    finally:
        child.stop()


class Recording:
    """A client that passes calls through and remembers their names, to count requests."""

    def __init__(self, inner: Any) -> None:
        self._inner, self.calls = inner, []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def call(**arguments: Any) -> Any:
            self.calls.append(name)
            return found(**arguments)

        return call


class Unreachable:
    """A client whose every call fails as a broken connection does."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def call(*positional: Any, **arguments: Any) -> Any:
            raise self._error

        return call
