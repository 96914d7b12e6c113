"""People, as an administrator invites them, changes their roles, disables them and takes a lost app away."""

from __future__ import annotations

from datetime import timedelta

from lxml import html

from shared.domain.accounts.account_input import INVITE, INVITE_LIFE
from tests.rooms import World
from tests.unit.functions.test_account_pages import shown
from tests.unit.functions.test_account_safety_pages import (
    OTHER,
    guarded,
    password,
    world,
)
from tests.unit.services.accounts.account_scene import OPERATOR

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
