"""Everything about accounts on ports in memory, and somebody to do it: what the tests of the account services begin
with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp

from shared.domain.accounts.account_input import RESET, RESET_LIFE, email_key
from shared.domain.accounts.second_factor import Demand
from shared.domain.core.aggregate import Actor
from shared.services.accounts.security import reset_purpose
from shared.services.core.people_records import account_of
from shared.services.core.transitions import RequestContext
from tests.fakes.wiring import FakeWiring

MAIL, WORDS, OTHER = "amara@example.org", "four unrelated words", "amber meadow compass"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OPERATOR = RequestContext(Actor(role="system", id="seed"))


def reset_link(made: FakeWiring, account_id: str) -> str:
    """As the newest email about a forgotten password has it; of no request where none waits."""
    asked_at = account_of(made.store.load("ACCOUNT", account_id)).reset_asked_at
    purpose = reset_purpose(asked_at) if asked_at else RESET
    return made.links.make(purpose, account_id, made.clock.now() + RESET_LIFE)


class AccountScene(FakeWiring):
    """`demand`: whose sign-in needs a code."""

    def __init__(self, demand: Demand = "staff", **parts: Any) -> None:
        super().__init__(**parts)
        self.settings.second_factor = demand

    def person(self, *roles: str, email: str = MAIL, name: str = "Amara Okafor") -> RequestContext:
        """Somebody who signs in; what they do for themselves."""
        id = self.sign_in.provision(OPERATOR, name, email, WORDS, roles or ("trainee",))
        return RequestContext(Actor(role="account", id=id))

    def guarded(self, *roles: str, email: str = MAIL) -> RequestContext:
        """The same with an authenticator app."""
        call = self.person(*(roles or ("finance",)), email=email)
        self.second_factor.install(OPERATOR, call.actor.id, SECRET)
        return call

    def code(self, seconds: int = 0, secret: str = SECRET) -> str:
        """What the app shows so many seconds from now."""
        return str(pyotp.TOTP(secret).at(self.sessions.wall_at + timedelta(seconds=seconds)))

    def later(self, **passed: int) -> None:
        """Both clocks go on together."""
        self.clock.move(timedelta(**passed))
        self.sessions.wall_at += timedelta(**passed)

    def state(self, call: RequestContext) -> Any:
        return self.store.load("ACCOUNT", call.actor.id).state

    def types(self, call: RequestContext) -> list[str]:
        return [row.type.removesuffix(".v1") for row in self.store.history("ACCOUNT", call.actor.id)]

    def holder(self, email: str) -> str | None:
        return self.store.claimed_by(email_key(email))

    def can_sign_in(self, email: str, password: str) -> bool:
        return (email, password) in self.identity.accounts.values()
