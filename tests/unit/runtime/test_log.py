"""What stands in the logs: ids, codes and lines of code; nothing that a person typed, and a count of what failed."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.domain.core.errors import Invalid
from shared.runtime.log import code, correlate, log, with_context
from shared.runtime.worker import Batch, WholeBatchFailed

TYPED = "amara@example.org"
CONTEXT = SimpleNamespace(
    function_name="rota-test-site", memory_limit_in_mb=128, invoked_function_arn="arn:test", aws_request_id="request-9"
)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def raised() -> Exception:
    try:
        try:
            raise ValueError(f"{TYPED} is no number")
        except ValueError as wrong:
            raise RuntimeError(f"cannot read {TYPED}") from wrong
    except RuntimeError as error:
        return error


def test_an_error_is_told_by_type_and_frames_without_its_message_and_is_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log("failing-site", "failed", error=raised(), request="request-1")
    told, counted = lines(capsys)
    assert TYPED not in json.dumps(told)
    assert (told["level"], told["error_type"], told["request"]) == ("ERROR", "RuntimeError", "request-1")
    assert told["frames"][0].endswith(" raised")
    assert "from ValueError" in told["frames"]
    assert (counted["Failures"], counted["function"]) == ([1.0], "failing-site")
    assert counted["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Rota"


def test_what_went_well_is_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    log("another-site", "answered", status=200)
    (told,) = lines(capsys)
    assert (told["level"], told["status"]) == ("INFO", 200)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Invalid("x", "y"), "invalid-input"),
        (ClientError({"Error": {"Code": "ThrottlingException", "Message": TYPED}}, "Query"), "ThrottlingException"),
        (ValueError(TYPED), ""),
    ],
)
def test_the_code_is_the_problems_or_that_of_aws(error: Exception, expected: str) -> None:
    assert code(error) == expected


def test_each_line_of_a_call_has_its_request_and_what_it_belongs_to(capsys: pytest.CaptureFixture[str]) -> None:
    def answer(event: Any, context: Any) -> str:
        correlate("context-test", event["id"])
        log("context-test", "done")
        return "answer"

    assert with_context("context-test", answer)({"id": "event-1"}, CONTEXT) == "answer"
    (told,) = lines(capsys)
    assert (told["function_request_id"], told["correlation_id"]) == ("request-9", "event-1")


# --- batches ----------------------------------------------------------------------------------------------------------
def batch(*ids: str) -> dict[str, Any]:
    return {"Records": [{"messageId": id, "eventSource": "aws:sqs", "body": "{}"} for id in ids]}


def consume(record: Any) -> None:
    if record["messageId"].startswith("bad"):
        raise ValueError(TYPED)


def test_the_messages_that_fail_come_back_alone() -> None:
    assert Batch(consume).answer(batch("good", "bad"), CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    for harmless in (batch("good"), batch()):
        assert Batch(consume).answer(harmless, CONTEXT) == {"batchItemFailures": []}


def test_a_batch_that_fails_whole_raises_and_does_not_say_what_was_typed() -> None:
    with pytest.raises(WholeBatchFailed) as failed:
        Batch(consume).answer(batch("bad-1", "bad-2"), CONTEXT)
    assert str(failed.value) == "2 of 2 messages"
    assert failed.value.__suppress_context__
