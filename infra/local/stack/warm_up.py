"""Calls every function once, so that the first person does not wait for a cold start. Harmless events only."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from infra.local.stack.preprocess import functions
from infra.local.stack.stack_info import StackInfo

EMPTY_BATCH = json.dumps({"Records": []}).encode()
AT_ONCE = 3
"""Starting a function is work for a processor: more at once on a small machine only makes all of them late."""


def http_calls(template: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Room -> a (method, path) that it serves, for the rooms with HTTP routes of a SAM template. The default room gets
    `GET /`."""
    found: dict[str, tuple[str, str]] = {}
    for name, room in functions(dict(template)).items():
        for event in template["Resources"][name]["Properties"].get("Events", {}).values():
            if event["Type"] == "HttpApi":
                path = event["Properties"].get("Path", "$default")
                method = event["Properties"].get("Method", "ANY").upper()
                found.setdefault(
                    room,
                    (
                        "GET" if method == "ANY" else method,
                        "/" if path == "$default" else path.partition("/{")[0] or "/",
                    ),
                )
    return found


def prewarm(info: StackInfo, template: Mapping[str, Any]) -> Iterator[str]:
    """Warms every function, those that answer people first; yields one line for each that failed."""
    calls = http_calls(template)
    client = info.aws.client("lambda", connections=AT_ONCE)

    def warm(room: str) -> str | None:
        if room in calls:
            return _call(info.public_url, *calls[room])
        answer = client.invoke(FunctionName=info.functions[room], Payload=EMPTY_BATCH)
        return str(answer["Payload"].read().decode())[:300] if "FunctionError" in answer else None

    rooms = sorted(info.functions, key=lambda room: (room not in calls, room))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for room, problem in zip(rooms, pool.map(warm, rooms), strict=True):
            if problem is not None:
                yield f"{room}: {problem}"


def _call(base: str, method: str, path: str) -> str | None:
    """None for any answer of the function itself, refusals included; what went wrong for a server error."""
    request = urllib.request.Request(base + path, data=None if method == "GET" else b"", method=method)
    try:
        with urllib.request.urlopen(request, timeout=60):
            return None
    except urllib.error.HTTPError as answer:
        with answer:
            return (
                f"{answer.code} from {method} {path}: {answer.read().decode(errors='replace')[:300]}"
                if answer.code >= 500
                else None
            )
