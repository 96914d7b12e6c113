"""What somebody without a session asks for by an address: an account, the confirmation once more, a new password.

Nothing is done before the answer: the accounts room only notes the wish (`ask`), in the same steps for every address,
so that no time tells who is known. The worker of emails does it afterwards (`serve`), which may happen twice.

A sign-up names no password: whoever opens the link in the email chooses it, so that nobody gets into an account that
somebody else confirms. It takes three steps, each of which may be the last before a crash; repeating it goes on from
there: claim the address for an account id -> save who it is -> record `AccountSignedUp`, upon which the email with the
link goes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.accounts.account import TRAINEE, Account, AccountEvent, AccountStatus, status_after
from shared.domain.accounts.account_input import RESEND_AFTER, email_address, email_key, person_name, zone_name
from shared.domain.accounts.due_kinds import UNCONFIRMED
from shared.domain.core.aggregate import Actor
from shared.domain.core.limits import (
    RESET_EMAILS,
    RESETS_OF_SOURCE,
    SIGN_UP_EMAILS,
    SIGN_UPS_OF_SOURCE,
    Pace,
    source_of,
)
from shared.domain.core.limits import UNCONFIRMED as LIFE
from shared.domain.core.machine import NEW
from shared.events.account import PasswordResetAsked
from shared.events.people import AccountSignedUp
from shared.ports import Due, Person, Wish, Wishes
from shared.services.accounts.account_ports import SOMEWHERE, AddressPorts, Client, onward_text, own
from shared.services.core.transitions import RequestContext, retry_on_conflict

SIGN_UP, CONFIRM_AGAIN, RESET = "sign-up", "confirm-again", "reset"
PACED: dict[str, tuple[Pace, Pace]] = {
    SIGN_UP: (SIGN_UPS_OF_SOURCE, SIGN_UP_EMAILS),
    CONFIRM_AGAIN: (SIGN_UPS_OF_SOURCE, SIGN_UP_EMAILS),
    RESET: (RESETS_OF_SOURCE, RESET_EMAILS),
}
"""What each is counted against: for the source, and for the address, whether or not anybody has it."""


@dataclass(frozen=True, kw_only=True)
class AccountWishes(AddressPorts):
    wishes: Wishes

    # --- asking -------------------------------------------------------------------------------------------------------
    def ask_sign_up(
        self,
        name: str,
        email: str,
        zone: str = "UTC",
        client: Client = SOMEWHERE,
        correlation_id: str = "",
        onward: str = "",
    ) -> None:
        """Somebody wants an account. `onward`, a path of ours, is where the confirmed person goes on: the email may be
        opened in another browser, days later. Raises `Invalid` (name, email, zone), `TooManyTries`, `Busy`."""
        self._ask(SIGN_UP, email, client, correlation_id, person_name(name), zone_name(zone), onward)

    def ask_again(self, email: str, client: Client = SOMEWHERE, correlation_id: str = "") -> None:
        """Somebody wants the confirmation once more. Raises as `ask_sign_up`."""
        self._ask(CONFIRM_AGAIN, email, client, correlation_id)

    def ask_reset(self, email: str, client: Client = SOMEWHERE, correlation_id: str = "", onward: str = "") -> None:
        """Somebody has forgotten the password. `onward` is where the sign-in with the new one goes on. Raises as
        `ask_sign_up`."""
        self._ask(RESET, email, client, correlation_id, onward=onward)

    def _ask(
        self,
        what: str,
        email: str,
        client: Client,
        correlation_id: str,
        name: str = "",
        zone: str = "",
        onward: str = "",
    ) -> None:
        address, (of_source, of_address) = email_address(email), PACED[what]
        self._paced((of_source, source_of(client.address)), (of_address, address), field="email")
        self.wishes.put(Wish(self.ids.new(), what, address, name, zone, onward, correlation_id))

    # --- doing --------------------------------------------------------------------------------------------------------
    def serve(self, wish_id: str) -> None:
        """Does it and forgets it; one that was served before is gone. Raises `Busy` (it comes again)."""
        wish = self.wishes.read(wish_id)
        if wish is None:
            return
        if wish.what == SIGN_UP:
            self.sign_up(wish.name, wish.email, wish.zone, wish.correlation_id, wish.onward)
        elif wish.what == CONFIRM_AGAIN:
            self.resend(wish.email, wish.correlation_id)
        else:
            self.reset(wish.email, wish.correlation_id, wish.onward)
        self.wishes.forget(wish_id)

    def sign_up(self, name: str, email: str, zone: str = "UTC", correlation_id: str = "", onward: str = "") -> None:
        """A confirmed account is left alone, an unconfirmed one is registered again. Raises `Invalid`, `Busy`."""
        name, email, zone = person_name(name), email_address(email), zone_name(zone)
        account_id = self._holder(email)
        _, account = self._account(account_id)
        if account and account.status is not AccountStatus.UNCONFIRMED:
            return
        self.people.save_person(Person(account_id, name, email, zone))
        retry_on_conflict(lambda: self._announce(account_id, correlation_id, onward))

    def resend(self, email: str, correlation_id: str = "") -> None:
        """A fresh link for an unconfirmed account, at most one a minute; nothing for every other address."""
        account = self._at(email)
        if account and account.status is AccountStatus.UNCONFIRMED:
            retry_on_conflict(lambda: self._announce(account.id, correlation_id))

    def _at(self, email: str) -> Account | None:
        account_id = self.store.claimed_by(email_key(email))
        return self._account(account_id)[1] if account_id else None

    def _announce(self, account_id: str, correlation_id: str, onward: str = "") -> None:
        (loaded, account), now = self._account(account_id), self.clock.now()
        if account and account.status is not AccountStatus.UNCONFIRMED:
            return
        # None after an invitation that ended before it was taken.
        if account and self._lately(account.asked_at):
            return
        kept = onward_text(account_id, loaded.version + 1, onward)
        event = AccountSignedUp(
            status=status_after(account.status if account else NEW, AccountEvent.SIGN_UP, TRAINEE),
            id=account_id,
            roles=(TRAINEE,),
            asked_at=now,
            created_at=account.created_at if account else now,
            **({"onward_ref": kept[0].ref} if kept else {}),
        )
        call = RequestContext(Actor(role=TRAINEE, id=account_id), correlation_id)
        self._record(loaded, event, call, texts=kept, due=(Due(UNCONFIRMED, now + LIFE, "trainee"),))

    def reset(self, email: str, correlation_id: str = "", onward: str = "") -> None:
        """An email with a link, at most one a minute, for an active account; nothing for every other address."""
        account = self._at(email)
        if account:
            retry_on_conflict(lambda: self._ask_reset(account.id, correlation_id, onward))

    def _ask_reset(self, account_id: str, correlation_id: str, onward: str) -> None:
        (loaded, account), now = self._account(account_id), self.clock.now()
        if account is None or account.status is not AccountStatus.ACTIVE or self._lately(account.reset_asked_at):
            return
        kept = onward_text(account_id, loaded.version + 1, onward)
        event = PasswordResetAsked(status=account.status, reset_asked_at=now, onward_ref=kept[0].ref if kept else None)
        self._record(loaded, event, own(account_id, correlation_id), texts=kept)

    def _lately(self, asked_at: datetime | None) -> bool:
        return asked_at is not None and self.clock.now() - asked_at < RESEND_AFTER
