"""Ways to take an account over: a password that was known once, a session that was stolen, guesses."""

from __future__ import annotations

import json
import re
import secrets
from datetime import timedelta

from infra.local.attack.scenario import Field, attack, never, refused
from infra.local.attack.visitor import Visitor
from infra.local.clock.mover import mover_of
from infra.local.demo.authenticator_codes import fresh_code
from infra.local.demo.journey import PATIENCE, Trainee, expect

NEW = "amber meadow compass 41"


def link_to(field: Field, email: str, page: str, not_this: str = "") -> str:
    """The newest link to that page of the accounts room in somebody's mail."""

    def has(message: object) -> bool:
        found = re.findall(rf"/accounts/{page}/\S+", getattr(message, "text", ""))
        return bool(found) and found[0] != not_this

    mail = field.journey.stack.mailbox.wait_for(email, has, PATIENCE)
    return str(re.findall(rf"/accounts/{page}/\S+", mail.text)[0])


def thief_of(field: Field, owner: Trainee) -> Visitor:
    """Somebody who knows the password and signs in with it."""
    thief = field.visitor()
    thief.sign_in(owner.email, owner.password)
    expect(thief.signed_in, "the thief is signed in")
    return thief


def resets(field: Field, owner: Trainee) -> str:
    """The owner forgets the password and sets another one, which ends everything; returns the link that was used."""
    browser = field.visitor()
    browser.form("/accounts/forgot", {"email": owner.email})
    link = link_to(field, owner.email, "reset")
    used = browser.form(link, {"password": NEW})
    expect(used.status == 303, f"the owner sets another password ({used.status} {used.text[:100]})")
    owner.password = NEW
    return link


@attack("accounts", "a thief asks for another address, the owner resets the password, the thief presses the link")
def moved_after_a_reset(field: Field) -> str:
    owner, evil = field.journey.sign_up("Lena Ortiz"), f"evil-{secrets.token_hex(4)}@thief.example"
    thief = thief_of(field, owner)
    asked = thief.form("/accounts/mail", {"email": evil, "password": owner.password})
    expect(asked.status == 202, f"the change is asked for ({asked.status})")
    link = link_to(field, evil, "mail")
    resets(field, owner)
    thief.form(link)
    never(field.visitor().sign_in(evil, NEW).status == 303, "the account answers to the thief's address")
    back = field.visitor()
    back.sign_in(owner.email, NEW)
    never(not back.signed_in, "the owner's own address no longer signs in")
    return "the link is dead"


@attack("accounts", "a used reset link is used again after another one was asked for")
def reset_link_again(field: Field) -> str:
    owner = field.journey.sign_up("Marta Silva")
    used = resets(field, owner)
    clock = mover_of(field.journey.stack.info)
    clock.move(clock.clock.now() + timedelta(minutes=2))
    field.visitor().form("/accounts/forgot", {"email": owner.email})
    link_to(field, owner.email, "reset", not_this=used)
    field.visitor().form(used, {"password": "chosen by a thief 99"})
    never(field.visitor().sign_in(owner.email, "chosen by a thief 99").status == 303, "the old link set a password")
    return "refused for ever"


@attack("accounts", "an app is begun in a stolen session and finished after the owner ended everything")
def factor_after_the_end(field: Field) -> str:
    owner = field.journey.sign_up("Noor Haddad")
    thief = thief_of(field, owner)
    begun = thief.form("/accounts/security/factor", {"password": owner.password})
    expect(begun.status == 303, f"setting up an app begins ({begun.status})")
    page = thief.get(begun.location)
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page.text)
    expect(found, "the page offers a secret")
    resets(field, owner)
    code = fresh_code(found.group(1).replace(" ", "") if found else "")
    thief.form(begun.location.partition("?")[0], {"code": code})
    never(thief.signed_in, "the thief is signed in with an app of their own")
    never(
        field.visitor().sign_in(owner.email, NEW).location.startswith("/accounts/code"),
        "the account asks for the thief's app",
    )
    return "the ticket is dead"


@attack("accounts", "an access token begins to set up an authenticator app")
def factor_by_token(field: Field) -> str:
    owner, thief = field.journey.sign_up("Olga Petrova"), field.visitor()
    answer = thief.json("POST", "/accounts/tokens", {"email": owner.email, "password": owner.password})
    bearer = f"Bearer {json.loads(answer.text)['access_token']}"
    return refused(
        thief.json("POST", "/accounts/security/factor", {"password": owner.password}, Authorization=bearer), 401, 403
    )


@attack("accounts", "eleven guesses at a password, then the right one")
def guesses(field: Field) -> str:
    owner, thief = field.journey.sign_up("Petra Novak"), field.visitor()
    known = field.visitor()
    known.sign_in(owner.email, owner.password)
    answers = [thief.sign_in(owner.email, f"guess number {number}") for number in range(11)]
    refused(answers[-1], 429)
    never("retry-after" not in answers[-1].headers, "the refusal does not say when to try again")
    refused(thief.sign_in(owner.email, owner.password), 429)
    never(not known.signed_in, "a stranger's guesses end the owner's session")
    return f"429, Retry-After {answers[-1].headers['retry-after']} s; the owner's browser goes on"


@attack("accounts", "addresses are told apart by what is answered to them")
def known_or_not(field: Field) -> str:
    owner, stranger = field.journey.sign_up("Rosa Lindt"), f"nobody-{secrets.token_hex(4)}@example.org"
    for path in ("/accounts/forgot", "/accounts/resend"):
        known, unknown = (field.visitor().form(path, {"email": email}) for email in (owner.email, stranger))
        same = known.text.replace(owner.email, "") == unknown.text.replace(stranger, "")
        never(known.status != unknown.status or not same, f"{path} answers a known address otherwise than an unknown")
    taken, free = (
        field.visitor().form("/accounts/sign-up", {"name": "Rosa Lindt", "email": email, "zone": "UTC"})
        for email in (owner.email, stranger)
    )
    never(taken.status != free.status, "sign-up says that an address is taken")
    return "the same words"


@attack("accounts", "a weak password is chosen: a common one, the own address")
def weak(field: Field) -> str:
    owner = field.journey.sign_up("Sara Blum")
    browser = field.visitor()
    browser.sign_in(owner.email, owner.password)
    for weak_one in ("password1234", owner.email):
        refused(browser.form("/accounts/password", {"current": owner.password, "password": weak_one}), 422)
    return "422"
