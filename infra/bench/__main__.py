"""`make bench`: the seat gate against the bare transaction, each handler's start against a peer, requests per operation beside the least.

Prints ratios with their bounds and exits with 1 when a median misses its bound. `ARGS="gate starts requests"` takes some of the three;
`ARGS="starts --room catalogue"` looks at one function.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from infra.bench import gate, report, starts
from infra.bench.measure import Ratio
from infra.bench.processes import ProcessFailed
from infra.bench.requests import Counting
from infra.bench.scene import asked, play
from infra.local.children import StackError
from infra.local.client import Refused
from infra.local.journey import Journey, Missed
from infra.local.stack import Options, Stack

PARTS = ("gate", "starts", "requests")


def bench(parts: Collection[str], rooms: Collection[str]) -> Iterator[Ratio]:
    """Every ratio that has a bound, printed as it is found."""
    if "gate" in parts:
        say("\nSeat gate / the same transaction sent straight through the client (holds per second, wall time)")
        found = gate.measure()
        say(report.gate_line(found))
        yield found
    if {"starts", "requests"} & set(parts):
        with (
            tempfile.TemporaryDirectory(prefix="rota-bench-") as folder,
            Stack(Options(state_dir=Path(folder) / "stack", persist=False, call_log=True)) as stack,
        ):
            trainee = play(Journey(stack), "Amina Farouk")
            if "requests" in parts:
                _requests(stack)
            if "starts" in parts:
                say(f"\n{report.STARTS_HEAD}")
                for room, question in asked(stack.info, trainee).items():
                    if not rooms or room in rooms:
                        start = starts.measure(stack.info, room, question, Path(folder) / "rooms")
                        say(report.start_line(start))
                        yield start.cpu


def _requests(stack: Stack) -> None:
    say(f"\n{report.REQUESTS_HEAD}")
    for counted in Counting(stack).walk():
        say(report.request_line(counted))


def say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed as ratios against the least possible.")
    parser.add_argument("parts", nargs="*", metavar="|".join(PARTS), help="all of them by default")
    parser.add_argument("--room", action="append", default=[], help="only this function's start")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; possible are {', '.join(PARTS)}")
    began = time.monotonic()
    for line in report.machine():
        say(line)
    try:
        misses = [ratio for ratio in bench(arguments.parts or PARTS, arguments.room) if not ratio.holds]
    except (Missed, Refused, StackError, ProcessFailed, TimeoutError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    say(f"\n{report.verdict(misses, time.monotonic() - began)}")
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
