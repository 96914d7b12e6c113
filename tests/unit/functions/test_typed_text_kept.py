"""No refusal costs people their words (pages.md, "input kept"): forms that are gone, sessions that ended, partners that
are away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import html

from functions.accounts.models.sign_in import SignUp
from shared.runtime.http.typed import hidden, words
from tests import builders
from tests.builders import REVIEWER, TRAINEE
from tests.rooms import PUBLIC_URL, Answer, Client
from tests.unit.functions.application_rooms import Rooms, applications, shown

WORDS = 'Two careful sentences, with "quotes" & <angles>.\r\nAnd a second line.'
SHOWN = WORDS.replace("\r\n", "\n")
"""As a page's reader gets it (HTML Living Standard 13.2.3.5); sending it makes the line ends what they were."""
REASON = {"code": "other", "reason": WORDS}
BOTH = "reviewer-and-coordinator"
BOX = "//section[@aria-labelledby='typed']//textarea"


@pytest.fixture
def rooms() -> Rooms:
    rooms = Rooms().ready()
    rooms.person(BOTH, ("reviewer", "coordinator"), "Ada Brightwater", "America/Chicago")
    return rooms


def kept(answer: Answer, status: int) -> dict[str, str]:
    """What the box of typed words holds, by label."""
    tree = shown(answer, status)
    found = {}
    for one in tree.xpath(BOX):
        (label,) = tree.xpath(f"//label[@for='{one.get('id')}']")
        found[label.text_content()] = one.text_content().strip()
        assert one.get("readonly") is not None
    return found


def test_H12_a_reason_comes_back_although_a_colleague_asked_meanwhile(rooms: Rooms) -> None:
    here, browser = rooms.taken(), rooms.browser(REVIEWER)
    browser.post(f"{here}/ask", {"question": "Where?"})
    assert kept(browser.post(f"{here}/reject", REASON), 409) == {"What you tell the trainee": SHOWN}


def test_H12_a_reason_comes_back_although_the_claim_lapsed(rooms: Rooms) -> None:
    here = rooms.taken()
    builders.change(rooms.store, "APPLICATION", here.split("/")[-1], {"status": "SUBMITTED", "claim": None})
    assert kept(rooms.browser(REVIEWER).post(f"{here}/reject", REASON), 409) == {"What you tell the trainee": SHOWN}


def test_H12_reasons_of_overrides_come_back_although_the_claim_lapsed(rooms: Rooms) -> None:
    here = rooms.taken()
    builders.change(rooms.store, "APPLICATION", here.split("/")[-1], {"status": "SUBMITTED", "claim": None})
    answer = rooms.browser(REVIEWER).post(f"{here}/approve", {"override.lead_days": WORDS})
    assert kept(answer, 409) == {"Override lead days": SHOWN}


def test_an_answer_comes_back_although_its_time_ran_out(rooms: Rooms) -> None:
    here = rooms.taken()
    rooms.browser(REVIEWER).post(f"{here}/ask", {"question": "Where?"})
    rooms.clock.move(timedelta(days=14))
    assert kept(rooms.browser(TRAINEE).post(f"{here}/reply", {"answer": WORDS}), 410) == {"Answer": SHOWN}


def test_H12_what_staff_wrote_for_staff_never_stands_in_the_form_that_the_trainee_reads(rooms: Rooms) -> None:
    """Somebody with both roles takes an application back at the moment the host answers."""
    here, browser = rooms.sent(), rooms.browser(BOTH)
    assert [browser.post(f"{here}/{step}").status for step in ("claim", "route")] == [303, 303]
    state = rooms.store.states[("APPLICATION", here.rsplit("/", 1)[1])].state
    link = f"{here}/recommend/{rooms.store.texts[state['host']['link_ref']]['secret']}"
    assert rooms.browser().post(link, {"answer": "yes"}).status == 200
    late = browser.post(f"{here}/take-back", {"reason": WORDS})
    assert kept(late, 409) == {"Reason": SHOWN}
    (decline,) = html.fromstring(late.body).xpath(f"//form[@action='{here}/reject']")
    assert [one.text_content().strip() for one in decline.xpath(".//textarea[@name='reason']")] == [""]
    assert decline.getparent().get("open") is None


def test_H12_what_the_trainee_was_to_read_never_stands_in_the_form_that_staff_read(rooms: Rooms) -> None:
    here, browser = rooms.sent(), rooms.browser(BOTH)
    assert [browser.post(f"{here}/{step}").status for step in ("claim", "route")] == [303, 303]
    late = browser.post(f"{here}/reject", REASON)
    assert kept(late, 409) == {"What you tell the trainee": SHOWN}
    (reason,) = html.fromstring(late.body).xpath(f"//form[@action='{here}/take-back']//textarea[@name='reason']")
    assert reason.text_content().strip() == ""


def test_words_that_are_still_in_their_field_are_not_shown_twice(rooms: Rooms) -> None:
    here = rooms.taken()
    answer = rooms.browser(REVIEWER).post(f"{here}/reject", {"code": "nonsense", "reason": WORDS})
    assert kept(answer, 422) == {}
    assert [one.text_content().strip() for one in shown(answer, 422).xpath("//textarea[@name='reason']")] == [SHOWN]


# --- the session has ended --------------------------------------------------------------------------------------------
def asked(rooms: Rooms) -> str:
    here = rooms.taken()
    assert rooms.browser(REVIEWER).post(f"{here}/ask", {"question": "Where?"}).status == 303
    return here


def form_of(tree: html.HtmlElement) -> tuple[str, dict[str, str]]:
    """The form that sends once more: where to, and what."""
    (found,) = tree.xpath("//main//form")
    assert found.get("method") == "post"
    return found.get("action"), {one.get("name"): one.get("value") for one in found.xpath(".//input")}


def test_an_answer_after_the_session_ended_is_shown_and_sent_from_the_same_page_once_signed_in(rooms: Rooms) -> None:
    here = asked(rooms)
    browser = rooms.browser(TRAINEE)
    rooms.sessions.open_sessions.clear()
    refused = browser.post(f"{here}/reply", {"answer": WORDS, "newest_cv": "yes", "idempotency_key": "key-9"})
    assert kept(refused, 401) == {"Answer": SHOWN}
    tree = shown(refused, 401, "You are signed out, so your form was not sent. It is still here")
    (sign_in,) = tree.xpath("//main//a[contains(., 'Sign in')]")
    assert (sign_in.get("href"), sign_in.get("target")) == (f"/accounts/sign-in?next={here}", "_blank")
    action, fields = form_of(tree)
    assert (action, fields) == (f"{here}/reply", {"answer": SHOWN, "newest_cv": "yes", "idempotency_key": "key-9"})
    assert rooms.browser(TRAINEE).post(action, fields).location == here
    assert WORDS.split("\r")[0] in html.fromstring(rooms.browser(TRAINEE).get(here).body).text_content()


def test_a_form_of_another_site_is_neither_shown_nor_offered_to_be_sent(rooms: Rooms) -> None:
    here = asked(rooms)
    for origin in ({"origin": "https://evil.example"}, {"origin": "null"}, {}):
        tree = shown(
            Client(applications, {"accept": "text/html", **origin}).post(f"{here}/reply", {"answer": WORDS}), 401
        )
        assert (tree.xpath("//main//form"), "careful" in tree.text_content()) == ([], False)


def test_a_wrong_role_keeps_the_words_and_offers_nothing_to_send(rooms: Rooms) -> None:
    tree = shown(rooms.browser(TRAINEE).post(f"{asked(rooms)}/ask", {"question": WORDS}), 403)
    assert ([one.text_content().strip() for one in tree.xpath(BOX)], tree.xpath("//main//form")) == ([SHOWN], [])


def test_what_broke_on_our_side_keeps_the_words_and_sends_them_once_more(rooms: Rooms) -> None:
    here = asked(rooms)
    builders.change(rooms.store, "APPLICATION", here.split("/")[-1], {"weeks": "many"})
    broken = rooms.browser(TRAINEE).post(f"{here}/reply", {"answer": WORDS})
    assert kept(broken, 500) == {"Answer": SHOWN}
    builders.change(rooms.store, "APPLICATION", here.split("/")[-1], {"weeks": 4})
    assert rooms.browser(TRAINEE).post(*form_of(shown(broken, 500, "send it once more"))).location == here


def test_where_a_form_leads_is_none_of_somebodys_words() -> None:
    typed = {"name": "Amara Okafor", "next": "/programs/cardiology-chicago"}
    assert words(typed, SignUp) == [("Full name", "Amara Okafor")]


def test_a_list_is_sent_once_more_as_a_list() -> None:
    fields = hidden({"roles": ["coach", "finance"], "name": "Nora", "email": ""}, ("idempotency_key", ""))
    assert sorted(fields) == [("email", ""), ("name", "Nora"), ("roles[]", "coach"), ("roles[]", "finance")]


def test_a_list_that_was_emptied_is_sent_once_more_as_an_empty_list() -> None:
    assert list(hidden({"statuses": []}, ("idempotency_key", ""))) == [("statuses[]", "")]


def test_a_link_without_a_session_still_leads_to_the_sign_in_at_once(rooms: Rooms) -> None:
    here = asked(rooms)
    answer = Client(applications, {"accept": "text/html", "origin": PUBLIC_URL}).get(here)
    assert (answer.status, answer.location) == (303, f"/accounts/sign-in?next={here}")
