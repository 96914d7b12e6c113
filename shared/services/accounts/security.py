"""What people do for their own account: a forgotten or another password, another address, and where they are signed in.

A link's single use is the account's own state: the event that does what the link is for counts the security generation
up, under which the link was made, in the same transaction. So it ends every other link as well, no crash leaves a used
one open or a good one spent, and whatever else ends everything (a new password, the end of all sessions, a removed app,
a disabled account, another address) ends the links too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.domain.accounts.account import Account
from shared.domain.accounts.account_input import MAIL, RESEND_AFTER, RESET, STOP, email_address, email_key
from shared.domain.accounts.passwords import as_typed, new_password
from shared.domain.core.errors import Busy, Duplicate, Expired, Invalid, RotaError, WrongCredentials
from shared.domain.core.limits import ADDRESS_CHANGES, ADDRESS_CHANGES_TO
from shared.events.account import MailChangeAsked, MailChanged, MailChangeStopped, PasswordChanged, SessionsEnded
from shared.ports import Link, OpenSession, Person, PersonalRecord, UniqueKey
from shared.services.accounts.account_ports import SOMEWHERE, AccountPorts, Client, email_claim, no_link, own
from shared.services.core.transitions import RequestContext, retry_on_conflict


@dataclass(frozen=True)
class LinkState:
    """Where a link stands: `open`, `done` (what it is for has happened) or `expired`; one that stops a change may also
    come too late (`moved`). `email` is the new address of a change; `onward` the page that a forgotten password was
    asked for from."""

    state: str
    name: str
    email: str = ""
    onward: str = ""
    account_id: str = ""


@dataclass(frozen=True)
class Safety:
    """`sessions` newest first, `here` the handle of the one that asks (empty for an API client)."""

    person: Person
    account: Account
    sessions: tuple[OpenSession, ...]
    here: str


@dataclass(frozen=True, kw_only=True)
class AccountSecurity(AccountPorts):
    # --- forgotten password -------------------------------------------------------------------------------------------
    def resetting(self, token: str) -> LinkState:
        """What the link would do; looking at it changes nothing. Raises `NotFound`."""
        return self._resetting(self._link(token, RESET))

    def _resetting(self, link: Link) -> LinkState:
        _, account = self._active(link.account_id)
        over = account.reset_asked_at is None or account.generation != link.generation
        state = "done" if over else "expired" if self._run_out(link) else "open"
        return LinkState(state, self.people.person(account.id).name, onward=self._onward(account))

    def reset(self, token: str, password: str, correlation_id: str = "", client: Client = SOMEWHERE) -> LinkState:
        """Sets the password and ends every session. The same again is answered the same.

        Raises `NotFound`, `Expired` (run out, used for another password, or ended by what happened since),
        `TooManyTries` (of the latter), `Invalid` (the link stays open), `Busy` (repeat it).
        """
        link = self._link(token, RESET)
        found, person = self._resetting(link), self.people.person(link.account_id)
        if found.state == "expired":
            raise Expired(
                "This link has run out: it works for an hour.", "Ask for a new email; your password is as it was."
            )
        if found.state == "done" and not self._is_password(person.email, password, client):
            raise Expired(
                "This link was used before, or your account was changed since.",
                "Sign in with your newest password, or ask for a new email.",
            )
        if found.state == "open":
            self.identity.register(link.account_id, person.email, new_password(password, person.email, person.name))
            # Whoever has the newest password may use it at once; before the link ends, so that a crash in between comes
            # here again.
            self._welcome(person.email)
            retry_on_conflict(lambda: self._changed(own(link.account_id, correlation_id), link))
        return replace(found, state="done")

    def _changed(self, call: RequestContext, link: Link | None = None) -> None:
        """By a link only while it is open."""
        loaded, account = self._active(call.actor.id)
        if link and (account.reset_asked_at is None or account.generation != link.generation):
            return
        event = PasswordChanged(status=account.status, password_changed_at=self.clock.now(), **self._over(account))
        self._record(loaded, event, call, drops=(account.mail_change_ref, account.factor_offer_ref))

    def change_password(self, call: RequestContext, current: str, password: str) -> None:
        """Ends every session, the caller's own too: it is opened anew.

        Raises `WrongCredentials`, `TooManyTries`, `Invalid`, `Busy`. After a crash in between, repeating it goes on:
        then the new one is the present one. Both are looked at, so a wrong change counts as two tries.
        """
        (_, account), person = self._active(call.actor.id), self.people.person(call.actor.id)
        password = new_password(password, person.email, person.name)
        if as_typed(current) == password:
            raise Invalid("This is the password that you have.", "Choose another one.", field="password")
        if not self._is_own(account.id, current, "current") and not self._is_own(account.id, password, "current"):
            raise WrongCredentials(
                "The present password is not right.",
                "Type it again; or use the link for a forgotten one.",
                field="current",
            )
        self.identity.register(account.id, person.email, password)
        retry_on_conflict(lambda: self._changed(call))

    # --- another address ----------------------------------------------------------------------------------------------
    def ask_mail_change(self, call: RequestContext, email: str, password: str) -> str:
        """A link goes to the new address, which is returned; the present one is told, with a link that stops it. The
        same answer for an address that is somebody else's: that gets no email.

        Raises `Invalid`, `WrongCredentials`, `TooManyTries`, `Busy`.
        """
        wanted, person = email_address(email), self.people.person(call.actor.id)
        if wanted == person.email:
            raise Invalid("This is the address that you have.", "Write the new one.", field="email")
        if not self._is_own(call.actor.id, password):
            raise WrongCredentials(
                "The password is not right.", "Type it again; or use the link for a forgotten one.", field="password"
            )
        _, account = self._active(call.actor.id)
        if not self._just_asked(account, wanted):
            self._paced((ADDRESS_CHANGES, account.id), (ADDRESS_CHANGES_TO, wanted), field="email")
            retry_on_conflict(lambda: self._ask_mail_change(call, wanted))
        return wanted

    def _just_asked(self, account: Account, wanted: str) -> bool:
        asked_at = account.mail_change_asked_at
        lately = asked_at is not None and self.clock.now() - asked_at < RESEND_AFTER
        return lately and self._address(account.mail_change_ref) == wanted

    def _ask_mail_change(self, call: RequestContext, wanted: str) -> None:
        loaded, account = self._active(call.actor.id)
        if self._just_asked(account, wanted):
            return
        ref = f"{account.id}/mail-{loaded.version}"
        event = MailChangeAsked(status=account.status, mail_change_ref=ref, mail_change_asked_at=self.clock.now())
        text = PersonalRecord(ref, {"email": wanted})
        self._record(loaded, event, call, texts=(text,), drops=(account.mail_change_ref,))

    def _address(self, ref: str | None) -> str:
        """What an erasable item of an address says; empty once it is erased, and for none."""
        return str((self.store.text(ref) or {}).get("email", "")) if ref else ""

    def moving(self, token: str) -> LinkState:
        """What a link at the new address would do. Raises `NotFound`, also when a later wish has taken its place, or
        something ended it."""
        return self._moving(self._link(token, MAIL))

    def _moving(self, link: Link) -> LinkState:
        _, account = self._active(link.account_id)
        ref, person = link.purpose.partition(":")[2], self.people.person(account.id)
        if account.mail_ref == ref:
            return LinkState("done", person.name, self._address(ref))
        if account.mail_change_ref != ref or account.generation != link.generation:
            raise no_link()
        return LinkState("expired" if self._run_out(link) else "open", person.name, self._address(ref))

    def move(self, token: str, correlation_id: str = "") -> LinkState:
        """From now on the new address signs in and gets the emails; the old one is told, and every session is over.
        Every step may be repeated after a crash.

        Raises `NotFound`, `Expired`, `Duplicate` (the address has got an account meanwhile), `Busy`.
        """
        link = self._link(token, MAIL)
        found = self._moving(link)
        if found.state == "expired":
            raise Expired(
                "This link has run out: it works for a day.", "Ask for the change again; your address is as it was."
            )
        if found.state == "open":
            self._move(link, found.email, own(link.account_id, correlation_id))
        person = self.people.person(link.account_id)
        if person.email != found.email:
            self.people.save_person(replace(person, email=found.email))
        return LinkState("done", found.name, found.email, account_id=link.account_id)

    def _move(self, link: Link, email: str, call: RequestContext) -> None:
        """The user pool first, so that a crash in between comes here again; what ends the link at this very moment
        moves it back."""
        former = self.people.person(link.account_id).email
        if self.store.claimed_by(email_key(email)) not in (None, link.account_id):
            raise _taken()
        self.identity.move(link.account_id, email)
        try:
            retry_on_conflict(lambda: self._moved(call, link, email, former))
        except RotaError as error:
            if not isinstance(error, Busy):
                self.identity.move(link.account_id, former)
            raise

    def _moved(self, call: RequestContext, link: Link, email: str, former: str) -> None:
        (loaded, account), ref = self._active(call.actor.id), link.purpose.partition(":")[2]
        if account.mail_ref == ref:
            return
        if account.mail_change_ref != ref or account.generation != link.generation:
            raise no_link()
        told, wanted = PersonalRecord(f"{account.id}/former-mail-{loaded.version}", {"email": former}), email_key(email)
        held = self.store.claimed_by(wanted)
        if held not in (None, account.id):
            raise _taken()
        event = MailChanged(
            status=account.status,
            mail_ref=ref,
            former_mail_ref=told.ref,
            mail_changed_at=self.clock.now(),
            **self._over(account),
        )
        claim, had = UniqueKey(wanted, account.id), email_claim(former, account.id)
        releases = (had,) if self.store.claimed_by(had.key) == account.id else ()
        self._record(
            loaded,
            event,
            call,
            texts=(told,),
            keys=() if held else (claim,),
            releases=releases,
            drops=(account.factor_offer_ref,),
        )

    def stopping(self, token: str) -> LinkState:
        """What a link that stops a change would do. Raises `NotFound`."""
        return self._stopping(self._link(token, STOP))

    def _stopping(self, link: Link) -> LinkState:
        _, account = self._active(link.account_id)
        waits = account.mail_change_ref == link.purpose.partition(":")[2] and account.generation == link.generation
        moved = account.mail_ref == link.purpose.partition(":")[2]
        state = "open" if waits else "moved" if moved else "done"
        return LinkState(state, self.people.person(account.id).name)

    def stop(self, token: str, correlation_id: str = "") -> LinkState:
        """Who reads the present address did not ask for another one: the link at the new address is dead, and every
        session is over, since somebody knows the password. Raises `NotFound`, `Busy`."""
        link = self._link(token, STOP)

        def decide() -> LinkState:
            found, (loaded, account) = self._stopping(link), self._active(link.account_id)
            if found.state == "open":
                event = MailChangeStopped(
                    status=account.status, mail_change_stopped_at=self.clock.now(), **self._over(account)
                )
                drops = (account.mail_change_ref, account.factor_offer_ref)
                self._record(loaded, event, own(account.id, correlation_id), drops=drops)
                return replace(found, state="done")
            return found

        return retry_on_conflict(decide)

    # --- where somebody is signed in ----------------------------------------------------------------------------------
    def safety(self, call: RequestContext, session_id: str = "") -> Safety:
        """The caller's own. `session_id` is their cookie's."""
        _, account = self._active(call.actor.id)
        live = tuple(one for one in self.sessions.listed(account.id) if one.epoch == account.generation)
        here = self.sessions.handle(session_id) if session_id else ""
        return Safety(self.people.person(account.id), account, live, here)

    def end_session(self, call: RequestContext, handle: str) -> None:
        """Another person's handle, or none's, ends nothing and says nothing."""
        self.sessions.end(call.actor.id, handle)

    def end_all(self, call: RequestContext) -> None:
        """Every session and access token; whoever goes on is signed in anew."""

        def decide() -> None:
            loaded, account = self._active(call.actor.id)
            drops = (account.mail_change_ref, account.factor_offer_ref)
            self._record(loaded, SessionsEnded(status=account.status, **self._over(account)), call, drops=drops)

        retry_on_conflict(decide)


def _taken() -> Duplicate:
    return Duplicate(
        "This address has got an account of its own meanwhile.", "Use another address, or that account.", key="email"
    )
