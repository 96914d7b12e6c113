"""Grants against uses: what is granted and not used is found, what is used and not granted is found, and what Lambda
needs is expected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.lint.project import Project
from infra.local.checks import least_privilege
from infra.local.checks.least_privilege import Grants, differences, expected_by_lambda, granted, named, used

ROOT = Path(__file__).resolve().parents[4]
LOG: Grants = {("logs:PutLogEvents", "log-group:/aws/lambda/x:*")}


def compared(grants: Grants, uses: Grants, platform: Grants = LOG, room: str = "site") -> list[str]:
    return differences({room: grants}, {room: platform}, {room: uses})


def test_grants_that_equal_the_uses_differ_in_nothing() -> None:
    assert (
        compared(
            {*LOG, ("s3:GetObject", "Data/B/index/*")},
            {("s3:GetObject", "Data/B/index/1"), ("s3:GetObject", "Data/B/index/2")},
        )
        == []
    )


def test_a_grant_that_nobody_used_is_found() -> None:
    assert compared({*LOG, ("s3:GetObject", "Data/B/*")}, set()) == [
        "site: is granted s3:GetObject on Data/B/*, which it did not use"
    ]


def test_a_grant_used_on_another_resource_only_is_found_twice() -> None:
    assert compared({*LOG, ("dynamodb:PutItem", "Data/Core")}, {("dynamodb:PutItem", "Data/Ledger")}) == [
        "site: used dynamodb:PutItem on Data/Ledger, which is not granted",
        "site: is granted dynamodb:PutItem on Data/Core, which it did not use",
    ]


def test_what_lambda_needs_must_be_granted() -> None:
    assert compared(set(), set()) == [
        "site: Lambda needs logs:PutLogEvents on log-group:/aws/lambda/x:* for it, which is not granted"
    ]


def test_a_queue_permission_without_an_event_source_is_found() -> None:
    assert compared({*LOG, ("sqs:ReceiveMessage", "Messaging/Sweep")}, set()) == [
        "site: is granted sqs:ReceiveMessage on Messaging/Sweep, which it did not use"
    ]


@pytest.mark.parametrize(
    ("grants", "uses", "expected"),
    [
        ({("s3:PutObject", "B/*")}, set(), []),
        (set(), set(), ["application_intake: s3:PutObject is explained in UNSEEN and not granted"]),
        (
            {("s3:PutObject", "B/*")},
            {("s3:PutObject", "B/cv")},
            ["application_intake: s3:PutObject is explained in UNSEEN, yet the function calls it itself"],
        ),
    ],
)
def test_what_a_function_needs_and_never_calls_stands_in_a_table_that_stays_true(
    grants: Grants, uses: Grants, expected: list[str]
) -> None:
    assert compared(grants | LOG, uses, room="application_intake") == expected


def test_every_function_may_do_what_lambda_does_for_it_and_every_explanation_is_about_a_grant() -> None:
    project = Project.read(ROOT)
    grants, platform = granted(project), expected_by_lambda(project)
    assert {room: platform[room] - grants[room] for room in grants if platform[room] - grants[room]} == {}
    assert {(room, action) for room in grants for action, _ in grants[room]} >= set(least_privilege.UNSEEN)
    assert ("dynamodb:GetRecords", "Data/CoreTable/stream") in platform["event_publisher"]
    assert ("sqs:ReceiveMessage", "PaymentsInbox/Queue") in platform["payments"]


def test_a_running_stack_s_names_are_read_as_places_of_the_template(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:rota/local/stripe-api-key-x"
    calls = [
        ("payments", [f"secretsmanager:GetSecretValue {arn}"]),
        ("payments", ["dynamodb:PutItem rota-Data-Core-1", "dynamodb:PutItem rota-Data-Ledger-1"]),
        ("deadlines", ["dynamodb:Query rota-Data-Core-1/index/due"]),
        ("deadlines", ["dynamodb:Query rota-Data-Core-1/index/due"]),
    ]
    log.write_text("".join(json.dumps({"function": room, "uses": uses}) + "\n" for room, uses in calls))
    outputs = {
        "CoreTable": "rota-Data-Core-1",
        "LedgerTable": "rota-Data-Ledger-1",
        "StripeSecretArn": arn,
        "ApiId": "0a0a0a0a",
    }
    assert used(Project.read(ROOT), log, outputs) == {
        "payments": {
            ("secretsmanager:GetSecretValue", "Data/StripeSecret"),
            ("dynamodb:PutItem", "Data/CoreTable"),
            ("dynamodb:PutItem", "Data/LedgerTable"),
        },
        "deadlines": {("dynamodb:Query", "Data/CoreTable/index/due")},
    }


def test_resources_are_named_by_their_place_or_by_what_follows_the_account() -> None:
    assert named("<Data/CoreTable.Arn>/index/due") == "Data/CoreTable/index/due"
    assert named("arn:aws:ses:us-east-1:123456789012:identity/rota.example") == "identity/rota.example"
    assert named("*") == "*"
