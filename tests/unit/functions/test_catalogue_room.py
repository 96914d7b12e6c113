"""The catalogue room as people and programs call it: results, a program, its bill; in each state, as JSON and as a
page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lxml import html

from shared.domain.core.instants import parse
from shared.domain.core.policy import CURRENT
from shared.domain.documents.rules import DocumentRule
from shared.domain.money.fees import quote
from shared.domain.programs.guidelines import Guidelines
from shared.domain.programs.program import ProgramStatus, ReviewMode
from shared.domain.trainees.trainee import StepResult, TraineeStatus
from tests.builders import facts, place, stored
from tests.unit.functions.catalogue_scene import Scene
from tests.unit.pages.page_markup import ISO, problems

BOTH = ("hands_on", "observership")
START = date(2027, 3, 1)
TEXAS = place(city="Austin", state="TX", zip="78701", latitude=30.2713, longitude=-97.7426)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Three programs: cardiology in Chicago (hands-on), dermatology in Austin (both, 4-8 weeks), a paused one."""
    made = Scene(tmp_path / "index")
    made.add("heart-chicago", name="Lakeview Cardiology", price_4w_cents=214900)
    made.add(
        "skin-austin",
        name="Austin Skin, a clinic",
        specialty="dermatology",
        place=TEXAS,
        price_4w_cents=99900,
        experience_types=BOTH,
        weeks_max=8,
        capacity=3,
        review_mode=ReviewMode.HOST,
        credit_friendly=True,
        guidelines=Guidelines(step2_ck_required=True, documents=(DocumentRule(kind="bls", must_cover=True),)),
    )
    made.add("paused-chicago", status=ProgramStatus.PAUSED)
    made.index()
    return made


# --- results ----------------------------------------------------------------------------------------------------------
def test_H09_a_word_that_no_program_has_is_named_and_left_out(scene: Scene) -> None:
    page = scene.page("/programs?text=cardiology+rotation+zzyzx")
    assert "Lakeview Cardiology" in page
    assert "No rotation has “zzyzx”, so we left it out." in page
    assert scene.get("/programs?text=cardiology+rotation")["left_out"] == []


# --- one program ------------------------------------------------------------------------------------------------------
def test_the_page_shows_the_bill_that_the_rule_makes(scene: Scene) -> None:
    sheet = scene.get("/programs/heart-chicago?start=2027-03-01")
    plan = quote(scene.catalogue.program("heart-chicago"), START, 4, date(2026, 11, 23), CURRENT)
    assert sheet["plan"] == plan.model_dump(mode="json")
    text = scene.page("/programs/heart-chicago?start=2027-03-01")
    for said in ("$699.00", "$1,450.00", "By Fri 15 January 2027", "$2,149.00", "From Sat 16 January 2027", "$100.00"):
        assert said in text


def test_T22_T23_what_the_fee_covers_and_what_not_is_on_program_and_quote(scene: Scene) -> None:
    for address in ("/programs/heart-chicago", "/programs/heart-chicago/quote"):
        text = scene.page(address)
        for word in (
            "physician and site costs",
            "payment processing",
            "document processing",
            "housing",
            "meals",
            "insurance",
            "visa fees",
        ):
            assert word in text, address


def test_without_a_start_the_next_open_one_is_shown(scene: Scene) -> None:
    scene.sell_out("heart-chicago", "2026-W50")
    sheet = scene.get("/programs/heart-chicago")
    assert (sheet["plan"]["start"], sheet["seats"], sheet["refused"]) == ("2026-12-14", 2, None)


@pytest.mark.parametrize(
    ("now", "first"),
    [
        ("2026-11-24T05:59:59Z", "2026-12-07"),
        ("2026-11-24T06:00:00Z", "2026-12-14"),
    ],  # both sides of midnight in Chicago
)
def test_H09_results_page_and_quote_begin_with_the_first_start_that_can_be_applied_for(
    scene: Scene, now: str, first: str
) -> None:
    scene.clock.set(parse(now))
    (hit,) = [one for one in scene.get("/programs")["hits"] if one["program_id"] == "heart-chicago"]
    assert hit["open"][0]["start"] == first
    sheet = scene.get("/programs/heart-chicago")
    assert (sheet["starts"][0]["start"], sheet["plan"]["start"]) == (first, first)
    assert scene.get("/programs/heart-chicago/quote")["plan"]["start"] == first
    asked = scene.get("/programs/heart-chicago?start=2026-12-07")["refused"]
    assert (asked is None) is (first == "2026-12-07")
    priced = scene.get("/programs/heart-chicago/quote?start=2026-12-07", 422 if asked else 200)
    assert priced.get("field") == ("start" if asked else None)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ("start=2027-03-02", "start"),
        ("start=2026-11-30", "start"),
        ("start=2028-11-27", "start"),
        ("start=2027-03-01&weeks=3", "weeks"),
        ("pay_on=2026-11-22", "pay_on"),
        ("start=2027-03-01&pay_on=2027-03-02", "pay_on"),
    ],
)
def test_H17_a_wish_that_cannot_be_is_explained_on_the_page_and_refused_as_a_quote(
    scene: Scene, wish: str, field: str
) -> None:
    sheet = scene.get(f"/programs/skin-austin?{wish}")
    assert sheet["refused"]["field"] == field
    assert sheet["refused"]["remedy"]
    assert not ISO.search(sheet["refused"]["detail"] + sheet["refused"]["remedy"])
    assert sheet["plan"]["start"] == "2026-12-07"
    assert sheet["refused"]["detail"] in html.fromstring(scene.page(f"/programs/skin-austin?{wish}")).text_content()
    assert scene.get(f"/programs/skin-austin/quote?{wish}", 422)["field"] == field


def test_a_full_start_shows_its_bill_and_offers_no_way_to_apply(scene: Scene) -> None:
    scene.sell_out("heart-chicago", "2027-W10")
    sheet = scene.get("/programs/heart-chicago?start=2027-03-01")
    assert (sheet["seats"], sheet["plan"]["start"]) == (0, "2027-03-01")
    text = scene.page("/programs/heart-chicago?start=2027-03-01")
    assert "/applications/start" not in text
    assert "no seat is free in all of these weeks" in text


@pytest.mark.parametrize(("start", "near"), [("2027-02-15", True), ("2027-03-01", False)])
def test_T13_a_start_in_less_than_three_months_is_warned_about_once_and_not_blocked(
    scene: Scene, start: str, near: bool
) -> None:
    scene.reader(facts())
    text = scene.page(f"/programs/heart-chicago?start={start}")
    assert text.count("less than 3 months away") == int(near)
    assert "/applications/start" in text


def test_a_program_without_any_open_start_says_so(scene: Scene) -> None:
    scene.add("closed", weeks=())
    sheet = scene.get("/programs/closed")
    assert (sheet["plan"], sheet["starts"]) == (None, [])
    assert "No start is open at present" in scene.page("/programs/closed")
    assert scene.get("/programs/closed/quote", 422)["field"] == "start"


def test_T08_a_graduate_without_step_1_may_only_observe_and_reads_why(scene: Scene) -> None:
    scene.reader(facts(trainee_status=TraineeStatus.GRADUATE, step1=StepResult.NOT_PASSED, expected_graduation=None))
    sheet = scene.get("/programs/skin-austin")
    assert {v["experience_type"]: v["allowed"] for v in sheet["verdicts"]} == {"hands_on": False, "observership": True}
    assert "experience_type=observership" in scene.page("/programs/skin-austin")
    nothing_open = scene.page("/programs/heart-chicago")
    assert "/applications/start" not in nothing_open
    assert "Choose an observership, or pass Step 1" in nothing_open


def test_H12_guidelines_are_ticked_for_the_reader(scene: Scene) -> None:
    scene.reader(facts())
    checked = {line["code"]: line["verdict"] for line in scene.get("/programs/skin-austin")["checked"]}
    assert checked == {"step2_ck": "failed", "document:bls": "unknown"}


def test_H12_a_stranger_reads_the_guidelines_in_plain_words(scene: Scene) -> None:
    assert "USMLE Step 2 CK passed" in scene.page("/programs/skin-austin")


def test_visa_advice_carries_date_and_source_and_blocks_nothing(scene: Scene) -> None:
    scene.reader(facts(visa_type=None))
    text = scene.page("/programs/skin-austin")
    assert "/applications/start" in text
    tree = html.fromstring(text)
    (own,) = tree.xpath("//section[@aria-labelledby='visa']")
    said = " ".join(own.text_content().split())
    assert all(words in said for words in ("Your visa", "advice, never a condition", "As of Sat 21 November 2026")), (
        said
    )
    assert own.xpath(".//a/@href")
    (judged,) = tree.xpath("//section[@aria-labelledby='you']")
    assert "visa" not in judged.text_content().casefold(), "eligibility is judged without it"


def test_staff_are_not_judged_as_trainees(scene: Scene) -> None:
    scene.reader(facts(), roles=("reviewer",))
    assert scene.get("/programs/heart-chicago")["known"] is False
    assert scene.get("/programs")["verdicts"] == []


def test_staff_see_no_way_to_apply(scene: Scene) -> None:
    scene.reader(None, roles=("reviewer",))
    assert "/applications/start" not in scene.page("/programs/heart-chicago")


# --- the bill ---------------------------------------------------------------------------------------------------------
def test_T28_a_later_day_of_paying_changes_the_plan(scene: Scene) -> None:
    early = scene.get("/programs/heart-chicago/quote?start=2027-03-01&pay_on=2027-01-15")["plan"]
    late = scene.get("/programs/heart-chicago/quote?start=2027-03-01&pay_on=2027-01-16")["plan"]
    assert (early["due_now_cents"], early["balance_due_on"]) == (69900, "2027-01-15")
    assert (late["due_now_cents"], late["full_only"]) == (214900, True)


# --- how reviews go ---------------------------------------------------------------------------------------------------
def test_T18_a_program_page_tells_how_long_answers_took_and_the_promise_where_too_few_were_given(scene: Scene) -> None:
    assert "Too few applications have been decided here" in scene.page("/programs/heart-chicago")
    answers = [
        {"application_id": f"a{n}", "seconds": 3600 * n, "host_asked": True, "host_seconds": 90_000}
        for n in range(1, 6)
    ]
    stored(scene.store, "RECORD", "heart-chicago", {"id": "heart-chicago", "answers": answers})
    assert scene.get("/programs/heart-chicago")["times"] == {
        "cases": 5,
        "median_business_hours": 3,
        "host_asked": 5,
        "host_answered": 5,
        "host_median_days": 2,
    }
    text = html.fromstring(scene.page("/programs/heart-chicago")).text_content()
    assert "half of the last 5 applications here were decided within 3 business hours of being sent" in text
    assert "This host answered 5 of 5 questions, half of them within 2 days" in text


PAGES = {
    "results": "/programs",
    "filtered": "/programs?specialty=dermatology&state=TX&experience_type=observership&month=2027-03&text=skin"
    "&sort=price",
    "near": "/programs?zip=60614&within_miles=250&weeks=8&city=TX/Austin&subspecialty=nephrology&eligible=true",
    "prices": "/programs?price_min_cents=99900&price_max_cents=150000",
    "nothing": "/programs?text=zebra",
    "second": "/programs?limit=1",
    "program": "/programs/skin-austin",
    "operator": "/programs/heart-chicago",
    "refused": "/programs/heart-chicago?start=2027-03-02",
    "quote": "/programs/skin-austin/quote?start=2027-03-01&weeks=6",
    "full only": "/programs/heart-chicago/quote?start=2026-12-07",
}


@pytest.mark.parametrize("reader", ["stranger", "trainee", "no facts"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_well_formed_labelled_light_and_without_inline_code(scene: Scene, name: str, reader: str) -> None:
    if reader != "stranger":
        scene.reader(facts() if reader == "trainee" else None)
    text = scene.page(PAGES[name])
    assert problems(text) == []
    assert len(text.encode()) < 60_000


def test_what_a_person_typed_is_text_and_never_markup(scene: Scene) -> None:
    assert "<script>alert" not in scene.page("/programs?text=%3Cscript%3Ealert(1)%3C/script%3E")


def test_T32_signing_in_from_a_program_comes_back_to_the_start_and_the_length_that_were_chosen(scene: Scene) -> None:
    back = "/programs/heart-chicago%3Fstart%3D2027-03-01%26weeks%3D8"
    page = html.fromstring(scene.page("/programs/heart-chicago?start=2027-03-01&weeks=8"))
    assert [one.get("href") for one in page.xpath("//a[.='Sign in']")] == [f"/accounts/sign-in?next={back}"] * 2
    header = html.fromstring(scene.page("/programs?month=2027-03")).xpath("//header//a[.='Sign in']/@href")
    assert header == ["/accounts/sign-in?next=/programs%3Fmonth%3D2027-03"]
