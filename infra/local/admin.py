"""`make admin`: what an operator does from a terminal, on the running local stack and through the product's own
services.

people · first EMAIL · code EMAIL · provision NAME EMAIL ROLE... · erase EMAIL|ACCOUNT [--despite-seats] · check
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from pathlib import Path

import pyotp

from infra.local.checks.consistency import check_consistency
from infra.local.seed.loader import wiring
from infra.local.stack import stack_info
from infra.local.stack.child_process import StackError
from infra.local.stack.ministack import REGION
from infra.local.stack.stack_info import StackInfo
from shared.adapters.s3_documents import S3Documents
from shared.domain.accounts.account_input import email_key
from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import RotaError
from shared.services.core.transitions import RequestContext
from shared.services.operations.erasure import Erasure

ADMIN = RequestContext(Actor(role="system", id="admin"))


def people(info: StackInfo) -> str:
    """The demo sign-ins of this state, one a line."""
    path = Path(info.state_dir) / "sign-ins.json"
    found = json.loads(path.read_text()) if path.exists() else []
    return (
        "\n".join(f"{item['role']:<12} {item['email']:<34} {item['password']}" for item in found) or "No demo accounts."
    )


def first(info: StackInfo, email: str) -> str:
    """The first administrator (`make admin EMAIL=`). Raises `Invalid`, `NotAllowedNow` for an address that nobody has
    confirmed."""
    made = wiring(info)
    account_id = made.staff.first(ADMIN, email)
    invited = made.store.load("ACCOUNT", account_id).state["status"] == "INVITED"
    way = (
        f"A mail with a link is on its way: {info.public_url}/_local/mail"
        if invited
        else "They have the role from the next click on."
    )
    return f"{account_id}  {email}  admin. {way} The first sign-in sets up an authenticator app."


def code(info: StackInfo, email: str) -> str:
    """What the authenticator app of a demo account shows now. Raises `StackError` for an account whose app is not
    ours."""
    path = Path(info.state_dir) / "sign-ins.json"
    found = json.loads(path.read_text()) if path.exists() else []
    secret = next((item.get("secret", "") for item in found if item["email"] == email), "")
    if not secret:
        raise StackError(f"No demo account with a code has the address {email}. See: make admin ARGS=people")
    return str(pyotp.TOTP(secret).now())


def provision(info: StackInfo, name: str, email: str, roles: list[str]) -> str:
    """An account with exactly these roles and a fresh password. Raises `Invalid` for a name, address or role that is
    none."""
    password = f"Rota-{secrets.token_urlsafe(9)}-1a"
    account_id = wiring(info).sign_in.provision(ADMIN, name, email, password, roles)
    return f"{account_id}  {email}  {password}"


def account_of(info: StackInfo, whom: str) -> str:
    """The account with that address; an account id as it is. Raises `StackError` when nobody has the address."""
    account_id = wiring(info).store.claimed_by(email_key(whom)) if "@" in whom else whom
    if account_id is None:
        raise StackError(f"Nobody has the address {whom}. See: make admin ARGS=people")
    return account_id


def erase(info: StackInfo, whom: str, despite_seats: bool) -> str:
    """Erases the person with that address; by account id also one whose erasure began and did not end, since the
    address is free then.

    Raises `StackError` and `NotFound` when there is none, `NotAllowedNow` while a seat is held.
    """
    made, account_id = wiring(info), account_of(info, whom)
    documents = S3Documents(lambda: info.aws.client("s3"), info.outputs["UploadBucket"])
    erasing = Erasure(
        store=made.store,
        people=made.people,
        file_store=documents,
        identity=made.identity,
        sessions=made.sessions,
        clock=made.clock,
    )
    return (
        f"{erasing.erase(ADMIN, account_id, despite_seats)} items and files of {account_id} are gone; rows, seats "
        "and money stay."
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make admin ARGS=...", description="Operator commands against the running local stack."
    )
    parser.add_argument("--state-dir", type=Path, default=Path(".rota"), help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("people", help="the demo sign-ins")
    for name, about in (
        ("first", "makes somebody the first administrator"),
        ("code", "what a demo account's authenticator app shows now"),
    ):
        commands.add_parser(name, help=about).add_argument("email")
    made = commands.add_parser("provision", help="an account with roles; prints its password")
    made.add_argument("name")
    made.add_argument("email")
    made.add_argument("roles", nargs="+")
    gone = commands.add_parser("erase", help="erase a person")
    gone.add_argument("whom", metavar="email-or-account")
    gone.add_argument("--despite-seats", action="store_true", help="although a rotation is ahead")
    commands.add_parser("check", help="consistency: histories, hash chains, seats and money against what is stored")
    given = parser.parse_args()
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    try:
        info = stack_info.load(given.state_dir)
        if given.command == "people":
            print(people(info))
        elif given.command in ("first", "code"):
            print((first if given.command == "first" else code)(info, given.email))
        elif given.command == "provision":
            print(provision(info, given.name, given.email, given.roles))
        elif given.command == "erase":
            account_id = account_of(info, given.whom)
            print(
                f"Erasing {account_id}. Should this be cut off: make admin ARGS='erase {account_id}' goes on.",
                flush=True,
            )
            print(erase(info, account_id, given.despite_seats))
        else:
            report = check_consistency(info)
            print(report)
            return 1 if report.broken else 0
    except StackError as error:
        print(f"admin: {error}", file=sys.stderr)
        return 1
    except RotaError as error:
        print(f"admin: {error.detail} {error.remedy}".strip(), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
