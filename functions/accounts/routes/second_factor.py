"""The second step of a sign-in, and the authenticator app behind it: setting up, recovery codes, removing."""

from __future__ import annotations

from urllib.parse import quote

from functions.accounts.models.second_factor import (
    Begun,
    CodeForm,
    CodeView,
    FreshView,
    OfferView,
    OwnCode,
    OwnPassword,
    ProofForm,
    ProofView,
)
from functions.accounts.models.sign_in import SignedInView
from functions.accounts.room import HOME, begin_session, from_our_pages, go_on_here, onward, room
from functions.accounts.routes.security import SECURITY, security
from shared.domain.core.errors import NotAllowedNow
from shared.runtime.http import ANYONE, SIGNED_IN
from shared.runtime.http.access import PROOF
from shared.runtime.http.answers import PROBLEM

TOO_MANY = {429: (PROBLEM,)}


@room.get("/accounts/code/<token>", access=ANYONE, page="code.html", title="Enter your code")
def code_form(token: str, next: str = HOME) -> CodeView:
    """What comes after the password: the code that the app shows."""
    room.keep_secret()
    return CodeView(name=room.wiring.second_factor.waiting(token), next=onward(next))


def signed_in(account_id: str, next: str) -> SignedInView:
    """What a program is told of the account that it has just signed in."""
    found = room.wiring.staff.member(account_id)
    name = found.person.name if found.person else None
    return SignedInView(account_id=account_id, name=name, roles=found.account.roles, next=next)


@room.post(
    "/accounts/code/<token>",
    access=ANYONE,
    form=CodeForm,
    again=code_form,
    shows=signed_in,
    goes_to="{next}",
    answers=TOO_MANY,
)
def enter_code(token: str, body: CodeForm) -> dict[str, str]:
    """Opens a browser's session in a cookie. A code counts once; after five wrong ones none is looked at for 15
    minutes."""
    from_our_pages()
    account_id = room.wiring.second_factor.enter(token, body.code, room.request.id)
    begin_session(account_id, proved=True)
    return {"account_id": account_id, "next": onward(body.next)}


@room.get("/accounts/factor/<token>", access=ANYONE, page="factor.html", title="Set up your authenticator app")
def offer(token: str, next: str = HOME) -> OfferView:
    """The secret to take into the app, as text and as a picture."""
    room.keep_secret()
    return OfferView.of(room.wiring.second_factor.offer(token), onward(next))


@room.post(
    "/accounts/factor/<token>",
    access=ANYONE,
    form=CodeForm,
    again=offer,
    page="recovery-codes.html",
    title="Your recovery codes",
)
def set_up(token: str, body: CodeForm) -> FreshView:
    """The first code proves that the app has the secret; the browser is signed in, and the recovery codes are shown,
    once."""
    from_our_pages()
    room.keep_secret()
    fresh = room.wiring.second_factor.set_up(token, body.code, room.request.id)
    begin_session(fresh.account_id, proved=True)
    return FreshView.of(fresh, onward(body.next))


@room.get(PROOF, access=SIGNED_IN, page="proof.html", title="Enter a fresh code")
def proof(next: str = HOME) -> ProofView:
    """What only a fresh code allows comes after it."""
    return ProofView(fresh=bool(room.session and room.session.fresh), next=onward(next))


@room.post(PROOF, access=SIGNED_IN, form=ProofForm, again=proof, goes_to="{next}", answers=TOO_MANY)
def prove(body: ProofForm) -> dict[str, str]:
    """A code in this session: for ten minutes it gives roles, disables accounts and removes apps. With a token, ask for
    a new one instead."""
    _browsers_only("A program sends its code for a new token.")
    room.wiring.second_factor.prove(room.call("account"), room.caller.session_id, body.code)
    return {"next": onward(body.next)}


def _browsers_only(why: str) -> None:
    """Raises `NotAllowedNow`: a stolen token begins nothing that lasts longer than itself."""
    if room.caller.by_token:
        raise NotAllowedNow("This needs a browser.", why)


@room.post(
    "/accounts/security/factor",
    access=SIGNED_IN,
    form=OwnPassword,
    again=security,
    goes_to="{next}",
    answers=TOO_MANY,
)
def begin_factor(body: OwnPassword) -> Begun:
    """Somebody signed in sets up an app, although nobody asks for it; in a browser, with the password."""
    _browsers_only("Sign in with one and set the app up there.")
    room.keep_secret()
    ticket = room.wiring.second_factor.begin(room.call("account"), body.password.get_secret_value())
    return Begun(next=f"/accounts/factor/{ticket.token}?next={quote(SECURITY, safe='/')}")


@room.post(
    "/accounts/security/factor/remove",
    access=SIGNED_IN,
    form=OwnCode,
    again=security,
    goes_to=f"{SECURITY}?saved=factor",
    answers=TOO_MANY,
)
def remove_factor(body: OwnCode) -> None:
    """Removes the app with a code of it, for another telephone. Every other session ends; where a role asks for an app,
    the next sign-in sets up another."""
    room.wiring.second_factor.remove(room.call("account"), body.code)
    go_on_here()
