"""MiniStack's DynamoDB for races, because moto's transactions are not safe between threads; every test gets empty
tables."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from infra.local.stack.child_process import free_port
from infra.local.stack.ministack import REGION, launch, wait_until_ready
from infra.local.stack.tables import create_tables

THREADS = 200


@pytest.fixture(scope="session")
def dynamodb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    child = launch(port, tmp_path_factory.mktemp("race"), free_port(), auth=False, persist=False)
    try:
        wait_until_ready(child, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.stop()


@pytest.fixture
def dynamodb(dynamodb_url: str) -> Any:
    """A client as the functions have one (three attempts), with a connection for every thread and patience for a small
    machine."""
    urllib.request.urlopen(
        urllib.request.Request(f"{dynamodb_url}/_ministack/reset", method="POST"), timeout=20
    ).close()
    config = Config(
        max_pool_connections=THREADS, retries={"mode": "standard", "total_max_attempts": 3}, read_timeout=60
    )
    client = boto3.client(
        "dynamodb",
        endpoint_url=dynamodb_url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )
    create_tables(client)
    return client
