"""What a sweep reports to whoever called the function by hand."""

from __future__ import annotations

from typing import TypedDict


class Report(TypedDict):
    """`batchItemFailures` is empty: SQS deletes the message, the due rows themselves are what brings an item back.
    `done` counts outcomes, `failed` items that could not be ended now, `left` those that were not begun."""

    batchItemFailures: list[dict[str, str]]
    done: dict[str, int]
    failed: int
    left: int
