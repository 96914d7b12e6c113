"""Mails about accounts: each link does what it says, none is sent that would do nothing, and owners are told what was
changed."""

from __future__ import annotations

import re

import pytest

from shared.domain.accounts.account_input import INVITE_LIFE, MAIL_LIFE, RESET_LIFE
from shared.domain.core.aggregate import Actor
from shared.events.envelope import Envelope
from shared.ports import Email
from shared.services.core.transitions import RequestContext
from tests.unit.services.accounts.account_scene import MAIL, OPERATOR, OTHER, WORDS, AccountScene

URL, NEW = "https://rota.test", "amara@clinic.example"


class Post(AccountScene):
    """Whatever happens to accounts is mailed when `post` is called."""

    def post(self, id: str) -> list[Email]:
        """Every event of the account as the bus brings it; the mails sent for them now."""
        before = len(self.mailer.sent)
        for row in self.store.history("ACCOUNT", id):
            if row.type in self.email_rules:
                self.send_emails.notify(Envelope.of(row))
        return self.mailer.sent[before:]

    def only(self, id: str) -> Email:
        (mail,) = self.post(id)
        return mail


@pytest.fixture
def post() -> Post:
    return Post()


def token(mail: Email, page: str) -> str:
    found = re.search(rf"{URL}/accounts/{page}/(\S+)", mail.text)
    assert found is not None, mail.text
    return found.group(1)


def test_a_forgotten_password_s_link_sets_it_and_the_owner_is_told(post: Post) -> None:
    call = post.person()
    post.account_wishes.reset(MAIL)
    mail = post.only(call.actor.id)
    assert (mail.to, "60 minutes" in mail.text) == (MAIL, True)
    link = post.links.read(token(mail, "reset"))
    assert link is not None
    assert link.expires_at == post.clock.now() + RESET_LIFE
    post.account_security.reset(token(mail, "reset"), OTHER)
    told = post.only(call.actor.id)
    assert (told.to, told.subject) == (MAIL, "Your password was changed")
    assert "If it was not you" in told.text
    assert OTHER not in told.text


def test_a_link_for_a_password_that_was_set_meanwhile_is_not_sent(post: Post) -> None:
    call = post.person()
    post.account_wishes.reset(MAIL)
    post.account_security.change_password(call, WORDS, OTHER)
    assert [mail.subject for mail in post.post(call.actor.id)] == ["Your password was changed"]


def test_an_invitation_s_link_makes_the_account_and_a_taken_one_is_not_sent_again(post: Post) -> None:
    id = post.staff.invite(OPERATOR, "Nora Feldspar", "nora@staff.example", ("reviewer", "coach"))
    mail = post.only(id)
    assert (mail.to, "reviewer and coach" in mail.text, "7 days" in mail.text) == ("nora@staff.example", True, True)
    link = post.links.read(token(mail, "confirm"))
    assert link is not None
    assert link.expires_at == post.clock.now() + INVITE_LIFE
    post.sign_in.confirm(token(mail, "confirm"), WORDS)
    post.later(minutes=1)
    assert post.post(id) == []


def test_a_new_address_gets_the_link_and_the_old_one_is_told_without_the_new_one(post: Post) -> None:
    call = post.person()
    post.account_security.ask_mail_change(call, NEW, WORDS)
    mail, told = sorted(post.post(call.actor.id), key=lambda one: one.to != NEW)
    assert (mail.to, told.to, NEW in told.text) == (NEW, MAIL, False)
    link = post.links.read(token(mail, "mail"))
    assert link is not None
    assert link.expires_at == post.clock.now() + MAIL_LIFE
    post.account_security.move(token(mail, "mail"))
    told = post.only(call.actor.id)
    assert (told.to, NEW in told.text) == (MAIL, False)


def test_an_address_that_is_somebody_else_s_gets_no_link(post: Post) -> None:
    post.person(email=NEW)
    call = post.person()
    post.account_security.ask_mail_change(call, NEW, WORDS)
    assert [mail.to for mail in post.post(call.actor.id)] == [MAIL], "the present address is told all the same"


def test_only_the_last_of_two_wishes_is_mailed(post: Post) -> None:
    call = post.person()
    post.account_security.ask_mail_change(call, NEW, WORDS)
    post.account_security.ask_mail_change(call, "third@example.org", WORDS)
    assert [mail.to for mail in post.post(call.actor.id)] == ["third@example.org", MAIL]


def test_owners_are_told_of_their_app_and_of_each_recovery_code(post: Post) -> None:
    call = post.person("finance")
    ticket = post.second_factor.ticket(call.actor.id)
    assert ticket is not None
    secret = post.second_factor.offer(ticket.token).secret.replace(" ", "").upper()
    fresh = post.second_factor.set_up(ticket.token, post.code(secret=secret))
    assert post.only(call.actor.id).subject == "An authenticator app was set up"
    post.second_factor.check(call, fresh.codes[0])
    assert "9 of 10 are left" in post.only(call.actor.id).text
    post.second_factor.take_away(RequestContext(Actor(role="admin", id="admin-1")), call.actor.id)
    assert post.only(call.actor.id).subject == "Your authenticator app was removed"
    assert secret not in " ".join(mail.text for mail in post.mailer.sent)


def test_the_same_events_again_send_nothing_again(post: Post) -> None:
    call = post.person()
    post.account_wishes.reset(MAIL)
    assert len(post.post(call.actor.id)) == 1
    assert post.post(call.actor.id) == []
