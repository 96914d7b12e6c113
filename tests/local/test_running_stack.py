"""What works while the local stack runs: requests under enforced IAM, events, mail, reload, the moving clock, the
Stripe endpoint."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from infra.local.clock.mover import mover_of
from infra.local.stack.local_stack import ROOT, STRIPE_KEY, Stack
from infra.local.stack.stripe_endpoint import register_webhook
from shared.domain.core.due_readers import SWEEP
from shared.domain.core.instants import iso

_HOUR = timedelta(hours=1)


def get(stack: Stack, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(stack.info.public_url + path, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


def rows(stack: Stack, pk: str) -> list[dict[str, Any]]:
    table = stack.info.outputs["CoreTable"]
    found: list[dict[str, Any]] = stack.info.aws.client("dynamodb").query(
        TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": pk}}
    )["Items"]
    return found


def eventually(check: Any, seconds: float = 10.0) -> float:
    """Waits until `check()` is true; returns how long it took."""
    began = time.monotonic()
    while not check():
        assert time.monotonic() - began < seconds, "it never happened"
        time.sleep(0.05)
    return time.monotonic() - began


def test_a_request_reaches_its_function_and_the_function_its_table(tool_stack: Stack) -> None:
    status, body = get(tool_stack, "/echo/row?a=1")
    assert status == 200
    seen = json.loads(body)
    assert (seen["path"], seen["query"], seen["public_url"]) == ("/echo/row", "a=1", tool_stack.info.public_url)
    assert seen["headers"]["x-forwarded-proto"] == "http"
    assert [row["sk"]["S"] for row in rows(tool_stack, "ROW")] == ["EVENT#1"]


def test_paths_nobody_owns_go_to_the_default_room(tool_stack: Stack) -> None:
    assert get(tool_stack, "/nobody/owns/this") == (404, "<h1>no such page</h1>")


def test_an_action_that_is_not_granted_is_denied(tool_stack: Stack) -> None:
    assert get(tool_stack, "/echo/forbidden") == (403, "AccessDeniedException")


def test_a_crashed_function_tells_nothing(tool_stack: Stack) -> None:
    assert get(tool_stack, "/echo/raise") == (500, '{"message":"Internal Server Error"}')


def test_a_message_and_a_stream_record_reach_the_worker(tool_stack: Stack) -> None:
    get(tool_stack, "/echo/row")
    get(tool_stack, "/echo/message")
    eventually(
        lambda: {row["sk"]["S"].partition("#")[0] for row in rows(tool_stack, "SEEN")} == {"aws:dynamodb", "aws:sqs"}
    )


def test_mail_sent_through_ses_is_kept_raw(tool_stack: Stack) -> None:
    ses = tool_stack.info.aws.client("ses")
    attachment = bytes(range(256)) * 400
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "hello@rota.example", "host@example.com", "A trainee is coming"
    mail.set_content("See the CV.")
    mail.add_attachment(attachment, maintype="application", subtype="pdf", filename="cv.pdf")
    ses.send_raw_email(
        Source="hello@rota.example", Destinations=["host@example.com"], RawMessage={"Data": mail.as_bytes()}
    )
    received = tool_stack.mailbox.wait_for("host@example.com")
    assert [(item.name, item.content) for item in received.attachments] == [("cv.pdf", attachment)]
    status, page = get(tool_stack, f"/_local/mail/{received.id}")
    assert status == 200
    assert "A trainee is coming" in page


def test_a_changed_file_goes_live_and_a_broken_one_changes_nothing(tool_stack: Stack, tool_root: Path) -> None:
    """The promise is three seconds; a loaded machine may take longer, so the seconds are printed and not judged."""
    room, shared = tool_root / "functions/pages/handler.py", tool_root / "shared/__init__.py"
    text = room.read_text()
    room.write_text(text.replace("no such page", "nothing here"))
    first = eventually(lambda: get(tool_stack, "/x")[1] == "<h1>nothing here</h1>")
    shared.write_text(shared.read_text().replace("hello", "good day"))
    second = eventually(lambda: "good day" in get(tool_stack, "/echo")[1])
    room.write_text("def broken(:\n")
    room.write_text(text)
    third = eventually(lambda: get(tool_stack, "/x")[1] == "<h1>no such page</h1>")
    print(f"live after {first:.1f}, {second:.1f} and {third:.1f} s")


def test_moving_time_runs_what_falls_due_in_order_and_waits_for_what_follows(tool_stack: Stack) -> None:
    mover = mover_of(tool_stack.info)
    start = mover.clock.now()
    for name, hours in (("late", 3), ("early", 1), ("middle", 2), ("beyond", 30)):
        due = {"due_pk": {"S": f"{SWEEP}#{hours % 2}"}, "due_kind": {"S": "hold"}}
        at = {"due_at": {"S": iso(start.replace(microsecond=0) + hours * _HOUR)}}
        item = {"pk": {"S": name}, "sk": {"S": "DUE"}} | due | at
        tool_stack.info.aws.client("dynamodb").put_item(TableName=tool_stack.info.outputs["CoreTable"], Item=item)
    # As `make clock BY=3h` calls it.
    command = [
        sys.executable,
        "-m",
        "infra.local.clock",
        "--state-dir",
        str(tool_stack.state_dir),
        "--by",
        "3h",
    ]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    swept = {row["sk"]["S"]: row["at"]["S"] for row in rows(tool_stack, "SWEPT")}
    expected = {"early": 1, "middle": 2, "late": 3}
    assert swept.keys() == expected.keys()
    for name, hours in expected.items():
        assert iso(start + hours * _HOUR) <= swept[name] <= iso(start + hours * _HOUR + _HOUR / 60)
    names = [line.split()[2] for line in ran.stdout.splitlines() if " hold " in line]
    assert names == ["early", "middle", "late"]
    assert "3 fell due" in ran.stdout
    assert [item.key for item in mover.world.due_items()] == ["beyond / DUE"]
    assert mover.clock.now() >= start + 3 * _HOUR


def test_the_webhook_endpoint_is_registered_once_and_keeps_its_secret(tool_stack: Stack) -> None:
    url = f"{tool_stack.info.public_url}/webhooks/stripe"
    first = json.loads((tool_stack.state_dir / "webhook.json").read_text())
    assert first["secret"].startswith("whsec_")
    assert register_webhook(tool_stack.info.stripe_url, STRIPE_KEY, url, tool_stack.state_dir) == first["secret"]
    assert (tool_stack.state_dir / "webhook.json").stat().st_mode & 0o077 == 0


def test_demo_passwords_are_made_up_once_and_private(tool_stack: Stack) -> None:
    password = tool_stack.password("nora@staff.example")
    assert tool_stack.password("nora@staff.example") == password != tool_stack.password("theo@staff.example")
    assert (tool_stack.state_dir / "passwords.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("path", ["/_local/", "/_local/mail", "/_local/clock"])
def test_local_pages_answer(tool_stack: Stack, path: str) -> None:
    status, body = get(tool_stack, path)
    assert status == 200
    assert "Business" in body or "business" in body or "mail" in body
