"""Search as programs and browsers see it: filters, links, pages, what is open to the reader."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html

from shared.domain.core.instants import parse
from tests.builders import facts, place
from tests.unit.functions.catalogue_scene import Scene
from tests.unit.functions.test_catalogue_room import TEXAS, scene

__all__ = ["scene"]


# --- results ----------------------------------------------------------------------------------------------------------
def test_T10_the_home_form_finds_programs_and_its_empty_fields_are_absent(scene: Scene) -> None:
    found = scene.get("/programs?experience_type=observership&specialty=&month=2027-03")
    assert [hit["program_id"] for hit in found["hits"]] == ["skin-austin"]
    assert found["hits"][0]["open"][0] == {"start": "2027-03-01", "week": "2027-W09", "seats": 3}


def test_H10_a_program_that_is_not_live_is_neither_found_nor_shown(scene: Scene) -> None:
    assert {hit["program_id"] for hit in scene.get("/programs")["hits"]} == {"heart-chicago", "skin-austin"}
    assert scene.get("/programs/paused-chicago", 404)["remedy"]
    assert scene.get("/programs/paused-chicago/quote", 404)["title"]


def test_several_values_of_one_filter_are_alternatives_and_a_comma_in_the_text_stays_one(scene: Scene) -> None:
    assert scene.get("/programs?state=TX&state=IL")["total"] == 2
    found = scene.get("/programs?text=austin%2C+skin")
    assert (found["text"], found["total"]) == ("austin, skin", 1)


def test_a_seat_sold_since_the_index_was_made_is_not_offered(scene: Scene) -> None:
    scene.sell_out("skin-austin", "2027-W11")
    hit = scene.get("/programs?text=skin&month=2027-03")["hits"][0]
    assert [one["start"] for one in hit["open"]] == ["2027-03-22", "2027-03-29"]  # W09 to W11 all need W11


def test_each_filter_in_force_names_the_address_without_it(scene: Scene) -> None:
    found = scene.get(
        "/programs?specialty=dermatology&state=TX&month=2027-03&price_max_cents=150000&sort=price&text=skin"
    )
    links = {link["field"]: parse_qs(urlsplit(link["href"]).query) for link in found["chosen"]}
    whole = {"specialty", "state", "month", "price_max_cents", "sort", "text"}
    assert {field: whole - set(query) for field, query in links.items()} == {
        name: {name} for name in ("specialty", "state", "month", "price_max_cents")
    }


def test_pages_follow_each_other_by_a_sealed_marker(scene: Scene) -> None:
    first = scene.get("/programs?limit=1")
    second = scene.get(first["next"])
    assert [page["hits"][0]["program_id"] for page in (first, second)] == ["skin-austin", "heart-chicago"]
    assert (second["next"], second["first"]) == ("", "/programs?limit=1")
    forged = first["next_cursor"][:-2] + ("AA" if not first["next_cursor"].endswith("AA") else "BB")
    refused = scene.get(f"/programs?limit=1&cursor={forged}", 422)
    assert (refused["field"], refused["remedy"]) == ("cursor", "Start again from the first page.")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("specialities=x", "specialities"),
        ("limit=26", "limit"),
        ("text=!!!", "text"),
        ("price_min_cents=2&price_max_cents=1", "price_max_cents"),
        ("start=9999-12-31", "start"),
    ],
)
def test_a_search_that_cannot_be_is_refused_with_its_field_and_a_remedy(scene: Scene, query: str, field: str) -> None:
    refused = scene.get(f"/programs?{query}", 422)
    named = [entry["field"].split(".")[0] for entry in refused["fields"]] if "fields" in refused else [refused["field"]]
    assert named == [field]
    assert refused["detail"]
    assert refused["remedy"]
    assert refused["remedy"] in html.fromstring(scene.page(f"/programs?{query}", 422)).text_content()


def test_an_unknown_filter_names_the_known_ones_to_programs_and_not_to_people(scene: Scene) -> None:
    refused = scene.get("/programs?specialities=x", 422)
    assert {"specialty", "price_max_cents"} <= set(refused["known"])
    assert "price_max_cents" not in html.fromstring(scene.page("/programs?specialities=x", 422)).text_content()


@pytest.mark.parametrize(
    "added", ["utm_source=mail&utm_campaign=x", "fbclid=IwAR0", "gclid=1&_ga=2", "mc_cid=1&mc_eid=2", "ref=newsletter"]
)
def test_what_others_add_to_an_address_is_left_out_of_the_search(scene: Scene, added: str) -> None:
    plain = scene.get("/programs?state=TX")
    assert scene.get(f"/programs?state=TX&{added}") == plain
    assert plain["total"] > 0


def test_a_page_marker_of_an_old_list_leads_a_person_to_the_first_page_and_tells_a_program(scene: Scene) -> None:
    old = scene.get("/programs?limit=1")["next_cursor"]
    scene.add("heart-boston")
    scene.index_again()
    assert scene.get(f"/programs?limit=1&cursor={old}", 422)["field"] == "cursor"
    page = scene.page(f"/programs?limit=1&cursor={old}")
    assert "this is its first page again" in page
    assert "this is its first page again" not in scene.page("/programs?limit=1")


def test_a_zip_code_with_four_more_digits_is_that_zip_code(scene: Scene) -> None:
    assert scene.get("/programs?zip=78701-1234&within_miles=25") == scene.get("/programs?zip=78701&within_miles=25")


def test_the_way_out_of_a_wrong_address_keeps_every_other_filter(scene: Scene) -> None:
    page = html.fromstring(scene.page("/programs?text=skin&state=TX&state=IL&month=2027-13", 422))
    (way_out,) = page.xpath("//a[text()='Open the page without it']/@href")
    assert way_out == "/programs?text=skin&state=TX&state=IL"


@pytest.mark.parametrize(
    ("month", "reserve", "deposit_from"),
    [
        # 23 November: what starts within 45 days is paid in full, from 7 January on a deposit reserves.
        ("2026-12", 214900, None),
        ("2027-01", 214900, "2027-01-11"),
        ("2027-02", 69900, None),
    ],
)
def test_T28_what_reserves_is_what_the_start_shown_will_ask_for(
    scene: Scene, month: str, reserve: int, deposit_from: str | None
) -> None:
    (hit,) = scene.get(f"/programs?month={month}&state=IL")["hits"]
    assert (hit["reserve_cents"], hit["deposit_from"]) == (reserve, deposit_from)
    start = hit["open"][0]["start"]
    assert scene.get(f"/programs/heart-chicago?start={start}")["plan"]["due_now_cents"] == reserve


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        ("text/html;q=0, application/json", False),
        ("TEXT/HTML", True),
        ("text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("application/json, text/html;q=0.5", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_who_gets_a_page_follows_RFC_9110(scene: Scene, accept: str, page: bool) -> None:
    assert scene.answer("/programs?state=TX", accept)[1].startswith("<!doctype html>") is page


@pytest.mark.parametrize("address", ["/programs?month=20٢٧-01", "/programs/heart-chicago?start=9999-12-31"])
def test_months_in_other_digits_and_years_far_away_are_refused_small(scene: Scene, address: str) -> None:
    status, body = scene.answer(address, "application/json")
    assert (status, len(body) < 10_000) == (422, True)


@pytest.mark.parametrize(
    ("at", "first"),
    [
        # 14 days ahead is a Monday until midnight at the site, which comes to Honolulu four hours after Chicago.
        ("2027-03-02T05:59:59Z", {"heart-chicago": "2027-03-15", "heart-honolulu": "2027-03-15"}),
        ("2027-03-02T06:00:00Z", {"heart-chicago": "2027-03-22", "heart-honolulu": "2027-03-15"}),
        ("2027-03-02T10:00:00Z", {"heart-chicago": "2027-03-22", "heart-honolulu": "2027-03-22"}),
    ],
)
def test_search_and_page_agree_on_the_first_start_at_every_midnight(
    scene: Scene, at: str, first: dict[str, str]
) -> None:
    honolulu = place(
        city="Honolulu", state="HI", zip="96813", latitude=21.3, longitude=-157.85, zone="Pacific/Honolulu"
    )
    scene.add("heart-honolulu", place=honolulu)
    scene.index_again()
    scene.clock.set(parse(at))
    hits = {hit["program_id"]: hit["open"][0]["start"] for hit in scene.get("/programs")["hits"]}
    for program, start in first.items():
        assert hits[program] == start
        assert scene.get(f"/programs/{program}")["starts"][0]["start"] == start


def test_more_parameters_than_any_page_sends_are_malformed(scene: Scene) -> None:
    assert scene.get("/programs?" + "&".join(f"a{n}=1" for n in range(501)), 400)["type"] == "/problems/malformed"


def test_T07_a_student_sees_on_each_result_what_is_open(scene: Scene) -> None:
    scene.reader(facts())
    found = scene.get("/programs")
    by_id = {hit["program_id"]: {v["experience_type"]: v["allowed"] for v in hit["verdicts"]} for hit in found["hits"]}
    assert by_id == {"heart-chicago": {"hands_on": True}, "skin-austin": {"hands_on": True, "observership": False}}
    assert found["only_open"] == "/programs?eligible=true"
    only = scene.page("/programs?experience_type=observership")
    assert "Not open to you yet" in only
    assert "Students may do hands-on rotations only" in only


def test_a_stranger_sees_no_verdicts_and_is_told_what_signing_in_would_bring(scene: Scene) -> None:
    found = scene.get("/programs")
    assert found["verdicts"] == []
    assert all(hit["verdicts"] == [] for hit in found["hits"])
    assert "/accounts/sign-in?next=/programs%3Fmonth%3D2027-03" in scene.page("/programs?month=2027-03")


def test_only_what_is_open_to_me_is_found_when_i_ask_and_a_stranger_is_told_why_nothing_is_hidden(scene: Scene) -> None:
    scene.add("watch-austin", place=TEXAS, experience_types=("observership",))
    scene.index_again()
    stranger = scene.get("/programs?eligible=true")
    assert (stranger["total"], stranger["known"], stranger["options"]["eligible"]) == (3, False, [])
    assert "nothing is hidden" in scene.page("/programs?eligible=true")
    scene.reader(None)
    assert "Complete your profile" in scene.page("/programs?eligible=true")
    scene.reader(facts(expected_graduation=None))
    mine = scene.get("/programs?eligible=true")
    assert {hit["program_id"] for hit in mine["hits"]} == {"heart-chicago", "skin-austin"}
    assert [option["count"] for option in scene.get("/programs")["options"]["eligible"]] == [2]


def test_near_a_zip_code_with_miles_on_each_card_and_a_way_back_to_anywhere(scene: Scene) -> None:
    found = scene.get("/programs?zip=60614&within_miles=25&sort=distance")
    assert [(hit["program_id"], hit["miles"]) for hit in found["hits"]] == [("heart-chicago", 3.2)]
    assert [(link["label"], link["href"]) for link in found["chosen"]] == [("Within 25 miles of 60614", "/programs")]
    assert "(3 miles)" in scene.page("/programs?zip=60614")


def test_T12_a_length_shows_its_own_fee_and_starts(scene: Scene) -> None:
    scene.sell_out("skin-austin", "2027-W15")
    (hit,) = scene.get("/programs?weeks=8&month=2027-03")["hits"]
    assert (hit["program_id"], hit["weeks"], hit["price_cents"]) == ("skin-austin", 8, 199800)
    assert hit["open"] == [], "each of these eight weeks long stays needs the week that was sold"
    assert "weeks=8" in scene.page("/programs?weeks=8")


def test_ten_results_a_page_leave_the_next_and_the_filters_one_link_away(scene: Scene) -> None:
    for number in range(11):
        scene.add(f"more-{number:02}", price_4w_cents=300_000 + number)
    scene.index_again()
    page = html.fromstring(scene.page("/programs"))
    assert len(page.xpath("//article")) == 10
    assert page.xpath("//form[@id='filters']")
    assert [link.text for link in page.xpath("//a[@href='#filters'][contains(@class, 'only-phone')]")] == [
        "All filters"
    ] * 2
    (following,) = page.xpath("//a[normalize-space()='More rotations']/@href")
    assert len(html.fromstring(scene.page(following)).xpath("//article")) == 3
    assert len(html.fromstring(scene.page("/programs?limit=25")).xpath("//article")) == 13


def test_nothing_found_names_the_filters_whose_absence_would_find_something(scene: Scene) -> None:
    found = scene.get("/programs?state=TX&specialty=cardiology&month=2027-03")
    assert (found["total"], [(link["field"], link["href"]) for link in found["instead"]]) == (
        0,
        [("specialty", "/programs?state=TX&month=2027-03"), ("state", "/programs?specialty=cardiology&month=2027-03")],
    )
    assert "Search without “Texas”" in scene.page("/programs?state=TX&specialty=cardiology&month=2027-03")


def test_nothing_private_to_a_host_is_in_any_answer(scene: Scene) -> None:
    for address in ("/programs", "/programs/skin-austin", "/programs/skin-austin/quote"):
        body = scene.answer(address, "application/json")[1]
        for name in ("stipend", "coordinator", "host_id"):
            assert name not in body, address
