"""People, as an administrator invites them, changes their roles, disables them and takes a lost app away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import html

from functions.accounts.handler import room
from shared.domain.accounts.account_input import INVITE, INVITE_LIFE
from tests.rooms import PASSWORD, Answer, Client, World
from tests.unit.functions.test_account_pages import shown
from tests.unit.functions.test_account_safety_pages import (
    OTHER,
    code,
    guarded,
    password,
    world,
)
from tests.unit.services.accounts.account_scene import OPERATOR, SECRET

__all__ = ["world"]


# --- people -----------------------------------------------------------------------------------------------------------
def test_an_administrator_invites_somebody_changes_roles_disables_and_enables(world: World) -> None:
    admin = world.browser(world.person("admin-1", ("admin",), name="Iris Caldermoor"))
    shown(admin.get("/accounts/staff"), 200, "People", "Iris Caldermoor", "at the next sign-in")
    form = {"name": "Nora Feldspar", "email": "nora@staff.example", "roles[]": ["reviewer", "coach"]}
    assert admin.post("/accounts/staff", form).location == "/accounts/staff?invited=1"
    shown(
        admin.get("/accounts/staff?invited=1"),
        200,
        "The invitation is on its way",
        "Nora Feldspar",
        "reviewer, coach",
        "invited",
    )
    id = world.staff.staff()[1].id
    here = f"/accounts/staff/{id}"
    shown(admin.get(here), 200, "Send the invitation again")
    token = world.links.make(INVITE, id, world.clock.now() + INVITE_LIFE)
    shown(world.browser().get(f"/accounts/confirm/{token}"), 200, "Welcome to Rota", "Nora Feldspar")
    assert world.browser().post(f"/accounts/confirm/{token}", {"password": OTHER}).status == 303
    assert admin.post(f"{here}/roles", {"roles[]": "coordinator"}).location == f"{here}?saved=1"
    page = admin.get(f"{here}?saved=1")
    shown(page, 200, "Done", "active")
    assert html.fromstring(page.body).xpath("//input[@name='roles[]'][@checked]/@value") == ["coordinator"]
    admin.post(f"{here}/disable")
    shown(admin.get(here), 200, "disabled", "Enable the account")
    refused = world.browser().post("/accounts/sign-in", {"email": "nora@staff.example", "password": OTHER})
    shown(refused, 409, "This account is disabled")
    admin.post(f"{here}/enable")
    assert world.browser().post("/accounts/sign-in", {"email": "nora@staff.example", "password": OTHER}).status == 303


def test_a_refused_invitation_keeps_what_was_typed_and_leads_to_the_account(world: World) -> None:
    admin = world.browser(world.person("admin-1", ("admin",)))
    answer = admin.post("/accounts/staff", {"name": "Nora", "email": "nonsense", "roles[]": ["finance"]})
    shown(answer, 422, "There is a problem", "not a mail address")
    page = html.fromstring(answer.body)
    assert page.xpath("//input[@name='name']/@value") == ["Nora"]
    assert page.xpath("//input[@name='roles[]'][@checked]/@value") == ["finance"]
    shown(
        admin.post("/accounts/staff", {"name": "Nora", "email": "nora@staff.example"}),
        422,
        "Roles",
        "Please fill this in",
    )
    world.account_wishes.sign_up("Nora Feldspar", "nora@staff.example")
    world.clock.move(timedelta(minutes=1))
    world.staff.invite(OPERATOR, "Nora Feldspar", "nora@staff.example", ("coach",))
    shown(
        admin.post("/accounts/staff", {"name": "N", "email": "nora@staff.example", "roles[]": ["coach"]}),
        409,
        "has an account already",
    )


def test_an_administrator_s_own_account_offers_no_way_out(world: World) -> None:
    admin = world.browser(world.person("admin-1", ("admin",)))
    page = admin.get("/accounts/staff/admin-1")
    shown(page, 200, "This is you")
    assert "/disable" not in page.body
    shown(admin.post("/accounts/staff/admin-1/disable"), 409, "This is your own account")


def test_a_lost_app_is_taken_away_by_an_administrator(world: World) -> None:
    id, admin = guarded(world), world.browser(world.person("admin-1", ("admin",)))
    shown(admin.get(f"/accounts/staff/{id}"), 200, "app set up", "Lost telephone")
    admin.post(f"/accounts/staff/{id}/remove-factor")
    assert password(world, world.browser(), id).location.startswith("/accounts/factor/")


def test_only_administrators_have_the_way_to_people_in_their_header(world: World) -> None:
    world.person("admin-1", ("admin",))
    world.person("reviewer-1", ("reviewer",))
    assert 'href="/accounts/staff"' in world.browser("admin-1").get("/accounts/profile").body
    assert 'href="/accounts/staff"' not in world.browser("reviewer-1").get("/accounts/profile").body


# --- a fresh code -----------------------------------------------------------------------------------------------------
POWER = (
    "/accounts/staff",
    "/accounts/staff/{id}/roles",
    "/accounts/staff/{id}/disable",
    "/accounts/staff/{id}/remove-factor",
)


def send(client: Client, path: str) -> Answer:
    form = {"name": "Nora", "email": "nora@staff.example", "roles[]": ["finance"]}
    return client.post(path, form if path.endswith("staff") else {"roles[]": ["finance"]} if "roles" in path else {})


@pytest.mark.parametrize("path", POWER)
def test_roles_disabling_and_removing_an_app_take_a_fresh_code(world: World, path: str) -> None:
    id = guarded(world, "coach")
    admin_id = world.person("admin-1", ("admin",))
    world.second_factor.install(OPERATOR, admin_id, SECRET)
    admin, path = world.browser("admin-1", proved=False), path.format(id=id)
    before = world.store.commits
    refused = send(admin, path)
    shown(refused, 401, "This needs a fresh code of your authenticator app", "There is a problem")
    assert world.store.commits == before
    (way,) = html.fromstring(refused.body).xpath("//a[starts-with(@href, '/accounts/proof')]/@href")
    shown(admin.get(way), 200, "Enter a fresh code", "10 minutes")
    wrong = admin.post("/accounts/proof", {"code": "000000", "next": "/accounts/staff"})
    shown(wrong, 401, "This code is not right")
    proved = admin.post("/accounts/proof", {"code": code(world), "next": "/accounts/staff"})
    assert (proved.status, proved.location) == (303, "/accounts/staff")
    assert send(admin, path).status == 303
    world.sessions.wall_at += timedelta(minutes=10)
    assert send(admin, path).status == 401


def test_a_token_is_as_fresh_as_its_code_and_proves_nothing_later(world: World) -> None:
    world.second_factor.install(OPERATOR, world.person("admin-1", ("admin",)), SECRET)
    body = {"email": "admin-1@example.org", "password": PASSWORD, "code": code(world)}
    token = world.api().post("/accounts/tokens", body).json["access_token"]
    program = Client(room, {"authorization": f"Bearer {token}"})
    invitation = {"name": "Nora", "email": "nora@staff.example", "roles": ["coach"]}
    assert program.post("/accounts/staff", invitation).status == 200
    world.sessions.wall_at += timedelta(minutes=10)
    refused = program.post("/accounts/staff", invitation)
    assert (refused.status, refused.json["type"]) == (401, "/problems/code-needed")
    assert program.post("/accounts/proof", {"code": code(world)}).status == 409


# --- how long the staff stay signed in --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "minutes", "stays"), [("reviewer", 59, True), ("reviewer", 60, False), ("trainee", 60, True)]
)
def test_who_works_for_rota_is_signed_out_after_an_hour_away(
    world: World, role: str, minutes: int, stays: bool
) -> None:
    browser = world.browser(world.person("one", (role,)))
    world.sessions.wall_at += timedelta(minutes=minutes)
    assert (browser.get("/accounts/profile").status == 200) is stays


def test_who_works_for_rota_is_signed_out_after_twelve_hours_and_a_trainee_after_two_weeks(
    world: World,
) -> None:
    staff, trainee = world.browser(world.person("one", ("coach",))), world.browser(world.person("two"))
    for _ in range(23):
        world.sessions.wall_at += timedelta(minutes=30)
        assert staff.get("/accounts/profile").status == 200
    world.sessions.wall_at += timedelta(minutes=30)
    assert (staff.get("/accounts/profile").status, trainee.get("/accounts/profile").status) == (303, 200)
    world.sessions.wall_at += timedelta(days=14)
    assert trainee.get("/accounts/profile").status == 303
