"""Who acts for a host (H04): links that go out again, a host taken away, and that nobody does both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.accounts.account_input import CONFIRM, CONFIRM_LIFE, INVITE, INVITE_LIFE
from shared.domain.core.errors import Duplicate, Invalid, NotAllowedNow, NotFound
from shared.services.accounts.host_managers import HostManagers
from tests import builders
from tests.builders import HOST
from tests.unit.services.accounts.account_scene import MAIL, OPERATOR, WORDS, AccountScene
from tests.unit.services.accounts.host_scene import (
    ELSEWHERE,
    IRIS,
    MAGDA,
    THEO,
    hosting,
    hosts_of,
    invited,
    own,
    scene,
    taken,
)

__all__ = ["hosting", "scene"]


# --- again, and away --------------------------------------------------------------------------------------------------
def test_the_link_goes_out_again_at_most_once_a_minute_and_not_once_it_was_taken(
    scene: AccountScene, hosting: HostManagers
) -> None:
    id = invited(scene, hosting)
    for seconds, mails in ((59, 1), (1, 2)):
        scene.later(seconds=seconds)
        hosting.send_again(THEO, HOST, id)
        assert scene.types(own(id)).count("HostInvited") == mails
    assert scene.state(own(id))["hosts"] == [HOST]
    taken(scene, id)
    with pytest.raises(NotAllowedNow):
        hosting.send_again(THEO, HOST, id)


def test_only_who_acts_for_the_host_is_sent_the_link_again(scene: AccountScene, hosting: HostManagers) -> None:
    id, trainee = invited(scene, hosting), scene.person("trainee").actor.id
    scene.clock.move(timedelta(hours=1))
    for host_id, account_id in ((ELSEWHERE, id), (HOST, trainee), (HOST, "no-such-account")):
        with pytest.raises(NotFound):
            hosting.send_again(THEO, host_id, account_id)


def test_H04_a_host_taken_away_is_gone_at_once_with_every_session_and_others_stay(
    scene: AccountScene, hosting: HostManagers
) -> None:
    id = invited(scene, hosting)
    taken(scene, id)
    hosting.invite(THEO, ELSEWHERE, "Magdalena Kowal", MAGDA)
    session, issued = scene.sign_in.open_session(id), scene.sign_in.issue_token(id).access_token
    for _ in range(2):
        hosting.remove(THEO, HOST, id)
    assert scene.sessions.read(session) is None
    assert not scene.bearer(issued)
    assert (hosts_of(scene, id), hosting.sheet(HOST).managers) == ((ELSEWHERE,), ())
    assert scene.types(own(id)).count("HostRemoved") == 1


def test_a_host_that_was_taken_away_is_given_again(scene: AccountScene, hosting: HostManagers) -> None:
    id = invited(scene, hosting)
    taken(scene, id)
    hosting.remove(THEO, HOST, id)
    invited(scene, hosting)
    assert (hosts_of(scene, id), [one.id for one in hosting.sheet(HOST).managers]) == ((HOST,), [id])


def test_an_invitation_whose_last_host_is_taken_away_ends_and_leaves_the_address_free_to_sign_up(
    scene: AccountScene, hosting: HostManagers
) -> None:
    id = invited(scene, hosting)
    link = scene.link(INVITE, id, INVITE_LIFE)
    for _ in range(2):
        hosting.remove(THEO, HOST, id)
    with pytest.raises(NotFound):
        scene.sign_in.confirm(link, WORDS)
    assert not scene.can_sign_in(MAGDA, WORDS)
    scene.account_wishes.sign_up("Magdalena the Student", MAGDA)
    scene.sign_in.confirm(scene.link(CONFIRM, id, CONFIRM_LIFE), WORDS)
    found = scene.sign_in.sign_in(MAGDA, WORDS)
    assert (found.person.name, found.roles, hosts_of(scene, id)) == ("Magdalena the Student", ("trainee",), ())
    assert scene.types(own(id)) == ["HostInvited", "HostRemoved", "AccountSignedUp", "AccountConfirmed"]


def test_an_invitation_that_has_another_host_left_stays_open(scene: AccountScene, hosting: HostManagers) -> None:
    id = invited(scene, hosting)
    hosting.invite(THEO, ELSEWHERE, "Magdalena Kowal", MAGDA)
    hosting.remove(THEO, HOST, id)
    taken(scene, id)
    assert hosts_of(scene, id) == (ELSEWHERE,)


def test_an_invitation_that_ended_can_be_made_again(scene: AccountScene, hosting: HostManagers) -> None:
    id = invited(scene, hosting)
    hosting.remove(THEO, HOST, id)
    assert invited(scene, hosting) == id
    taken(scene, id)
    assert (scene.sign_in.sign_in(MAGDA, WORDS).roles, hosts_of(scene, id)) == (("host",), (HOST,))


def test_a_sign_up_that_became_an_invitation_is_a_sign_up_again_with_its_own_role(
    scene: AccountScene, hosting: HostManagers
) -> None:
    scene.account_wishes.sign_up("Magdalena Kowal", MAGDA)
    link = scene.link(CONFIRM, str(scene.holder(MAGDA)), CONFIRM_LIFE)
    id = invited(scene, hosting)
    hosting.remove(THEO, HOST, id)
    with pytest.raises(NotFound):
        scene.sign_in.confirm(link, WORDS)
    scene.later(minutes=1)
    scene.account_wishes.resend(MAGDA)
    scene.sign_in.confirm(scene.link(CONFIRM, id, CONFIRM_LIFE), WORDS)
    assert scene.sign_in.sign_in(MAGDA, WORDS).roles == ("trainee",)
    assert scene.store.load("ACCOUNT", id).state["hosts"] == []


def test_an_invitation_as_staff_outlives_the_host_that_came_with_it(scene: AccountScene, hosting: HostManagers) -> None:
    id = invited(scene, hosting)
    scene.staff.change_roles(IRIS, id, ("reviewer",))
    hosting.remove(THEO, HOST, id)
    taken(scene, id)
    assert scene.sign_in.sign_in(MAGDA, WORDS).roles == ("reviewer",)


# --- nobody does both -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("roles", [("host", "reviewer"), ("trainee", "host")])
def test_H04_a_manager_gets_no_role_beside_that_of_the_host_and_nobody_else_gets_that(
    scene: AccountScene, hosting: HostManagers, roles: tuple[str, ...]
) -> None:
    id, other = invited(scene, hosting), scene.person(*(role for role in roles if role != "host"))
    taken(scene, id)
    for account_id in (id, other.actor.id):
        with pytest.raises(Invalid, match="no other role") as refused:
            scene.staff.change_roles(IRIS, account_id, roles)
        assert refused.value.facts["field"] == "roles"
    assert scene.types(own(id)) == ["HostInvited", "AccountConfirmed"]
    with pytest.raises(Invalid, match="no other role"):
        scene.staff.first(OPERATOR, MAGDA)


def test_H04_who_has_both_from_before_gets_no_host(scene: AccountScene, hosting: HostManagers) -> None:
    call = scene.person("reviewer")
    builders.change(scene.store, "ACCOUNT", call.actor.id, {"roles": ["reviewer", "host"]})
    with pytest.raises(Duplicate):
        hosting.invite(THEO, HOST, "Amara Okafor", MAIL)
    assert hosts_of(scene, call.actor.id) == ()


def test_H04_the_hosts_go_with_the_role_and_do_not_come_back_with_it(
    scene: AccountScene, hosting: HostManagers
) -> None:
    id = invited(scene, hosting)
    taken(scene, id)
    scene.staff.change_roles(IRIS, id, ("reviewer",))
    assert (hosts_of(scene, id), hosting.sheet(HOST).managers) == ((), ())
    scene.staff.change_roles(IRIS, id, ("host",))
    assert (hosts_of(scene, id), hosting.sheet(HOST).managers) == ((), ())
    assert hosting.invite(THEO, HOST, "Magdalena Kowal", MAGDA) == id
    assert hosts_of(scene, id) == (HOST,)


def test_H04_hosts_that_outlived_the_role_before_do_not_come_back_with_it(
    scene: AccountScene, hosting: HostManagers
) -> None:
    id = invited(scene, hosting)
    taken(scene, id)
    builders.change(scene.store, "ACCOUNT", id, {"roles": ["reviewer"]})
    scene.staff.change_roles(IRIS, id, ("host",))
    assert hosts_of(scene, id) == ()


def test_who_was_disabled_before_taking_an_invitation_that_ended_is_enabled_as_a_sign_up(
    scene: AccountScene, hosting: HostManagers
) -> None:
    id = invited(scene, hosting)
    scene.staff.disable(IRIS, id)
    hosting.remove(THEO, HOST, id)
    scene.account_wishes.sign_up("Magdalena Kowal", MAGDA)
    assert scene.state(own(id))["status"] == "DISABLED"
    scene.staff.enable(IRIS, id)
    scene.account_wishes.sign_up("Magdalena Kowal", MAGDA)
    scene.sign_in.confirm(scene.link(CONFIRM, id, CONFIRM_LIFE), WORDS)
    assert scene.sign_in.sign_in(MAGDA, WORDS).roles == ("trainee",)


def test_nothing_is_taken_away_from_who_never_acted_for_a_host(scene: AccountScene, hosting: HostManagers) -> None:
    trainee = scene.person("trainee")
    for account_id in (trainee.actor.id, "no-such-account"):
        with pytest.raises(NotFound):
            hosting.remove(THEO, HOST, account_id)
    assert scene.types(trainee) == ["AccountProvisioned"]


def test_an_erased_manager_is_listed_nowhere(scene: AccountScene, hosting: HostManagers) -> None:
    id = invited(scene, hosting)
    builders.change(scene.store, "ACCOUNT", id, {"status": "ERASED", "roles": []})
    assert hosting.sheet(HOST).managers == ()
    scene.people.erase(id)
    assert hosting.sheet(HOST).managers == ()


def test_a_demo_account_gets_its_host_once_and_keeps_those_that_it_was_given(
    scene: AccountScene, hosting: HostManagers
) -> None:
    def provide(*hosts: str) -> str:
        return scene.sign_in.provision(OPERATOR, "Magdalena Kowal", MAGDA, WORDS, ("host",), "America/Chicago", hosts)

    id = provide(HOST)
    assert (provide(HOST), scene.types(own(id)), hosts_of(scene, id)) == (id, ["AccountProvisioned"], (HOST,))
    hosting.invite(THEO, ELSEWHERE, "Magdalena Kowal", MAGDA)
    for again in ((HOST,), ()):
        assert (provide(*again), hosts_of(scene, id)) == (id, (HOST, ELSEWHERE))
    hosting.remove(THEO, HOST, id)
    provide(HOST)
    assert (hosts_of(scene, id), [one.id for one in hosting.sheet(HOST).managers]) == ((ELSEWHERE, HOST), [id])
