"""The first administrator of a stage on AWS: `python -m infra.first_admin you@clinic.example`, with the environment of
the accounts room (`aws lambda get-function-configuration` shows it) and an operator's own credentials. On a laptop it
is `make admin EMAIL=`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from functions.accounts.room import Settings
from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import RotaError
from shared.runtime.bootstrap import Wiring
from shared.services.core.transitions import RequestContext

OPERATOR = RequestContext(Actor(role="system", id="admin"))


def first(wiring: Any, email: str) -> str:
    """An account that is there gets the role, another address a mail with an invitation. Raises `Invalid`,
    `NotAllowedNow`."""
    account_id = wiring.staff.first(OPERATOR, email)
    status = wiring.store.load("ACCOUNT", account_id).state["status"]
    return f"{account_id} is an administrator{': a mail with a link is on its way' if status == 'INVITED' else ''}."


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m infra.first_admin", description="Makes somebody the first administrator."
    )
    parser.add_argument("email")
    given = parser.parse_args(arguments)
    try:
        print(first(Wiring(Settings.read(os.environ), "admin"), given.email))
    except RotaError as error:
        print(f"{error.detail} {error.remedy}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
