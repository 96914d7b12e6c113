"""Sign up, confirm the mail address, sign in and out, and tokens for programs."""

from __future__ import annotations

from functions.accounts.models.security import FORGOT
from functions.accounts.models.sign_in import (
    CheckMail,
    Confirm,
    ConfirmView,
    Resend,
    SignedInView,
    SignedOut,
    SignIn,
    SignInView,
    SignUp,
    SignUpView,
    TokenRequest,
    TokenView,
)
from functions.accounts.room import (
    HOME,
    asked_for,
    begin_session,
    client,
    end_session,
    from_our_pages,
    kept,
    onward,
    room,
)
from shared.runtime.http import ANYONE
from shared.runtime.http.answers import PROBLEM
from shared.runtime.http.paths import SIGN_IN, leading_to, local_path
from shared.services.accounts.sign_in import Confirmation


@room.get("/accounts/sign-up", access=ANYONE, page="sign-up.html", title="Create an account")
def sign_up_form(next: str = "") -> SignUpView:
    """What a sign-up asks for, and where it leads in the end."""
    goal = kept(asked_for(next))
    return SignUpView(next=goal, sign_in=leading_to(SIGN_IN, goal))


@room.post(
    "/accounts/sign-up",
    access=ANYONE,
    form=SignUp,
    again=sign_up_form,
    page="check-mail.html",
    title="Check your mail",
    status=202,
    answers={429: (PROBLEM,)},
)
def sign_up(body: SignUp) -> CheckMail:
    """Creates a trainee's account; a mail with a link confirms it. The answer is the same for a known address."""
    goal = kept(body.next)
    room.wiring.account_wishes.ask_sign_up(body.name, body.email, body.zone, client(), room.request.id, goal)
    return CheckMail(email=body.email, sign_in=leading_to(SIGN_IN, goal))


@room.get("/accounts/resend", access=ANYONE, page="resend.html", title="Send the mail again")
def resend_form() -> SignUpView:
    """What asking for another mail needs: the address."""
    return SignUpView()


@room.post(
    "/accounts/resend",
    access=ANYONE,
    form=Resend,
    again=resend_form,
    page="check-mail.html",
    title="Check your mail",
    status=202,
    answers={429: (PROBLEM,)},
)
def resend(body: Resend) -> CheckMail:
    """Sends a fresh confirmation link, at most one a minute. The answer is the same for every address."""
    room.wiring.account_wishes.ask_again(body.email, client(), room.request.id)
    return CheckMail(email=body.email)


@room.get("/accounts/confirm/<token>", access=ANYONE, page="confirm.html", title="Confirm your mail address")
def confirmation(token: str) -> ConfirmView:
    """What a confirmation link would do. Looking changes nothing: mail scanners open links too."""
    room.keep_secret()
    return _confirmed(room.wiring.sign_in.confirmation(token))


@room.post(
    "/accounts/confirm/<token>",
    access=ANYONE,
    form=Confirm,
    again=confirmation,
    goes_to="{sign_in}",
    answers={429: (PROBLEM,)},
)
def confirm(token: str, body: Confirm) -> ConfirmView:
    """Uses the link: its reader chooses the password, and the account may sign in from now on."""
    room.keep_secret()
    password = body.password.get_secret_value()
    return _confirmed(room.wiring.sign_in.confirm(token, password, room.request.id, client()))


def _confirmed(found: Confirmation) -> ConfirmView:
    return ConfirmView.of(found, leading_to(f"{SIGN_IN}?confirmed=1", kept(found.onward)))


@room.get("/accounts/sign-in", access=ANYONE, page="sign-in.html", title="Sign in")
def sign_in_form(next: str = HOME, confirmed: bool = False, changed: bool = False) -> SignInView:
    """What a sign-in asks for, and where it leads."""
    goal = local_path(asked_for(next), HOME)
    ways = {"sign_up": leading_to("/accounts/sign-up", kept(goal)), "forgot": leading_to(FORGOT, kept(goal))}
    return SignInView(next=goal, **ways, confirmed=confirmed, changed=changed)


@room.post(
    "/accounts/sign-in", access=ANYONE, form=SignIn, again=sign_in_form, goes_to="{next}", answers={429: (PROBLEM,)}
)
def sign_in(body: SignIn) -> SignedInView:
    """Opens a browser's session in a cookie, at once or after a code. API clients ask for a token instead."""
    from_our_pages()
    found = room.wiring.sign_in.sign_in(body.email, body.password.get_secret_value(), client())
    goal, person = onward(body.next), found.person
    ticket = room.wiring.second_factor.ticket(person.account_id, room.request.id)
    if ticket:
        return SignedInView(
            state=ticket.purpose, next=leading_to(f"/accounts/{ticket.purpose}/{ticket.token}", goal, HOME)
        )
    begin_session(person.account_id)
    return SignedInView(account_id=person.account_id, name=person.name, roles=found.roles, next=goal)


@room.post("/accounts/tokens", access=ANYONE, form=TokenRequest, answers={429: (PROBLEM,)})
def tokens(body: TokenRequest) -> TokenView:
    """An access token for `Authorization: Bearer`, good for an hour, and no longer than the account's sessions."""
    room.keep_secret()
    account_id = room.wiring.sign_in.sign_in(body.email, body.password.get_secret_value(), client()).person.account_id
    proved = room.wiring.second_factor.demanded(account_id, body.code, room.request.id)
    return TokenView.of(room.wiring.sign_in.issue_token(account_id, proved), account_id)


@room.post("/accounts/sign-out", access=ANYONE, goes_to="/")
def sign_out() -> SignedOut:
    """Ends this browser's session at once. Without one there is nothing to end, which is fine."""
    from_our_pages()
    end_session()
    return SignedOut()
