"""The sweep, once per message of the schedule, and once when called by hand (`make clock`). What is in the message does
not matter.

A failing item is logged and stays due: its row brings it back in a minute, sooner than the queue would. The call itself
fails only when the due rows cannot be read, or, after everything else is done, when an item has failed for an hour:
then the function's alarm calls a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from functions.deadlines.models import Report
from shared.ports import system
from shared.runtime.entry import Entry
from shared.runtime.log import log, with_context
from shared.runtime.settings import CoreTable, LedgerTable, Stripe
from shared.services.core.transitions import RequestContext
from shared.services.operations.sweep import Swept

ROOM = "deadlines"
RESERVE_MS = 25_000
"""An item may take three silent attempts at Stripe and a contested transaction; with less time than that none is
begun."""
PATIENCE = timedelta(hours=1)
"""For so long a failing item is nobody's business but the sweep's: partners come back."""


class StuckItems(RuntimeError):
    """Something has been due for long and cannot be ended: a refund that Stripe refuses, a row that cannot be read."""


class Settings(CoreTable, LedgerTable, Stripe):
    """`public_url`: a hold's payment session is asked for again exactly as the reservations room asked for it."""

    public_url: str


class Deadlines(Entry):
    def __init__(self) -> None:
        super().__init__(ROOM, Settings)

    def answer(self, event: Mapping[str, Any], context: Any) -> Report:
        call = RequestContext(system(ROOM), str(context.aws_request_id))
        swept = self.wiring.sweep.run(call, lambda: context.get_remaining_time_in_millis() > RESERVE_MS)
        for item, error in swept.failures:
            log(ROOM, "item failed", error=error, kind=item.due.kind, subject=item.subject_id)
        log(
            ROOM,
            "swept",
            messages=len(event.get("Records", [])),
            done=dict(swept.done),
            failed=len(swept.failures),
            left=swept.left,
        )
        self._call_for_help(swept)
        return {"batchItemFailures": [], "done": dict(swept.done), "failed": len(swept.failures), "left": swept.left}

    def _call_for_help(self, swept: Swept) -> None:
        late = self.wiring.clock.now() - PATIENCE
        stuck = sorted(f"{item.due.kind} {item.subject_id}" for item, _ in swept.failures if item.due.at < late)
        if stuck:
            raise StuckItems(f"due for more than an hour: {', '.join(stuck)}")


deadlines = Deadlines()
handler = with_context(ROOM, deadlines.started(lambda wiring: wiring.sweep).answer)
