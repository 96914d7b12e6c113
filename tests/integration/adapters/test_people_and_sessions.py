"""People, sessions, links, mail claims, deliveries and the catalogue on DynamoDB."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.catalogue import DynamoCatalogue
from shared.adapters.dynamodb.deliveries import DynamoDeliveries
from shared.adapters.dynamodb.links import DynamoLinks
from shared.adapters.dynamodb.outbox import DynamoOutbox
from shared.adapters.dynamodb.people import DynamoPeople
from shared.adapters.dynamodb.sessions import DynamoSessions
from shared.adapters.dynamodb.store import DynamoStore
from shared.domain.core.errors import Busy, Expired, NotFound
from shared.ports import SENDING_TIME, Contact, Delivery, Link, Person, PersonalRecord, Session, Transition, UnitOfWork
from tests.builders import PROGRAM, START, TRAINEE, draft, facts, program, step, stored_account, stored_program
from tests.fakes import FrozenClock
from tests.integration.adapters.conftest import Recording, Unreachable

WALL = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
AMARA = Person(TRAINEE, "Amara Okafor", "amara@example.org", "Africa/Lagos")


def test_a_person_reads_back_as_saved_and_the_last_write_wins(dynamodb: Any) -> None:
    people = DynamoPeople(dynamodb, "core")
    people.save_person(Person(TRAINEE, "A.", "old@example.org"))
    people.save_person(AMARA)
    people.save_facts(TRAINEE, facts())
    people.save_contact(Contact("host-1", "Dana", "dana@example.org"))
    assert people.person(TRAINEE) == AMARA
    assert people.facts(TRAINEE) == facts()
    assert people.contact("host-1") == Contact("host-1", "Dana", "dana@example.org")
    assert people.facts("nobody") is None
    assert people.contact("nobody") is None
    with pytest.raises(NotFound):
        people.person("nobody")


def test_many_persons_take_one_request_per_hundred(dynamodb: Any) -> None:
    people = DynamoPeople(dynamodb, "core")
    for number in range(101):
        people.save_person(Person(f"p{number}", f"Name {number}", f"{number}@example.org"))
    recording = Recording(dynamodb)
    wanted = [f"p{number}" for number in range(101)]
    found = DynamoPeople(recording, "core").persons([*wanted, "p0", "nobody"])
    assert sorted(found) == sorted(wanted)
    assert found["p7"].name == "Name 7"
    assert recording.calls == ["batch_get_item"] * 2


def test_erasing_a_person_takes_every_text_and_leaves_rows_and_others(dynamodb: Any, store: DynamoStore) -> None:
    people = DynamoPeople(dynamodb, "core")
    people.save_person(AMARA)
    people.save_facts(TRAINEE, facts())
    people.save_person(Person("other", "Other", "other@example.org"))
    texts = tuple(PersonalRecord(f"{TRAINEE}/message-{number}", {"text": "hello"}) for number in range(3))
    store.commit(
        UnitOfWork(transitions=(step("ACCOUNT", TRAINEE, {"status": "ACTIVE", "roles": ["trainee"]}),), records=texts)
    )
    assert people.erase(TRAINEE) == 5
    assert people.erase(TRAINEE) == 0
    assert store.text(texts[0].ref) is None
    assert people.facts(TRAINEE) is None
    assert people.person("other").name == "Other"
    assert len(store.history("ACCOUNT", TRAINEE)) == 1


class Wall:
    def __init__(self) -> None:
        self.at = WALL

    def __call__(self) -> datetime:
        return self.at


def somebody(dynamodb: Any, store: DynamoStore) -> None:
    """An active account and who it is."""
    stored_account(store)
    DynamoPeople(dynamodb, "core").save_person(
        Person(TRAINEE, "Amara Okafor", f"{TRAINEE}@example.org", "Africa/Lagos")
    )


def test_a_session_reads_with_the_account_s_present_roles_in_one_request(dynamodb: Any, store: DynamoStore) -> None:
    somebody(dynamodb, store)
    session_id = DynamoSessions(dynamodb, "core", "inbox").open(TRAINEE)
    recording = Recording(dynamodb)
    sessions = DynamoSessions(recording, "core", "inbox")
    assert sessions.read(session_id) == Session(TRAINEE, "Amara Okafor", "Africa/Lagos", ("trainee",))
    assert recording.calls == ["batch_get_item"]
    store.commit(
        UnitOfWork(transitions=(Transition(store.load("ACCOUNT", TRAINEE), draft({"roles": ["trainee", "reviewer"]})),))
    )
    found = sessions.read(session_id)
    assert found is not None
    assert found.roles == ("trainee", "reviewer")


def test_only_the_hash_of_a_session_is_stored(dynamodb: Any, store: DynamoStore) -> None:
    stored_account(store)
    session_id = DynamoSessions(dynamodb, "core", "inbox").open(TRAINEE)
    stored = str(dynamodb.scan(TableName="inbox")["Items"])
    assert session_id.partition(".")[2] not in stored
    assert "Amara" not in stored


def test_a_session_ends_on_sign_out_with_its_account_and_after_fourteen_days(dynamodb: Any, store: DynamoStore) -> None:
    somebody(dynamodb, store)
    wall = Wall()
    sessions = DynamoSessions(dynamodb, "core", "inbox", wall)
    closed, kept = (sessions.open(TRAINEE) for _ in range(2))
    sessions.close(closed)
    assert sessions.read(closed) is None
    assert sessions.read(kept) is not None
    wall.at = WALL + timedelta(days=14) - timedelta(seconds=1)
    assert sessions.read(kept) is not None
    wall.at = WALL + timedelta(days=14)
    assert sessions.read(kept) is None
    wall.at = WALL
    store.commit(UnitOfWork(transitions=(Transition(store.load("ACCOUNT", TRAINEE), draft({"status": "CLOSED"})),)))
    assert sessions.read(kept) is None


def test_a_session_and_a_token_of_another_epoch_are_over(dynamodb: Any, store: DynamoStore) -> None:
    somebody(dynamodb, store)
    sessions = DynamoSessions(dynamodb, "core", "inbox", Wall())
    old, token = sessions.open(TRAINEE, "Firefox on Windows", 0), sessions.issue(TRAINEE, 0)
    assert sessions.bearer(token) is not None
    store.commit(UnitOfWork(transitions=(Transition(store.load("ACCOUNT", TRAINEE), draft({"session_epoch": 1})),)))
    new = sessions.open(TRAINEE, "Firefox on Windows", 1)
    assert sessions.read(old) is None
    assert sessions.read(new) is not None
    assert sessions.bearer(token) is None
    assert sessions.bearer(sessions.issue(TRAINEE, 1)) is not None


def test_a_token_lasts_an_hour_is_no_session_and_the_other_way_round(dynamodb: Any, store: DynamoStore) -> None:
    somebody(dynamodb, store)
    wall = Wall()
    sessions = DynamoSessions(dynamodb, "core", "inbox", wall)
    token, session = sessions.issue(TRAINEE), sessions.open(TRAINEE)
    assert (sessions.read(token), sessions.bearer(session)) == (None, None)
    assert token.partition(".")[2] not in str(dynamodb.scan(TableName="inbox")["Items"])
    wall.at = WALL + timedelta(seconds=3599)
    assert sessions.bearer(token) is not None
    wall.at = WALL + timedelta(hours=1)
    assert sessions.bearer(token) is None


@pytest.mark.parametrize(("passed", "stays"), [(timedelta(minutes=59), True), (timedelta(minutes=60), False)])
def test_a_session_of_the_staff_ends_when_nobody_uses_it(
    dynamodb: Any, store: DynamoStore, passed: timedelta, stays: bool
) -> None:
    """Each use begins the hour anew, and two weeks of idling end it however that began."""
    somebody(dynamodb, store)
    wall = Wall()
    sessions = DynamoSessions(dynamodb, "core", "inbox", wall)
    session = sessions.open(TRAINEE)
    roles = Transition(store.load("ACCOUNT", TRAINEE), draft({"roles": ["trainee", "reviewer"]}))
    store.commit(UnitOfWork(transitions=(roles,)))
    for _ in range(3):
        wall.at += timedelta(minutes=30)
        assert sessions.read(session) is not None
    wall.at += passed
    assert (sessions.read(session) is not None) is stays


def test_a_session_of_the_staff_ends_after_twelve_hours_however_busy(dynamodb: Any, store: DynamoStore) -> None:
    stored_account(store, roles=("finance",))
    DynamoPeople(dynamodb, "core").save_person(AMARA)
    wall = Wall()
    sessions = DynamoSessions(dynamodb, "core", "inbox", wall)
    session = sessions.open(TRAINEE)
    for half_hours in range(1, 24):
        wall.at = WALL + timedelta(minutes=30 * half_hours)
        assert sessions.read(session) is not None
    wall.at = WALL + timedelta(hours=12)
    assert sessions.read(session) is None


def test_a_code_is_fresh_for_ten_minutes_in_its_own_session(dynamodb: Any, store: DynamoStore) -> None:
    somebody(dynamodb, store)
    wall = Wall()
    sessions = DynamoSessions(dynamodb, "core", "inbox", wall)
    proved, plain, token = sessions.open(TRAINEE, proved=True), sessions.open(TRAINEE), sessions.issue(TRAINEE, 0, True)

    def fresh() -> list[bool]:
        found = (sessions.read(proved), sessions.read(plain), sessions.bearer(token))
        return [one is not None and one.fresh for one in found]

    assert fresh() == [True, False, True]
    wall.at = WALL + timedelta(minutes=10)
    assert fresh() == [False, False, False]
    sessions.prove(plain)
    sessions.prove(f"{TRAINEE}.no-such-session")
    assert fresh() == [False, True, False]
    assert len(sessions.listed(TRAINEE)) == 3


def test_nobody_is_written_about_once_they_are_erased(dynamodb: Any, store: DynamoStore) -> None:
    somebody(dynamodb, store)
    people = DynamoPeople(dynamodb, "core")
    store.commit(UnitOfWork(transitions=(), erases=(TRAINEE,)))
    people.erase(TRAINEE)
    for write in (lambda: people.save_person(AMARA), lambda: people.save_facts(TRAINEE, facts())):
        with pytest.raises(NotFound, match="erased"):
            write()
    assert (people.persons([TRAINEE]), people.facts(TRAINEE), people.erase(TRAINEE)) == ({}, None, 0)


def test_a_link_of_before_generations_is_of_none(dynamodb: Any, clock: FrozenClock) -> None:
    links = DynamoLinks(dynamodb, "inbox", clock)
    token = links.make("reset", TRAINEE, START + timedelta(hours=1), 7)
    found = links.read(token)
    assert found is not None
    assert found.generation == 7
    dynamodb.update_item(TableName="inbox", Key=items.link_key(token), UpdateExpression="REMOVE generation")
    found = links.read(token)
    assert found is not None
    assert found.generation == -1


def test_own_sessions_are_listed_newest_first_and_ended_by_their_handle(dynamodb: Any, store: DynamoStore) -> None:
    somebody(dynamodb, store)
    wall = Wall()
    sessions = DynamoSessions(dynamodb, "core", "inbox", wall)
    sessions.open("other", "Edge on Windows")
    first = sessions.open(TRAINEE, "Firefox on Windows", 3)
    wall.at = WALL + timedelta(hours=1)
    second = sessions.open(TRAINEE, "Safari on iPhone", 3)
    found = sessions.listed(TRAINEE)
    assert [(one.handle, one.device, one.epoch) for one in found] == [
        (sessions.handle(second), "Safari on iPhone", 3),
        (sessions.handle(first), "Firefox on Windows", 3),
    ]
    assert (found[1].opened_at, found[1].seen_at) == (WALL, WALL)
    assert sessions.read(found[0].handle) is None, "a handle opens nothing"
    sessions.end("other", found[0].handle)
    assert len(sessions.listed(TRAINEE)) == 2
    sessions.end(TRAINEE, found[0].handle)
    assert [one.device for one in sessions.listed(TRAINEE)] == ["Firefox on Windows"]
    wall.at = WALL + timedelta(days=14)
    assert sessions.listed(TRAINEE) == []


@pytest.mark.parametrize(("seconds", "noted"), [(-1, False), (0, True)])
def test_a_session_is_noted_as_seen_once_a_quarter_of_an_hour(
    dynamodb: Any, store: DynamoStore, seconds: int, noted: bool
) -> None:
    somebody(dynamodb, store)
    wall = Wall()
    sessions = DynamoSessions(dynamodb, "core", "inbox", wall)
    session_id = sessions.open(TRAINEE)
    wall.at = WALL + timedelta(minutes=15, seconds=seconds)
    recording = Recording(dynamodb)
    assert DynamoSessions(recording, "core", "inbox", wall).read(session_id) is not None
    assert ("update_item" in recording.calls) is noted
    assert sessions.listed(TRAINEE)[0].seen_at == (wall.at if noted else WALL)


def test_a_session_that_ends_while_it_is_noted_does_not_come_back(dynamodb: Any, store: DynamoStore) -> None:
    somebody(dynamodb, store)
    wall = Wall()
    sessions = DynamoSessions(dynamodb, "core", "inbox", wall)
    session_id = sessions.open(TRAINEE)
    wall.at = WALL + timedelta(hours=1)

    class Ending:
        """Signs out between the read and the note."""

        def __getattr__(self, name: str) -> Callable[..., Any]:
            if name == "update_item":
                sessions.close(session_id)
            return getattr(dynamodb, name)  # type: ignore[no-any-return]

    DynamoSessions(Ending(), "core", "inbox", wall).read(session_id)  # type: ignore[arg-type]
    assert sessions.listed(TRAINEE) == []


def test_erasing_finds_every_session(dynamodb: Any, store: DynamoStore) -> None:
    somebody(dynamodb, store)
    sessions = DynamoSessions(dynamodb, "core", "inbox")
    kept = sessions.open("other")
    for _ in range(2):
        sessions.open(TRAINEE, "Firefox on Windows")
    assert (sessions.forget(TRAINEE), sessions.forget(TRAINEE)) == (2, 0)
    assert [item["pk"]["S"] for item in dynamodb.scan(TableName="inbox")["Items"]] == [
        f"SESSIONS#{kept.partition('.')[0]}"
    ]


def test_staff_are_found_by_the_index_whatever_their_status_and_coaches_still_apart(
    dynamodb: Any, store: DynamoStore
) -> None:
    for id, status, roles in (
        ("one", "ACTIVE", ["reviewer"]),
        ("two", "ACTIVE", ["coach", "finance"]),
        ("three", "DISABLED", ["coach"]),
        ("four", "INVITED", ["admin"]),
        ("five", "ACTIVE", ["trainee"]),
        ("six", "ACTIVE", ["host"]),
    ):
        store.commit(UnitOfWork(transitions=(step("ACCOUNT", id, {"status": status, "roles": roles}),)))
    assert store.staff() == ["four", "one", "three", "two"]
    assert store.coaches() == ["two"]
    store.commit(UnitOfWork(transitions=(Transition(store.load("ACCOUNT", "one"), draft({"roles": ["trainee"]})),)))
    assert store.staff() == ["four", "three", "two"]


def test_a_secret_does_not_open_another_account(dynamodb: Any, store: DynamoStore) -> None:
    for id in (TRAINEE, "staff"):
        stored_account(store, id)
    sessions = DynamoSessions(dynamodb, "core", "inbox")
    secret = sessions.open(TRAINEE).partition(".")[2]
    assert sessions.read(f"staff.{secret}") is None


@pytest.mark.parametrize("cookie", ["", ".", "x", "x.", ".x", "a" * 190 + "." + "b" * 20])
def test_a_malformed_session_id_asks_no_table(cookie: str) -> None:
    assert DynamoSessions(Unreachable(AssertionError()), "core", "inbox").read(cookie) is None


def test_H04_the_hosts_that_an_account_acts_for_come_with_its_session(dynamodb: Any, store: DynamoStore) -> None:
    stored_account(store, roles=("host",), hosts=("host-1", "host-2"))
    DynamoPeople(dynamodb, "core").save_person(AMARA)
    sessions = DynamoSessions(dynamodb, "core", "inbox")
    expected = Session(TRAINEE, AMARA.name, AMARA.zone, ("host",), ("host-1", "host-2"))
    found = (sessions.read(sessions.open(TRAINEE)), sessions.bearer(sessions.issue(TRAINEE)))
    assert found == (expected, expected)


def test_a_link_works_once(dynamodb: Any, clock: FrozenClock) -> None:
    links = DynamoLinks(dynamodb, "inbox", clock)
    token = links.make("confirm", TRAINEE, START + timedelta(hours=48))
    assert links.read(token) == Link("confirm", TRAINEE, START + timedelta(hours=48), used=False)
    assert links.use(token).used
    with pytest.raises(Expired):
        links.use(token)
    found = links.read(token)
    assert found is not None
    assert found.used
    assert links.read("foreign") is None
    with pytest.raises(NotFound):
        links.use("foreign")


@pytest.mark.parametrize(("seconds", "works"), [(-1, True), (0, False), (1, False)])
def test_a_link_runs_out_by_business_time_to_the_second(
    dynamodb: Any, clock: FrozenClock, seconds: int, works: bool
) -> None:
    links = DynamoLinks(dynamodb, "inbox", clock)
    token = links.make("confirm", TRAINEE, START + timedelta(hours=48))
    clock.move(timedelta(hours=48, seconds=seconds))
    if works:
        assert links.use(token).used
    else:
        with pytest.raises(Expired):
            links.use(token)


class Repeating:
    """A client as the SDK makes it after a lost answer: every write is sent twice, and the second answer counts."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            getattr(self._inner, name)(**arguments)
            return getattr(self._inner, name)(**arguments)

        return call


def test_our_own_repeated_link_use_is_no_refusal(dynamodb: Any, clock: FrozenClock) -> None:
    token = DynamoLinks(dynamodb, "inbox", clock).make("confirm", TRAINEE, START + timedelta(hours=48))
    repeating = DynamoLinks(Repeating(dynamodb), "inbox", clock)
    assert repeating.use(token).account_id == TRAINEE
    with pytest.raises(Expired):
        repeating.use(token)


def test_H13_a_mail_is_claimed_once_and_never_again_after_it_was_sent(dynamodb: Any) -> None:
    outbox = DynamoOutbox(dynamodb, "inbox")
    assert outbox.claim("mail-1", "call-1", START) == "claimed"
    assert outbox.claim("mail-1", "call-2", START + SENDING_TIME - timedelta(seconds=1)) == "pending"
    assert outbox.claim("mail-1", "call-2", START + SENDING_TIME) == "unknown"
    outbox.sent("mail-1", "ses-1")
    assert outbox.claim("mail-1", "call-1", START) == "sent"
    stored = dynamodb.get_item(TableName="inbox", Key=items.mail_key("mail-1"))["Item"]
    assert stored["provider_id"] == {"S": "ses-1"}
    assert "ttl" not in stored


def test_H13_a_refused_mail_may_be_claimed_again(dynamodb: Any) -> None:
    outbox = DynamoOutbox(dynamodb, "inbox")
    outbox.claim("mail-1", "call-1", START)
    outbox.unclaim("mail-1")
    assert outbox.claim("mail-1", "call-2", START) == "claimed"


def test_H13_our_own_repeated_claim_stays_ours(dynamodb: Any) -> None:
    with pytest.raises(ClientError):  # the second put alone would be a refusal
        Repeating(dynamodb).put_item(
            TableName="inbox", Item=items.key("x", "x"), ConditionExpression="attribute_not_exists(pk)"
        )
    outbox = DynamoOutbox(dynamodb, "inbox")
    assert [outbox.claim("mail-1", "call-1", START) for _ in range(2)] == ["claimed", "claimed"]


def test_a_delivery_is_stored_once_with_its_raw_body(dynamodb: Any) -> None:
    deliveries = DynamoDeliveries(dynamodb, "inbox", lambda: WALL)
    delivery = Delivery("evt_1", "checkout.session.completed", "cs_1")
    assert deliveries.store(delivery, '{"a": "é"}')
    assert not deliveries.store(delivery, "{}")
    stored = items.unmarshal(dynamodb.get_item(TableName="inbox", Key=items.key("STRIPE#evt_1", "DELIVERY"))["Item"])
    assert stored == {
        "pk": "STRIPE#evt_1",
        "sk": "DELIVERY",
        "event_id": "evt_1",
        "type": "checkout.session.completed",
        "object_id": "cs_1",
        "raw": '{"a": "é"}',
        "ttl": int((WALL + timedelta(days=90)).timestamp()),
        **items.by_day("2026-11-23T15:00:00Z", "evt_1"),
    }


def test_programs_read_back_as_offered(store: DynamoStore) -> None:
    stored_program(store)
    stored_program(store, id="paused-one", status="PAUSED", price_table={2: 119900})
    catalogue = DynamoCatalogue(store)
    assert catalogue.program(PROGRAM) == program()
    assert catalogue.programs([PROGRAM, "paused-one", "none"]) == {
        PROGRAM: program(),
        "paused-one": program(id="paused-one", status="PAUSED", price_table={2: 119900}),
    }
    assert catalogue.live_ids() == [PROGRAM]
    with pytest.raises(NotFound):
        catalogue.program("none")


@pytest.mark.parametrize(
    "call",
    [
        lambda client: DynamoPeople(client, "core").person("a"),
        lambda client: DynamoPeople(client, "core").save_person(AMARA),
        lambda client: DynamoPeople(client, "core").erase("a"),
        lambda client: DynamoSessions(client, "core", "inbox").read("a.b"),
        lambda client: DynamoSessions(client, "core", "inbox").close("a.b"),
        lambda client: DynamoLinks(client, "inbox", FrozenClock()).use("a"),
        lambda client: DynamoOutbox(client, "inbox").claim("a", "b", START),
        lambda client: DynamoDeliveries(client, "inbox").store(Delivery("a", "b", "c"), ""),
    ],
)
def test_a_table_that_cannot_answer_is_busy(call: Callable[[Any], object]) -> None:
    throttled = ClientError({"Error": {"Code": "ThrottlingException"}}, "Any")
    for error in (throttled, ReadTimeoutError(endpoint_url="http://127.0.0.1")):
        with pytest.raises(Busy):
            call(Unreachable(error))
