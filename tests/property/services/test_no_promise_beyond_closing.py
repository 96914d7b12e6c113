"""Whatever happens to an application, and whenever, nothing is promised or due after the moment at which it closes
undecided (policy stale application, T13, T18, T20): not on its page, not in its state, not in its due rows."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.applications.application_machine import UNDECIDED
from shared.domain.applications.clocks import as_of
from shared.domain.core.errors import RotaError
from shared.services.applications.status_text import standing
from tests.builders import PROGRAM
from tests.unit.services.applications.application_scene import AS_REVIEWER, AS_SYSTEM, AS_TRAINEE, Desk
from tests.unit.services.applications.clock_table import AS_COORDINATOR, secret

LAST_TO_SEND = datetime.fromisoformat("2027-02-16T05:59:00Z")
"""A minute before the start of 1 March 2027 is less than 14 days away."""
PROMISED = (
    ("review", "due_at"),
    ("review", "escalate_at"),
    ("claim", "lapses_at"),
    ("question", "reply_due_at"),
    ("host", "due_at"),
    ("host", "decide_at"),
)

moves = st.lists(
    st.tuples(
        st.sampled_from(["claim", "ask", "reply", "route", "recommend", "take_back", "ask_again", "sweep"]),
        st.one_of(st.just(0), st.integers(1, 12 * 60), st.integers(1, 6 * 24 * 60)),
    ),
    min_size=1,
    max_size=10,
)


def move(desk: Desk, id: str, name: str, minutes: int) -> None:
    """So many minutes later; who asks takes it up first."""
    desk.clock.move(timedelta(minutes=minutes))
    if name in ("ask", "route") and as_of(desk.application(id), desk.clock.now()).status == "SUBMITTED":
        desk.review.claim(AS_REVIEWER, id)
    match name:
        case "claim":
            desk.review.claim(AS_REVIEWER, id)
        case "ask":
            desk.information_requests.ask(AS_REVIEWER, id, f"Question {minutes}?")
        case "reply":
            desk.information_requests.reply(AS_TRAINEE, id, f"Answer {minutes}.")
        case "route":
            desk.host_review.route(AS_REVIEWER, id)
        case "recommend" if desk.application(id).host:
            desk.host_review.recommend(id, secret(desk, id), "yes", "")
        case "take_back":
            desk.host_review.take_back(AS_COORDINATOR, id, f"Reason {minutes}")
        case "ask_again":
            desk.host_review.ask_again(AS_COORDINATOR, id, f"Reason {minutes}")
        case "sweep":
            assert desk.sweep.run(AS_SYSTEM).failures == []


@settings(max_examples=200, deadline=None)
@given(early=st.integers(0, 16 * 24 * 60), walk=moves)
def test_T13_nothing_is_promised_for_after_the_closing(early: int, walk: list[tuple[str, int]]) -> None:
    desk = Desk().scene()
    desk.clock.set(LAST_TO_SEND - timedelta(minutes=early))
    id = desk.submitted().id
    for name, minutes in [("sweep", 0), *walk]:
        with suppress(RotaError):
            move(desk, id, name, minutes)
        found = desk.application(id)
        if found.status not in UNDECIDED:
            return
        parts = {f"{part}.{field}": getattr(getattr(found, part), field, None) for part, field in PROMISED}
        promised = {name: at for name, at in parts.items() if at is not None}
        promised |= {kind: row.due.at for (_, subject, kind), row in desk.store.waiting.items() if subject == id}
        shown = standing(found, desk.catalogue.program(PROGRAM), desk.clock.now())
        assert {
            name: at
            for name, at in {**promised, "shown": shown.due_at or found.submitted.closes_at}.items()
            if at > found.submitted.closes_at
        } == {}
