"""`make bench`: the seat gate against the bare transaction, search against raw tantivy and SQLite, each handler's start
against a peer, requests per operation beside the least.

Prints ratios with their bounds and exits with 1 when a median misses its bound. `ARGS="gate search starts requests"`
takes some of the four; `ARGS="starts --room catalogue"` looks at one function.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.bench import gate, report, search, search_fresh, search_readers, search_whole, starts
from infra.bench.measure import Ratio
from infra.bench.processes import ProcessFailed
from infra.bench.requests import Counting
from infra.bench.scene import asked, play
from infra.bench.search_answers import Disagreement
from infra.local.demo.api_client import Refused
from infra.local.demo.journey import Journey, Missed
from infra.local.stack.child_process import StackError
from infra.local.stack.local_stack import Options, Stack

PARTS = ("gate", "search", "starts", "requests")


def bench(parts: Collection[str], rooms: Collection[str]) -> Iterator[Ratio]:
    """Every ratio that has a bound, printed as it is found."""
    if "gate" in parts:
        say("\nSeat gate / the same transaction sent straight through the client (holds per second, wall time)")
        found = gate.measure()
        say(report.gate_line(found))
        yield found
    if "search" in parts:
        yield from _search()
        with (
            _stack() as stack
        ):  # of its own: whom it sells seats to exists nowhere else, and no sweep can end their holds
            found = search_fresh.measure(stack)
        say(f"\n{search_fresh.line(found)}")
        yield found
    if {"starts", "requests"} & set(parts):
        with _stack() as stack, tempfile.TemporaryDirectory(prefix="rota-bench-") as folder:
            trainee = play(Journey(stack), "Amina Farouk")
            if "requests" in parts:
                _requests(stack)
            if "starts" in parts:
                say(f"\n{report.STARTS_HEAD}")
                for room, question in asked(stack.info, trainee).items():
                    if not rooms or room in rooms:
                        start = starts.measure(stack.info, room, question, Path(folder))
                        say(report.start_line(start))
                        yield start.cpu


@contextmanager
def _stack() -> Iterator[Stack]:
    with (
        tempfile.TemporaryDirectory(prefix="rota-bench-") as folder,
        Stack(Options(state_dir=Path(folder) / "stack", persist=False, call_log=True)) as stack,
    ):
        yield stack


def _search() -> Iterator[Ratio]:
    for number in search.SIZES:
        say(f"\n{report.search_head(number)}")
        with search.prepared(number) as (engines, asked):
            for found in search.measure(engines, asked, number):
                say(report.search_line(found))
                yield found
            whole = search_whole.measure(engines, asked, number)
            say(report.search_line(whole))
            yield whole
            say(report.memory_line(*search.memory(engines, asked[0])))
    say("\nReaders while the index is replaced")
    readings = search_readers.measure()
    say(readings.line)
    yield readings.ratio


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
    except (Missed, Refused, StackError, ProcessFailed, Disagreement, TimeoutError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    say(f"\n{report.verdict(misses, time.monotonic() - began)}")
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
