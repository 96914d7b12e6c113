"""Saved searches: kept once, ended by page or link, told once a day when a match opens, and gone with the person
(H09)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.search.builder import build
from shared.adapters.search.index import TantivyIndex
from shared.domain.core.aggregate import Actor, chain_breaks, fold
from shared.domain.core.errors import Busy, NotAllowedNow, NotFound
from shared.domain.search.due_kinds import SAVED_SEARCH
from shared.domain.search.query import Overlay, Projection, SearchPage, SearchQuery
from shared.domain.search.saved_search import LIFE, MOST, NEWS, opened
from shared.domain.seats.seats import SeatYear, WeekSeats, free_by_week
from shared.ports import Person, Transition, UnitOfWork
from shared.services.core.due_rule import NOTHING
from shared.services.core.transitions import RequestContext
from shared.services.search.saved_searches import SavedSearches
from tests.builders import PROGRAM, TRAINEE, WEEKS, draft, facts, place, stored_account, stored_program
from tests.fakes import CountingIds, FakeStore
from tests.fakes.wiring import FakeWiring
from tests.unit.functions.catalogue_scene import OPEN
from tests.unit.services.operations.email_scene import HOME, NAME, URL, Post

HEART, SKIN = "cardiology-chicago", "skin-austin"
ME, OTHER = RequestContext(Actor(role="trainee", id=TRAINEE)), RequestContext(Actor(role="trainee", id="trainee-2"))
SYSTEM = RequestContext(Actor(role="system", id="search_indexer"))
CARDIO = SearchQuery(specialty=("cardiovascular-disease",), month="2027-03")


class World(FakeWiring):
    """Two programs, open for two years. `index` makes the version that the alerts ask; `broken` index answers
    `Busy`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(search_index=self)
        self.folder, self.broken, self.asked = folder, False, 0
        self.market: list[Projection] = []
        self.add(HEART, specialty="cardiovascular-disease")
        self.add(SKIN, specialty="dermatology", place=place(city="Austin", state="TX", zip="78701"))
        for id in (TRAINEE, "trainee-2"):
            stored_account(self.store, id)

    def add(self, id: str, **changes: Any) -> None:
        stored_program(self.store, id=id, **changes)
        self.store.open_seats(id, dict.fromkeys(OPEN, 1))

    def search(self, query: SearchQuery, today: date) -> SearchPage:
        self.asked += 1
        if self.broken:
            raise Busy("The search index cannot be reached.")
        years = list(self.store.seats.values())
        programs = self.catalogue.programs(self.store.program_ids("LIVE")).values()
        market = [
            Projection(program=one, weeks=free_by_week(y for y in years if y.program_id == one.id)) for one in programs
        ]
        if market != self.market:
            self.market = market
            build(market, self.folder / str(self.asked))
            self.index = TantivyIndex.open(self.folder / str(self.asked))
        return self.index.search(query, Overlay(), today)

    def seats(self, weeks: tuple[str, ...], taken: int, capacity: int = 1, program_id: str = HEART) -> None:
        for week in weeks:
            key = (program_id, int(week[:4]))
            year: SeatYear = self.store.seats[key]
            cell = WeekSeats(capacity=capacity, taken=taken)
            self.store.seats[key] = year.model_copy(update={"weeks": {**year.weeks, week[5:]: cell}})

    def returned(self, weeks: tuple[str, ...] = WEEKS, program_id: str = HEART) -> int:
        return self.alerts.seats_returned(SYSTEM, program_id, weeks, self.clock.now())

    def published(self, *ids: str) -> int:
        return self.alerts.programs_opened(SYSTEM, dict.fromkeys(ids or (HEART, SKIN), self.clock.now()))

    def mails(self, id: str) -> list[dict[str, Any]]:
        return [dict(row.data) for row in self.store.history("SEARCH", id) if row.type == "SearchMatched.v1"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# --- keeping ----------------------------------------------------------------------------------------------------------
def test_a_search_is_saved_once_however_often_it_is_clicked_and_page_or_order_make_no_other(world: World) -> None:
    first = world.saved_searches.save(ME, CARDIO)
    again = world.saved_searches.save(ME, CARDIO.model_copy(update={"limit": 25, "cursor": "x", "sort": "price"}))
    assert (again.saved.id, [one.query for one in world.saved_searches.own(ME)]) == (first.saved.id, [CARDIO])
    assert world.saved_searches.save(OTHER, CARDIO).saved.id != first.saved.id


def test_two_clicks_at_once_save_one(world: World) -> None:
    class Late(FakeStore):
        """Does not see the claim that the other click made until it tries to make its own."""

        blind = 1

        def claimed_by(self, key: str) -> str | None:
            self.blind -= 1
            return None if self.blind >= 0 else super().claimed_by(key)

    first = world.saved_searches.save(ME, CARDIO)
    world.store.__class__ = Late  # type: ignore[assignment]
    assert world.saved_searches.save(ME, CARDIO).saved.id == first.saved.id
    assert len(world.saved_searches.own(ME)) == 1


def test_the_query_is_erasable_and_no_event_row_holds_a_word_of_it(world: World) -> None:
    saved = world.saved_searches.save(ME, SearchQuery(text="my own words", zip="60614")).saved
    rows = world.store.history("SEARCH", saved.id)
    assert chain_breaks(rows) == []
    assert "my own words" not in str([row.model_dump() for row in rows])
    world.people.erase(TRAINEE)
    assert world.saved_searches.own(ME) == []
    assert world.published() == 0
    assert fold(rows)["id"] == saved.id


def test_an_eleventh_is_refused_and_changes_nothing(world: World) -> None:
    for number in range(MOST):
        world.saved_searches.save(ME, SearchQuery(text=f"search {number}"))
    commits = world.store.commits
    with pytest.raises(NotAllowedNow) as refused:
        world.saved_searches.save(ME, CARDIO)
    assert refused.value.remedy
    assert world.store.commits == commits


def test_it_ends_after_a_year_to_the_second_and_can_be_saved_anew(world: World) -> None:
    before = world.saved_searches.save(ME, CARDIO).saved
    world.clock.move(LIFE - timedelta(seconds=1))
    assert world.saved_searches.own(ME)
    world.clock.move(timedelta(seconds=1))
    assert world.saved_searches.own(ME) == []
    assert world.published() == 0
    after = world.saved_searches.save(ME, CARDIO).saved
    assert after.id != before.id
    assert [one.saved.id for one in world.saved_searches.own(ME)] == [after.id]


def test_the_sweep_ends_it_at_its_last_second_and_not_before_and_its_row_and_name_go(world: World) -> None:
    id = world.saved_searches.save(ME, CARDIO).saved.id
    claim = next(iter(world.store.claims))
    world.clock.move(LIFE - timedelta(seconds=1))
    assert (world.saved_searches.end_in_time(id, SYSTEM), world.store.claims) == (NOTHING, {claim: id})
    world.clock.move(timedelta(seconds=1))
    assert world.store.due("sweep", until=world.clock.now())
    for _ in range(2):  # double and late runs are harmless
        assert world.saved_searches.end_in_time(id, SYSTEM) == "ended"
    assert [row.type for row in world.store.history("SEARCH", id)] == ["SearchSaved.v1", "SearchEnded.v1"]
    assert (world.store.rows_of(SAVED_SEARCH), world.store.claims) == ([], {})


def test_ended_by_its_owner_alone_and_twice_is_once(world: World) -> None:
    id = world.saved_searches.save(ME, CARDIO).saved.id
    for who, what in ((OTHER, id), (ME, "no-such-search")):
        with pytest.raises(NotFound, match="no such saved search"):
            world.saved_searches.end(who, what)
    world.saved_searches.end(ME, id)
    world.saved_searches.end(ME, id)
    assert world.saved_searches.own(ME) == []
    assert world.store.rows_of(SAVED_SEARCH) == []
    assert world.saved_searches.save(ME, CARDIO).saved.id != id


def test_the_link_of_a_mail_ends_it_without_signing_in_and_a_wrong_one_says_nothing(world: World) -> None:
    kept = world.saved_searches.save(ME, CARDIO)
    for id, secret in ((kept.saved.id, "wrong"), (kept.saved.id, ""), ("no-such-search", kept.secret)):
        with pytest.raises(NotFound) as refused:
            world.saved_searches.end_by_link(ME, id, secret)
        assert refused.value.detail == "There is no such saved search."
    assert world.saved_searches.own(ME)
    for _ in range(2):
        world.saved_searches.end_by_link(ME, kept.saved.id, kept.secret)
        assert world.saved_searches.of_link(kept.saved.id, kept.secret).saved.ended_at
    assert world.published() == 0


# --- telling ----------------------------------------------------------------------------------------------------------
def test_a_program_that_goes_on_the_market_is_told_to_those_whose_search_finds_it(world: World) -> None:
    mine, other = (
        world.saved_searches.save(ME, CARDIO).saved.id,
        world.saved_searches.save(OTHER, SearchQuery(state=("TX",), text="dermatolgy")).saved.id,
    )
    assert world.published() == 2
    assert [mail["matches"] for mail in world.mails(mine)] == [{HEART: "2027-03-01"}]
    assert [mail["matches"] for mail in world.mails(other)] == [{SKIN: "2026-12-07"}]


def test_nobody_is_told_of_a_program_without_a_seat_in_the_month(world: World) -> None:
    id = world.saved_searches.save(ME, CARDIO).saved.id
    world.seats(("2027-W12", "2027-W13"), taken=1)  # all starts of March need one of them
    assert world.published() == 0
    assert world.mails(id) == []


def test_each_match_is_told_once_a_day_however_often_events_come(world: World) -> None:
    id = world.saved_searches.save(ME, SearchQuery()).saved.id
    assert (world.published(HEART), world.published(HEART), world.published(HEART, SKIN)) == (1, 0, 1)
    assert [mail["matches"] for mail in world.mails(id)] == [{HEART: "2026-12-07"}, {SKIN: "2026-12-07"}]
    world.clock.move(timedelta(days=1))
    assert world.published(HEART) == 1


def test_a_seat_that_comes_back_is_told_only_where_it_opened_a_start(world: World) -> None:
    id = world.saved_searches.save(ME, CARDIO).saved.id
    world.seats(WEEKS, taken=0, capacity=5)
    assert world.returned() == 0, "there were seats all along"
    world.seats(WEEKS, taken=4, capacity=5)
    world.seats(("2027-W13",), taken=1)
    assert world.returned(WEEKS) == 1
    assert world.mails(id)[-1]["matches"] == {HEART: "2027-03-01"}
    assert world.returned(WEEKS) == 0


def test_a_seat_that_comes_back_in_another_month_is_not_told(world: World) -> None:
    world.saved_searches.save(ME, CARDIO)
    assert world.returned(("2027-W30", "2027-W31")) == 0
    assert world.returned(("2027-W16",)) == 1  # the last March start, the 29th, lasts until W16


@pytest.mark.parametrize(("length", "told"), [(8, 1), (12, 0)])
def test_T12_a_length_is_told_only_with_a_seat_in_every_week(world: World, length: int, told: int) -> None:
    world.add("kidney-chicago", specialty="nephrology", weeks_max=12)
    world.seats(("2027-W18",), taken=1, program_id="kidney-chicago")
    world.saved_searches.save(ME, SearchQuery(weeks=length, month="2027-03", specialty=("nephrology",)))
    assert world.returned(("2027-W09", "2027-W10"), "kidney-chicago") == told


def test_T07_what_is_not_open_to_the_person_is_not_told_when_they_asked_for_that(world: World) -> None:
    world.add("watch-chicago", experience_types=("observership",))
    world.people.save_facts(TRAINEE, facts(expected_graduation=None))
    mine, other = (world.saved_searches.save(who, SearchQuery(eligible=True)).saved.id for who in (ME, OTHER))
    world.published(HEART, "watch-chicago")
    assert [set(mail["matches"]) for mail in world.mails(mine)] == [{HEART}]
    assert [set(mail["matches"]) for mail in world.mails(other)] == [
        {HEART, "watch-chicago"}
    ]  # nothing is known of them


@pytest.mark.parametrize(("age", "told"), [(NEWS - timedelta(seconds=1), 1), (NEWS, 0)])
def test_an_event_a_day_old_is_no_news(world: World, age: timedelta, told: int) -> None:
    world.saved_searches.save(ME, CARDIO)
    at = world.clock.now() - age
    assert world.alerts.programs_opened(SYSTEM, {HEART: at}) == told
    world.clock.move(timedelta(days=2))
    assert world.alerts.seats_returned(SYSTEM, HEART, WEEKS, world.clock.now() - age) == told


def test_when_nobody_saved_anything_the_index_is_not_even_asked(world: World) -> None:
    assert (world.published(), world.returned(), world.asked) == (0, 0, 0)


@pytest.mark.parametrize("age", [timedelta(0), LIFE + timedelta(days=1)], ids=["that wait", "that are over"])
def test_however_many_others_end_before_nobody_who_waits_is_left_out(world: World, age: timedelta) -> None:
    others = [RequestContext(Actor(role="trainee", id=f"other-{number}")) for number in range(1_005)]
    for other in others:
        world.saved_searches.save(other, SearchQuery(state=("TX",)))
    world.clock.move(age + timedelta(seconds=1))
    mine = world.saved_searches.save(ME, SearchQuery()).saved.id
    assert world.published(HEART) == 1
    assert len(world.mails(mine)) == 1


def test_an_index_that_is_away_brings_the_event_back_and_nobody_is_told_twice(world: World) -> None:
    mine = world.saved_searches.save(ME, SearchQuery()).saved.id
    world.broken = True
    with pytest.raises(Busy):
        world.published(HEART)
    world.broken = False
    world.store.fail_after_commit()
    with pytest.raises(Busy):
        world.published(HEART)
    assert world.published(HEART) == 0
    assert len(world.mails(mine)) == 1


def test_the_mail_names_what_opened_and_ends_the_search_with_one_link() -> None:
    post = Post(specialty="dermatology")
    post.people.save_person(Person(TRAINEE, NAME, HOME, "Africa/Cairo"))
    saved = SavedSearches(store=post.store, clock=post.clock, ids=CountingIds("s"))
    kept = saved.save(ME, SearchQuery(text="skin"))
    loaded = post.store.load("SEARCH", kept.saved.id)
    matches = {PROGRAM: "2027-03-01", "gone-since": "2027-03-08"}
    post.store.commit(
        UnitOfWork(
            transitions=(
                Transition(
                    loaded,
                    draft({"matches": matches, "told_on": "2026-11-23", "told": list(matches)}, "SearchMatched.v1"),
                ),
            )
        )
    )
    event = post.last("SEARCH", kept.saved.id)
    post.send_emails.notify(event)
    post.send_emails.notify(event)
    mail = post.one(HOME)
    assert mail.subject == "A rotation that you look for has opened"
    assert "Dermatology, Chicago, Illinois, from Mon 1 March 2027" in mail.text
    assert f"{URL}/programs?text=skin" in mail.text
    assert f"{URL}/programs/searches/{kept.saved.id}/stop/{kept.secret}" in mail.text
    saved.end(ME, kept.saved.id)
    post.outbox.claims.clear()
    post.send_emails.notify(event)
    assert len(post.mailer.sent) == 1, "an ended search writes no more"


def test_what_was_opened_is_a_start_whose_every_week_is_free_and_one_of_them_was_full() -> None:
    free = {"2027-W09": 3, "2027-W10": 1, "2027-W11": 3, "2027-W12": 3, "2027-W13": 3}
    assert opened(["2027-W10"], free, 4, date(2026, 11, 23), None) == (date(2027, 3, 1), date(2027, 3, 8))
    assert opened(["2027-W09"], free, 4, date(2026, 11, 23), None) == ()
    assert opened(["2027-W10"], free, 4, date(2027, 3, 1), "2027-03") == (date(2027, 3, 1), date(2027, 3, 8))
    assert opened(["2027-W10"], free, 4, date(2027, 3, 2), None) == (date(2027, 3, 8),)
    assert opened(["2027-W10"], free, 4, date(2026, 11, 23), "2027-04") == ()
