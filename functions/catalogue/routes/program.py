"""Look at one program, and see what it would cost."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.catalogue.models.program import ProgramView, QuoteView, SheetView, WhatIf, cancellation
from functions.catalogue.room import reader, room
from shared.runtime.http import ANYONE
from shared.services.search.browsing import Wish


@room.get("/programs/<program_id>", access=ANYONE, page="program.html", title="{program.name}")
def program(program_id: str, what_if: Annotated[WhatIf, Query()]) -> SheetView:
    """One program: whom it takes, when seats are free, what it costs, and what all of that means for the reader."""
    room.request.expect_query(WhatIf.model_fields)
    return SheetView.of(room.wiring.browsing.program(program_id, _wish(what_if), reader()))


@room.get("/programs/<program_id>/quote", access=ANYONE, page="quote.html", title="What it costs: {program.name}")
def quote(program_id: str, what_if: Annotated[WhatIf, Query()]) -> QuoteView:
    """The fee calendar for a start, a length and a day of paying (T21-T29): what a person is shown is what is
    charged."""
    room.request.expect_query(WhatIf.model_fields)
    found, plan, seats = room.wiring.browsing.quote(program_id, _wish(what_if))
    return QuoteView(program=ProgramView.of(found), plan=plan, seats=seats, cancellation=cancellation())


def _wish(what_if: WhatIf) -> Wish:
    return Wish(start=what_if.start, weeks=what_if.weeks, pay_on=what_if.pay_on)
