"""What every use case shares: reading what may not be there, what a step left, deciding again after somebody else was
faster."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from shared.domain.core.errors import NotAllowedNow, VersionConflict
from shared.ports import Stored
from shared.services.core.transitions import ATTEMPTS, find, retry_on_conflict
from tests import builders
from tests.fakes.store import FakeStore, Key
from tests.unit.services.applications.application_scene import AS_REVIEWER, AS_TRAINEE, Desk


class Counting(FakeStore):
    """Remembers what was read: no id, no request."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Key] = []

    def load_many(self, keys: Iterable[Key]) -> dict[Key, Stored]:
        asked = list(keys)
        self.asked += asked
        return super().load_many(asked)


def test_what_is_there_is_found_and_what_is_not_is_none() -> None:
    store = Counting()
    kept = builders.stored(store, "DOCUMENT", "document-1", {"status": "STORED"})
    assert find(store, "DOCUMENT", "document-1") == kept
    assert find(store, "DOCUMENT", "document-2") is None
    assert find(store, "ACCOUNT", "document-1") is None


@pytest.mark.parametrize("id", ["", None])
def test_without_an_id_nothing_is_asked_for(id: str | None) -> None:
    store = Counting()
    assert find(store, "DOCUMENT", id) is None
    assert store.asked == []


@pytest.mark.parametrize(("conflicts", "ends"), [(0, True), (ATTEMPTS - 1, True), (ATTEMPTS, False)])
def test_a_decision_is_made_again_up_to_five_times_in_all(conflicts: int, ends: bool) -> None:
    made: list[int] = []

    def decide() -> str:
        made.append(1)
        if len(made) <= conflicts:
            raise VersionConflict("Somebody was faster.", "Try again.")
        return "decided"

    if ends:
        assert retry_on_conflict(decide) == "decided"
        assert len(made) == conflicts + 1
    else:
        with pytest.raises(VersionConflict):
            retry_on_conflict(decide)
        assert len(made) == ATTEMPTS == 5


def test_a_refusal_leaves_at_once() -> None:
    made: list[int] = []

    def decide() -> None:
        made.append(1)
        raise NotAllowedNow("No.", "Look again.", state="SUBMITTED")

    with pytest.raises(NotAllowedNow):
        retry_on_conflict(decide)
    assert made == [1]


def test_what_a_command_answers_without_reading_it_again_is_what_is_stored() -> None:
    desk = Desk().scene()
    draft = desk.draft()
    assert draft == desk.application(draft.id)
    for command in (
        lambda: desk.submission.save(AS_TRAINEE, draft.id, {"credit_wish": True}),
        lambda: desk.submission.submit(AS_TRAINEE, draft.id),
        lambda: desk.review.claim(AS_REVIEWER, draft.id),
        lambda: desk.review.approve(AS_REVIEWER, draft.id),
        lambda: desk.submission.withdraw(AS_TRAINEE, draft.id),
    ):
        answer = command()
        assert answer == desk.application(draft.id)
        assert answer.version == len(desk.store.history("APPLICATION", draft.id))
