"""Accounts on a running stack: a forgotten password, another address, an invitation, a sign-in with a code, a session
that is noted."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

import requests

from infra.local.demo.api_client import Client, Refused
from infra.local.demo.authenticator_codes import fresh_code
from infra.local.demo.journey import Journey, expect, wait_until
from infra.local.stack.stack_info import StackInfo
from shared.adapters.clock import wall_now
from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.sessions import NOTED_AFTER
from shared.domain.core.instants import iso

PASSWORD, OTHER = "violet harbour lantern", "amber meadow compass"


def link_in(journey: Journey, email: str, page: str) -> str:
    """The newest link to that page of the accounts room in somebody's mail."""
    mail = journey.stack.mailbox.wait_for(email, lambda message: f"/accounts/{page}/" in message.text, 30)
    found = re.search(rf"/accounts/{page}/\S+", mail.text)
    expect(found, f"the mail has a link to {page}")
    return found.group() if found else ""


def refused(client: Client, email: str, password: str) -> bool:
    try:
        client.sign_in(email, password)
    except Refused as error:
        return error.status == 401
    return False


def signed_in(client: Client, email: str, password: str) -> bool:
    """False in the second in which everything before was ended: no token is given in it, and the refusal says to ask
    again."""
    try:
        client.sign_in(email, password)
    except Refused as error:
        if error.status != 503:
            raise
        return False
    return True


def keeps_the_account(journey: Journey) -> None:
    """Somebody forgets the password, then moves to another address; what was before signs in no more."""
    person, stranger = journey.sign_up("Ines Duarte"), Client(journey.url)
    stranger.post("/accounts/forgot", {"email": person.email})
    stranger.post(link_in(journey, person.email, "reset"), {"password": OTHER})
    expect(refused(stranger, person.email, person.password), "the old password is no more")
    try:
        person.client.get("/accounts/me")
        raise AssertionError("an access token of before still counts")
    except Refused as error:
        expect(error.status == 401, "the access token of before counts no more")
    wait_until(lambda: signed_in(person.client, person.email, OTHER), "a token, from the second after the password's")
    moved = f"ines-{secrets.token_hex(4)}@clinic.example"
    person.client.post("/accounts/mail", {"email": moved, "password": OTHER})
    stranger.post(link_in(journey, moved, "mail"))
    told = journey.stack.mailbox.wait_for(
        person.email, lambda message: "mail address was changed" in message.subject, 30
    )
    expect(moved not in told.text, "the old address learns that it was changed, and not to which")
    expect(refused(stranger, person.email, OTHER), "the old address is no more")
    wait_until(lambda: signed_in(stranger, moved, OTHER), "a token, from the second after the address's")
    expect(stranger.get("/accounts/security")["email"] == moved, "the new address is shown")


def joins_the_staff(journey: Journey) -> None:
    """An administrator, with a code, invites somebody and lets them go again."""
    admin, email = journey.staff("admin"), f"vera-{secrets.token_hex(4)}@staff.example"
    member = admin.post("/accounts/staff", {"name": "Vera Lindqvist", "email": email, "roles": ["coordinator"]})
    newcomer = Client(journey.url)
    newcomer.post(link_in(journey, email, "confirm"), {"password": PASSWORD})
    newcomer.sign_in(email, PASSWORD)
    expect(newcomer.get("/accounts/me")["roles"] == ["coordinator"], "the invitation gives the role")
    expect(
        any(one["email"] == email for one in admin.get("/accounts/staff")["members"]), "the list shows who was invited"
    )
    admin.post(f"/accounts/staff/{member['id']}/disable")
    try:
        newcomer.get("/accounts/me")
        raise AssertionError("a disabled account still works")
    except Refused as error:
        expect(error.status == 401, "a disabled account is out at once")


def signs_in_with_a_code(journey: Journey) -> None:
    """A browser of the finance role: password, then the code, then the page that was asked for."""
    account, url = next(one for one in journey.stack.sign_ins if one.role == "finance"), journey.url
    headers = {"Accept": "text/html", "Origin": url}
    form = {"email": account.email, "password": account.password, "next": "/accounts/security"}
    first = requests.post(f"{url}/accounts/sign-in", data=form, headers=headers, timeout=30, allow_redirects=False)
    expect(
        "/accounts/code/" in first.headers["Location"] and "Set-Cookie" not in first.headers,
        "a password alone opens no session",
    )
    ticket = first.headers["Location"].partition("?")[0]
    code = {"code": fresh_code(account.secret), "next": "/accounts/security"}
    second = requests.post(url + ticket, data=code, headers=headers, timeout=30, allow_redirects=False)
    expect(
        (second.status_code, second.headers["Location"]) == (303, "/accounts/security"),
        f"the code signs in ({second.status_code})",
    )
    headers["Cookie"] = second.headers["Set-Cookie"].partition(";")[0]
    page = requests.get(f"{url}/accounts/security", headers=headers, timeout=30)
    expect("this one" in page.text, "the browser finds itself in the list")
    requests.post(f"{url}/accounts/sign-out", headers=headers, timeout=30, allow_redirects=False)


def age_session(info: StackInfo, cookie: str) -> None:
    """As if the browser had been away long enough for its next click to be noted."""
    client, table = info.aws.client("dynamodb"), info.outputs["InboxTable"]
    key = items.session_key(cookie.partition("=")[2])
    row = client.get_item(TableName=table, Key=key)["Item"]
    client.put_item(
        TableName=table, Item=row | {"seen_at": {"S": iso(wall_now() - NOTED_AFTER - timedelta(seconds=1))}}
    )
