"""A host's page for coordinators and administrators (H04): who may sign in, inviting, sending again, taking away,
refusals in words."""

from __future__ import annotations

import pytest
from lxml import html

from functions.accounts.handler import room
from shared.domain.accounts.account_input import INVITE, INVITE_LIFE
from shared.ports import Contact
from tests import builders
from tests.builders import HOST
from tests.rooms import PASSWORD, Client, World
from tests.unit.functions.test_account_pages import shown
from tests.unit.services.accounts.account_scene import OPERATOR

HERE = f"/accounts/hosts/{HOST}"
FORM = {"name": "Magdalena Kowal", "email": "magdalena@lantern.example"}


@pytest.fixture
def world() -> World:
    made = World(room)
    made.publishing.publish(OPERATOR, builders.program())
    made.people.save_contact(Contact(HOST, "Dr. Lee", "lee@lantern.example"))
    made.person("coordinator-1", ("coordinator",), name="Theo Grantley")
    return made


@pytest.fixture
def theo(world: World) -> Client:
    return world.browser("coordinator-1")


def test_H04_the_first_invitation_is_filled_in_with_the_contact(theo: Client) -> None:
    page = theo.get(HERE)
    shown(
        page,
        200,
        "Host managers",
        "Inpatient Cardiology",
        "Dr. Lee, lee@lantern.example",
        "Nobody yet",
        "Invite the manager",
    )
    tree = html.fromstring(page.body)
    assert tree.xpath("//input[@name='name' or @name='email']/@value") == ["Dr. Lee", "lee@lantern.example"]


def test_H04_a_coordinator_invites_a_manager_who_signs_in_and_is_taken_away_again(world: World, theo: Client) -> None:
    assert theo.post(HERE, FORM).location == f"{HERE}?saved=invited"
    shown(
        theo.get(f"{HERE}?saved=invited"),
        200,
        "They may sign in for this host",
        "Magdalena Kowal",
        "invited",
        "Invite somebody else",
    )
    (manager,) = world.host_managers.sheet(HOST).managers
    assert theo.post(f"{HERE}/invite-again/{manager.id}").location == f"{HERE}?saved=again"
    token = world.links.make(INVITE, manager.id, world.clock.now() + INVITE_LIFE)
    assert world.browser().post(f"/accounts/confirm/{token}", {"password": PASSWORD}).status == 303
    page = theo.get(HERE)
    shown(page, 200, "active", "Take this host away from Magdalena Kowal")
    assert "invite-again" not in page.body
    shown(theo.post(f"{HERE}/invite-again/{manager.id}"), 409, "Nobody waits for this invitation")
    session = world.browser(manager.id)
    assert session.get("/accounts/profile").status == 200
    assert theo.post(f"{HERE}/remove/{manager.id}").location == f"{HERE}?saved=removed"
    shown(theo.get(f"{HERE}?saved=removed"), 200, "Taken away", "Nobody yet")
    assert session.get("/accounts/profile").location.startswith("/accounts/sign-in")


def test_a_refused_invitation_keeps_what_was_typed_and_an_unknown_host_is_not_found(theo: Client) -> None:
    shown(theo.get("/accounts/hosts/no-such-host"), 404, "There is no such host")
    shown(theo.post(f"{HERE}/remove/coordinator-1"), 404, "There is no such account")
    answer = theo.post(HERE, {"name": "Magdalena", "email": "nonsense"})
    shown(answer, 422, "There is a problem", "not an email address")
    assert html.fromstring(answer.body).xpath("//input[@name='name']/@value") == ["Magdalena"]


def test_a_trainees_address_is_explained(world: World, theo: Client) -> None:
    world.sign_in.provision(OPERATOR, "Amara Okafor", FORM["email"], PASSWORD, ("trainee",))
    shown(theo.post(HERE, FORM), 409, "has another account at Rota already", "use another address")
    assert "account_id" not in world.api("coordinator-1").post(HERE, FORM).json
