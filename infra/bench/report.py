"""What the bench prints, line by line; pure, so that a test can read it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator

from infra.bench.measure import Ratio
from infra.bench.requests import Counted
from infra.bench.starts import Start

STARTS_HEAD = (
    "Process start to first answered request / a peer with the same imports and one GetItem (processor time, JSON "
    "answers)\n"
    f"  ratio  {'bound':<17} {'function':<20} {'ms':>10}   pairs       wall  libraries alone"
)
REQUESTS_HEAD = "Requests per operation on warm functions, beside the least possible (AWS, then Stripe)"


def machine() -> Iterator[str]:
    """What the numbers were taken on."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    yield f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}, load {load}"
    yield (
        "Absolute times of a shared machine are noise. A ratio is the median over pairs that were measured side by "
        "side, in turns."
    )


def gate_line(ratio: Ratio) -> str:
    ours, peer = ratio.medians
    return f"  {ratio.value:5.2f}  {ratio.verdict:<17} {ours:.0f} / {peer:.0f} holds per second, pairs {spread(ratio)}"


def start_line(start: Start) -> str:
    ours, peer = start.cpu.medians
    times = f"{ours * 1000:.0f} / {peer * 1000:.0f}"
    beside = f"{start.wall.value:5.2f}  {start.libraries.value:.2f}"
    return (
        f"  {start.cpu.value:5.2f}  {start.cpu.verdict:<17} {start.room:<20} {times:>10}   {spread(start.cpu):<11} "
        f"{beside}"
    )


def request_line(counted: Counted) -> str:
    least = counted.least
    numbers = f"{counted.sent:3d} (least {least.aws:2d}), {counted.stripe} ({least.stripe})"
    return f"  {counted.operation:<14} {numbers}   {counted.remark:<24} least: {least.made_of}"


def search_head(number: int) -> str:
    return (
        f"Search of {number:,} programs (answers compared first; milliseconds of processor time, ours / peer; "
        "ratios of the rounds)"
    )


def search_line(ratio: Ratio) -> str:
    ours, peer = (f"{value * 1000:.2f}" for value in ratio.medians)
    return f"  {ratio.value:5.2f}  {ratio.verdict:<17} {ratio.name:<70} {ours:>7} / {peer:<8} {spread(ratio)}"


def memory_line(disk: int, held: int) -> str:
    return f"         {disk / 1e6:.1f} MB on disk, {held / 1e6:.1f} MB held by a process that has asked once"


def spread(ratio: Ratio) -> str:
    low, high = ratio.spread
    return f"{low:.2f}-{high:.2f}"


def verdict(misses: list[Ratio], seconds: float) -> str:
    if not misses:
        return f"Every bound holds ({seconds:.0f} s)"
    return f"MISSED: {', '.join(f'{one.name} {one.value:.2f}' for one in misses)} ({seconds:.0f} s)"
