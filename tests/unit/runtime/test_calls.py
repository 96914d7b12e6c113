"""The record of AWS calls says what IAM checks: the actions inside a transaction, the permission's own name, and the
resource."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from shared.runtime.calls import record_calls, uses


@pytest.mark.parametrize(
    ("service", "operation", "given", "expected"),
    [
        ("dynamodb", "GetItem", {"TableName": "core"}, ["dynamodb:GetItem core"]),
        ("dynamodb", "Query", {"TableName": "core", "IndexName": "due"}, ["dynamodb:Query core/index/due"]),
        (
            "dynamodb",
            "BatchGetItem",
            {"RequestItems": {"inbox": {}, "core": {}}},
            ["dynamodb:BatchGetItem core", "dynamodb:BatchGetItem inbox"],
        ),
        (
            "dynamodb",
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "core"}},
                    {"Put": {"TableName": "core"}},
                    {"Update": {"TableName": "core"}},
                    {"Delete": {"TableName": "core"}},
                    {"ConditionCheck": {"TableName": "core"}},
                    {"Put": {"TableName": "ledger"}},
                ]
            },
            [
                "dynamodb:ConditionCheckItem core",
                "dynamodb:DeleteItem core",
                "dynamodb:PutItem core",
                "dynamodb:PutItem ledger",
                "dynamodb:UpdateItem core",
            ],
        ),
        ("s3", "HeadObject", {"Bucket": "up", "Key": "a/b"}, ["s3:GetObject up/a/b"]),
        ("s3", "ListObjectsV2", {"Bucket": "up"}, ["s3:ListBucket up"]),
        ("s3", "PutObject", {"Bucket": "up", "Key": "k"}, ["s3:PutObject up/k"]),
        ("ses", "SendRawEmail", {"Source": "Rota <hello@rota.example>"}, ["ses:SendRawEmail identity/rota.example"]),
        (
            "ses",
            "SendRawEmail",
            {"Source": "hello@rota.example", "ConfigurationSetName": "rota-local"},
            ["ses:SendRawEmail identity/rota.example", "ses:SendRawEmail configuration-set/rota-local"],
        ),
        (
            "events",
            "PutEvents",
            {"Entries": [{"EventBusName": "bus"}, {"EventBusName": "bus"}]},
            ["events:PutEvents bus"],
        ),
        ("secretsmanager", "GetSecretValue", {"SecretId": "arn:x"}, ["secretsmanager:GetSecretValue arn:x"]),
        ("cognito-idp", "AdminGetUser", {"UserPoolId": "pool"}, ["cognito-idp:AdminGetUser pool"]),
    ],
)
def test_a_request_is_recorded_as_iam_checks_it(
    service: str, operation: str, given: dict[str, Any], expected: list[str]
) -> None:
    assert uses(service, operation, given) == expected


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield


def test_every_request_of_a_client_is_one_line_and_a_link_that_is_only_signed_is_none(
    aws: None, tmp_path: Path
) -> None:
    log = tmp_path / "calls.jsonl"
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="uploads")
    record_calls(client, "documents", str(log))
    client.put_object(Bucket="uploads", Key="cv", Body=b"x")
    client.generate_presigned_url("get_object", Params={"Bucket": "uploads", "Key": "cv"})
    client.head_object(Bucket="uploads", Key="cv")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert lines == [
        {
            "function": "documents",
            "request": "s3:PutObject",
            "actions": ["s3:PutObject"],
            "uses": ["s3:PutObject uploads/cv"],
        },
        {
            "function": "documents",
            "request": "s3:HeadObject",
            "actions": ["s3:GetObject"],
            "uses": ["s3:GetObject uploads/cv"],
        },
    ]
