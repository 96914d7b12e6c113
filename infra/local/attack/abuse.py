"""Too much, too large, from another site, or in Stripe's name."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time

from infra.local.attack.scenario import Field, attack, never, refused
from infra.local.demo.journey import expect

EVIL = "https://evil.example"


@attack("abuse", "forty sign-ups from one source, with words for somebody else's mailbox as a name")
def sign_up_flood(field: Field) -> str:
    victim = f"victim-{secrets.token_hex(4)}@example.org"
    words = "your payment failed: https://evil.example/pay"
    browser = field.visitor()
    refused(browser.form("/accounts/sign-up", {"name": words, "email": victim, "zone": "UTC"}), 422, 202)
    answers = [
        browser.form("/accounts/sign-up", {"name": "Bo Stern", "email": f"flood-{n}-{victim}", "zone": "UTC"})
        for n in range(40)
    ]
    late = [one for one in answers if one.status == 429]
    never(not late, "forty sign-ups from one source in a minute")
    never("retry-after" not in late[0].headers, "the refusal does not say when to try again")
    never(
        any("evil.example/pay" in one.text for one in field.journey.stack.mailbox.messages(victim)),
        "a stranger's words are mailed to somebody else",
    )
    return f"{40 - len(late)} let through, then 429"


@attack("abuse", "another site posts with the visitor's cookie: sign-out, profile, password")
def cross_site(field: Field) -> str:
    owner = field.journey.sign_up("Bettina Faro")
    browser = field.visitor()
    browser.sign_in(owner.email, owner.password)
    for path, fields in (
        ("/accounts/sign-out", {}),
        ("/accounts/profile", {"name": "Changed Elsewhere", "zone": "UTC"}),
        ("/accounts/sessions/end-others", {}),
        ("/accounts/password", {"current": owner.password, "password": "elsewhere chosen 88"}),
    ):
        for origin in (EVIL, "null"):
            refused(browser.form(path, fields, Origin=origin, Sec_Fetch_Site="cross-site"), 403)
    never(not browser.signed_in, "another site ends the session")
    return "403"


@attack("abuse", "bodies: two megabytes, a hundred thousand keys, deep JSON, numbers without end")
def bodies(field: Field) -> str:
    owner = field.journey.sign_up("Carla Munk")
    browser = field.visitor()
    browser.sign_in(owner.email, owner.password)
    tries = {
        "2 MB": {"name": "x" * 2_000_000},
        "100,000 keys": {f"k{n}": "v" for n in range(60_000)},
        "other digits": {"name": "Carla Munk", "zone": "UTC", "expected_graduation": "٢٠٢٧-٠٦-٣٠"},
        "year 9999": {"name": "Carla Munk", "zone": "UTC", "expected_graduation": "99999-99-99"},
    }
    for what, fields in tries.items():
        began = time.monotonic()
        answer = browser.form("/accounts/profile", fields)
        never(answer.status >= 500, f"{what}: {answer.status}")
        never(len(answer.text) > 100_000, f"{what}: an answer of {len(answer.text)} characters")
        never(time.monotonic() - began > 10, f"{what}: {time.monotonic() - began:.0f} s")
    deep = "[" * 100_000 + "]" * 100_000
    answer = browser.send(
        "POST",
        "/accounts/tokens",
        data=deep,
        headers={"Content-Type": "application/json", "Accept": "application/json"},
    )
    never(answer.status >= 500, f"deep JSON: {answer.status}")
    return "4xx, under 100 kB"


@attack("abuse", "a delivery in Stripe's name: unsigned, signed with another key, an old one again")
def forged_webhook(field: Field) -> str:
    body = json.dumps({"id": "evt_forged", "object": "event", "type": "checkout.session.completed", "data": {}})

    def signed(key: str, at: int) -> str:
        mac = hmac.new(key.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
        return f"t={at},v1={mac}"

    now = int(time.time())
    for signature in ("", "t=1,v1=00", signed("whsec_guess", now), signed("whsec_guess", now - 600)):
        answer = field.visitor().send(
            "POST",
            "/webhooks/stripe",
            data=body,
            headers={"Stripe-Signature": signature, "Content-Type": "application/json"},
        )
        refused(answer, 400, 401, 403)
    return "400"


@attack("abuse", "drafts without end")
def drafts(field: Field) -> str:
    owner = field.journey.sign_up("Dora Weiss")
    sheet = field.journey.search(owner)
    path = {"program_id": sheet["program"]["id"], "experience_type": "hands_on", "weeks": 4}
    starts = [one["start"] for one in sheet["starts"]]
    expect(len(starts) > 24, "there are starts enough")
    token = json.loads(
        field.visitor().json("POST", "/accounts/tokens", {"email": owner.email, "password": owner.password}).text
    )["access_token"]
    last = 0
    for start in starts[:26]:
        last = (
            field.visitor()
            .json("POST", "/applications", path | {"start": start}, Authorization=f"Bearer {token}")
            .status
        )
    never(last < 400, "26 open applications of one person")
    return f"{last}"
