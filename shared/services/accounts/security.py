"""What people do for their own account: a forgotten or another password, another address, and where they are signed in.

A link's single use is the account's own state (`reset_asked_at`, `mail_change_ref`): the event that does what the link
is for ends it and every other one of its kind in the same transaction, so that no crash leaves a used link open or a
good one spent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.accounts.account import Account, AccountStatus
from shared.domain.accounts.account_input import MAIL, RESEND_AFTER, RESET, email_address, email_key, new_password
from shared.domain.core.errors import Duplicate, Expired, Invalid, WrongCredentials
from shared.domain.core.instants import iso
from shared.events.account import MailChangeAsked, MailChanged, PasswordChanged, PasswordResetAsked, SessionsEnded
from shared.ports import Link, OpenSession, Person, PersonalRecord, UniqueKey, UnitOfWork
from shared.services.accounts.account_ports import AccountPorts, no_link, onward_text, own
from shared.services.core.transitions import RequestContext, retry_on_conflict


def reset_purpose(asked_at: datetime) -> str:
    """What a link for a forgotten password is for: the request of that instant, and no other."""
    return f"{RESET}:{iso(asked_at)}"


@dataclass(frozen=True)
class LinkState:
    """Where a link stands: `open`, `done` (what it is for has happened) or `expired`. `email` is the new address of a
    change; `onward` the page that a forgotten password was asked for from."""

    state: str
    name: str
    email: str = ""
    onward: str = ""


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
    def forgot(self, email: str, correlation_id: str = "", onward: str = "") -> None:
        """Asks for a mail with a link, at most one a minute; the same silence for every other address. `onward`, a path
        of ours, is where the sign-in with the new password goes on. Raises `Invalid`, `Busy`."""
        account_id = self.store.claimed_by(email_key(email))
        if account_id:
            retry_on_conflict(lambda: self._ask(account_id, correlation_id, onward))

    def _ask(self, account_id: str, correlation_id: str, onward: str) -> None:
        (loaded, account), now = self._account(account_id), self.clock.now()
        if account is None or account.status is not AccountStatus.ACTIVE or self._lately(account.reset_asked_at):
            return
        kept = onward_text(account_id, loaded.version + 1, onward)
        event = PasswordResetAsked(status=account.status, reset_asked_at=now, onward_ref=kept[0].ref if kept else None)
        self._record(loaded, event, own(account_id, correlation_id), texts=kept)

    def _lately(self, asked_at: datetime | None) -> bool:
        return asked_at is not None and self.clock.now() - asked_at < RESEND_AFTER

    def resetting(self, token: str) -> LinkState:
        """What the link would do; looking at it changes nothing. Raises `NotFound`."""
        link = self._link(token, RESET)
        _, account = self._active(link.account_id)
        # A link belongs to the request that made it: another one does not open it again.
        over = account.reset_asked_at is None or link.purpose != reset_purpose(account.reset_asked_at)
        state = "done" if over else "expired" if self._run_out(link) else "open"
        return LinkState(state, self.people.person(account.id).name, onward=self._onward(account))

    def reset(self, token: str, password: str, correlation_id: str = "") -> LinkState:
        """Sets the password and ends every session. The same again is answered the same.

        Raises `NotFound`, `Expired` (run out, or used for another password), `TooManyTries` (of the latter), `Invalid`
        (the link stays open), `Busy` (repeat it).
        """
        found, account_id = self.resetting(token), self._link(token, RESET).account_id
        person = self.people.person(account_id)
        if found.state == "expired":
            raise Expired(
                "This link has run out: it works for an hour.", "Ask for a new mail; your password is as it was."
            )
        if found.state == "done" and not self._is_password(person.email, password):
            raise Expired(
                "This link was used before, or a newer password was set.",
                "Sign in with that one, or ask for a new mail.",
            )
        if found.state == "open":
            self.identity.register(account_id, person.email, new_password(password))
            # Whoever has the newest password may use it at once; before the link ends, so that a crash in between comes
            # here again.
            self.guesses.forget(person.email)
            asked = self._link(token, RESET).purpose
            retry_on_conflict(lambda: self._changed(own(account_id, correlation_id), asked))
        return replace(found, state="done")

    def _changed(self, call: RequestContext, asked: str = "") -> None:
        """`asked`: only while this link's request is the one that waits."""
        loaded, account = self._active(call.actor.id)
        if asked and (account.reset_asked_at is None or asked != reset_purpose(account.reset_asked_at)):
            return
        event = PasswordChanged(status=account.status, password_changed_at=self.clock.now(), **self._over(account))
        self._record(loaded, event, call)

    def change_password(self, call: RequestContext, current: str, password: str) -> None:
        """Ends every session, the caller's own too: it is opened anew.

        Raises `WrongCredentials`, `TooManyTries`, `Invalid`, `Busy`. After a crash in between, repeating it goes on:
        then the new one is the present one. Both are looked at, so a wrong change counts as two tries.
        """
        (_, account), email = self._active(call.actor.id), self.people.person(call.actor.id).email
        new_password(password)
        if current == password:
            raise Invalid("This is the password that you have.", "Choose another one.", field="password")
        if not self._is_password(email, current, "current") and not self._is_password(email, password, "current"):
            raise WrongCredentials(
                "The present password is not right.",
                "Type it again; or use the link for a forgotten one.",
                field="current",
            )
        self.identity.register(account.id, email, password)
        retry_on_conflict(lambda: self._changed(call))

    # --- another address ----------------------------------------------------------------------------------------------
    def ask_mail_change(self, call: RequestContext, email: str, password: str) -> str:
        """A link goes to the new address, which is returned. The same answer for an address that is somebody else's:
        that gets no mail.

        Raises `Invalid`, `WrongCredentials`, `TooManyTries`, `Busy`.
        """
        wanted, person = email_address(email), self.people.person(call.actor.id)
        if wanted == person.email:
            raise Invalid("This is the address that you have.", "Write the new one.", field="email")
        if not self._is_password(person.email, password):
            raise WrongCredentials(
                "The password is not right.", "Type it again; or use the link for a forgotten one.", field="password"
            )
        retry_on_conflict(lambda: self._ask_mail_change(call, wanted))
        return wanted

    def _ask_mail_change(self, call: RequestContext, wanted: str) -> None:
        loaded, account = self._active(call.actor.id)
        if self._lately(account.mail_change_asked_at) and self._address(account.mail_change_ref) == wanted:
            return
        ref = f"{account.id}/mail-{loaded.version}"
        event = MailChangeAsked(status=account.status, mail_change_ref=ref, mail_change_asked_at=self.clock.now())
        self._record(loaded, event, call, texts=(PersonalRecord(ref, {"email": wanted}),))

    def _address(self, ref: str | None) -> str:
        """What an erasable item of an address says; empty once it is erased, and for none."""
        return str((self.store.text(ref) or {}).get("email", "")) if ref else ""

    def moving(self, token: str) -> LinkState:
        """What a link at the new address would do. Raises `NotFound`, also when a later wish has taken its place."""
        link, account = self._mail_link(token)
        ref, person = link.purpose.partition(":")[2], self.people.person(account.id)
        if account.mail_ref == ref:
            return LinkState("done", person.name, self._address(ref))
        if account.mail_change_ref != ref:
            raise no_link()
        return LinkState("expired" if self._run_out(link) else "open", person.name, self._address(ref))

    def _mail_link(self, token: str) -> tuple[Link, Account]:
        link = self._link(token, MAIL)
        return link, self._active(link.account_id)[1]

    def move(self, token: str, correlation_id: str = "") -> LinkState:
        """From now on the new address signs in and gets the mails; the old one is told. Every step may be repeated
        after a crash.

        Raises `NotFound`, `Expired`, `Duplicate` (the address has got an account meanwhile), `Busy`.
        """
        found, account = self.moving(token), self._mail_link(token)[1]
        if found.state == "expired":
            raise Expired(
                "This link has run out: it works for a day.", "Ask for the change again; your address is as it was."
            )
        if found.state == "open":
            self._claim(found.email, account.id)
            self.identity.move(account.id, found.email)
            retry_on_conflict(lambda: self._moved(own(account.id, correlation_id), found.email))
        person = self.people.person(account.id)
        if person.email != found.email:
            self.people.save_person(replace(person, email=found.email))
        return LinkState("done", found.name, found.email)

    def _claim(self, email: str, account_id: str) -> None:
        held = self.store.claimed_by(email_key(email))
        if held not in (None, account_id):
            raise Duplicate(
                "This address has got an account of its own meanwhile.",
                "Use another address, or that account.",
                key="email",
            )
        if held is None:
            self.store.commit(UnitOfWork(transitions=(), keys=(UniqueKey(email_key(email), account_id),)))

    def _moved(self, call: RequestContext, email: str) -> None:
        (loaded, account), former = self._active(call.actor.id), self.people.person(call.actor.id).email
        ref = account.mail_change_ref
        if ref is None or self._address(ref) != email:
            return
        told = PersonalRecord(f"{account.id}/former-mail-{loaded.version}", {"email": former})
        event = MailChanged(
            status=account.status,
            mail_ref=ref,
            former_mail_ref=told.ref,
            mail_changed_at=self.clock.now(),
            **self._over(account),
        )
        held = UniqueKey(email_key(former), account.id)
        releases = (held,) if self.store.claimed_by(held.key) == account.id else ()
        self._record(loaded, event, call, texts=(told,), releases=releases)

    # --- where somebody is signed in ----------------------------------------------------------------------------------
    def safety(self, call: RequestContext, session_id: str = "") -> Safety:
        """The caller's own. `session_id` is their cookie's."""
        _, account = self._active(call.actor.id)
        live = tuple(one for one in self.sessions.listed(account.id) if one.epoch == account.session_epoch)
        here = self.sessions.handle(session_id) if session_id else ""
        return Safety(self.people.person(account.id), account, live, here)

    def end_session(self, call: RequestContext, handle: str) -> None:
        """Another person's handle, or none's, ends nothing and says nothing."""
        self.sessions.end(call.actor.id, handle)

    def end_all(self, call: RequestContext) -> None:
        """Every session and access token; whoever goes on is signed in anew."""

        def decide() -> None:
            loaded, account = self._active(call.actor.id)
            self._record(loaded, SessionsEnded(status=account.status, **self._over(account)), call)

        retry_on_conflict(decide)
