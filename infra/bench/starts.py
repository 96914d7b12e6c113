"""From process start to the first answered request: each handler beside a peer with the same imports and one GetItem,
in turns.

Processor time is compared, because wall time on a shared machine is mostly other people's; wall time is shown beside
it. `libraries` is the handler against a peer without anything of ours, for information: what our own modules add on
top.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.bench.measure import Measurement, Ratio, in_turns
from infra.bench.processes import LOGGER, ProcessFailed, Room, Used, libraries, run, same_imports
from infra.bench.scene import Asked
from infra.local.stack.ministack import REGION
from infra.local.stack.stack_info import StackInfo

BOUND, WEBHOOK_BOUND = 1.25, 1.2
WEBHOOK = "stripe_webhook"
ROUNDS, INFORMATION_ROUNDS = 5, 2


@dataclass(frozen=True)
class Start:
    room: str
    cpu: Ratio
    wall: Ratio
    libraries: Ratio


def measure(info: StackInfo, room: str, asked: Asked, folder: Path) -> Start:
    """Raises `ProcessFailed` when a process fails or answers something else than it should."""
    place = Room.unpacked(room, folder / room, environment(info, room))
    handler, loaded = place.handler(), _first(place, asked)
    if room == WEBHOOK:
        peer, imports, bound = place.peer(LOGGER), [], WEBHOOK_BOUND
    else:
        peer, imports, bound = place.peer(), same_imports(loaded, room), BOUND
    lists = {
        name: str(place.write(name, value)) for name, value in (("same", imports), ("libraries", libraries(loaded)))
    }
    used: dict[str, list[Used]] = {"handler": [], "peer": [], "libraries": []}

    def measured(name: str) -> float:
        script = handler if name == "handler" else peer
        arguments = (
            [str(place.write("event", asked.trigger())), ""]
            if name == "handler"
            else [lists["same" if name == "peer" else name]]
        )
        used[name].append(_run(place, script, arguments))
        return used[name][-1].cpu

    two = (lambda: measured("handler"), lambda: measured("peer"))
    three = in_turns((*two, lambda: measured("libraries")), INFORMATION_ROUNDS)
    cpu = believed(bound, two, Ratio(room, three[0], three[1]))
    walls = ([one.wall for one in used["handler"]], [one.wall for one in used["peer"]])
    return Start(room, cpu, Ratio(room, *walls), Ratio(room, three[0], three[2]))


def believed(bound: float, two: Sequence[Measurement], begun: Ratio) -> Ratio:
    """`ROUNDS` pairs, those of `begun` among them. A miss is believed after as many again: one busy minute of a machine
    is no verdict, and a handler that is too slow stays so."""
    found = more(begun, bound, two, ROUNDS - len(begun.ours))
    return found if found.holds else more(found, bound, two, ROUNDS)


def more(before: Ratio, bound: float, two: Sequence[Measurement], rounds: int) -> Ratio:
    ours, peers = in_turns(two, rounds)
    return Ratio(before.name, [*before.ours, *ours], [*before.peer, *peers], bound)


def environment(info: StackInfo, room: str) -> Mapping[str, str]:
    """What the deployed function has, and Lambda's own names."""
    found = info.aws.client("lambda").get_function_configuration(FunctionName=info.functions[room])
    given: dict[str, str] = found["Environment"]["Variables"]
    return {
        **given,
        "CALL_LOG_FILE": "",
        "AWS_LAMBDA_FUNCTION_NAME": info.functions[room],
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": info.aws_url,
        "BENCH_TABLE": info.outputs["CoreTable"],
    }


def _first(place: Room, asked: Asked) -> list[str]:
    """Answers once, not measured: the modules that were loaded then."""
    found = place.folder / "found.json"
    _run(place, place.handler(), [str(place.write("event", asked.trigger())), str(found)])
    said = json.loads(found.read_text())
    if not asked.answered(said["answer"]):
        raise ProcessFailed(f"{place.name} answered {str(said['answer'])[:500]}")
    modules: list[str] = said["modules"]
    return modules


def _run(place: Room, script: Path, arguments: list[str]) -> Used:
    """As on a new instance: nothing in the temporary folder yet."""
    temporary = Path(place.environment["TMPDIR"])
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    return run(script, arguments, place.environment, place.folder)
