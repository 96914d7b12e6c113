"""What strangers may do by an address, and what an account may ask for: paced by source, address and account, in the
same words whether or not somebody has the address; and what is asked for is done after the answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from shared.domain.core.errors import Invalid, NotFound, TooManyTries
from shared.domain.core.limits import UNCONFIRMED
from shared.events.envelope import Envelope
from shared.services.accounts.account_ports import Client, own
from shared.services.core.transitions import RequestContext
from tests.fakes.store import FakeStore
from tests.unit.services.accounts.account_scene import MAIL, NEW, OPERATOR, WORDS, AccountScene

THERE = Client("8.8.8.8")
MESSAGE = "Your payment failed: https://pay.example"


@pytest.fixture
def scene() -> AccountScene:
    return AccountScene()


def refused(step: Callable[[], object], limit: str) -> TooManyTries:
    with pytest.raises(TooManyTries) as found:
        step()
    assert (found.value.facts["limit"], bool(found.value.facts["retry_after"])) == (limit, True)
    return found.value


# --- by source and address --------------------------------------------------------------------------------------------
def test_forty_sign_ups_from_one_source_in_fifteen_seconds_are_twenty(scene: AccountScene) -> None:
    for number in range(40):
        with suppress(TooManyTries):
            scene.account_wishes.ask_sign_up("Somebody", f"stranger{number}@example.org", client=THERE)
    assert len(scene.wishes.waiting) == 20
    found = refused(lambda: scene.account_wishes.ask_sign_up("Somebody", MAIL, client=THERE), "sign-ups-of-source")
    assert found.remedy == "Try again in 1 hour."
    scene.account_wishes.ask_sign_up("Somebody", "else@example.org", client=Client("8.8.4.4"))
    scene.later(hours=1)
    scene.account_wishes.ask_sign_up("Somebody", "stranger39@example.org", client=THERE)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("asks", ["ask_reset", "ask_again"])
def test_emails_to_one_address_are_paced_whether_or_not_somebody_has_it(asks: str, known: bool) -> None:
    scene = AccountScene()
    if known:
        scene.person()
    ask = getattr(scene.account_wishes, asks)
    for number in range(5):
        ask(MAIL, Client(f"8.8.8.{number}"))
    found = refused(lambda: ask(f" {MAIL.upper()} "), "reset-emails" if asks == "ask_reset" else "sign-up-emails")
    assert (found.remedy, found.facts["field"]) == ("Try again in 24 hours.", "email")
    assert len(scene.wishes.waiting) == 5


def test_a_laptop_where_everybody_has_one_source_keeps_nobody_out(scene: AccountScene) -> None:
    for number in range(40):
        scene.account_wishes.ask_sign_up("Somebody", f"stranger{number}@example.org", client=Client("127.0.0.1"))
    assert len(scene.wishes.waiting) == 40


# --- after the answer -------------------------------------------------------------------------------------------------
class Watched:
    """A store that says whether anybody looked who has an address."""

    def __init__(self, inner: FakeStore) -> None:
        self._inner, self.looked = inner, list[str]()

    def __getattr__(self, name: str) -> object:
        self.looked.append(name)
        return getattr(self._inner, name)


@pytest.mark.parametrize("email", [MAIL, "nobody@example.org"])
def test_asking_does_the_same_for_every_address_and_looks_at_no_account(scene: AccountScene, email: str) -> None:
    """So the time of the answer says nothing: what differs is done by the worker of emails."""
    call = scene.person()
    watched = Watched(scene.store)
    asking = scene.on(lambda port: watched if port is scene.store else port)
    asking.account_wishes.ask_reset(email)
    asking.account_wishes.ask_again(email)
    asking.account_wishes.ask_sign_up("Somebody", email)
    assert watched.looked == []
    assert scene.types(call) == ["AccountProvisioned"]
    scene.serve_wishes()
    assert scene.types(call) == ["AccountProvisioned", *(["PasswordResetAsked"] if email == MAIL else [])]
    assert scene.wishes.waiting == {}


def test_a_wish_served_twice_is_done_once(scene: AccountScene) -> None:
    scene.account_wishes.ask_sign_up("Amara Okafor", MAIL)
    (wish_id,) = scene.wishes.waiting
    for _ in range(2):
        scene.account_wishes.serve(wish_id)
    assert scene.types(_own(scene)) == ["AccountSignedUp"]


def _own(scene: AccountScene) -> RequestContext:
    return own(scene.holder(MAIL) or "")


# --- what an account may ask for --------------------------------------------------------------------------------------
def test_twenty_changes_to_strangers_addresses_are_three(scene: AccountScene) -> None:
    call = scene.person()
    for number in range(20):
        with suppress(TooManyTries):
            scene.account_security.ask_mail_change(call, f"stranger{number}@example.org", WORDS)
    assert scene.types(call).count("MailChangeAsked") == 3
    refused(lambda: scene.account_security.ask_mail_change(call, NEW, WORDS), "address-changes")
    scene.later(days=1)
    scene.account_security.ask_mail_change(call, NEW, WORDS)


def test_three_accounts_write_to_one_address_and_a_fourth_does_not(scene: AccountScene) -> None:
    for number in range(4):
        call = scene.person(email=f"{number}@example.org")

        def step(call: RequestContext = call) -> object:
            return scene.account_security.ask_mail_change(call, NEW, WORDS)

        if number < 3:
            step()
        else:
            refused(step, "address-changes-to")


def test_invitations_are_paced_by_who_sends_them_and_by_address(scene: AccountScene) -> None:
    for number in range(50):
        scene.staff.invite(OPERATOR, "Nora Feldspar", f"nora{number}@staff.example", ("coach",))
    refused(lambda: scene.staff.invite(OPERATOR, "Nora", "nora50@staff.example", ("coach",)), "invitations")
    assert ("ACCOUNT", scene.holder("nora50@staff.example")) not in scene.store.states


def test_one_address_gets_five_invitations_a_day(scene: AccountScene) -> None:
    id = scene.staff.invite(OPERATOR, "Nora Feldspar", "nora@staff.example", ("coach",))
    for _ in range(4):
        scene.later(minutes=1)
        scene.staff.invite_again(OPERATOR, id)
    scene.later(minutes=1)
    refused(lambda: scene.staff.invite_again(OPERATOR, id), "invitation-emails")


# --- words of a stranger ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", [MESSAGE, "Win at www.example.org", "write to me@example.org"])
def test_a_name_that_is_a_message_with_a_link_is_refused(scene: AccountScene, name: str) -> None:
    with pytest.raises(Invalid) as found:
        scene.account_wishes.ask_sign_up(name, MAIL)
    assert found.value.facts["field"] == "name"
    assert scene.wishes.waiting == {}


def test_no_words_of_a_stranger_are_in_an_email_to_an_address_that_nobody_confirmed(scene: AccountScene) -> None:
    scene.account_wishes.sign_up("Your payment failed", MAIL)
    call = scene.person(email="else@example.org", name="Your account was hacked")
    scene.account_security.ask_mail_change(call, NEW, WORDS)
    for account_id in (scene.holder(MAIL) or "", call.actor.id):
        for row in scene.store.history("ACCOUNT", account_id):
            if row.type in scene.email_rules:
                scene.send_emails.notify(Envelope.of(row))
    sent = {email.to: email.subject + email.text + email.html for email in scene.mailer.sent}
    assert set(sent) == {MAIL, NEW, "else@example.org"}
    assert "payment" not in sent[MAIL]
    assert "hacked" not in sent[NEW]


# --- nobody confirms --------------------------------------------------------------------------------------------------
def sweep(scene: AccountScene) -> None:
    assert scene.sweep.run(OPERATOR).failures == []


@pytest.mark.parametrize(("seconds", "free"), [(-1, False), (0, True)])
def test_an_unconfirmed_sign_up_frees_its_address_after_seven_days(seconds: int, free: bool) -> None:
    scene = AccountScene()
    scene.account_wishes.sign_up("Somebody", NEW, onward="/programs")
    id = scene.holder(NEW) or ""
    call = scene.person()
    scene.account_security.ask_mail_change(call, NEW, WORDS)
    scene.later(seconds=UNCONFIRMED.total_seconds() + seconds)  # type: ignore[arg-type]
    sweep(scene)
    assert (scene.holder(NEW) is None) is free
    assert (id not in scene.people.people) is free
    assert (not [ref for ref in scene.store.texts if ref.startswith(f"{id}/")]) is free
    assert scene.store.load("ACCOUNT", id).state["status"] == ("ERASED" if free else "UNCONFIRMED")


def test_a_link_asked_for_again_begins_the_seven_days_anew_and_a_confirmed_account_stays(scene: AccountScene) -> None:
    scene.account_wishes.sign_up("Amara Okafor", MAIL)
    scene.later(days=6)
    scene.account_wishes.resend(MAIL)
    scene.later(days=2)
    sweep(scene)
    call = _own(scene)
    scene.sign_in.confirm(scene.link("confirm", call.actor.id, timedelta(hours=1)), WORDS)
    scene.later(days=30)
    sweep(scene)
    assert scene.sign_in.sign_in(MAIL, WORDS).person.name == "Amara Okafor"
    assert scene.store.rows_of("unconfirmed") == []


def test_a_sweep_cut_off_between_the_account_and_the_name_is_finished_by_the_next(scene: AccountScene) -> None:
    scene.account_wishes.sign_up("Somebody", MAIL)
    id, forget = scene.holder(MAIL) or "", scene.people.forget_person
    scene.later(days=7)

    def fails(_: str) -> None:
        scene.people.forget_person = forget
        raise NotFound("gone", "for once")

    scene.people.forget_person = fails
    assert len(scene.sweep.run(OPERATOR).failures) == 1
    assert id in scene.people.people
    sweep(scene)
    assert (id in scene.people.people, scene.store.rows_of("unconfirmed")) == (False, [])
    scene.account_wishes.sign_up("Amara Okafor", MAIL)
    assert scene.holder(MAIL) != id
