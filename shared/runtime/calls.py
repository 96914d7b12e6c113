"""A record of every AWS call that a function makes, as IAM sees it (`dynamodb:PutItem rota-local-core`). On the local
stack only: it is how the least-privilege test and the benchmarks count. A transaction counts as the actions inside it,
which is how IAM checks it
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

TRANSACTION = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
OTHER_NAMES = {"s3:HeadObject": "s3:GetObject", "s3:ListObjectsV2": "s3:ListBucket"}
"""Requests whose permission has another name:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html"""
NAMED_BY = {"secretsmanager": "SecretId", "cognito-idp": "UserPoolId"}


def record_calls(client: Any, function: str, path: str) -> None:
    """Appends one JSON line per request of `client` to the file; lines are short, so concurrent appends stay whole
    (POSIX write(2)).

    A line has `function`, `request` (`dynamodb:TransactWriteItems`), `actions`, and `uses`: each action with the
    resource it was for.
    """

    def remember(params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        context["rota_uses"] = uses(model.service_model.signing_name, model.name, params)

    def note(model: Any, context: Mapping[str, Any], **_: Any) -> None:
        used = context["rota_uses"]
        request = f"{model.service_model.signing_name}:{model.name}"
        actions = sorted({use.partition(" ")[0] for use in used})
        line = json.dumps({"function": function, "request": request, "actions": actions, "uses": used})
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, f"{line}\n".encode())
        finally:
            os.close(descriptor)

    # The first sees what the caller gave, also for a link that is only signed; the second comes only when a request is
    # sent.
    client.meta.events.register("before-parameter-build", remember)
    client.meta.events.register("before-call", note)


def uses(service: str, operation: str, given: Mapping[str, Any]) -> list[str]:
    """`action resource` for everything that IAM checks of one request; a resource is named as the caller named it."""
    if operation == "TransactWriteItems":
        parts = [
            (TRANSACTION[kind], part["TableName"]) for item in given["TransactItems"] for kind, part in item.items()
        ]
        return sorted({f"dynamodb:{action} {table}" for action, table in parts})
    if operation == "BatchGetItem":
        return sorted(f"dynamodb:BatchGetItem {table}" for table in given["RequestItems"])
    if operation == "PutEvents":
        return sorted({f"events:PutEvents {entry['EventBusName']}" for entry in given["Entries"]})
    action = f"{service}:{operation}"
    if service == "ses" and "ConfigurationSetName" in given:
        # A mail that is sent under a configuration set needs the permission for both.
        return [f"{action} {_resource(service, given)}", f"{action} configuration-set/{given['ConfigurationSetName']}"]
    return [f"{OTHER_NAMES.get(action, action)} {_resource(service, given)}"]


def _resource(service: str, given: Mapping[str, Any]) -> str:
    if service == "dynamodb":
        return f"{given['TableName']}/index/{given['IndexName']}" if "IndexName" in given else str(given["TableName"])
    if service == "s3":
        return f"{given['Bucket']}/{given['Key']}" if "Key" in given else str(given["Bucket"])
    if service == "ses":
        return f"identity/{given['Source'].rpartition('@')[2].rstrip('>')}"
    return str(given[NAMED_BY[service]])
