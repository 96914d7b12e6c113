"""The applications room while a reviewer asks and a trainee answers: both sides see who owes what by when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import REVIEWER, TRAINEE
from tests.unit.functions.application_rooms import COLLEAGUE, COORDINATOR, Rooms, primary, shown

QUESTION, ANSWER = "Which <b>ward</b> was it?", "The cardiac ward, in 2025."


@pytest.fixture
def rooms() -> Rooms:
    return Rooms().ready()


def asked(rooms: Rooms) -> str:
    here = rooms.taken()
    assert rooms.browser(REVIEWER).post(f"{here}/ask", {"question": QUESTION}).location == here
    return here


def test_a_question_shows_the_trainee_what_to_do_by_when_in_both_zones(rooms: Rooms) -> None:
    here = asked(rooms)
    tree = shown(
        rooms.browser(TRAINEE).get(here),
        200,
        "Your reviewer asks you something",
        "Which <b>ward</b> was it?",
        "Needs your answer",
        "Next to act: you",
        "Mon 7 Dec 2026, 09:00 Chicago",
        "17:00 for you in Cairo",
        "The review clock stands still",
    )
    assert primary(tree) == ["Send the answer"]
    hub = rooms.work(TRAINEE)
    shown(hub, 200, "Answer your reviewer's question", "Your reviewer asks you something")


def test_the_reviewer_sees_that_the_trainee_owes_the_next_step_and_the_queue_is_empty(rooms: Rooms) -> None:
    here = asked(rooms)
    for who in (REVIEWER, COLLEAGUE, COORDINATOR):
        tree = shown(
            rooms.browser(who).get(here),
            200,
            "Waits for the trainee's answer",
            "Next to act: the trainee",
            "Which <b>ward</b>",
            "With the trainee",
            never=("Needs your answer",),
        )
        assert not tree.xpath("//main//form")
    assert rooms.found(REVIEWER)["queue"]["open"] == 0


def test_the_answer_gives_it_back_to_the_reviewer_and_both_read_the_talk(rooms: Rooms) -> None:
    here = asked(rooms)
    rooms.clock.move(timedelta(days=1))
    assert rooms.browser(TRAINEE).post(f"{here}/reply", {"answer": ANSWER}).location == here
    shown(
        rooms.browser(TRAINEE).get(here),
        200,
        "Your reviewer is reading it",
        "Questions and answers",
        ANSWER,
        "the review clock went on",
    )
    tree = shown(rooms.browser(REVIEWER).get(here), 200, "Which <b>ward</b> was it?", ANSWER, "Answer due")
    assert primary(tree) == ["Approve"]


def test_a_newer_cv_is_offered_only_when_there_is_one(rooms: Rooms) -> None:
    here = asked(rooms)
    assert not shown(rooms.browser(TRAINEE).get(here), 200).xpath("//input[@name='newest_cv']")
    rooms.cv(id="document-2", number=2)
    assert shown(rooms.browser(TRAINEE).get(here), 200, "Version 2 takes the place of version 1").xpath(
        "//input[@name='newest_cv']"
    )
    answer = rooms.api(TRAINEE).post(f"{here}/reply", {"answer": ANSWER, "newest_cv": True})
    assert (answer.json["status"], answer.json["cv_document_id"]) == ("IN_REVIEW", "document-2")


def test_refused_forms_come_back_with_what_was_typed(rooms: Rooms) -> None:
    here = rooms.taken()
    tree = shown(rooms.browser(REVIEWER).post(f"{here}/ask", {}), 422, "Question: Please fill this in.")
    assert tree.xpath("//details[@open]//textarea[@name='question']")
    rooms.browser(REVIEWER).post(f"{here}/ask", {"question": QUESTION})
    tree = shown(
        rooms.browser(TRAINEE).post(f"{here}/reply", {"newest_cv": "true"}), 422, "Answer: Please fill this in."
    )
    assert tree.xpath("//textarea[@name='answer']")


def test_a_question_that_ran_out_says_so_before_the_sweep_has_come_by(rooms: Rooms) -> None:
    here = asked(rooms)
    rooms.clock.move(timedelta(days=14))
    tree = shown(rooms.browser(TRAINEE).get(here), 200, "The time to answer is over", "apply again")
    assert not tree.xpath("//textarea")
    answer = rooms.browser(TRAINEE).post(f"{here}/reply", {"answer": ANSWER})
    shown(answer, 410, "The time to answer is over")
    shown(rooms.browser(REVIEWER).get(here), 200, "Expired", "There is nothing to decide here")


def test_erased_words_leave_a_page_without_them(rooms: Rooms) -> None:
    here = asked(rooms)
    rooms.people.erase(TRAINEE)
    shown(rooms.browser(REVIEWER).get(here), 200, "Erased", never=("ward",))
