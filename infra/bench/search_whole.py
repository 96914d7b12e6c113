"""The whole request beside the search in it: the deployed code of the catalogue in a process of its own, with its reads
of MiniStack.

The version and its overlay are published as the indexer does it; the seats of what is shown are read (there are none:
the programs of the bench have no seat items).
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from infra.bench.measure import Ratio, percentile
from infra.bench.processes import LEAVE, ProcessFailed, Room, run
from infra.bench.search import Engines
from infra.bench.search_catalogue import Question
from infra.bench.search_readers import BUCKET, ministack
from infra.local.demo.event_samples import http
from infra.local.stack.ministack import REGION, Aws
from shared.adapters.search.archive import pack
from shared.adapters.search.schema import read_facts
from shared.adapters.search.versions import Versions

WARM = 5
SCRIPT = """
import sys
sys.path[:0] = [{code!r}, {site!r}]
import json, os, time
from functions.catalogue.handler import handler
events, found = sys.argv[1:]
class Context:
    aws_request_id, function_name, memory_limit_in_mb = "bench", "rota-bench-catalogue", 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:rota-bench-catalogue"
    def get_remaining_time_in_millis(self):
        return 60_000
spent = []
with open(events) as file:
    for event in json.load(file):
        began = time.perf_counter()
        answer = handler(event, Context())
        spent.append(time.perf_counter() - began)
        if answer["statusCode"] != 200:
            sys.exit(f"{{event['rawQueryString']}}: {{answer['statusCode']}} {{answer['body'][:300]}}")
with open(found, "w") as file:
    json.dump(spent, file)
{leave}
"""


def measure(engines: Engines, asked: Sequence[Question], number: int) -> Ratio:
    """p50 of the request over that of the search, without a bound. Raises `ProcessFailed` for an answer that is not
    200."""
    folder = engines.folder / "whole"
    with ministack(folder) as aws:
        _publish(aws, engines)
        room = Room.unpacked("catalogue", folder / "room", _environment(aws))
        script = room.script("whole", SCRIPT, leave=LEAVE)
        events = [_event(question) for question in (*asked[:WARM], *asked)]
        (room.folder / "tmp").mkdir()
        run(script, [str(room.write("events", events)), str(folder / "found.json")], room.environment, room.folder)
    whole: list[float] = json.loads((folder / "found.json").read_text())[WARM:]
    if len(whole) != len(asked):
        raise ProcessFailed(f"{len(whole)} of {len(asked)} requests were timed")
    return Ratio(
        f"whole request / search, p50, {number:,}",
        [percentile(whole, 50)],
        [percentile([_spent(engines, one) for one in asked], 50)],
    )


def _spent(engines: Engines, question: Question) -> float:
    ask = engines.ask_ours(question)
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def _publish(aws: Aws, engines: Engines) -> None:
    versions = Versions(aws.client("s3"), aws.client("dynamodb"), BUCKET, "core")
    now = datetime.now(UTC)
    directory = engines.folder / "ours"
    versions.publish(read_facts(directory).version, pack(directory), now - timedelta(minutes=1))
    for (program_id, week), free in engines.found.overlay.weeks.items():
        versions.append(program_id, week, free, now)


def _environment(aws: Aws) -> dict[str, str]:
    return {
        "STAGE": "bench",
        "CORE_TABLE": "core",
        "INBOX_TABLE": "inbox",
        "SEARCH_BUCKET": BUCKET,
        "PUBLIC_URL": "http://127.0.0.1",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_LAMBDA_FUNCTION_NAME": "rota-bench-catalogue",
        "POWERTOOLS_SERVICE_NAME": "catalogue",
    }


def _event(question: Question) -> dict[str, Any]:
    values = question.query.model_dump(mode="json", exclude_defaults=True)
    return http("GET", "/programs", urlencode(values, doseq=True), {"accept": "application/json"}, "")
