"""Accounts: signing up survives a crash at any call, tells nobody who is known, and what the operator checked stays
checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.accounts.account_input import CONFIRM, CONFIRM_LIFE, email_key
from shared.domain.core.aggregate import Actor, chain_breaks, fold
from shared.domain.core.errors import Expired, Invalid, NotAllowedNow, NotFound, WrongCredentials
from shared.ports import Person
from shared.services.core.transitions import RequestContext
from tests.fakes.doomed import Doomed, Killed
from tests.fakes.wiring import FakeWiring

MAIL, WORDS = "amara@example.org", "four unrelated words"
OPERATOR = RequestContext(Actor(role="system", id="seed"))


class Scene(FakeWiring):
    def account(self, email: str = MAIL) -> str:
        return self.store.claims[email_key(email)]

    def status(self) -> str:
        return str(self.store.load("ACCOUNT", self.account()).state["status"])

    def mails(self) -> int:
        """How often a confirmation mail was asked for."""
        return sum(row.type == "AccountSignedUp.v1" for rows in self.store.rows.values() for row in rows)

    def link(self) -> str:
        """What the notifications worker makes for the mail."""
        generation = self.store.load("ACCOUNT", self.account()).state.get("session_epoch", 0)
        return self.links.make(CONFIRM, self.account(), self.clock.now() + CONFIRM_LIFE, generation)

    def sign_up(self, **changes: Any) -> None:
        self.account_wishes.sign_up(**({"name": "Amara Okafor", "email": MAIL, "zone": "Africa/Lagos"} | changes))

    def active(self) -> RequestContext:
        self.sign_up()
        self.sign_in.confirm(self.link(), WORDS)
        return RequestContext(Actor(role="account", id=self.account()))


@pytest.fixture
def scene() -> Scene:
    return Scene()


# --- signing up -------------------------------------------------------------------------------------------------------
def test_signing_up_confirming_and_signing_in_leads_to_an_active_trainee(scene: Scene) -> None:
    scene.sign_up(email=" Amara@Example.ORG ")
    assert (scene.status(), scene.mails()) == ("UNCONFIRMED", 1)
    assert scene.sign_in.confirm(scene.link(), WORDS).state == "done"
    found = scene.sign_in.sign_in("AMARA@example.org", WORDS)
    assert found.person == Person(scene.account(), "Amara Okafor", MAIL, "Africa/Lagos")
    assert found.roles == ("trainee",)
    assert scene.sessions.read(scene.sign_in.open_session(found.person.account_id)) is not None


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 9))
def test_a_sign_up_killed_at_any_call_is_finished_by_repeating_it_with_one_account_and_one_mail(
    at: int, after: bool
) -> None:
    scene, count = Scene(), [0]
    doomed = scene.on(lambda port: Doomed(port, count, at, after)).account_wishes
    try:
        doomed.sign_up("Amara Okafor", MAIL, "UTC")
        assert count[0] < at
    except Killed:
        assert count[0] == at
    scene.sign_up()
    assert scene.mails() == 1
    assert len(scene.people.people) == len(scene.store.states) == 1
    scene.sign_in.confirm(scene.link(), WORDS)
    assert scene.sign_in.sign_in(MAIL, WORDS).person.account_id == scene.account()


def test_the_sign_up_makes_as_many_calls_as_the_kill_test_kills() -> None:
    scene, count = Scene(), [0]
    scene.on(lambda port: Doomed(port, count, 0, False)).account_wishes.sign_up("Amara Okafor", MAIL, "UTC")
    assert 4 <= count[0] <= 8


def test_a_lost_answer_of_the_commit_asks_for_no_second_mail(scene: Scene) -> None:
    scene.sign_up()
    scene.account_wishes.resend(MAIL)
    scene.sign_up()
    assert scene.mails() == 1


def test_signing_up_with_a_confirmed_address_changes_nothing_and_says_nothing(scene: Scene) -> None:
    scene.active()
    before = (dict(scene.store.states), dict(scene.people.people), dict(scene.identity.accounts))
    scene.clock.move(timedelta(days=1))
    scene.sign_up(name="Somebody Else")
    assert before == (scene.store.states, scene.people.people, scene.identity.accounts)


def test_two_sign_ups_of_one_address_at_the_same_time_end_in_one_account(scene: Scene) -> None:
    inner = scene.store.commit

    def beaten(work: Any) -> Any:
        scene.store.commit = inner  # type: ignore[method-assign]
        scene.sign_up()
        return inner(work)

    scene.store.commit = beaten  # type: ignore[method-assign]
    scene.sign_up()
    assert scene.mails() == 1
    assert len(scene.store.states) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "amara"}, "email"),
        ({"email": "amara@example.org\nBcc: x@example.org"}, "email"),
        ({"email": "a@b.org, c@d.org"}, "email"),
        ({"email": "a" * 250 + "@b.org"}, "email"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "Ama\x00ra"}, "name"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
    ],
)
def test_a_refused_sign_up_names_the_field_and_makes_no_account(
    scene: Scene, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        scene.sign_up(**changes)
    assert refused.value.facts["field"] == field
    assert refused.value.remedy
    assert not scene.store.states
    assert not scene.identity.accounts


def test_no_name_address_or_password_is_in_any_event_row(scene: Scene) -> None:
    scene.active()
    rows = scene.store.history("ACCOUNT", scene.account())
    text = " ".join(row.model_dump_json() for row in rows)
    assert not [word for word in ("Amara", "amara", "example.org", "words", "Lagos") if word in text]
    assert fold(rows) == dict(scene.store.load("ACCOUNT", scene.account()).state)
    assert chain_breaks(rows) == []


# --- the link ---------------------------------------------------------------------------------------------------------
def test_a_fresh_link_is_asked_for_at_most_once_a_minute(scene: Scene) -> None:
    scene.sign_up()
    scene.clock.move(timedelta(seconds=59))
    scene.account_wishes.resend(MAIL)
    assert scene.mails() == 1
    scene.clock.move(timedelta(seconds=1))
    scene.account_wishes.resend(MAIL)
    assert scene.mails() == 2


def test_asking_for_a_link_is_silent_for_unknown_and_confirmed_addresses(scene: Scene) -> None:
    scene.account_wishes.resend("nobody@example.org")
    assert not scene.store.states
    scene.active()
    scene.clock.move(timedelta(hours=1))
    scene.account_wishes.resend(MAIL)
    assert scene.mails() == 1


def test_looking_at_a_link_changes_nothing(scene: Scene) -> None:
    scene.sign_up()
    token = scene.link()
    assert [scene.sign_in.confirmation(token).state for _ in range(3)] == ["open"] * 3
    assert scene.status() == "UNCONFIRMED"
    assert not scene.links.links[token].used


def test_a_second_click_finds_the_account_confirmed(scene: Scene) -> None:
    scene.sign_up()
    token = scene.link()
    scene.sign_in.confirm(token, WORDS)
    assert scene.sign_in.confirm(token, WORDS).state == "done"
    assert [row.type for row in scene.store.history("ACCOUNT", scene.account())] == [
        "AccountSignedUp.v1",
        "AccountConfirmed.v1",
    ]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 9))
def test_a_confirmation_killed_at_any_call_is_finished_by_the_next_click(at: int, after: bool) -> None:
    scene, count = Scene(), [0]
    scene.sign_up()
    token = scene.link()
    try:
        scene.on(lambda port: Doomed(port, count, at, after)).sign_in.confirm(token, WORDS)
        assert count[0] < at
    except Killed:
        assert count[0] == at
    assert scene.sign_in.confirm(token, WORDS).state == "done"
    assert scene.status() == "ACTIVE"


def test_the_password_is_the_one_of_whoever_opens_the_link_and_a_weak_one_leaves_it_open(scene: Scene) -> None:
    scene.sign_up()
    token = scene.link()
    with pytest.raises(Invalid) as refused:
        scene.sign_in.confirm(token, "short")
    assert refused.value.facts["field"] == "password"
    assert (scene.status(), scene.identity.accounts) == ("UNCONFIRMED", {})
    assert scene.sign_in.confirm(token, WORDS).state == "done"
    assert scene.sign_in.sign_in(MAIL, WORDS).person.account_id == scene.account()


def test_a_used_link_sets_no_other_password(scene: Scene) -> None:
    scene.sign_up()
    first, second = scene.link(), scene.link()
    scene.sign_in.confirm(first, WORDS)
    for token in (first, second):
        with pytest.raises(Expired) as refused:
            scene.sign_in.confirm(token, "the password of a stranger")
        assert "chosen then" in refused.value.remedy
    assert scene.sign_in.sign_in(MAIL, WORDS)


def test_a_link_works_until_the_second_before_48_hours_and_not_at_48(scene: Scene) -> None:
    scene.sign_up()
    early, late = scene.link(), scene.link()
    scene.clock.move(timedelta(hours=48))
    with pytest.raises(Expired) as refused:
        scene.sign_in.confirm(late, WORDS)
    assert "new mail" in refused.value.remedy
    assert scene.status() == "UNCONFIRMED"
    scene.clock.move(timedelta(seconds=-1))
    assert scene.sign_in.confirm(early, WORDS).state == "done"


def test_a_link_for_something_else_confirms_nothing(scene: Scene) -> None:
    scene.sign_up()
    other = scene.links.make("host", scene.account(), scene.clock.now() + CONFIRM_LIFE)
    for token in (other, "unknown"):
        with pytest.raises(NotFound):
            scene.sign_in.confirm(token, WORDS)
    assert scene.status() == "UNCONFIRMED"


def test_the_link_of_an_erased_account_is_no_link(scene: Scene) -> None:
    scene.sign_up()
    token = scene.link()
    loaded = scene.store.load("ACCOUNT", scene.account())
    scene.store.states[("ACCOUNT", loaded.id)] = replace(loaded, state={**loaded.state, "status": "ERASED"})
    with pytest.raises(NotFound):
        scene.sign_in.confirm(token, WORDS)


# --- signing in -------------------------------------------------------------------------------------------------------
def test_whoever_has_not_confirmed_has_no_password_to_sign_in_with(scene: Scene) -> None:
    scene.sign_up()
    with pytest.raises(WrongCredentials):
        scene.sign_in.sign_in(MAIL, WORDS)
    assert not scene.identity.accounts


def test_a_disabled_account_is_told_so_only_with_the_right_password(scene: Scene) -> None:
    scene.active()
    loaded = scene.store.load("ACCOUNT", scene.account())
    scene.store.states[("ACCOUNT", loaded.id)] = replace(loaded, state={**loaded.state, "status": "DISABLED"})
    with pytest.raises(NotAllowedNow) as refused:
        scene.sign_in.sign_in(MAIL, WORDS)
    assert "administrator" in refused.value.remedy
    with pytest.raises(WrongCredentials):
        scene.sign_in.sign_in(MAIL, "another long password")


def test_wrong_password_unknown_address_and_nonsense_are_refused_in_the_same_words(scene: Scene) -> None:
    scene.active()
    said = set()
    for email, password in ((MAIL, "wrong password!"), ("nobody@example.org", WORDS), ("nonsense", WORDS)):
        with pytest.raises(WrongCredentials) as refused:
            scene.sign_in.sign_in(email, password)
        said.add((refused.value.detail, refused.value.remedy))
    assert len(said) == 1


def test_an_erased_person_cannot_sign_in_even_with_the_right_password(scene: Scene) -> None:
    scene.active()
    loaded = scene.store.load("ACCOUNT", scene.account())
    scene.store.states[("ACCOUNT", loaded.id)] = replace(loaded, state={**loaded.state, "status": "ERASED"})
    with pytest.raises(WrongCredentials):
        scene.sign_in.sign_in(MAIL, WORDS)


# --- accounts made by the operator ------------------------------------------------------------------------------------
def test_a_provisioned_account_signs_in_at_once_and_nobody_is_mailed(scene: Scene) -> None:
    id = scene.sign_in.provision(
        OPERATOR, "Nora Feldspar", "nora@staff.example", WORDS, ("reviewer", "coordinator"), "America/Chicago"
    )
    assert scene.sign_in.sign_in("nora@staff.example", WORDS).roles == ("reviewer", "coordinator")
    assert scene.mails() == 0
    assert scene.store.history("ACCOUNT", id)[0].actor == OPERATOR.actor


def test_provisioning_again_changes_nothing_and_other_roles_are_one_more_event(scene: Scene) -> None:
    def nora(*roles: str) -> str:
        return scene.sign_in.provision(OPERATOR, "Nora Feldspar", "nora@staff.example", WORDS, roles)

    id = nora("reviewer")
    assert nora("reviewer") == id
    assert len(scene.store.history("ACCOUNT", id)) == 1
    nora("admin")
    assert scene.store.load("ACCOUNT", id).state["roles"] == ["admin"]


def test_provisioning_takes_over_an_address_that_somebody_signed_up_with_and_never_confirmed(scene: Scene) -> None:
    scene.sign_up()
    assert scene.sign_in.provision(OPERATOR, "Amara", MAIL, WORDS, ("finance",)) == scene.account()
    assert scene.sign_in.sign_in(MAIL, WORDS).roles == ("finance",)


@pytest.mark.parametrize("roles", [(), ("king",), ("reviewer", "king")])
def test_a_role_that_does_not_exist_is_refused_before_anything_is_made(scene: Scene, roles: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        scene.sign_in.provision(OPERATOR, "Nora", "nora@staff.example", WORDS, roles)
    assert not scene.store.claims
