"""The second step of a sign-in: a code of the authenticator app, or one of the recovery codes.

A right password gives a ticket for ten minutes (a link that is never mailed), a right code uses it up and signs in.
Whose role needs a code and who has set none up yet does so at that point, before there is any session. A ticket is dead
once the account's security generation moved. Wall time throughout, except for the tickets.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.accounts.account import Account
from shared.domain.accounts.account_input import CODE, FACTOR, TICKET_LIFE
from shared.domain.accounts.second_factor import (
    RECOVERY_CODES,
    Demand,
    accepted_step,
    grouped,
    locked_until,
    needed,
    plain_code,
    recovery_hash,
    recovery_index,
    uri,
)
from shared.domain.core.errors import CodeNeeded, Expired, NotAllowedNow, WrongCredentials
from shared.domain.core.limits import WRONG_CODES
from shared.events.account import FactorFailed, FactorOffered, FactorPassed, FactorRemoved, FactorSet, RecoveryCodeUsed
from shared.ports import Link, PersonalRecord, Stored
from shared.services.accounts.account_ports import AccountPorts, own
from shared.services.core.transitions import RequestContext, retry_on_conflict

SECRET_LENGTH = 32
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True)
class Ticket:
    """What comes between password and session: `purpose` is `code`, or `factor` where one has to be set up first."""

    purpose: str
    token: str


@dataclass(frozen=True)
class Offer:
    """`secret` in base 32, `uri` the same for a picture; `name` whose account it is."""

    name: str
    secret: str
    uri: str


@dataclass(frozen=True)
class FreshFactor:
    """The recovery codes, grouped: shown now and never again."""

    account_id: str
    codes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SecondFactor(AccountPorts):
    """`demand` says whose sign-in needs a code; finance's and admins' always does."""

    demand: Demand = "staff"

    # --- between password and session ---------------------------------------------------------------------------------
    def ticket(self, account_id: str, correlation_id: str = "") -> Ticket | None:
        """None where the password is enough. Raises `NotFound`, `Busy`."""
        _, account = self._active(account_id)
        if account.factor_ref:
            return self._ticket(account, CODE)
        if not needed(account.roles, self.demand):
            return None
        return self._offer(own(account_id, correlation_id))

    def _ticket(self, account: Account, purpose: str, of: str = "") -> Ticket:
        ends, named = self.clock.now() + TICKET_LIFE, f"{purpose}:{of}" if of else purpose
        return Ticket(purpose, self.links.make(named, account.id, ends, account.generation))

    def waiting(self, token: str) -> str:
        """Whose code is asked for: the name. Raises `NotFound`, `Expired`."""
        return self.people.person(self._open(token, CODE).account_id).name

    def enter(self, token: str, code: str, correlation_id: str = "") -> str:
        """The account id, once per ticket. A wrong code leaves the ticket open.

        Raises `NotFound`, `Expired`, `WrongCredentials`, `TooManyTries`, `Busy`.
        """
        link = self._open(token, CODE)
        self.check(own(link.account_id, correlation_id), code)
        self.links.use(token)
        return link.account_id

    def demanded(self, account_id: str, code: str, correlation_id: str = "") -> bool:
        """For an API client, who sends password and code together; whether there was a code.

        Raises `CodeNeeded` where one is missing or has to be set up first, `WrongCredentials`, `TooManyTries`, `Busy`.
        """
        _, account = self._active(account_id)
        if account.factor_ref:
            if not code:
                raise CodeNeeded(
                    "This account signs in with a code as well.",
                    "Send the code of your authenticator app.",
                    field="code",
                )
            self.check(own(account_id, correlation_id), code)
            return True
        if needed(account.roles, self.demand):
            raise CodeNeeded(
                "This account needs an authenticator app.",
                "Sign in with a browser once; it is set up there.",
                field="code",
            )
        return False

    def _open(self, token: str, purpose: str) -> Link:
        link = self._link(token, purpose)
        _, account = self._active(link.account_id)
        if link.used or self._run_out(link) or link.generation != account.generation:
            raise _over()
        return link

    # --- checking -----------------------------------------------------------------------------------------------------
    def check(self, call: RequestContext, code: str) -> None:
        """A code counts once. Raises `WrongCredentials`, `TooManyTries` (after five in a row, for 15 minutes),
        `NotAllowedNow`."""
        attempt = self.ids.new()
        if not retry_on_conflict(lambda: self._checked(call, plain_code(code), attempt)):
            remedy = "Take the one that the app shows now; each works once. A recovery code does as well."
            raise WrongCredentials("This code is not right.", remedy, field="code")

    def _checked(self, call: RequestContext, code: str, attempt: str) -> bool:
        (loaded, account), now = self._active(call.actor.id), self.sessions.wall()
        held, common = self._held(account), {"status": account.status, "attempt": attempt}
        until = locked_until(account.factor_failures, account.factor_failed_at, now)
        if until:
            raise WRONG_CODES.refusal(until, now, field="code")
        accepted = accepted_step(held["secret"], code, now, account.factor_step)
        if accepted is not None:
            self._record(loaded, FactorPassed(**common, factor_step=accepted, factor_failures=0), call)
            return True
        used = account.recovery_used
        index = recovery_index(account.id, code, held["codes"], used)
        if index is not None:
            self._record(loaded, RecoveryCodeUsed(**common, recovery_used=(*used, index), factor_failures=0), call)
            return True
        failures = account.factor_failures + 1
        self._record(loaded, FactorFailed(**common, factor_failures=failures, factor_failed_at=now), call)
        return False

    def _held(self, account: Account) -> Mapping[str, Any]:
        held = self.store.text(account.factor_ref) if account.factor_ref else None
        if held is None:
            raise NotAllowedNow("No authenticator app is set up.", "Sign in again.", field="code")
        return held

    def prove(self, call: RequestContext, session_id: str, code: str) -> None:
        """A code in a session that is open: for a while it may do what only a fresh code allows. Raises as `check`."""
        self.check(call, code)
        self.sessions.prove(session_id)

    # --- setting up and removing --------------------------------------------------------------------------------------
    def begin(self, call: RequestContext, password: str) -> Ticket:
        """Somebody signed in wants to set one up, and shows that it is them. Raises `WrongCredentials`, `TooManyTries`,
        `NotAllowedNow` when there is one already."""
        if not self._is_own(call.actor.id, password):
            raise WrongCredentials(
                "The password is not right.", "Type it again; or use the link for a forgotten one.", field="password"
            )
        return self._offer(call)

    def _offer(self, call: RequestContext) -> Ticket:
        """A new secret each time, for this ticket alone; the one before is gone."""

        def decide() -> Ticket:
            loaded, account = self._active(call.actor.id)
            if account.factor_ref:
                raise NotAllowedNow("An authenticator app is set up already.", "Remove it first.")
            ref = f"{account.id}/factor-offer-{loaded.version}"
            text = PersonalRecord(ref, {"secret": _random(SECRET_LENGTH).upper()})
            event = FactorOffered(status=account.status, factor_offer_ref=ref)
            self._record(loaded, event, call, texts=(text,), drops=(account.factor_offer_ref,))
            return self._ticket(account, FACTOR, ref)

        return retry_on_conflict(decide)

    def offer(self, token: str) -> Offer:
        """What to take into the app. Raises `NotFound`, `Expired`."""
        link = self._open(token, FACTOR)
        _, account = self._active(link.account_id)
        person, secret = self.people.person(account.id), self._offered(account, link)
        return Offer(person.name, grouped(secret.lower()), uri(secret, person.email))

    def _offered(self, account: Account, link: Link) -> str:
        ref = account.factor_offer_ref
        mine = ref is not None and ref == link.purpose.partition(":")[2] and account.generation == link.generation
        held = self.store.text(ref) if ref and mine else None
        if held is None:
            raise _over()
        return str(held["secret"])

    def set_up(self, token: str, code: str, correlation_id: str = "") -> FreshFactor:
        """The first code proves that the app has the secret. Raises `NotFound`, `Expired`, `WrongCredentials`,
        `Busy`."""
        link = self._open(token, FACTOR)
        call = own(link.account_id, correlation_id)

        def decide() -> tuple[str, ...] | None:
            loaded, account = self._active(link.account_id)
            secret = self._offered(account, link)
            accepted = accepted_step(secret, plain_code(code), self.sessions.wall(), -1)
            return None if accepted is None else self._set(call, loaded, account, secret, accepted)

        codes = retry_on_conflict(decide)
        if codes is None:
            raise WrongCredentials("This code is not right.", "Take the one that the app shows now.", field="code")
        self.links.use(token)
        return FreshFactor(link.account_id, codes)

    def install(self, call: RequestContext, account_id: str, secret: str) -> None:
        """A known secret, for accounts that show how it works. One that has a factor keeps it."""

        def decide() -> None:
            loaded, account = self._active(account_id)
            if not account.factor_ref:
                self._set(call, loaded, account, secret, 0)

        retry_on_conflict(decide)

    def _set(
        self, call: RequestContext, loaded: Stored, account: Account, secret: str, accepted: int
    ) -> tuple[str, ...]:
        codes = tuple(_random(16) for _ in range(RECOVERY_CODES))
        ref = f"{account.id}/factor-{loaded.version}"
        text = PersonalRecord(ref, {"secret": secret, "codes": [recovery_hash(account.id, one) for one in codes]})
        event = FactorSet(
            status=account.status,
            factor_ref=ref,
            factor_set_at=self.clock.now(),
            factor_step=accepted,
            factor_failures=0,
            recovery_used=(),
            attempt=self.ids.new(),
            **self._over(account),  # whatever began without a code is over
        )
        self._record(loaded, event, call, texts=(text,), drops=(account.factor_offer_ref, account.mail_change_ref))
        return tuple(grouped(one) for one in codes)

    def remove(self, call: RequestContext, code: str) -> None:
        """By its owner, with a code of it: every session ends, and the next sign-in sets up another where one is
        needed.

        Raises as `check`.
        """
        self.check(call, code)
        self.take_away(call, call.actor.id)

    def take_away(self, call: RequestContext, account_id: str) -> None:
        """Without one: for whoever lost telephone and codes and was recognised by an administrator. None set up:
        nothing happens."""

        def decide() -> None:
            loaded, account = self._active(account_id)
            if account.factor_ref:
                event = FactorRemoved(status=account.status, factor_ref=None, factor_failures=0, **self._over(account))
                self._record(loaded, event, call, drops=(account.factor_ref, account.mail_change_ref))

        retry_on_conflict(decide)


def _over() -> Expired:
    return Expired("This step of the sign-in is over.", "Sign in again with your password.")


def _random(length: int) -> str:
    """Base 32 (RFC 4648): five bits a letter."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
