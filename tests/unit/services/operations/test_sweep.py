"""The minute's sweep: to the second, late, double, stale, and with one failing item among many."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.applications.values import Claim
from shared.domain.core.due_readers import SWEEP as READER
from shared.domain.core.errors import Busy, PaymentUnavailable
from shared.domain.search.query import SearchQuery
from shared.domain.search.saved_search import LIFE
from shared.ports import Due, DueItem
from shared.services.contexts import due_rules
from tests.builders import START
from tests.fakes.wiring import FakeWiring
from tests.unit.services.reservations.reservation_scene import SWEEP, WEBHOOK, Scene

DAYS_7 = timedelta(days=7)


def waiting(scene: Scene, kind: str, at: timedelta, id: str = "application-1") -> None:
    scene.store.waiting[("APPLICATION", id, kind)] = DueItem(Due(kind, START + at, "trainee"), "APPLICATION", id, id)


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.apply()
    return made


def test_offer_ends_at_its_second_not_before_and_gives_its_name_back(scene: Scene) -> None:
    assert scene.run_sweep(days=7, seconds=-1).done == {}
    assert scene.run_sweep(seconds=1).done == {"offer: offer_lapsed": 1}
    ended = scene.application()
    assert (ended.status, ended.ending.code, scene.store.claims, scene.due("offer")) == (
        ApplicationStatus.EXPIRED,
        "offer",
        {},
        [],
    )
    scene.check()


def test_offer_never_ends_under_somebody_who_is_paying(scene: Scene) -> None:
    scene.clock.move(DAYS_7 - timedelta(minutes=10))
    link = scene.checkout()
    assert scene.run_sweep(minutes=15).done == {}
    assert scene.webhook(scene.pay(link))
    assert scene.application().status is ApplicationStatus.CONVERTED


def test_offer_that_ran_out_during_a_hold_ends_after_the_hold(scene: Scene) -> None:
    scene.clock.move(DAYS_7 - timedelta(minutes=10))
    scene.checkout()
    assert scene.run_sweep(minutes=30).done == {"hold: released": 1}
    assert scene.run_sweep(minutes=1).done == {"offer: offer_lapsed": 1}
    assert scene.run_sweep(minutes=1).done == {}


@pytest.mark.parametrize("offset", [0, 3600, 86400 * 30])
def test_draft_ends_from_its_second_on_however_late_the_sweep(offset: int) -> None:
    scene = Scene()
    scene.apply(status="DRAFT", offer=None, draft_expires_at=START + timedelta(days=90))
    waiting(scene, "draft", timedelta(days=90))
    assert scene.run_sweep(days=90, seconds=-1).done == {}
    assert scene.run_sweep(seconds=1 + offset).done == {"draft: draft_lapsed": 1}
    assert (scene.application().status, scene.application().ending.code) == (ApplicationStatus.EXPIRED, "draft")


def test_claim_lapses_back_to_submitted_and_the_review_clock_stays() -> None:
    scene = Scene()
    scene.apply(status="IN_REVIEW", offer=None, claim=Claim(by="reviewer-1", lapses_at=START + timedelta(hours=4)))
    waiting(scene, "claim", timedelta(hours=4))
    waiting(scene, "review", timedelta(hours=24))
    assert scene.run_sweep(hours=4).done == {"claim: claim_lapsed": 1}
    lapsed = scene.application()
    assert (lapsed.status, lapsed.claim) == (ApplicationStatus.SUBMITTED, None)
    assert (scene.due("claim"), scene.due("review")) == ([], ["application-1"])
    assert list(scene.store.claims.values()) == ["application-1"]


def test_overdue_reviews_stay_for_people() -> None:
    scene = Scene()
    scene.apply(status="SUBMITTED", offer=None)
    waiting(scene, "review", timedelta(hours=24))
    assert scene.run_sweep(days=30).done == {}
    assert scene.application().status is ApplicationStatus.SUBMITTED


def test_row_that_came_too_early_for_a_state_that_keeps_it_does_nothing_and_stays(scene: Scene) -> None:
    waiting(scene, "offer", timedelta(0))
    commits = scene.store.commits
    assert scene.run_sweep().done == {"offer: not due any more": 1}
    assert (scene.store.commits, scene.due("offer")) == (commits, ["application-1"])


@pytest.mark.parametrize("kind", ["claim", "draft", "stale", "reply", "reply_reminder", "host"])
def test_row_that_its_state_does_not_keep_goes_away_and_nothing_else_happens(scene: Scene, kind: str) -> None:
    waiting(scene, kind, timedelta(0))
    commits = scene.store.commits
    assert scene.run_sweep().done == {f"{kind}: nobody waits for it": 1}
    assert (scene.store.commits, scene.due(kind), scene.due("offer")) == (commits, [], ["application-1"])
    assert scene.run_sweep().done == {}


def test_however_many_rows_nobody_waits_for_what_is_due_behind_them_is_done_in_the_same_minute() -> None:
    scene = Scene(seats=3)
    scene.apply("application-1", status="WITHDRAWN", offer=None)
    scene.apply("application-2", "trainee-2")
    for number in range(100):
        gone = f"gone-{number:03}"
        scene.store.states[("APPLICATION", gone)] = replace(scene.store.load("APPLICATION", "application-1"), id=gone)
        waiting(scene, "offer", timedelta(0), gone)
    assert scene.run_sweep(days=7).done == {"offer: nobody waits for it": 100, "offer: offer_lapsed": 1}
    assert scene.run_sweep(minutes=1).done == {}


def test_stale_hold_row_of_a_paid_seat_does_nothing_and_goes_away(scene: Scene) -> None:
    link = scene.checkout()
    row = scene.store.waiting[("RESERVATION", link.reserved.id, "hold")]
    scene.webhook(scene.pay(link))
    scene.store.waiting[("RESERVATION", link.reserved.id, "hold")] = row
    assert scene.run_sweep(minutes=30).done == {"hold: nobody waits for it": 1}
    assert scene.due("hold") == []
    scene.check()


def test_one_failing_item_does_not_stop_the_others() -> None:
    scene = Scene(seats=3)
    for number in range(1, 4):
        scene.apply(f"application-{number}", f"trainee-{number}")
    loaded = scene.store.states[("APPLICATION", "application-2")]
    scene.store.states[("APPLICATION", "application-2")] = replace(loaded, state={"broken": True})
    swept = scene.run_sweep(days=7)
    assert swept.done == {"offer: offer_lapsed": 2}
    assert [item.subject_id for item, _ in swept.failures] == ["application-2"]


def test_silent_stripe_is_asked_once_a_run_and_holds_nothing_else_up() -> None:
    scene = Scene(seats=3)
    for number in range(1, 4):
        scene.apply(f"application-{number}", f"trainee-{number}")
    scene.checkout()
    scene.checkout(id="application-2", trainee="trainee-2")
    scene.clock.move(DAYS_7)
    scene.payments.calls.clear()
    scene.payments.unavailable_before(9)
    swept = scene.run_sweep()
    assert swept.done == {"offer: offer_lapsed": 1}
    assert (len(swept.failures), swept.left, scene.payments.calls) == (1, 1, ["expire"])
    assert isinstance(swept.failures[0][1], PaymentUnavailable)
    scene.payments.unavailable_before(0)
    assert scene.run_sweep(minutes=1).done == {"hold: released": 2}


def test_no_item_is_begun_without_time_left() -> None:
    scene = Scene(seats=3)
    for number in range(1, 4):
        scene.apply(f"application-{number}", f"trainee-{number}")
    scene.clock.move(DAYS_7)
    budget = iter([True, False, False])
    swept = scene.sweep.run(SWEEP, lambda: next(budget))
    assert (sum(swept.done.values()), swept.left) == (1, 2)


def test_unreadable_due_rows_fail_the_run(scene: Scene) -> None:
    def unreadable(*_: Any, **__: Any) -> list[DueItem]:
        raise Busy("Our records cannot be reached for a moment.", "Try again.")

    scene.store.due = unreadable  # type: ignore[method-assign]
    with pytest.raises(Busy):
        scene.sweep.run(SWEEP)


def test_two_runs_at_once_do_it_once(scene: Scene) -> None:
    scene.clock.move(DAYS_7)
    scene.store.conflict()
    assert scene.sweep.run(SWEEP).done == {"offer: offer_lapsed": 1}
    assert scene.sweep.run(SWEEP).done == {}
    assert [row.type for row in scene.store.history("APPLICATION", "application-1")][-1] == "ApplicationExpired.v1"


def test_H09_a_saved_search_ends_in_the_sweep_of_its_last_second(scene: Scene) -> None:
    saved = scene.saved_searches.save(WEBHOOK, SearchQuery(text="heart")).saved
    scene.store.waiting = {key: item for key, item in scene.store.waiting.items() if item.subject_id == saved.id}
    assert scene.run_sweep(days=LIFE.days, seconds=-1).done == {}
    assert scene.run_sweep(seconds=1).done == {"saved_search: ended": 1}
    assert scene.run_sweep(minutes=1).done == {}
    assert scene.store.load("SEARCH", saved.id).state["status"] == "ENDED"


# --- many rows --------------------------------------------------------------------------------------------------------
def test_an_empty_minute_is_one_question_for_due_rows_and_nothing_else() -> None:
    asked: list[str] = []

    class Watched:
        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            return getattr(wiring.store, name)

    wiring = FakeWiring()
    FakeWiring(store=Watched(), clock=wiring.clock).sweep.run(SWEEP)
    assert asked == ["due"], "two requests on DynamoDB, one for each shard"


def test_with_ten_thousand_rows_of_one_kind_every_other_kind_is_served_in_the_same_minute() -> None:
    scene = Scene(seats=3)
    scene.apply("application-1", status="WITHDRAWN", offer=None)
    gone = scene.store.load("APPLICATION", "application-1")
    for number in range(10_000):
        id = f"gone-{number:05}"
        scene.store.states[("APPLICATION", id)] = replace(gone, id=id)
        waiting(scene, "offer", timedelta(0), id)
    for kind in sorted(rule.kind for rule in due_rules().values() if rule.reader == READER and rule.kind != "offer"):
        waiting(scene, kind, timedelta(minutes=1), f"late-{kind}")
        scene.store.states[("APPLICATION", f"late-{kind}")] = replace(gone, id=f"late-{kind}")
    looked = iter(range(1000))  # what a minute has time for: a tenth of what is due

    scene.clock.move(timedelta(minutes=2))
    swept = scene.sweep.run(SWEEP, lambda: next(looked, None) is not None)
    served = {key.partition(":")[0] for key in swept.done} | {item.due.kind for item, _ in swept.failures}
    everything = {rule.kind for rule in due_rules().values() if rule.reader == READER}
    assert served == everything
    assert swept.left == 9_000 + len(everything) - 1


def test_a_payment_that_a_bank_has_in_hand_is_asked_about_again_five_minutes_later(scene: Scene) -> None:
    link = scene.checkout()
    session = scene.payments.session_of(link.reserved.id)
    scene.payments.sessions[session.id] = replace(session, status="complete")
    assert scene.run_sweep(minutes=30).done == {"hold: payment in flight": 1}
    assert scene.run_sweep(minutes=4).done == {}
    assert scene.run_sweep(minutes=1).done == {"hold: payment in flight": 1}


def test_a_row_of_a_kind_without_a_rule_is_told_and_stays_and_the_others_are_served(scene: Scene) -> None:
    waiting(scene, "never_heard_of", timedelta(0))
    swept = scene.run_sweep(days=7)
    assert swept.done == {"offer: offer_lapsed": 1}
    assert [(item.due.kind, type(error)) for item, error in swept.failures] == [("never_heard_of", LookupError)]
    assert scene.due("never_heard_of") == ["application-1"]
