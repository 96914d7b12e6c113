"""How many applications somebody may have open at once: refused in words, and nothing is changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.core.errors import QuotaReached
from shared.domain.core.limits import OPEN_APPLICATIONS
from tests.fakes.clock import FrozenClock
from tests.fakes.lagging import LaggingStore
from tests.unit.services.applications.application_scene import AS_TRAINEE, Desk


def test_as_many_open_applications_as_there_may_be_and_no_more() -> None:
    desk = Desk().scene()
    drafts = [desk.draft(key=f"key-{number}") for number in range(OPEN_APPLICATIONS.most)]
    before = desk.snapshot()
    with pytest.raises(QuotaReached) as refused:
        desk.draft(key="one more")
    assert (refused.value.facts["most"], refused.value.remedy) == (OPEN_APPLICATIONS.most, OPEN_APPLICATIONS.remedy)
    assert desk.snapshot() == before
    assert desk.draft(key="key-0").id == drafts[0].id, "the same again is the one that is there"
    assert desk.submission.submit(AS_TRAINEE, drafts[0].id).submitted_at, "and it may be sent"
    desk.submission.withdraw(AS_TRAINEE, drafts[1].id)
    assert desk.draft(key="one more").id


def test_many_started_before_the_index_shows_them_are_not_all_sent() -> None:
    clock = FrozenClock()
    desk = Desk(clock=clock, store=LaggingStore(clock)).scene()
    clock.move(timedelta(minutes=1))
    desk.store.lag = timedelta(seconds=5)
    drafts = [desk.draft(key=f"key-{number}") for number in range(OPEN_APPLICATIONS.most + 1)]
    clock.move(timedelta(seconds=5))
    with pytest.raises(QuotaReached):
        desk.submission.submit(AS_TRAINEE, drafts[0].id)
    desk.submission.withdraw(AS_TRAINEE, drafts[1].id)
    assert desk.submission.submit(AS_TRAINEE, drafts[0].id).submitted_at
