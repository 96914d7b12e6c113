"""A forgotten or another password, another address, and the page that shows where somebody is signed in."""

from __future__ import annotations

from typing import Literal

from functions.accounts.models.security import (
    FORGOT,
    Forgot,
    ForgotView,
    LinkView,
    MailChange,
    MailSent,
    NewPassword,
    PasswordChange,
    PasswordForm,
    SecurityView,
    Sent,
)
from functions.accounts.room import asked_for, begin_session, client, go_on_here, kept, room
from shared.runtime.http import ANYONE, SIGNED_IN
from shared.runtime.http.answers import PROBLEM
from shared.runtime.http.paths import SIGN_IN, leading_to
from shared.services.accounts.security import LinkState

SECURITY = "/accounts/security"
Saved = Literal["", "password", "session", "sessions", "factor"]


# --- forgotten password -----------------------------------------------------------------------------------------------
@room.get(FORGOT, access=ANYONE, page="forgot.html", title="Forgotten password")
def forgot_form(next: str = "") -> ForgotView:
    """What a forgotten password needs: the address."""
    goal = kept(asked_for(next))
    return ForgotView(next=goal, sign_in=leading_to(SIGN_IN, goal))


@room.post(
    FORGOT,
    access=ANYONE,
    form=Forgot,
    again=forgot_form,
    page="forgot-sent.html",
    title="Check your mail",
    status=202,
    answers={429: (PROBLEM,)},
)
def forgot(body: Forgot) -> Sent:
    """Sends a link to set a new password, at most one a minute. The answer is the same for every address."""
    goal = kept(body.next)
    room.wiring.account_wishes.ask_reset(body.email, client(), room.request.id, goal)
    return Sent(email=body.email, again=leading_to(FORGOT, goal))


@room.get("/accounts/reset/<token>", access=ANYONE, page="reset.html", title="Set a new password")
def resetting(token: str) -> LinkView:
    """What a link for a forgotten password would do. Looking changes nothing."""
    room.keep_secret()
    return _reset(room.wiring.account_security.resetting(token))


@room.post(
    "/accounts/reset/<token>",
    access=ANYONE,
    form=NewPassword,
    again=resetting,
    goes_to="{sign_in}",
    answers={429: (PROBLEM,)},
)
def reset(token: str, body: NewPassword) -> LinkView:
    """Sets the password and ends every session and token of the account."""
    room.keep_secret()
    password = body.password.get_secret_value()
    return _reset(room.wiring.account_security.reset(token, password, room.request.id, client()))


def _reset(found: LinkState) -> LinkView:
    goal = kept(found.onward)
    links = {"sign_in": leading_to(f"{SIGN_IN}?changed=1", goal), "forgot": leading_to(FORGOT, goal)}
    return LinkView.of(found, room.request.path, **links)


# --- signed in --------------------------------------------------------------------------------------------------------
@room.get(SECURITY, access=SIGNED_IN, page="security.html", title="Sign-in and security")
def security(saved: Saved = "") -> SecurityView:
    """How the caller signs in, and where they are signed in."""
    found = room.wiring.account_security.safety(room.call("account"), room.caller.session_id)
    return SecurityView.of(found, room.wiring.second_factor.demand, saved)


@room.get("/accounts/password", access=SIGNED_IN, page="password.html", title="Change your password")
def password_form() -> PasswordForm:
    """What another password needs."""
    return PasswordForm()


@room.post(
    "/accounts/password",
    access=SIGNED_IN,
    form=PasswordChange,
    again=password_form,
    shows=security,
    goes_to=f"{SECURITY}?saved=password",
    answers={429: (PROBLEM,)},
)
def change_password(body: PasswordChange) -> None:
    """Sets another password. Every other session ends, and so does every token; this browser stays signed in."""
    call = room.call("account")
    room.wiring.account_security.change_password(
        call, body.current.get_secret_value(), body.password.get_secret_value()
    )
    go_on_here()


@room.post("/accounts/sessions/<handle>/end", access=SIGNED_IN, again=security, goes_to=f"{SECURITY}?saved=session")
def end_one(handle: str) -> None:
    """Ends one of the caller's sessions at once; one that is not theirs is left alone."""
    room.wiring.account_security.end_session(room.call("account"), handle)


@room.post("/accounts/sessions/end-others", access=SIGNED_IN, again=security, goes_to=f"{SECURITY}?saved=sessions")
def end_others() -> None:
    """Ends every other session and every token; this browser stays signed in."""
    room.wiring.account_security.end_all(room.call("account"))
    go_on_here()


# --- another address --------------------------------------------------------------------------------------------------
@room.get("/accounts/mail", access=SIGNED_IN, page="mail-change.html", title="Change your mail address")
def mail_form() -> PasswordForm:
    """What another address needs."""
    return PasswordForm()


@room.post(
    "/accounts/mail",
    access=SIGNED_IN,
    form=MailChange,
    again=mail_form,
    page="mail-sent.html",
    title="Check your mail",
    status=202,
    answers={429: (PROBLEM,)},
)
def ask_mail_change(body: MailChange) -> MailSent:
    """Sends a link to the new address; the old one stays until it is used. The answer is the same for an address of
    somebody else."""
    wanted = room.wiring.account_security.ask_mail_change(
        room.call("account"), body.email, body.password.get_secret_value()
    )
    return MailSent(email=wanted)


@room.get("/accounts/mail/<token>", access=ANYONE, page="mail-confirm.html", title="Confirm your new mail address")
def moving(token: str) -> LinkView:
    """What a link at the new address would do. Looking changes nothing."""
    room.keep_secret()
    return LinkView.of(room.wiring.account_security.moving(token), room.request.path)


@room.post("/accounts/mail/<token>", access=ANYONE, again=moving, goes_to="/accounts/mail/{token}")
def move(token: str) -> None:
    """Uses the link: the new address signs in and gets the emails; the old one is told, and every session ends but one
    of the same account in this browser."""
    room.keep_secret()
    here = room.caller.known
    moved = room.wiring.account_security.move(token, room.request.id)
    if moved.account_id and here and here.account_id == moved.account_id and room.caller.by_cookie:
        begin_session(moved.account_id, here.fresh)


@room.get("/accounts/stop/<token>", access=ANYONE, page="mail-stop.html", title="Stop a change of your email address")
def stopping(token: str) -> LinkView:
    """What the link in the email to the present address would do. Looking changes nothing."""
    room.keep_secret()
    return LinkView.of(room.wiring.account_security.stopping(token), room.request.path)


@room.post("/accounts/stop/<token>", access=ANYONE, again=stopping, goes_to="/accounts/stop/{token}")
def stop(token: str) -> None:
    """Ends the change of address, and every session and token of the account."""
    room.keep_secret()
    room.wiring.account_security.stop(token, room.request.id)
