"""Everything about accounts on ports in memory, and somebody to do it: what the tests of the account services begin
with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp

from shared.domain.accounts.account_input import MAIL_LIFE, RESET, RESET_LIFE, email_key
from shared.domain.accounts.second_factor import Demand
from shared.domain.core.aggregate import Actor
from shared.services.core.transitions import RequestContext
from tests.fakes.wiring import FakeWiring

MAIL, WORDS, OTHER = "amara@example.org", "four unrelated words", "amber meadow compass"
NEW = "amara@clinic.example"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OPERATOR = RequestContext(Actor(role="system", id="seed"))


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

    def link(self, purpose: str, account_id: str, life: timedelta) -> str:
        """What the worker of emails makes for one, now."""
        generation = self.store.load("ACCOUNT", account_id).state.get("session_epoch", 0)
        return self.links.make(purpose, account_id, self.clock.now() + life, generation)

    def reset_link(self, call: RequestContext) -> str:
        return self.link(RESET, call.actor.id, RESET_LIFE)

    def asked(self) -> tuple[RequestContext, str]:
        """Somebody who forgot the password, with the link."""
        call = self.person()
        self.account_wishes.reset(MAIL)
        return call, self.reset_link(call)

    def mail_link(self, call: RequestContext) -> str:
        return self.link(f"mail:{self.state(call)['mail_change_ref']}", call.actor.id, MAIL_LIFE)

    def moving(self, email: str = NEW) -> tuple[RequestContext, str]:
        """Somebody who wants another address, with the link."""
        call = self.person()
        self.account_security.ask_mail_change(call, email, WORDS)
        return call, self.mail_link(call)

    def bearer(self, token: str) -> bool:
        """Whether an access token counts."""
        return self.sessions.bearer(token) is not None

    def state(self, call: RequestContext) -> Any:
        return self.store.load("ACCOUNT", call.actor.id).state

    def types(self, call: RequestContext) -> list[str]:
        return [row.type.removesuffix(".v1") for row in self.store.history("ACCOUNT", call.actor.id)]

    def holder(self, email: str) -> str | None:
        return self.store.claimed_by(email_key(email))

    def can_sign_in(self, email: str, password: str) -> bool:
        return (email, password) in self.identity.accounts.values()
