"""Addresses that let in whoever knows them: guessed, changed, used twice, opened by a mail scanner, leaked."""

from __future__ import annotations

import re

from infra.local.attack.accounts import link_to
from infra.local.attack.scenario import Field, attack, never, refused
from infra.local.demo.journey import PATIENCE, Trainee, expect
from infra.local.demo.reviews import HOST_LOOKS, Reviews
from infra.local.seed.catalogue import load as catalogue

KINDS = {
    "confirm": "/accounts/confirm/{}",
    "reset": "/accounts/reset/{}",
    "new address": "/accounts/mail/{}",
    "code": "/accounts/code/{}",
    "factor": "/accounts/factor/{}",
    "large CV": "/documents/shared/{}",
    "calendar": "/reservations/feed/{}.ics",
}


@attack("links", "secret addresses are guessed")
def guessed(field: Field) -> str:
    for path in KINDS.values():
        answer = field.visitor().get(path.format("A" * 43))
        never(
            "@" in re.sub(r"<[^>]*>", "", answer.text) or answer.status >= 500,
            f"{path} tells something: {answer.status}",
        )
    return f"{len(KINDS)} kinds tell nothing"


def asked_host(field: Field) -> tuple[Trainee, str]:
    """An application that waits for its host, and the host's link in the email."""
    reviewer = field.journey.staff("reviewer")
    acts = Reviews(field.journey, reviewer)
    trainee = acts.applies("Tala Nasser", HOST_LOOKS, 9)
    path = f"/applications/{trainee.application['id']}"
    reviewer.post(f"{path}/claim")
    reviewer.post(f"{path}/route")
    link = re.compile(rf"{path}/recommend/\S+")
    mail = field.journey.stack.mailbox.wait_for(
        catalogue().contacts[field.journey.host_of(trainee)].email, lambda one: bool(link.search(one.text)), PATIENCE
    )
    return trainee, link.findall(mail.text)[0]


@attack(
    "links", "a mail scanner opens the host's link before the host does; somebody answers twice; the trainee answers"
)
def host_link(field: Field) -> str:
    trainee, link = asked_host(field)
    for method in ("GET", "HEAD", "GET"):
        field.visitor().send(method, link)
    own = field.visitor()
    own.sign_in(trainee.email, trainee.password)
    looked = own.get(link)
    never(
        looked.headers.get("referrer-policy", "") not in {"no-referrer", "same-origin"}, "the address leaks by Referer"
    )
    never("no-store" not in looked.headers.get("cache-control", ""), "the page of a link may be kept by a cache")
    wrong = link[:-1] + ("A" if link[-1] != "A" else "B")
    refused(field.visitor().form(wrong, {"answer": "yes", "note": ""}), 404, 410)
    first = field.visitor().form(link, {"answer": "no", "note": "Not this year."})
    expect(first.status < 400, f"the host answers ({first.status})")
    field.visitor().form(link, {"answer": "yes", "note": ""})
    status = field.journey.staff("reviewer").get(f"/applications/{trainee.application['id']}")
    never("recommendation': 'yes'" in str(status), "the second answer counts")
    return "looking changes nothing, the first answer stands"


@attack("links", "a confirmation link is opened by a scanner, then used twice")
def confirmation(field: Field) -> str:
    browser = field.visitor()
    email = "scanner-first@example.org"
    browser.form("/accounts/sign-up", {"name": "Una Weiss", "email": email, "zone": "UTC"})
    link = link_to(field, email, "confirm")
    for method in ("HEAD", "GET"):
        field.visitor().send(method, link)
    owner = "cedar violin morning 7"
    expect(field.visitor().form(link, {"password": owner}).status == 303, "the link works once")
    field.visitor().form(link, {"password": "thief violin morning 7"})
    never(field.visitor().sign_in(email, "thief violin morning 7").status == 303, "the second use set a password")
    browser.sign_in(email, owner)
    never(not browser.signed_in, "the owner's password is no more")
    return "used once"


@attack("links", "a link leads away from the site after signing in")
def open_redirect(field: Field) -> str:
    owner = field.journey.sign_up("Vera Kovac")
    for away in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/%2f%2fevil.example",
        "javascript:alert(1)",
    ):
        browser = field.visitor()
        answer = browser.form("/accounts/sign-in", {"email": owner.email, "password": owner.password, "next": away})
        leaves = re.match(r"[a-z]+:|//|/\\", answer.location) and not answer.location.startswith(field.journey.url)
        never(leaves, f"{away} leads to {answer.location}")
    return "stays here"
