"""Whatever trainees, reviewers and the sweep do in whatever order: names, waits and histories stay in step with the
state."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.applications.application_machine import OPEN, ApplicationStatus
from shared.domain.core.aggregate import chain_breaks, fold
from shared.domain.core.errors import RotaError
from shared.services.applications.state_changes import WAITS, open_claim
from shared.services.core.records import application_of
from tests.unit.services.applications.application_scene import AS_COLLEAGUE, AS_REVIEWER, AS_SYSTEM, AS_TRAINEE, Desk

MOVES = ("start", "submit", "withdraw", "claim", "colleague", "approve", "reject", "lapse", "later", "lose", "race")
walks = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 2)), max_size=25)


def move(desk: Desk, name: str, which: int) -> None:
    id = desk.ids.derived("application", AS_TRAINEE.actor.id, f"key-{which}")
    match name:
        case "start":
            desk.draft(key=f"key-{which}")
        case "submit":
            desk.submission.submit(AS_TRAINEE, id)
        case "withdraw":
            desk.submission.withdraw(AS_TRAINEE, id)
        case "claim":
            desk.review.claim(AS_REVIEWER, id)
        case "colleague":
            desk.review.claim(AS_COLLEAGUE, id)
        case "approve":
            desk.review.approve(AS_REVIEWER, id)
        case "reject":
            desk.review.reject(AS_REVIEWER, id, "other", "No.")
        case "lapse":
            desk.sweep.run(AS_SYSTEM)
        case "later":
            desk.clock.move(timedelta(hours=3))
        case "lose":
            desk.store.fail_after_commit()
        case "race":
            desk.store.conflict()


@settings(max_examples=150, deadline=None)
@given(walks)
def test_names_waits_and_histories_agree_with_the_state_after_any_walk(walk: list[tuple[str, int]]) -> None:
    desk = Desk().scene()
    for name, which in walk:
        before = desk.snapshot()
        commits = desk.store.commits
        try:
            move(desk, name, which)
        except RotaError:
            assert desk.store.commits > commits or desk.snapshot() == before
    held = set()
    for (kind, id), loaded in desk.store.states.items():
        if kind != "APPLICATION":
            continue
        application = application_of(loaded)
        rows = desk.store.history("APPLICATION", id)
        assert fold(rows) == dict(loaded.state)
        assert chain_breaks(rows) == []
        assert desk.due_rows(id) == set(WAITS.get(application.status, ()))
        if application.status in OPEN and application.status is not ApplicationStatus.DRAFT:
            held.add((open_claim(application).key, id))
    assert set(desk.store.claims.items()) == held
