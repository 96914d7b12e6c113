"""Administrators: invitations that their readers complete, roles that act at once, nobody locked out for good, crashes
anywhere."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from shared.domain.accounts.account_input import CONFIRM, CONFIRM_LIFE, INVITE, INVITE_LIFE
from shared.domain.core.aggregate import Actor, EventRow
from shared.domain.core.errors import Duplicate, Expired, Invalid, NotAllowedNow, NotFound
from shared.ports import UnitOfWork
from shared.services.core.transitions import RequestContext
from tests.fakes.doomed import Doomed, Killed
from tests.unit.services.accounts.account_scene import MAIL, OPERATOR, OTHER, WORDS, AccountScene

NORA = "nora@staff.example"


@pytest.fixture
def scene() -> AccountScene:
    return AccountScene()


def boss(scene: AccountScene) -> RequestContext:
    return RequestContext(Actor(role="admin", id=scene.person("admin", email="iris@staff.example").actor.id))


def own(account_id: str) -> RequestContext:
    return RequestContext(Actor(role="account", id=account_id))


def invited(scene: AccountScene, *roles: str) -> tuple[str, str]:
    """The account, and what the mail brings."""
    id = scene.staff.invite(boss(scene), "Nora Feldspar", NORA, roles or ("reviewer",))
    return id, link(scene, id)


def link(scene: AccountScene, id: str) -> str:
    return scene.link(INVITE, id, INVITE_LIFE)


# --- inviting ---------------------------------------------------------------------------------------------------------
def test_an_invitation_becomes_an_account_once_its_reader_chose_a_password(scene: AccountScene) -> None:
    id, token = invited(scene, "reviewer", "coach")
    assert id not in scene.identity.accounts
    assert scene.sign_in.confirmation(token).invited
    assert scene.sign_in.confirm(token, WORDS).state == "done"
    assert scene.sign_in.sign_in(NORA, WORDS).roles == ("reviewer", "coach")
    with pytest.raises(Expired):
        scene.sign_in.confirm(token, OTHER)
    assert scene.types(own(id)) == ["StaffInvited", "AccountConfirmed"]


@pytest.mark.parametrize(("seconds", "works"), [(-1, True), (0, False)])
def test_an_invitation_works_until_the_second_before_seven_days(scene: AccountScene, seconds: int, works: bool) -> None:
    _, token = invited(scene)
    scene.clock.move(INVITE_LIFE + timedelta(seconds=seconds))
    assert scene.sign_in.confirmation(token).state == ("open" if works else "expired")
    if works:
        scene.sign_in.confirm(token, WORDS)
    else:
        with pytest.raises(Expired):
            scene.sign_in.confirm(token, WORDS)
    assert scene.can_sign_in(NORA, WORDS) is works


def test_an_invitation_goes_out_again_at_most_once_a_minute_and_not_once_it_was_taken(scene: AccountScene) -> None:
    id, token = invited(scene)
    for seconds, mails in ((59, 1), (1, 2)):
        scene.later(seconds=seconds)
        scene.staff.invite_again(OPERATOR, id)
        assert scene.types(own(id)).count("StaffInvited") == mails
    scene.sign_in.confirm(token, WORDS)
    with pytest.raises(NotAllowedNow):
        scene.staff.invite_again(OPERATOR, id)


def test_a_known_address_is_refused_with_its_account(scene: AccountScene) -> None:
    call = scene.person("trainee", email=NORA)
    with pytest.raises(Duplicate) as refused:
        scene.staff.invite(boss(scene), "Nora Feldspar", NORA, ("reviewer",))
    assert (refused.value.facts["account_id"], refused.value.facts["field"]) == (call.actor.id, "email")
    assert scene.types(call) == ["AccountProvisioned"]


def test_a_sign_up_that_nobody_confirmed_becomes_the_invitation_and_its_own_link_ends(scene: AccountScene) -> None:
    scene.account_wishes.sign_up("Somebody", NORA)
    old = scene.link("confirm", str(scene.holder(NORA)), INVITE_LIFE)
    _, token = invited(scene)
    with pytest.raises(NotFound):
        scene.sign_in.confirm(old, OTHER)
    scene.sign_in.confirm(token, WORDS)
    found = scene.sign_in.sign_in(NORA, WORDS)
    assert (found.person.name, found.roles) == ("Nora Feldspar", ("reviewer",))


def test_who_confirms_their_sign_up_at_that_moment_keeps_their_own_name_and_zone(scene: AccountScene) -> None:
    scene.account_wishes.sign_up("Eleonora", NORA, "Africa/Cairo")
    id, call, inner = str(scene.holder(NORA)), boss(scene), scene.store.commit

    def beaten(work: UnitOfWork) -> list[EventRow]:
        scene.store.commit = inner  # type: ignore[method-assign]
        scene.sign_in.confirm(scene.link(CONFIRM, id, CONFIRM_LIFE), WORDS)
        return inner(work)

    scene.store.commit = beaten  # type: ignore[method-assign]
    with pytest.raises(Duplicate) as refused:
        scene.staff.invite(call, "Nora Feldspar", NORA, ("reviewer",))
    found = scene.people.person(id)
    assert refused.value.facts["account_id"] == id
    assert (found.name, found.zone, scene.types(own(id))) == (
        "Eleonora",
        "Africa/Cairo",
        ["AccountSignedUp", "AccountConfirmed"],
    )


@pytest.mark.parametrize(
    ("name", "email", "roles", "field"),
    [
        ("", NORA, ("reviewer",), "name"),
        ("Nora", "nora", ("reviewer",), "email"),
        ("Nora", NORA, (), "roles"),
        ("Nora", NORA, ("king",), "roles"),
        ("Nora", NORA, ("trainee",), "roles"),
    ],
)
def test_a_refused_invitation_names_the_field_and_makes_nothing(
    scene: AccountScene, name: str, email: str, roles: tuple[str, ...], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        scene.staff.invite(OPERATOR, name, email, roles)
    assert refused.value.facts["field"] == field
    assert not scene.store.states
    assert not scene.store.claims


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 7))
def test_an_invitation_killed_at_any_call_is_finished_by_repeating_it(at: int, after: bool) -> None:
    scene, count = AccountScene(), [0]
    try:
        scene.on(lambda port: Doomed(port, count, at, after)).staff.invite(
            OPERATOR, "Nora Feldspar", NORA, ("reviewer",)
        )
        assert count[0] < at
    except Killed:
        assert count[0] == at
    with suppress(Duplicate):  # it was done, and only the answer was lost
        scene.staff.invite(OPERATOR, "Nora Feldspar", NORA, ("reviewer",))
    id = str(scene.holder(NORA))
    assert scene.types(own(id)) == ["StaffInvited"]
    scene.sign_in.confirm(link(scene, id), WORDS)
    assert scene.sign_in.sign_in(NORA, WORDS).person.name == "Nora Feldspar"


# --- roles ------------------------------------------------------------------------------------------------------------
def test_roles_act_on_the_next_click_without_signing_anybody_out() -> None:
    scene = AccountScene("finance")
    call = scene.person("trainee")
    session = scene.sign_in.open_session(call.actor.id)
    scene.staff.change_roles(boss(scene), call.actor.id, ("reviewer", "coordinator"))
    found = scene.sessions.read(session)
    assert found is not None
    assert found.roles == ("reviewer", "coordinator")


@pytest.mark.parametrize(("guarded", "ends"), [(False, True), (True, False)])
def test_a_role_that_needs_a_code_ends_the_sessions_that_began_without_one(
    scene: AccountScene, guarded: bool, ends: bool
) -> None:
    call = scene.guarded("trainee") if guarded else scene.person("trainee")
    session = scene.sign_in.open_session(call.actor.id)
    issued = scene.sign_in.issue_token(call.actor.id).access_token
    scene.staff.change_roles(boss(scene), call.actor.id, ("trainee", "finance"))
    assert (scene.sessions.read(session) is None) is ends
    assert scene.bearer(issued) is not ends


def test_the_same_roles_in_another_order_are_no_change(scene: AccountScene) -> None:
    call = scene.person("reviewer", "coach")
    scene.staff.change_roles(boss(scene), call.actor.id, ("coach", "reviewer"))
    assert scene.types(call) == ["AccountProvisioned"]


def test_administrators_change_neither_their_own_roles_nor_their_own_status(scene: AccountScene) -> None:
    admin = boss(scene)
    for step in (
        lambda: scene.staff.change_roles(admin, admin.actor.id, ("coach",)),
        lambda: scene.staff.disable(admin, admin.actor.id),
    ):
        with pytest.raises(NotAllowedNow) as refused:
            step()
        assert "another administrator" in refused.value.remedy
    assert scene.types(admin) == ["AccountProvisioned"]


def test_an_account_that_nobody_confirmed_gets_no_role(scene: AccountScene) -> None:
    scene.account_wishes.sign_up("Somebody", NORA)
    id = str(scene.holder(NORA))
    for step in (
        lambda: scene.staff.change_roles(OPERATOR, id, ("admin",)),
        lambda: scene.staff.disable(OPERATOR, id),
    ):
        with pytest.raises(NotAllowedNow):
            step()
    assert scene.types(own(id)) == ["AccountSignedUp"]


# --- disabling --------------------------------------------------------------------------------------------------------
def test_a_disabled_account_is_out_at_once_and_enabled_its_old_sessions_stay_over(scene: AccountScene) -> None:
    call = scene.person("reviewer")
    session = scene.sign_in.open_session(call.actor.id)
    issued = scene.sign_in.issue_token(call.actor.id).access_token
    for _ in range(2):
        scene.staff.disable(OPERATOR, call.actor.id)
    assert scene.sessions.read(session) is None
    assert not scene.bearer(issued)
    with pytest.raises(NotAllowedNow):
        scene.sign_in.sign_in(MAIL, WORDS)
    for _ in range(2):
        scene.staff.enable(OPERATOR, call.actor.id)
    assert scene.sessions.read(session) is None
    assert scene.sign_in.sign_in(MAIL, WORDS).roles == ("reviewer",)
    assert scene.types(call)[1:] == ["AccountDisabled", "AccountEnabled"]


def test_a_withdrawn_invitation_is_dead_and_once_enabled_another_one_goes_out(scene: AccountScene) -> None:
    id, token = invited(scene)
    scene.staff.disable(OPERATOR, id)
    with pytest.raises(NotFound):
        scene.sign_in.confirm(token, WORDS)
    scene.staff.enable(OPERATOR, id)
    with pytest.raises(NotFound):
        scene.sign_in.confirm(token, WORDS)
    assert scene.types(own(id)) == ["StaffInvited", "AccountDisabled", "AccountEnabled", "StaffInvited"]
    assert scene.sign_in.confirm(link(scene, id), WORDS).state == "done"
    scene.staff.disable(OPERATOR, id)
    scene.staff.enable(OPERATOR, id)
    assert scene.state(own(id))["status"] == "ACTIVE"


# --- looking, and the first one ---------------------------------------------------------------------------------------
def test_the_list_has_everybody_of_the_staff_by_name_and_nobody_else(scene: AccountScene) -> None:
    scene.person("trainee")
    invited(scene)
    gone = scene.person("coach", email="maya@staff.example", name="Maya Lindenholm")
    scene.staff.disable(OPERATOR, gone.actor.id)
    found = [(one.person.name if one.person else "", one.account.status) for one in scene.staff.staff()]
    assert found == [("Amara Okafor", "ACTIVE"), ("Maya Lindenholm", "DISABLED"), ("Nora Feldspar", "INVITED")]


def test_an_unknown_or_erased_account_is_not_found(scene: AccountScene) -> None:
    with pytest.raises(NotFound):
        scene.staff.member("no-such-account")
    with pytest.raises(NotFound):
        scene.staff.change_roles(OPERATOR, "no-such-account", ("coach",))


def test_the_first_administrator_is_invited_or_made_of_an_account_that_is_there(scene: AccountScene) -> None:
    id = scene.staff.first(OPERATOR, NORA)
    assert (scene.state(own(id))["status"], scene.state(own(id))["roles"]) == ("INVITED", ["admin"])
    call = scene.person("trainee")
    for _ in range(2):
        assert scene.staff.first(OPERATOR, MAIL) == call.actor.id
    assert scene.state(call)["roles"] == ["trainee", "admin"]
