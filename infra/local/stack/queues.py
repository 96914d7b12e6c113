"""The queues of a running stack, and waiting until they have run empty."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from infra.local.stack.child_process import StackError
from infra.local.stack.stack_info import StackInfo

QUIET_SECONDS = 1.0


class Queues:
    """Every queue of the stack that somebody works off; dead-letter queues are not among them."""

    def __init__(self, info: StackInfo) -> None:
        self._sqs = info.aws.client("sqs")
        pages = self._sqs.get_paginator("list_queues").paginate(MaxResults=1000)
        urls = [url for page in pages for url in page.get("QueueUrls", [])]
        policies = {url: self._attributes(url, "QueueArn", "RedrivePolicy") for url in urls}
        dead = {
            json.loads(found["RedrivePolicy"])["deadLetterTargetArn"]
            for found in policies.values()
            if "RedrivePolicy" in found
        }
        self._urls = [url for url, found in policies.items() if found["QueueArn"] not in dead]

    def drain(self, seconds: float = 30.0) -> None:
        """Returns when all have been empty for a moment, in which a table's stream would have filled them again.

        Raises `StackError` that names the queues still busy after `seconds`.
        """
        deadline = time.monotonic() + seconds
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < QUIET_SECONDS:
            busy = dict(self.busy())
            if busy:
                quiet_since = time.monotonic()
                if quiet_since > deadline:
                    raise StackError(f"These queues did not run empty within {seconds:.0f} s: {busy}")
            time.sleep(0.1)

    def busy(self) -> Iterator[tuple[str, int]]:
        """Name and number of messages of every queue that holds any, waiting, in work or delayed."""
        names = (
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        )
        for url in self._urls:
            count = sum(int(value) for value in self._attributes(url, *names).values())
            if count:
                yield url.rsplit("/", 1)[1], count

    def _attributes(self, url: str, *names: str) -> dict[str, str]:
        found: dict[str, str] = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names)).get(
            "Attributes", {}
        )
        return found
