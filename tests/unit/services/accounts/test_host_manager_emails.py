"""Mails to a host's manager about signing in (H04): the link does what it says, and none is sent that would do
nothing."""

from __future__ import annotations

import pytest

from shared.domain.accounts.account_input import INVITE_LIFE
from tests import builders
from tests.builders import HOST
from tests.unit.services.accounts.account_scene import OPERATOR, WORDS
from tests.unit.services.accounts.host_scene import ELSEWHERE, MAGDA, THEO, known_hosts
from tests.unit.services.accounts.test_account_emails import Post, token


@pytest.fixture
def post() -> Post:
    found = Post()
    known_hosts(found)
    return found


def invited(post: Post) -> str:
    return post.host_managers.invite(THEO, HOST, "Magdalena Kowal", MAGDA)


def test_H04_the_invitation_says_what_a_host_manager_can_do_and_its_link_makes_the_account(post: Post) -> None:
    id = invited(post)
    mail = post.only(id)
    assert mail.to == MAGDA
    for words in ("Hello Magdalena Kowal", "answer for Inpatient Cardiology", "7 days", "without signing in"):
        assert words in mail.text
    link = post.links.read(token(mail, "confirm"))
    assert link is not None
    assert link.expires_at == post.clock.now() + INVITE_LIFE
    post.sign_in.confirm(token(mail, "confirm"), WORDS)
    assert post.sign_in.sign_in(MAGDA, WORDS).roles == ("host",)


def test_nothing_is_sent_for_an_invitation_that_was_taken_or_taken_away(post: Post) -> None:
    id = invited(post)
    post.host_managers.remove(THEO, HOST, id)
    assert post.post(id) == []
    invited(post)
    post.sign_in.confirm(post.link("invite", id, INVITE_LIFE), WORDS)
    assert post.post(id) == []


def test_who_gets_one_more_host_is_told_which_programs_and_not_once_it_is_gone_again(post: Post) -> None:
    id = invited(post)
    post.sign_in.confirm(post.link("invite", id, INVITE_LIFE), WORDS)
    post.host_managers.invite(THEO, ELSEWHERE, "Magdalena Kowal", MAGDA)
    mail = post.only(id)
    assert (mail.subject, "added your programs to your account" in mail.text) == (
        "You answer for more programs at Rota",
        True,
    )
    post.host_managers.remove(THEO, ELSEWHERE, id)
    assert post.post(id) == []


def test_a_host_with_many_programs_has_five_of_them_named(post: Post) -> None:
    for number in range(6):
        post.publishing.publish(OPERATOR, builders.program(id=f"ward-{number}", name=f"Ward {number}"))
    text = " ".join(post.only(invited(post)).text.split())
    assert "Ward 0, Ward 1, Ward 2, Ward 3 and 2 more" in text
