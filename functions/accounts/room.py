"""The accounts room itself, and how a browser's session begins: what every part of the room needs."""

from __future__ import annotations

from shared.domain.accounts.devices import device_name
from shared.domain.core.limits import SESSION
from shared.runtime.http import Room
from shared.runtime.http.access import BROWSER, COOKIE, Caller, check_origin
from shared.runtime.http.paths import local_path
from shared.runtime.settings import Http, Pool, SecondFactor
from shared.services.accounts.account_ports import Client

COOKIE_RULES = "Path=/; Secure; HttpOnly; SameSite=Lax"
TWO_WEEKS, HALF_A_YEAR = int(SESSION.total_seconds()), 180 * 24 * 3600
HOME = "/workspace"
NOT_ONWARD = tuple(
    f"/accounts/{part}" for part in ("sign-", "confirm/", "reset/", "code/", "factor/", "forgot", "stop/")
)


class Settings(Http, Pool, SecondFactor):
    """Every room's; the user pool's id: passwords are set and tried here only; and whose sign-in needs a code."""


room = Room("accounts", Settings)


def client() -> Client:
    """Where this call comes from."""
    return Client(room.request.source_ip, room.caller.browser)


def from_our_pages() -> None:
    """Without a cookie the room has not looked at the origin yet, and another site must not sign anybody in here. A
    browser says of each call that comes from another site that it does, with or without its cookies
    (`Sec-Fetch-Site`)."""
    headers = room.request.headers
    if "origin" in headers or headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        check_origin("POST", room.request.headers, room.wiring.settings.public_url)


def begin_session(account_id: str, proved: bool = False) -> None:
    """A new session in this browser; the one before ends. `proved`: a code was entered just now."""
    accounts = room.wiring.sign_in
    browser = accounts.remember_browser(account_id, room.caller.browser)
    accounts.close_session(room.caller.session_id)
    device = device_name(room.request.headers.get("user-agent", ""))
    session_id = accounts.open_session(account_id, device, proved)
    room.set_cookie(f"{COOKIE}={session_id}; {COOKIE_RULES}; Max-Age={TWO_WEEKS}")
    room.set_cookie(f"{BROWSER}={browser}; {COOKIE_RULES}; Max-Age={HALF_A_YEAR}")
    # From here on this request is the new session's: a page that it answers with shows who is signed in.
    cookies = [f"{COOKIE}={session_id}", f"{BROWSER}={browser}"]
    room.caller = Caller({"cookies": cookies}, {}, room.wiring.sessions)


def end_session() -> None:
    room.wiring.sign_in.close_session(room.caller.session_id)
    room.set_cookie(f"{COOKIE}=; {COOKIE_RULES}; Max-Age=0")


def go_on_here() -> None:
    """All sessions of the caller have just ended: a browser's is opened anew, as fresh as it was; an API client asks
    for another token."""
    if room.caller.by_cookie and room.session:
        begin_session(room.session.account_id, room.session.fresh)


def asked_for(next: str) -> str:
    """`next` of the address; of the form where it came back refused, for its page is then made without an address of
    its own."""
    sent = room.request.inputs.get("next", next)
    return sent if isinstance(sent, str) else next


def kept(wanted: str) -> str:
    """Where somebody wants to go on after signing up; empty for where everybody goes."""
    path = onward(wanted)
    return "" if path == HOME else path


def onward(wanted: str) -> str:
    """Never to another site, and never back to a page for people without a session."""
    path = local_path(wanted, HOME)
    return HOME if path.startswith(NOT_ONWARD) else path
