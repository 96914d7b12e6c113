"""What survives a stop and a start, what a fresh start forgets, and how a start fails."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.local.stack.child_process import StackError, free_port
from infra.local.stack.local_stack import ROOT, Options, Stack

FIXTURE = Path(__file__).parent / "fixture"


def options(state_dir: Path, **more: Any) -> Options:
    return Options(state_dir, root=FIXTURE, seed=False, prewarm=False, **more)


def put(stack: Stack, pk: str, sk: str) -> None:
    item = {"pk": {"S": pk}, "sk": {"S": sk}}
    stack.info.aws.client("dynamodb").put_item(TableName=stack.info.outputs["CoreTable"], Item=item)


def keys(stack: Stack, pk: str) -> set[str]:
    items = stack.info.aws.client("dynamodb").scan(TableName=stack.info.outputs["CoreTable"])["Items"]
    return {item["sk"]["S"] for item in items if item["pk"]["S"] == pk}


def wait_for_seen(stack: Stack, count: int) -> None:
    deadline = time.monotonic() + 15
    while len(keys(stack, "SEEN")) < count:
        assert time.monotonic() < deadline, f"only {keys(stack, 'SEEN')} arrived"
        time.sleep(0.1)


def test_state_survives_and_events_written_after_a_restart_still_arrive(tmp_path: Path) -> None:
    with Stack(options(tmp_path)) as stack:
        for number in range(4):
            put(stack, "A", f"EVENT#{number}")
        wait_for_seen(stack, 4)
        password, first = stack.password("a@example.com"), stack.info
        assert stack.created
    with Stack(options(tmp_path)) as stack:
        assert not stack.created
        assert stack.password("a@example.com") == password
        assert (stack.info.aws_url, stack.info.outputs) == (first.aws_url, first.outputs)
        assert keys(stack, "A") == {f"EVENT#{number}" for number in range(4)}
        put(stack, "B", "EVENT#0")
        wait_for_seen(stack, 5)
        assert stack.mailbox.messages() == []
    with Stack(options(tmp_path, fresh=True)) as stack:
        assert stack.created
        assert keys(stack, "A") == set()
        assert stack.password("a@example.com") != password


def test_a_taken_port_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(StackError, match=f"Port {port} is taken by another program.*PORT=8001 make run"):
            Stack(options(tmp_path / "state", port=port)).__enter__()
    assert not (tmp_path / "state").exists()


def with_change(tmp_path: Path, file: str, old: str, new: str) -> Options:
    root = tmp_path / "root"
    shutil.copytree(FIXTURE, root)
    template = root / file
    assert old in template.read_text()
    template.write_text(template.read_text().replace(old, new, 1))
    return replace(options(tmp_path / "state"), root=root)


def test_a_type_that_does_not_exist_is_refused_by_name_and_nothing_stays_running(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="AWS::Nothing::AtAll"):
        Stack(with_change(tmp_path, "template.yaml", "AWS::SQS::Queue", "AWS::Nothing::AtAll")).__enter__()
    for port in json.loads((tmp_path / "state/ports.json").read_text()).values():
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_failure_inside_a_nested_stack_is_told_with_its_resource(tmp_path: Path) -> None:
    with pytest.raises(
        StackError, match=r"(?s)ended in ROLLBACK_COMPLETE:.*Data \(AWS::CloudFormation::Stack\).*Nothing"
    ):
        Stack(with_change(tmp_path, "infra/data.yaml", "AWS::DynamoDB::Table", "AWS::Nothing::AtAll")).__enter__()


def test_run_stops_on_interrupt_without_leaving_a_process_and_refuses_a_second_run(tmp_path: Path) -> None:
    port, state = free_port(), tmp_path / "state"
    script = (
        "import functools, pathlib, sys; import infra.local.run as run; "
        f"run.Options = functools.partial(run.Options, root=pathlib.Path({str(FIXTURE)!r}), seed=False, "
        "prewarm=False); "
        "sys.exit(run.main())"
    )
    command = [sys.executable, "-c", script, "--port", str(port), "--state-dir", str(state)]
    environment = {name: value for name, value in os.environ.items() if name not in ("PORT", "FRESH")}
    running = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert running.stdout is not None
    lines = []
    while not lines or not lines[-1].startswith("Up in"):
        lines.append(running.stdout.readline())
        assert lines[-1], "".join(lines)
    text = "".join(lines)
    assert f"Rota is at  http://127.0.0.1:{port}/" in text
    assert "4242 4242 4242 4242" in text
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/nothing", timeout=20)
    answer.value.close()
    second = subprocess.run(
        [*command[:-3], "0", *command[-2:]], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert "is running from" in second.stderr
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    running.send_signal(signal.SIGINT)
    rest, _ = running.communicate(timeout=20)
    assert running.returncode == 0, rest
    assert len(children) >= 2
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    assert not (state / "stack.json").exists()
