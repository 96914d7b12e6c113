"""What real DynamoDB does and MiniStack does not: it cancels a transaction that touches an item which another one is
touching right now.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Key = str


class Contended:
    """A DynamoDB client whose transactions conflict as on AWS. `counted` holds committed, cancelled and conflicting
    transactions."""

    def __init__(self, client: Any, conflicts: bool = True) -> None:
        self._client, self._conflicts = client, conflicts
        self._lock = threading.Lock()
        self._in_flight: set[Key] = set()
        self.counted: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        with self._touching([_key(item) for item in request["TransactItems"]]):
            try:
                answer = self._client.transact_write_items(**request)
            except self._client.exceptions.TransactionCanceledException:
                self._count("condition failed")
                raise
            self._count("committed")
            return answer

    @contextmanager
    def _touching(self, keys: list[Key]) -> Iterator[None]:
        with self._lock:
            taken = [key in self._in_flight for key in keys]
            if self._conflicts and any(taken):
                self.counted["conflict"] += 1
                raise self._conflict(taken)
            mine = [key for key, other in zip(keys, taken, strict=True) if not other]
            self._in_flight.update(mine)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight.difference_update(mine)

    def _conflict(self, taken: list[bool]) -> Exception:
        reasons = [{"Code": "TransactionConflict" if one else "None"} for one in taken]
        answer = {
            "Error": {"Code": "TransactionCanceledException", "Message": "conflict"},
            "CancellationReasons": reasons,
        }
        error: Exception = self._client.exceptions.TransactionCanceledException(answer, "TransactWriteItems")
        return error

    def _count(self, what: str) -> None:
        with self._lock:
            self.counted[what] += 1


def _key(action: dict[str, Any]) -> Key:
    ((_, change),) = action.items()
    whole = change.get("Key") or {name: change["Item"][name] for name in ("pk", "sk")}
    return f"{change['TableName']} {json.dumps(whole, sort_keys=True)}"
