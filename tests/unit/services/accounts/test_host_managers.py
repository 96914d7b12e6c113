"""Who acts for a host (H04): invitations that their readers complete, one more host for a manager, a host taken away,
crashes anywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.accounts.account_input import CONFIRM, CONFIRM_LIFE, INVITE, INVITE_LIFE
from shared.domain.core.aggregate import Actor, EventRow
from shared.domain.core.errors import Duplicate, Invalid, NotAllowedNow, NotFound
from shared.ports import Contact, UnitOfWork
from shared.services.accounts.host_managers import HostManagers
from shared.services.core.transitions import RequestContext
from tests import builders
from tests.builders import HOST
from tests.fakes.doomed import Doomed, Killed
from tests.unit.services.accounts.account_scene import MAIL, OPERATOR, WORDS, AccountScene

MAGDA, ELSEWHERE = "magdalena@lantern.example", "other-host"
THEO, IRIS = (
    RequestContext(Actor(role="coordinator", id="coordinator-1")),
    RequestContext(Actor(role="admin", id="admin-1")),
)


@pytest.fixture
def scene() -> AccountScene:
    return known_hosts(AccountScene())


@pytest.fixture
def hosting(scene: AccountScene) -> HostManagers:
    return scene.host_managers


def known_hosts(scene: AccountScene) -> AccountScene:
    """One host with a program and a contact, another with a contact only."""
    scene.publishing.publish(OPERATOR, builders.program())
    for host_id in (HOST, ELSEWHERE):
        scene.people.save_contact(Contact(host_id, "Dr. Lee", f"lee@{host_id}.example"))
    return scene


def own(account_id: str) -> RequestContext:
    return RequestContext(Actor(role="account", id=account_id))


def invited(scene: AccountScene, hosting: HostManagers) -> str:
    return hosting.invite(THEO, HOST, "Magdalena Kowal", MAGDA)


def taken(scene: AccountScene, id: str) -> None:
    """The mail's reader chooses a password."""
    scene.sign_in.confirm(scene.links.make(INVITE, id, scene.clock.now() + INVITE_LIFE), WORDS)


def hosts_of(scene: AccountScene, id: str) -> tuple[str, ...]:
    found = scene.sessions.of_account(id)
    return found.hosts if found else ()


# --- looking ----------------------------------------------------------------------------------------------------------
def test_H04_a_hosts_page_names_its_programs_its_contact_and_who_may_sign_in(
    scene: AccountScene, hosting: HostManagers
) -> None:
    id = invited(scene, hosting)
    found = hosting.sheet(HOST)
    assert ([one.name for one in found.programs], found.contact and found.contact.name) == (
        ["Inpatient Cardiology"],
        "Dr. Lee",
    )
    assert [(one.id, one.account.status, one.person and one.person.email) for one in found.managers] == [
        (id, "INVITED", MAGDA)
    ]
    assert hosting.sheet(ELSEWHERE).managers == ()


@pytest.mark.parametrize("host_id", ["no-such-host", "", "é"])
def test_an_unknown_host_is_not_found_and_nobody_is_invited_for_it(
    scene: AccountScene, hosting: HostManagers, host_id: str
) -> None:
    with pytest.raises(NotFound):
        hosting.sheet(host_id)
    with pytest.raises(NotFound):
        hosting.invite(THEO, host_id, "Magdalena Kowal", MAGDA)
    assert scene.holder(MAGDA) is None


# --- inviting ---------------------------------------------------------------------------------------------------------
def test_H04_an_invited_manager_acts_for_this_host_once_they_chose_a_password(
    scene: AccountScene, hosting: HostManagers
) -> None:
    id = invited(scene, hosting)
    assert hosts_of(scene, id) == ()
    taken(scene, id)
    assert (scene.sign_in.sign_in(MAGDA, WORDS).roles, hosts_of(scene, id)) == (("host",), (HOST,))
    assert scene.people.person(id).zone == "America/Chicago"
    assert scene.types(own(id)) == ["HostInvited", "AccountConfirmed"]
    assert scene.store.history("ACCOUNT", id)[0].actor == THEO.actor


def test_inviting_the_same_person_twice_is_one_invitation(scene: AccountScene, hosting: HostManagers) -> None:
    assert invited(scene, hosting) == invited(scene, hosting)
    taken(scene, invited(scene, hosting))
    invited(scene, hosting)
    assert scene.types(own(str(scene.holder(MAGDA)))) == ["HostInvited", "AccountConfirmed"]


def test_a_host_manager_gets_one_more_host_at_once_and_keeps_the_other(
    scene: AccountScene, hosting: HostManagers
) -> None:
    id = invited(scene, hosting)
    taken(scene, id)
    session = scene.sign_in.open_session(id)
    assert hosting.invite(THEO, ELSEWHERE, "Magdalena Kowal", MAGDA) == id
    found = scene.sessions.read(session)
    assert found is not None
    assert found.hosts == (HOST, ELSEWHERE)
    assert [one.id for one in hosting.sheet(ELSEWHERE).managers] == [id]


def test_who_has_not_taken_the_invitation_gets_a_fresh_link_for_both_hosts(
    scene: AccountScene, hosting: HostManagers
) -> None:
    id = invited(scene, hosting)
    scene.later(seconds=1)
    hosting.invite(THEO, ELSEWHERE, "Magdalena Kowal", MAGDA)
    assert scene.types(own(id)) == ["HostInvited", "HostInvited"]
    taken(scene, id)
    assert hosts_of(scene, id) == (HOST, ELSEWHERE)


@pytest.mark.parametrize(("call", "named"), [(THEO, False), (IRIS, True)])
@pytest.mark.parametrize("role", ["trainee", "reviewer"])
def test_another_kind_of_account_is_refused_and_named_to_administrators_only(
    scene: AccountScene, hosting: HostManagers, role: str, call: RequestContext, named: bool
) -> None:
    known = scene.person(role)
    with pytest.raises(Duplicate) as refused:
        hosting.invite(call, HOST, "Amara Okafor", MAIL)
    assert (refused.value.facts["field"], "account_id" in refused.value.facts) == ("email", named)
    assert (scene.types(known), hosting.sheet(HOST).managers) == (["AccountProvisioned"], ())


def test_a_disabled_host_manager_gets_no_other_host(scene: AccountScene, hosting: HostManagers) -> None:
    id = invited(scene, hosting)
    taken(scene, id)
    scene.staff.disable(IRIS, id)
    with pytest.raises(Duplicate):
        hosting.invite(THEO, ELSEWHERE, "Magdalena Kowal", MAGDA)
    assert [one.account.status for one in hosting.sheet(HOST).managers] == ["DISABLED"]


def test_a_sign_up_that_nobody_confirmed_becomes_the_invitation_and_its_own_link_ends(
    scene: AccountScene, hosting: HostManagers
) -> None:
    scene.sign_in.sign_up("Somebody", MAGDA)
    old = scene.links.make("confirm", str(scene.holder(MAGDA)), scene.clock.now() + INVITE_LIFE)
    id = invited(scene, hosting)
    with pytest.raises(NotFound):
        scene.sign_in.confirm(old, WORDS)
    taken(scene, id)
    found = scene.sign_in.sign_in(MAGDA, WORDS)
    assert (found.person.name, found.roles) == ("Magdalena Kowal", ("host",))


def test_who_confirms_their_sign_up_at_that_moment_keeps_their_own_name_and_zone(
    scene: AccountScene, hosting: HostManagers
) -> None:
    scene.sign_in.sign_up("Lena", MAGDA, "Africa/Cairo")
    id, inner = str(scene.holder(MAGDA)), scene.store.commit

    def beaten(work: UnitOfWork) -> list[EventRow]:
        scene.store.commit = inner  # type: ignore[method-assign]
        scene.sign_in.confirm(scene.links.make(CONFIRM, id, scene.clock.now() + CONFIRM_LIFE), WORDS)
        return inner(work)

    scene.store.commit = beaten  # type: ignore[method-assign]
    with pytest.raises(Duplicate):
        invited(scene, hosting)
    found = scene.people.person(id)
    assert (found.name, found.zone, scene.types(own(id))) == (
        "Lena",
        "Africa/Cairo",
        ["AccountSignedUp", "AccountConfirmed"],
    )


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 9))
def test_the_invitation_of_who_signed_up_killed_at_any_call_is_finished_by_repeating_it(at: int, after: bool) -> None:
    scene, count = known_hosts(AccountScene()), [0]
    scene.sign_in.sign_up("Somebody", MAGDA)
    try:
        scene.on(lambda port: Doomed(port, count, at, after)).host_managers.invite(THEO, HOST, "Magdalena Kowal", MAGDA)
        assert count[0] < at
    except Killed:
        assert count[0] == at
    id = scene.host_managers.invite(THEO, HOST, "Magdalena Kowal", MAGDA)
    assert scene.types(own(id)) == ["AccountSignedUp", "HostInvited"]
    found = scene.people.person(id)
    assert (found.name, found.zone) == ("Magdalena Kowal", "America/Chicago")


@pytest.mark.parametrize(("name", "email", "field"), [("", MAGDA, "name"), ("Magdalena", "magdalena", "email")])
def test_a_refused_invitation_names_the_field_and_makes_nothing(
    scene: AccountScene, hosting: HostManagers, name: str, email: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        hosting.invite(THEO, HOST, name, email)
    assert (refused.value.facts["field"], scene.store.claims) == (field, {})


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 9))
def test_an_invitation_killed_at_any_call_is_finished_by_repeating_it(at: int, after: bool) -> None:
    scene, count = known_hosts(AccountScene()), [0]
    try:
        scene.on(lambda port: Doomed(port, count, at, after)).host_managers.invite(THEO, HOST, "Magdalena Kowal", MAGDA)
        assert count[0] < at
    except Killed:
        assert count[0] == at
    id = scene.host_managers.invite(THEO, HOST, "Magdalena Kowal", MAGDA)
    assert scene.types(own(id)) == ["HostInvited"]
    taken(scene, id)
    assert hosts_of(scene, id) == (HOST,)


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
    session = scene.sign_in.open_session(id)
    for _ in range(2):
        hosting.remove(THEO, HOST, id)
    assert scene.sessions.read(session) is None
    assert scene.sessions.of_account(id, scene.identity.issued_at) is None
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
    link = scene.links.make(INVITE, id, scene.clock.now() + INVITE_LIFE)
    for _ in range(2):
        hosting.remove(THEO, HOST, id)
    with pytest.raises(NotFound):
        scene.sign_in.confirm(link, WORDS)
    assert not scene.can_sign_in(MAGDA, WORDS)
    scene.sign_in.sign_up("Magdalena the Student", MAGDA)
    scene.sign_in.confirm(scene.links.make(CONFIRM, id, scene.clock.now() + CONFIRM_LIFE), WORDS)
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
    scene.sign_in.sign_up("Magdalena Kowal", MAGDA)
    link = scene.links.make(CONFIRM, str(scene.holder(MAGDA)), scene.clock.now() + CONFIRM_LIFE)
    id = invited(scene, hosting)
    hosting.remove(THEO, HOST, id)
    scene.sign_in.confirm(link, WORDS)
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
    scene.sign_in.sign_up("Magdalena Kowal", MAGDA)
    assert scene.state(own(id))["status"] == "DISABLED"
    scene.staff.enable(IRIS, id)
    scene.sign_in.sign_up("Magdalena Kowal", MAGDA)
    scene.sign_in.confirm(scene.links.make(CONFIRM, id, scene.clock.now() + CONFIRM_LIFE), WORDS)
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
