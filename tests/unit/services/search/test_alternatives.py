"""A no comes with three programs that are open instead: the likest first, really open to this trainee; never in the way
of the no."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.applications.application import Application
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.documents.rules import DocumentRule, NeededBy
from shared.domain.programs.guidelines import Guidelines
from shared.domain.programs.program import ExperienceType, ProgramStatus
from shared.domain.trainees.trainee import TraineeStatus
from tests import builders
from tests.builders import TRAINEE, WEEKS
from tests.unit.services.applications.application_scene import AS_REVIEWER, AS_TRAINEE, Desk

LATER = tuple(f"2027-W{week}" for week in range(20, 24))
TEXAS = builders.place(city="Austin", state="TX", zip="78701")


@pytest.fixture
def desk() -> Desk:
    return Desk().scene()


def other(desk: Desk, id: str, weeks: tuple[str, ...] = WEEKS, seats: int = 1, **changes: Any) -> str:
    made = builders.stored_program(
        desk.store, **{"id": id, "name": id.replace("-", " ").title(), "place": TEXAS, **changes}
    )
    desk.store.open_seats(made.id, dict.fromkeys(weeks, seats))
    return made.id


def declined(desk: Desk) -> Application:
    return desk.review.reject(AS_REVIEWER, desk.claimed().id, "not_a_fit", "The ward needs a resident's experience.")


def test_the_likest_come_first_same_specialty_and_month_then_any_month_then_the_family_then_the_state() -> None:
    heart = {"specialty": "cardiovascular-disease"}
    desk = Desk().scene(**heart)
    other(desk, "a-anything", specialty="dermatology")
    other(desk, "b-state", specialty="dermatology", place=builders.place(city="Peoria", zip="61602"))
    other(desk, "c-family", specialty="internal-medicine")
    other(desk, "d-later", weeks=LATER, **heart)
    other(desk, "e-same", **heart)
    mine, facts = desk.claimed(), desk.people.facts(TRAINEE)
    program = desk.catalogue.program(mine.program_id)
    assert desk.alternatives.find(mine, program, facts).ids == ("e-same", "d-later", "c-family")
    for id in ("c-family", "d-later", "e-same"):
        desk.store.open_seats(id, dict.fromkeys((*WEEKS, *LATER), 0))
    assert desk.alternatives.find(mine, program, facts).ids == ("b-state", "a-anything")


def test_their_ids_are_in_the_event_and_nothing_else(desk: Desk) -> None:
    other(desk, "cardiology-austin")
    rejected = declined(desk)
    assert (rejected.rejection.alternatives, rejected.rejection.alternatives_searched) == (("cardiology-austin",), True)
    row = desk.store.history("APPLICATION", rejected.id)[-1]
    assert row.data["rejection"]["alternatives"] == ["cardiology-austin"]


@pytest.mark.parametrize(
    "changes",
    [
        {"seats": 0},
        {"weeks": WEEKS[:3]},
        {"status": ProgramStatus.PAUSED},
        {"experience_types": (ExperienceType.OBSERVERSHIP,)},
        {"guidelines": Guidelines(statuses=(TraineeStatus.GRADUATE,))},
        {"guidelines": Guidelines(languages=("Spanish",))},
    ],
    ids=["sold out", "a week is missing", "paused", "another kind", "for graduates only", "asks for Spanish"],
)
def test_what_is_not_open_to_this_trainee_is_not_proposed(desk: Desk, changes: dict[str, Any]) -> None:
    other(desk, "cardiology-austin", **changes)
    assert declined(desk).rejection.alternatives == ()


def test_T08_only_what_the_trainee_is_eligible_for_at_that_start_is_proposed(desk: Desk) -> None:
    """Graduates in April without Step 1: a student's hands-on rotation in March is open, the same in May is not."""
    desk.trainee(step1="not_passed", step1_verified=False, expected_graduation="2027-04-15")
    other(desk, "in-march")
    other(desk, "in-may", weeks=LATER)
    assert declined(desk).rejection.alternatives == ("in-march",)


def test_a_document_that_can_still_be_brought_keeps_nothing_out(desk: Desk) -> None:
    rules = Guidelines(documents=(DocumentRule(kind="transcript", needed_by=NeededBy.APPROVAL),))
    assert other(desk, "cardiology-austin", guidelines=rules) in declined(desk).rejection.alternatives


def test_programs_that_the_trainee_waits_for_or_was_declined_by_are_no_news(desk: Desk) -> None:
    for id in ("cardiology-austin", "cardiology-boise"):
        other(desk, id)
    desk.submission.submit(AS_TRAINEE, desk.draft(key="key-2", program_id="cardiology-austin").id)
    assert declined(desk).rejection.alternatives == ("cardiology-boise",)


def test_search_being_away_never_stops_a_no_and_is_said(desk: Desk) -> None:
    other(desk, "cardiology-austin")
    desk.search_index.fail()
    rejected = declined(desk)
    assert (rejected.status, rejected.rejection.alternatives, rejected.rejection.alternatives_searched) == (
        ApplicationStatus.REJECTED,
        (),
        False,
    )
    assert [type(fault).__name__ for fault in desk.faults] == ["Busy"]


def test_what_was_found_before_search_went_away_is_kept(desk: Desk) -> None:
    other(desk, "cardiology-austin")
    first, asked = desk.search_index.search, desk.search_index.asked

    def once(query: Any, today: Any) -> Any:
        if asked:
            desk.search_index.fail()
        return first(query, today)

    desk.search_index.search = once  # type: ignore[method-assign]  # the second question finds nobody
    assert declined(desk).rejection.alternatives == ("cardiology-austin",)


def test_an_erased_applicant_is_declined_without_a_search(desk: Desk) -> None:
    mine = desk.claimed()
    desk.people.erase(TRAINEE)
    assert desk.review.reject(AS_REVIEWER, mine.id, "other", "Gone.").rejection.alternatives == ()
    assert desk.search_index.asked == []


def test_a_no_that_is_refused_asks_nobody(desk: Desk) -> None:
    mine = desk.claimed()
    with pytest.raises(Exception, match="why"):
        desk.review.reject(AS_REVIEWER, mine.id, "other", " ")
    assert desk.search_index.asked == []


def test_the_page_shows_them_as_they_are_now_and_leaves_out_what_was_paused_since(desk: Desk) -> None:
    for id in ("cardiology-austin", "cardiology-boise"):
        other(desk, id)
    rejected = declined(desk)
    files = desk.application_queries
    assert [one.starts[0].week for one in files.own(AS_TRAINEE, rejected.id).alternatives] == ["2027-W09", "2027-W09"]
    desk.store.open_seats("cardiology-austin", dict.fromkeys(WEEKS, 0))
    builders.change(desk.store, "PROGRAM", "cardiology-boise", {"status": "PAUSED"})
    (left,) = files.own(AS_TRAINEE, rejected.id).alternatives
    assert (left.program.id, left.starts) == ("cardiology-austin", ())
