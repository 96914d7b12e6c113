"""The calendar of a rotation: RFC 5545's rules for identity, order and days, no personal data, and an address that can
be taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from shared.domain.core.errors import NotAllowedNow, NotFound
from shared.domain.reservations.reservation import Reservation, ReservationStatus
from shared.services.core.secret_links import secret_at
from shared.services.reservations.calendar_feeds import CALLED_OFF, calendar
from tests.builders import TRAINEE
from tests.unit.services.reservations.reservation_scene import NAME, WEBHOOK, Scene, by

OWNER = by("trainee")
NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.apply()
    made.settlement.settle(made.pay(made.checkout()), WEBHOOK)
    return made


def the_one(scene: Scene) -> Reservation:
    return scene.reservations()[0]


def address(scene: Scene) -> str:
    return f"{the_one(scene).id}.{secret_at(scene.store, the_one(scene).feed_ref)}"


def read(scene: Scene) -> Calendar:
    return Calendar.from_ical(scene.calendar_feeds.read(address(scene)))


def test_feed_is_one_all_day_entry_whose_end_is_the_day_after_the_last(scene: Scene) -> None:
    scene.calendar_feeds.open(OWNER, the_one(scene).id)
    made = read(scene)
    (entry,) = made.walk("VEVENT")
    assert ("method" in made, made["version"], entry["status"]) == (False, "2.0", "CONFIRMED")
    assert entry["transp"] == "TRANSPARENT"
    assert (entry["dtstart"].dt, entry["dtend"].dt) == (date(2027, 3, 1), date(2027, 3, 29))
    assert entry["dtstart"].params["VALUE"] == "DATE"
    assert entry["location"] == "Chicago, IL"
    assert entry["dtstamp"].dt == scene.clock.now()


def test_feed_names_no_person(scene: Scene) -> None:
    scene.calendar_feeds.open(OWNER, the_one(scene).id)
    text = scene.calendar_feeds.read(address(scene)).decode().replace("\r\n ", "")
    assert not [said for said in (NAME, *NAME.split(), TRAINEE, "example.org", "$") if said in text]


def test_every_line_is_at_most_75_octets_and_ends_in_crlf(scene: Scene) -> None:
    long = scene.program.model_copy(update={"name": "Innere Medizin für Ärztinnen, Übungen; Visiten " * 4})
    lines = calendar(the_one(scene), long, NOW, "https://rota.test").to_ical().split(b"\r\n")
    assert lines[-1] == b""
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line for line in lines)


def test_the_feeds_name_is_a_text_under_both_of_its_names(scene: Scene) -> None:
    named = scene.program.model_copy(update={"name": "Heart, Lung; Chicago"})
    text = calendar(the_one(scene), named, NOW, "https://rota.test").to_ical().decode()
    for line in ("NAME:Rota: Heart\\, Lung\\; Chicago", "X-WR-CALNAME:Rota: Heart\\, Lung\\; Chicago"):
        assert line in text.split("\r\n")


def test_uid_stays_and_sequence_grows_only_with_what_concerns_a_calendar(scene: Scene) -> None:
    scene.calendar_feeds.open(OWNER, the_one(scene).id)
    before = read(scene).walk("VEVENT")[0]
    scene.calendar_feeds.close(OWNER, the_one(scene).id)
    scene.calendar_feeds.open(OWNER, the_one(scene).id)
    after = read(scene).walk("VEVENT")[0]
    assert before["uid"] == after["uid"]
    assert after["sequence"] == before["sequence"]
    off = the_one(scene).model_copy(update={"status": ReservationStatus.CANCELLED_BY_HOST})
    cancelled = calendar(off, scene.program, NOW, "https://rota.test").walk("VEVENT")[0]
    assert cancelled["sequence"] > before["sequence"]


@pytest.mark.parametrize("status", ReservationStatus)
def test_rotation_that_was_called_off_is_cancelled_and_every_other_confirmed(
    scene: Scene, status: ReservationStatus
) -> None:
    made = calendar(the_one(scene).model_copy(update={"status": status}), scene.program, NOW, "https://rota.test")
    off = status in CALLED_OFF
    assert "method" not in made
    assert made.walk("VEVENT")[0]["status"] == ("CANCELLED" if off else "CONFIRMED")
    called = {
        "CANCELLED_BY_TRAINEE",
        "CANCELLED_BY_HOST",
        "CANCELLED_BY_OPERATOR",
        "RELEASED",
        "REFUND_DUE",
        "REFUNDED",
        "NO_SHOW",
    }
    assert off == (status.value in called)


def test_opening_again_keeps_the_address_and_writes_nothing(scene: Scene) -> None:
    id = the_one(scene).id
    scene.calendar_feeds.open(OWNER, id)
    kept, commits = address(scene), scene.store.commits
    scene.calendar_feeds.open(OWNER, id)
    assert (address(scene), scene.store.commits) == (kept, commits)


def test_closed_address_ends_at_once_and_the_next_one_is_another(scene: Scene) -> None:
    id = the_one(scene).id
    scene.calendar_feeds.open(OWNER, id)
    old = address(scene)
    scene.calendar_feeds.close(OWNER, id)
    assert scene.calendar_feeds.close(OWNER, id).feed_ref is None
    with pytest.raises(NotFound):
        scene.calendar_feeds.read(old)
    scene.calendar_feeds.open(OWNER, id)
    with pytest.raises(NotFound):
        scene.calendar_feeds.read(old)
    assert address(scene) != old
    scene.check()


def test_the_secret_is_in_no_event_row(scene: Scene) -> None:
    id = the_one(scene).id
    scene.calendar_feeds.open(OWNER, id)
    secret = secret_at(scene.store, the_one(scene).feed_ref)
    assert len(secret) >= 40
    assert secret not in "".join(row.model_dump_json() for row in scene.store.history("RESERVATION", id))
    assert secret not in str(scene.store.load("RESERVATION", id).state)


def test_address_of_a_closed_feed_without_its_secret_is_not_found(scene: Scene) -> None:
    for wrong in (f"{the_one(scene).id}.", the_one(scene).id, f"{the_one(scene).id}.x"):
        with pytest.raises(NotFound):
            scene.calendar_feeds.read(wrong)


def test_erasing_the_person_ends_the_feed(scene: Scene) -> None:
    scene.calendar_feeds.open(OWNER, the_one(scene).id)
    old = address(scene)
    scene.people.erase(TRAINEE)
    with pytest.raises(NotFound):
        scene.calendar_feeds.read(old)


def test_feed_of_a_hold_is_refused_and_of_somebody_else_not_found() -> None:
    scene = Scene()
    scene.apply()
    held = scene.checkout().reserved
    commits = scene.store.commits
    with pytest.raises(NotAllowedNow):
        scene.calendar_feeds.open(OWNER, held.id)
    with pytest.raises(NotFound):
        scene.calendar_feeds.open(by("trainee", "trainee-9"), held.id)
    assert scene.store.commits == commits
