"""The arithmetic: measurements taken in turns, their ratio, the verdict against a bound. Only the two that count
seconds read a clock."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Measurement = Callable[[], float]


def in_turns(measurements: Sequence[Measurement], rounds: int) -> list[list[float]]:
    """Every measurement once a round, each round in the opposite order (A B, B A, ...): what drifts on the machine
    meets all of them.

    Returns the values of each, in rounds.
    """
    found: list[list[float]] = [[] for _ in measurements]
    for turn in range(rounds):
        order = range(len(measurements))
        for index in order if turn % 2 == 0 else reversed(order):
            found[index].append(measurements[index]())
    return found


def seconds(act: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def processor_seconds(act: Callable[[], object]) -> float:
    """What this process computed during one call: on a shared machine wall time is mostly other people's."""
    began = time.process_time()
    act()
    return time.process_time() - began


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of the values that at least so many percent are not above (nearest rank). Raises ValueError for no
    values."""
    if not values:
        raise ValueError("no values have no percentile")
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


@dataclass(frozen=True)
class Ratio:
    """`ours` over `peer`, pair by pair: the values of one round were taken side by side, so a slow moment of the
    machine is in both.

    `bound` is the most that the median may be, or the least where `at_least`; 0 is no bound.
    """

    name: str
    ours: Sequence[float]
    peer: Sequence[float]
    bound: float = 0.0
    at_least: bool = False

    def __post_init__(self) -> None:
        if len(self.ours) != len(self.peer) or not self.ours:
            raise ValueError(f"{self.name}: {len(self.ours)} and {len(self.peer)} values are no pairs")

    @property
    def value(self) -> float:
        """The median of the pairs' ratios."""
        return statistics.median(ours / peer for ours, peer in zip(self.ours, self.peer, strict=True))

    @property
    def spread(self) -> tuple[float, float]:
        """The smallest and the largest ratio of a pair."""
        ratios = [ours / peer for ours, peer in zip(self.ours, self.peer, strict=True)]
        return min(ratios), max(ratios)

    @property
    def holds(self) -> bool:
        if not self.bound:
            return True
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    @property
    def verdict(self) -> str:
        if not self.bound:
            return ""
        sign = "≥" if self.at_least else "≤"
        return f"{'ok' if self.holds else 'MISSED'} ({sign} {self.bound:.2f})"

    @property
    def medians(self) -> tuple[float, float]:
        return statistics.median(self.ours), statistics.median(self.peer)
