"""The whole request beside the search in it and its page: the deployed code of the catalogue in a process of its own,
with its reads of MiniStack.

The version and its overlay are published as the indexer does it; the seats of what is shown are read (there are none:
the programs of the bench have no seat items). The peer is the same question put to the same open index, and the same
page rendered again from the model that is there: both are taken down while the request asks them.
"""

from __future__ import annotations

import json
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

WARM, ROUNDS, BOUND = 5, 5, 1.6
SCRIPT = """
import sys
sys.path[:0] = [{code!r}, {site!r}]
import json, os, time
from functions.catalogue.handler import handler
from shared.adapters.search.index import TantivyIndex
from shared.runtime.http import answers
events, found, rounds = sys.argv[1:]
class Context:
    aws_request_id, function_name, memory_limit_in_mb = "bench", "rota-bench-catalogue", 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:rota-bench-catalogue"
    def get_remaining_time_in_millis(self):
        return 60_000
asked = {{}}
def noting(name, function):
    def noted(*arguments):
        asked[name] = lambda: function(*arguments)
        return function(*arguments)
    return noted
TantivyIndex.search = noting("search", TantivyIndex.search)
answers.render = noting("render", answers.render)
def whole(event):
    answer = handler(event, Context())
    if answer["statusCode"] != 200:
        sys.exit(f"{{event['rawQueryString']}}: {{answer['statusCode']}} {{answer['body'][:300]}}")
def spent(act, *arguments):
    began = time.process_time()
    act(*arguments)
    return time.process_time() - began
def alone():
    asked["search"]()
    asked["render"]()
times = []
with open(events) as file:
    for event in json.load(file):
        asked.clear()
        whole(event)
        pairs = []
        for turn in range(int(rounds)):
            pair = [spent(whole, event), spent(alone)] if turn % 2 else [spent(alone), spent(whole, event)][::-1]
            pairs.append(pair)
        times.append(pairs)
with open(found, "w") as file:
    json.dump(times, file)
{leave}
"""


def measure(engines: Engines, asked: Sequence[Question], number: int) -> Ratio:
    """p50 of the request over that of the search and the rendering in it, processor time. Raises `ProcessFailed` for an
    answer that is not 200."""
    folder = engines.folder / "whole"
    with ministack(folder) as aws:
        _publish(aws, engines)
        room = Room.unpacked("catalogue", folder / "room", _environment(aws))
        script = room.script("whole", SCRIPT, leave=LEAVE)
        events = [_event(question) for question in (*asked[:WARM], *asked)]
        (room.folder / "tmp").mkdir()
        arguments = [str(room.write("events", events)), str(folder / "found.json"), str(ROUNDS)]
        run(script, arguments, room.environment, room.folder)
    times: list[list[tuple[float, float]]] = json.loads((folder / "found.json").read_text())[WARM:]
    if len(times) != len(asked):
        raise ProcessFailed(f"{len(times)} of {len(asked)} requests were timed")
    return compared(f"whole page / search and rendering alone, p50, {number:,}", times)


def compared(name: str, times: Sequence[Sequence[tuple[float, float]]]) -> Ratio:
    """From (request, alone) of each round of each question."""
    rounds = list(zip(*times, strict=True))
    whole, alone = ([percentile([pair[side] for pair in one], 50) for one in rounds] for side in (0, 1))
    return Ratio(name, whole, alone, BOUND)


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
        "COGNITO_ISSUER": aws.endpoint,
        "COGNITO_JWKS_URL": f"{aws.endpoint}/keys",
        "COGNITO_CLIENT_ID": "bench",
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
    return http("GET", "/programs", urlencode(values, doseq=True), {"accept": "text/html"}, "")
