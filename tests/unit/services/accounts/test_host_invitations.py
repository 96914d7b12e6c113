"""Who is invited to act for a host (H04): invitations that their readers complete, one more host for a manager, crashes
anywhere."""

from __future__ import annotations

import pytest

from shared.domain.accounts.account_input import CONFIRM, CONFIRM_LIFE, INVITE_LIFE
from shared.domain.core.aggregate import EventRow
from shared.domain.core.errors import Duplicate, Invalid, NotFound
from shared.ports import UnitOfWork
from shared.services.accounts.host_managers import HostManagers
from shared.services.core.transitions import RequestContext
from tests.builders import HOST
from tests.fakes.doomed import Doomed, Killed
from tests.unit.services.accounts.account_scene import MAIL, WORDS, AccountScene
from tests.unit.services.accounts.host_scene import (
    ELSEWHERE,
    IRIS,
    MAGDA,
    THEO,
    hosting,
    hosts_of,
    invited,
    known_hosts,
    own,
    scene,
    taken,
)

__all__ = ["hosting", "scene"]


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
    scene.account_wishes.sign_up("Somebody", MAGDA)
    old = scene.link("confirm", str(scene.holder(MAGDA)), INVITE_LIFE)
    id = invited(scene, hosting)
    with pytest.raises(NotFound):
        scene.sign_in.confirm(old, WORDS)
    taken(scene, id)
    found = scene.sign_in.sign_in(MAGDA, WORDS)
    assert (found.person.name, found.roles) == ("Magdalena Kowal", ("host",))


def test_who_confirms_their_sign_up_at_that_moment_keeps_their_own_name_and_zone(
    scene: AccountScene, hosting: HostManagers
) -> None:
    scene.account_wishes.sign_up("Lena", MAGDA, "Africa/Cairo")
    id, inner = str(scene.holder(MAGDA)), scene.store.commit

    def beaten(work: UnitOfWork) -> list[EventRow]:
        scene.store.commit = inner  # type: ignore[method-assign]
        scene.sign_in.confirm(scene.link(CONFIRM, id, CONFIRM_LIFE), WORDS)
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
    scene.account_wishes.sign_up("Somebody", MAGDA)
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
