"""The sweep, once per message of the schedule, and once when called by hand (`make clock`). What is in the message does not matter.

A failing item is logged and stays due: its row brings it back in a minute, sooner than the queue would. Only when the due rows cannot be
read does the call fail, so that the queue, and after ten times its alarm, knows.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from functions.deadlines.models import Report
from shared.ports import system
from shared.runtime.bootstrap import Wiring, in_lambda
from shared.runtime.log import log
from shared.runtime.settings import CoreTable, LedgerTable, Stripe
from shared.services.steps import Call

ROOM = "deadlines"
RESERVE_MS = 25_000
"""An item may take three silent attempts at Stripe and a contested transaction; with less time than that none is begun."""


class Settings(CoreTable, LedgerTable, Stripe):
    """`public_url`: a hold's payment session is asked for again exactly as the reservations room asked for it."""

    public_url: str


class Deadlines:
    def __init__(self) -> None:
        self._wiring: Wiring | None = None

    @property
    def wiring(self) -> Wiring:
        if self._wiring is None:
            self._wiring = Wiring(Settings.read(os.environ), ROOM)
        return self._wiring

    def wire(self, wiring: Wiring) -> None:
        """Tests give their own."""
        self._wiring = wiring

    def answer(self, event: Mapping[str, Any], context: Any) -> Report:
        call = Call(system(ROOM), str(context.aws_request_id))
        swept = self.wiring.sweeping.run(call, lambda: context.get_remaining_time_in_millis() > RESERVE_MS)
        for item, error in swept.failures:
            log(ROOM, "item failed", error=error, kind=item.due.kind, subject=item.subject_id)
        log(ROOM, "swept", messages=len(event.get("Records", [])), done=dict(swept.done), failed=len(swept.failures), left=swept.left)
        return {"batchItemFailures": [], "done": dict(swept.done), "failed": len(swept.failures), "left": swept.left}


deadlines = Deadlines()
if in_lambda(os.environ):
    _ = deadlines.wiring.sweeping
handler = deadlines.answer
