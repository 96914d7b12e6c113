"""Accounts: confirm the address, sign in, keep the profile; and accounts that the operator makes. Signing up is in
`wishes.py`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.domain.accounts.account import TRAINEE, AccountEvent, AccountStatus, status_after
from shared.domain.accounts.account_input import (
    CONFIRM,
    INVITE,
    email_address,
    known_roles,
    person_name,
    zone_name,
)
from shared.domain.accounts.passwords import as_typed, new_password
from shared.domain.accounts.second_factor import Demand, needed
from shared.domain.core.errors import Expired, Invalid, NotAllowedNow
from shared.domain.core.limits import TOKEN
from shared.domain.core.machine import NEW
from shared.domain.trainees.trainee import TraineeFacts
from shared.events.people import AccountConfirmed, AccountProvisioned
from shared.ports import Link, Person
from shared.services.accounts.account_ports import SOMEWHERE, AccountPorts, Client, no_link, no_match, own
from shared.services.core.people_records import account_of
from shared.services.core.transitions import RequestContext, retry_on_conflict
from shared.services.programs.host_index import manager_entry


@dataclass(frozen=True)
class SignedIn:
    person: Person
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Token:
    """An access token of ours, good for `expires_in` seconds."""

    access_token: str
    expires_in: int


@dataclass(frozen=True)
class Profile:
    """`facts` only for trainees, None until they gave them."""

    person: Person
    roles: tuple[str, ...]
    facts: TraineeFacts | None


@dataclass(frozen=True)
class Confirmation:
    """Where a confirmation link stands: `open`, `done` (the account is confirmed) or `expired`. `invited`: by an
    administrator. `onward`: the page that the sign-up came from, or empty."""

    state: str
    name: str
    invited: bool = False
    onward: str = ""


@dataclass(frozen=True, kw_only=True)
class SignIn(AccountPorts):
    """`demand` says whose sign-in needs a code."""

    demand: Demand = "staff"

    # --- confirming ---------------------------------------------------------------------------------------------------
    def confirmation(self, token: str) -> Confirmation:
        """What a link would do; looking at it changes nothing, since mail scanners look too. Raises `NotFound`."""
        link = self._link(token, CONFIRM, INVITE)
        (_, account), invited = self._account(link.account_id), link.purpose == INVITE
        waiting = AccountStatus.INVITED if invited else AccountStatus.UNCONFIRMED
        if account is None or account.status not in (waiting, AccountStatus.ACTIVE):
            raise no_link()
        if account.status is waiting and link.generation != account.generation:
            raise no_link()  # of an invitation that was taken back, or of a sign-up before it
        state = "done" if account.status is AccountStatus.ACTIVE else "expired" if self._run_out(link) else "open"
        return Confirmation(state, self.people.person(account.id).name, invited, self._onward(account))

    def confirm(self, token: str, password: str, correlation_id: str = "", client: Client = SOMEWHERE) -> Confirmation:
        """Makes the account its reader's, with this password. A second click finds it done, and one after a crash goes
        on.

        Raises `NotFound`, `Expired` (also for another password once it is done), `TooManyTries` (of such), `Invalid`
        (the link stays open), `Busy` (repeat it).
        """
        found, link = self.confirmation(token), self._link(token, CONFIRM, INVITE)
        if found.state == "expired":
            raise Expired("This link has run out.", "Ask for a new mail; nothing that you entered is lost.")
        person = self.people.person(link.account_id)
        if found.state == "open":
            # The account's own status ends the link, together with every other one that was sent for it.
            self.identity.register(person.account_id, person.email, new_password(password, person.email, person.name))
            self._welcome(person.email)
            retry_on_conflict(lambda: self._activate(link, correlation_id))
        elif not self._is_password(person.email, password, client):
            raise Expired("This link was used before.", "Sign in with the password chosen then, or ask for a new one.")
        return replace(found, state="done")

    def _activate(self, link: Link, correlation_id: str) -> None:
        loaded, call = self.store.load("ACCOUNT", link.account_id), own(link.account_id, correlation_id)
        account = account_of(loaded)
        if account.status in (AccountStatus.UNCONFIRMED, AccountStatus.INVITED):
            if link.generation != account.generation:
                raise no_link()  # taken back at this moment
            status = status_after(account.status, AccountEvent.CONFIRM, call.actor.role)
            self._record(loaded, AccountConfirmed(status=status, confirmed_at=self.clock.now()), call)

    # --- signing in ---------------------------------------------------------------------------------------------------
    def sign_in(self, email: str, password: str, client: Client = SOMEWHERE) -> SignedIn:
        """The first step; staff go on with a code (`second_factor.py`). The same answers for an address that nobody
        has: what is counted is tries for an address. A session that is open stays so.

        Raises `WrongCredentials`, `TooManyTries`, `NotAllowedNow` (right password, disabled account), `Busy`.
        """
        account_id = self._try(self._typed(email), password, client)
        _, account = self._account(account_id)
        if account and account.status is AccountStatus.DISABLED:
            remedy = "Ask an administrator of Rota to enable it."
            raise NotAllowedNow("This account is disabled.", remedy, state=account.status.value, field="email")
        if account is None or account.status is not AccountStatus.ACTIVE:
            raise no_match()
        return SignedIn(self.people.person(account_id), account.roles)

    @staticmethod
    def _typed(email: str) -> str:
        """What cannot be an address belongs to nobody, which is said in the same words as a wrong password."""
        try:
            return email_address(email)
        except Invalid:
            raise no_match() from None

    def open_session(self, account_id: str, device: str = "", proved: bool = False) -> str:
        """A browser's session id for somebody who just signed in; `proved`: with a code. Raises `NotFound`."""
        return self.sessions.open(account_id, device, self._active(account_id)[1].generation, proved)

    def issue_token(self, account_id: str, proved: bool = False) -> Token:
        """For an API client, who has just shown password and code. Raises `NotFound`."""
        token = self.sessions.issue(account_id, self._active(account_id)[1].generation, proved)
        return Token(token, int(TOKEN.total_seconds()))

    def remember_browser(self, account_id: str, browser: str) -> str:
        """The secret that a browser keeps in which somebody has just signed in: a stranger's wrong guesses do not keep
        it out."""
        return self.browsers.remember(self.people.person(account_id).email, browser)

    def close_session(self, session_id: str) -> None:
        if session_id:
            self.sessions.close(session_id)

    # --- profile ------------------------------------------------------------------------------------------------------
    def profile(self, call: RequestContext) -> Profile:
        """The caller's own. Raises `NotFound` once erased."""
        account = account_of(self.store.load("ACCOUNT", call.actor.id))
        roles = account.roles
        return Profile(
            self.people.person(account.id), roles, self.people.facts(account.id) if TRAINEE in roles else None
        )

    def save_profile(self, call: RequestContext, name: str, zone: str, declared: TraineeFacts | None = None) -> Profile:
        """Saves what the person says. What staff verified stays verified as long as its answer is the same; documents
        stay as they are.

        `declared` None keeps the facts. Raises `Invalid`; only trainees have facts (T01).
        """
        old = self.profile(call)
        person = Person(old.person.account_id, person_name(name), old.person.email, zone_name(zone))
        facts = old.facts
        if declared:
            if TRAINEE not in old.roles:
                raise Invalid(
                    "Only trainees have a study profile.", "Leave these fields empty.", field="trainee_status"
                )
            facts = _kept(old.facts, _complete(declared))
            self.people.save_facts(person.account_id, facts)
        self.people.save_person(person)
        return Profile(person, old.roles, facts)

    # --- accounts made by the operator --------------------------------------------------------------------------------
    def provision(
        self,
        call: RequestContext,
        name: str,
        email: str,
        password: str,
        roles: Iterable[str],
        zone: str = "UTC",
        hosts: Iterable[str] = (),
    ) -> str:
        """An account that may sign in at once, with exactly these roles, and `hosts` besides those that it acts for;
        the id. Repeating it changes nothing but name, zone and password.

        Raises `Invalid` (name, email, zone, roles, password), `Busy` (repeat it).
        """
        wanted = known_roles(roles)
        name, email, zone = person_name(name), email_address(email), zone_name(zone)
        person = Person(self._holder(email), name, email, zone)
        self.people.save_person(person)
        self.identity.register(person.account_id, person.email, as_typed(password))
        retry_on_conflict(lambda: self._provide(call, person.account_id, wanted, tuple(hosts)))
        return person.account_id

    def _provide(self, call: RequestContext, account_id: str, roles: tuple[str, ...], hosts: tuple[str, ...]) -> None:
        (loaded, account), now = self._account(account_id), self.clock.now()
        held = account.hosts if account else ()
        more = tuple(host_id for host_id in hosts if host_id not in held)
        if account and account.status is AccountStatus.ACTIVE and account.roles == roles and not more:
            return
        status = status_after(account.status if account else NEW, AccountEvent.PROVISION, call.actor.role)
        created = account.created_at if account else now
        for_hosts = {"hosts": (*held, *more)} if more else {}
        # As wherever roles are given: a session that began without a code is over where one is needed from now on.
        ends = account is not None and not account.factor_ref and needed(roles, self.demand)
        over = self._over(account) if account is not None and ends else {}
        event = AccountProvisioned(status=status, id=account_id, roles=roles, created_at=created, **for_hosts, **over)
        texts = tuple(manager_entry(account_id, host_id, loaded.version + 1, now) for host_id in more)
        self._record(loaded, event, call, texts=texts)


def _complete(facts: TraineeFacts) -> TraineeFacts:
    """T01, T07: a student says when they will graduate, a graduate when they did; the other date is dropped. Raises
    `Invalid`."""
    if facts.trainee_status == "student":
        if facts.expected_graduation is None:
            raise Invalid(
                "A student will graduate on some day.",
                "Give the expected date; a guess is fine.",
                field="expected_graduation",
            )
        return facts.model_copy(update={"graduation_year": None})
    if facts.graduation_year is None:
        raise Invalid("A graduate has a year of graduation.", "Give the year on your diploma.", field="graduation_year")
    return facts.model_copy(update={"expected_graduation": None})


def _kept(old: TraineeFacts | None, declared: TraineeFacts) -> TraineeFacts:
    if old is None:
        return declared.model_copy(update={"step1_verified": False, "step2_ck_verified": False, "documents": ()})
    return declared.model_copy(
        update={
            "step1_verified": old.step1_verified and old.step1 == declared.step1,
            "step2_ck_verified": old.step2_ck_verified and old.step2_ck == declared.step2_ck,
            "documents": old.documents,
            "visa_words": old.visa_words if declared.visa_type == old.visa_type else "",
        }
    )
