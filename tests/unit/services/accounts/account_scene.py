"""Everything about accounts on ports in memory, and somebody to do it: what the tests of the account services begin
with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp

from shared.domain.accounts.account_input import email_key
from shared.domain.accounts.second_factor import Demand
from shared.domain.core.aggregate import Actor
from shared.services.accounts.host_managers import HostManagers
from shared.services.accounts.second_factor import SecondFactor
from shared.services.accounts.security import AccountSecurity
from shared.services.accounts.sign_in import SignIn
from shared.services.accounts.staff import StaffAccounts
from shared.services.core.transitions import RequestContext
from tests.fakes import (
    CountingIds,
    FakeCatalogue,
    FakeGuesses,
    FakeIdentity,
    FakeLinks,
    FakePeople,
    FakeSessions,
    FakeStore,
    FrozenClock,
)

MAIL, WORDS, OTHER = "amara@example.org", "four unrelated words", "amber meadow compass"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OPERATOR = RequestContext(Actor(role="system", id="seed"))


class AccountScene:
    """`wrap` of the services puts something between them and their ports."""

    def __init__(self, demand: Demand = "staff") -> None:
        self.demand = demand
        self.store, self.clock, self.identity = FakeStore(), FrozenClock(), FakeIdentity()
        self.people, self.links = FakePeople(self.store), FakeLinks(self.clock)
        self.sessions, self.ids = FakeSessions(self.store, self.people), CountingIds()
        self.guesses = FakeGuesses(self.sessions)
        self.accounts = SignIn(**self.ports())
        self.care, self.factors, self.staffing = self.care_on(), self.factors_on(), self.staffing_on()

    def ports(self, wrap: Callable[[Any], Any] = lambda port: port) -> dict[str, Any]:
        return {
            "store": wrap(self.store),
            "people": wrap(self.people),
            "identity": wrap(self.identity),
            "sessions": self.sessions,
            "links": wrap(self.links),
            "clock": self.clock,
            "ids": self.ids,
            "guesses": self.guesses,
        }

    def care_on(self, wrap: Callable[[Any], Any] = lambda port: port) -> AccountSecurity:
        return AccountSecurity(**self.ports(wrap))

    def factors_on(self, wrap: Callable[[Any], Any] = lambda port: port) -> SecondFactor:
        return SecondFactor(**self.ports(wrap), demand=self.demand)

    def staffing_on(self, wrap: Callable[[Any], Any] = lambda port: port) -> StaffAccounts:
        return StaffAccounts(**self.ports(wrap), demand=self.demand)

    def hosting_on(self, wrap: Callable[[Any], Any] = lambda port: port) -> HostManagers:
        return HostManagers(**self.ports(wrap), catalogue=FakeCatalogue(self.store))

    def person(self, *roles: str, email: str = MAIL, name: str = "Amara Okafor") -> RequestContext:
        """Somebody who signs in; what they do for themselves."""
        id = self.accounts.provision(OPERATOR, name, email, WORDS, roles or ("trainee",))
        return RequestContext(Actor(role="account", id=id))

    def guarded(self, *roles: str, email: str = MAIL) -> RequestContext:
        """The same with an authenticator app."""
        call = self.person(*(roles or ("finance",)), email=email)
        self.factors.install(OPERATOR, call.actor.id, SECRET)
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
