"""A record of every AWS call that a function makes, as IAM sees it (`dynamodb:PutItem core`). On the local stack only: it is how the
least-privilege test and the benchmarks count. A transaction counts as the actions inside it, which is how IAM checks it
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html)."""

from __future__ import annotations

import json
import os
from typing import Any

TRANSACTION = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


def record_calls(client: Any, function: str, path: str) -> None:
    """Appends one JSON line per request of `client` to the file; lines are short, so concurrent appends stay whole (POSIX write(2))."""

    def note(model: Any, params: dict[str, Any], **_: Any) -> None:
        service = model.service_model.signing_name
        line = json.dumps({"function": function, "request": f"{service}:{model.name}", "actions": actions(service, model.name, params)})
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, f"{line}\n".encode())
        finally:
            os.close(descriptor)

    client.meta.events.register("before-call", note)


def actions(service: str, operation: str, params: dict[str, Any]) -> list[str]:
    if operation != "TransactWriteItems":
        return [f"{service}:{operation}"]
    body = json.loads(params["body"])
    return sorted({f"dynamodb:{TRANSACTION[name]}" for item in body["TransactItems"] for name in item})
