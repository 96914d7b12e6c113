"""What the functions of a running stack logged as errors: shown when something was missed, so that nobody has to go and
look."""

from __future__ import annotations

import json
from collections.abc import Iterator

from botocore.exceptions import ClientError

from infra.local.stack.stack_info import StackInfo


def errors(info: StackInfo, limit: int = 20) -> Iterator[str]:
    """The latest error lines of each function, `room: line`."""
    lines_of = info.aws.client("logs").get_paginator("filter_log_events")
    for room, function in info.functions.items():
        try:
            pages = lines_of.paginate(logGroupName=f"/aws/lambda/{function}")
            lines = [event["message"].rstrip() for page in pages for event in page["events"]]
        except ClientError:
            continue  # a function that never ran has no log
        found = [_shown(line) for line in lines if '"level":"ERROR"' in line or "Traceback" in line or "Error" in line]
        yield from (f"{room}: {line}" for line in found[-limit:])


def _shown(line: str) -> str:
    try:
        record = json.loads(line)
    except ValueError:
        return line
    return "\n".join([str(record.get("message", "")), *str(record.get("exception", "")).splitlines()[-6:]])
