"""MiniStack, unpatched, as the AWS of the local stack: bound to 127.0.0.1, IAM enforced, state kept across a graceful
stop."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra.local.stack.child_process import Child

REGION = "us-east-1"
ACCOUNT = "000000000000"


@dataclass(frozen=True)
class Aws:
    """Where the local AWS answers."""

    endpoint: str

    def client(self, service: str, *, connections: int = 10) -> Any:
        """A boto3 client of `service` with the account's root credentials, made once. No retries: a failing local call
        should be seen."""
        with _MAKING:
            return _client(self.endpoint, service, connections)


_MAKING = threading.Lock()


@lru_cache(maxsize=200)
def _client(endpoint: str, service: str, connections: int) -> Any:
    config = Config(max_pool_connections=connections, retries={"total_max_attempts": 1}, read_timeout=120)
    return _session().client(
        service,  # type: ignore[call-overload]
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - MiniStack's root account; nothing but 127.0.0.1 reaches it
        config=config,
    )


@lru_cache(maxsize=1)
def _session() -> boto3.Session:
    return boto3.Session()


def environment(port: int, state_dir: Path, smtp_port: int, *, auth: bool, persist: bool) -> dict[str, str]:
    """The environment MiniStack runs in. Nothing of the caller's AWS settings may leak in: function workers inherit all
    of it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "BOTO", "STRIPE", "PYTHONDONTWRITE"))
    }
    temporary = state_dir / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return kept | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "true" if auth else "false",
        "PERSIST_STATE": "1" if persist else "0",
        "STATE_DIR": str(state_dir / "aws"),
        "S3_PERSIST": "1" if persist else "0",
        "S3_DATA_DIR": str(state_dir / "s3"),
        "SMTP_HOST": f"127.0.0.1:{smtp_port}",
        "TMPDIR": str(temporary),
        "LOG_LEVEL": "INFO",
        # A worker that was used once stays: a cold start in the middle of a demo surprises people.
        "LAMBDA_WARM_TTL_SECONDS": "3600",
        "PYTHONUNBUFFERED": "1",
    }


def forget_stream_positions(state_dir: Path) -> None:
    """Makes consumers of table streams begin at the start of the stream after a restart.

    MiniStack keeps how far each consumer had read, but not the stream itself, which begins at 0 again: without this, as
    many new events as were read before the stop would be skipped in silence.
    """
    path = state_dir / "aws" / "lambda.json"
    if not path.exists():
        return
    state = json.loads(path.read_text())
    state["payload"]["dynamodb_stream_positions"]["data"] = {}
    path.write_text(json.dumps(state))


def launch(port: int, state_dir: Path, smtp_port: int, *, auth: bool = True, persist: bool = True) -> Child:
    """Starts MiniStack without waiting for it: `wait_until_ready` does."""
    forget_stream_positions(state_dir)
    variables = environment(port, state_dir, smtp_port, auth=auth, persist=persist)
    return Child("MiniStack", ["ministack"], variables, state_dir / "logs" / "ministack.log")


def wait_until_ready(child: Child, port: int) -> None:
    """Returns once it answers. Raises `StackError` with its last log lines when it does not."""
    child.wait_until_answers(f"http://127.0.0.1:{port}/_ministack/health")
