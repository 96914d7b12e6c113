"""Why a deployment failed is found however many events it left."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.stub import Stubber

from infra.local.stack.deploy import failed_events


class StubbedAws:
    """Hands out one stubbed CloudFormation client."""

    endpoint = "http://127.0.0.1:1"

    def __init__(self) -> None:
        self.cloudformation = boto3.client(
            "cloudformation", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )

    def client(self, service: str, **_: Any) -> Any:
        return getattr(self, service)


def event(name: str, status: str, reason: str) -> dict[str, Any]:
    return {
        "StackId": "arn:stack",
        "EventId": name,
        "StackName": "rota",
        "LogicalResourceId": name,
        "PhysicalResourceId": name,
        "ResourceType": "AWS::SQS::Queue",
        "Timestamp": datetime(2027, 1, 1, tzinfo=UTC),
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def test_a_failure_that_the_newest_page_of_events_does_not_hold_is_named_and_the_oldest_comes_first() -> None:
    aws = StubbedAws()
    with Stubber(aws.cloudformation) as stub:
        newest = [event("Gone", "DELETE_COMPLETE", ""), event("Later", "CREATE_FAILED", "cancelled")]
        stub.add_response("describe_stack_events", {"StackEvents": newest, "NextToken": "older"}, {"StackName": "rota"})
        oldest = [event("First", "CREATE_FAILED", "no such key")]
        stub.add_response("describe_stack_events", {"StackEvents": oldest}, {"StackName": "rota", "NextToken": "older"})
        assert list(failed_events(aws, "rota")) == [
            "  First (AWS::SQS::Queue): no such key",
            "  Later (AWS::SQS::Queue): cancelled",
        ]
