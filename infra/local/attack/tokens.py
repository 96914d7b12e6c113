"""What a client holds: cookies and tokens, forged, kept, taken elsewhere."""

from __future__ import annotations

import base64
import json
import re

from infra.local.attack.scenario import Field, attack, never, refused
from infra.local.attack.visitor import SESSION, Visitor
from infra.local.demo.journey import Trainee, expect


def token_of(field: Field, owner: Trainee) -> str:
    answer = field.visitor().json("POST", "/accounts/tokens", {"email": owner.email, "password": owner.password})
    expect(answer.status < 300, f"a token is given ({answer.status})")
    return str(json.loads(answer.text)["access_token"])


def with_token(browser: Visitor, path: str, token: str) -> int:
    return browser.json("GET", path, Authorization=f"Bearer {token}").status


@attack("tokens", "the token that our API hands out is taken to the user pool, to change address and password there")
def to_the_pool(field: Field) -> str:
    owner = field.journey.sign_up("Wanda Reis")
    token = token_of(field, owner)
    pool = field.journey.stack.info.aws.client("cognito-idp")
    for name, arguments in (
        ("get_user", {}),
        ("update_user_attributes", {"UserAttributes": [{"Name": "email", "Value": "evil@thief.example"}]}),
        ("change_password", {"PreviousPassword": owner.password, "ProposedPassword": "Thief violin 77!"}),
    ):
        try:
            getattr(pool, name)(AccessToken=token, **arguments)
        except pool.exceptions.ClientError:
            continue
        never(True, f"the pool takes our token for {name}")
    never("." in token, "the token is a readable one")
    return "opaque: the pool knows nothing of it"


@attack("tokens", "a token goes on after signing out everywhere, and after the password was changed")
def kept_token(field: Field) -> str:
    owner = field.journey.sign_up("Xenia Roth")
    token, browser = token_of(field, owner), field.visitor()
    expect(with_token(field.visitor(), "/accounts/me", token) == 200, "the token works")
    browser.sign_in(owner.email, owner.password)
    browser.form("/accounts/sessions/end-others")
    never(with_token(field.visitor(), "/accounts/me", token) != 401, "the token outlives the end of all sessions")
    again = token_of(field, owner)
    browser.form("/accounts/password", {"current": owner.password, "password": "granite willow echo 5"})
    never(with_token(field.visitor(), "/accounts/me", again) != 401, "the token outlives its password")
    return "401 at once"


@attack("tokens", "a cookie of before signing out is sent again")
def kept_cookie(field: Field) -> str:
    owner = field.journey.sign_up("Yara Simon")
    browser = field.visitor()
    browser.sign_in(owner.email, owner.password)
    kept = dict(browser.cookies)
    never(SESSION not in kept, "the session's cookie has another name or no __Host- prefix")
    browser.form("/accounts/sign-out")
    browser.cookies = kept
    never(browser.signed_in, "the session goes on")
    return "ended"


@attack("tokens", "tokens are forged: none, unsigned, of another pool, with other roles")
def forged(field: Field) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {"sub": "admin-1", "cognito:groups": ["admin"], "token_use": "access", "exp": 4_000_000_000}
    tries = (
        f"{part({'alg': 'none'})}.{part(claims)}.",
        f"{part({'alg': 'HS256', 'kid': 'unknown'})}.{part(claims)}.{part('x')}",
        "A" * 43,
        "",
        "null",
    )
    for token in tries:
        status = with_token(field.visitor(), "/accounts/staff", token)
        never(status not in (401, 403), f"{token[:20]}... is answered {status}")
    return "401"


@attack("tokens", "a trainee reads and changes what is somebody else's, and what is the staff's")
def somebody_elses(field: Field) -> str:
    one, other = field.journey.sign_up("Zora Klein"), field.journey.sign_up("Anouk Berg")
    program = field.journey.search(one)
    wish = {
        "program_id": program["program"]["id"],
        "experience_type": "hands_on",
        "start": program["starts"][9]["start"],
    }
    mine = one.client.post("/applications", wish | {"weeks": 4})
    token = token_of(field, other)
    for method, path in (
        ("GET", f"/applications/{mine['id']}"),
        ("POST", f"/applications/{mine['id']}/submit"),
        ("POST", f"/applications/{mine['id']}/withdraw"),
    ):
        answer = field.visitor().json(method, path, {} if method == "POST" else None, Authorization=f"Bearer {token}")
        refused(answer, 404)
        never("Zora" in answer.text, "the refusal names its owner")
    for path in ("/accounts/staff", f"/workspace/programs/{wish['program_id']}/guidelines"):
        refused(field.visitor().json("GET", path, Authorization=f"Bearer {token}"), 403, 404)
    for path in (f"/applications/{mine['id']}/claim", f"/applications/{mine['id']}/approve"):
        own = token_of(field, one)
        refused(field.visitor().json("POST", path, {"overrides": []}, Authorization=f"Bearer {own}"), 403, 404)
    return "404 and 403"


@attack("tokens", "staff sign in without the app that their role needs")
def staff_without_a_code(field: Field) -> str:
    account = next(one for one in field.journey.stack.sign_ins if "admin" in one.role)
    browser = field.visitor()
    answer = browser.sign_in(account.email, account.password)
    never(browser.signed_in, "a session without a code")
    refused(field.visitor().json("POST", "/accounts/tokens", {"email": account.email, "password": account.password}))
    ticket = re.search(r"/accounts/code/([^?\s]+)", answer.location)
    expect(ticket, "the code is asked for")
    for number in range(6):
        last = browser.form(answer.location.partition("?")[0], {"code": f"{number:06d}"})
    refused(last, 429, 404, 410, 422)
    never(browser.signed_in, "a guessed code let somebody in")
    return f"six guessed codes: {last.status}"
