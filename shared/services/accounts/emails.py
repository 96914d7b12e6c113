"""The emails about accounts: links to confirm, to set a password, to change an address, to join the staff; and what
owners are told.

A link is made when its email is composed, so that its secret is in no event row and no queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.accounts.account import Account, AccountStatus
from shared.domain.accounts.account_input import (
    CONFIRM,
    CONFIRM_LIFE,
    INVITE,
    INVITE_LIFE,
    MAIL,
    MAIL_LIFE,
    RESET,
    RESET_LIFE,
    STOP,
    email_key,
)
from shared.domain.accounts.second_factor import RECOVERY_CODES
from shared.domain.core.instants import parse
from shared.events.account import (
    FactorRemoved,
    FactorSet,
    MailChangeAsked,
    MailChanged,
    PasswordChanged,
    PasswordResetAsked,
    RecoveryCodeUsed,
    StaffInvited,
)
from shared.events.envelope import Envelope
from shared.events.people import AccountSignedUp
from shared.ports import BusinessClock, Links, People, Person, Store
from shared.services.accounts import email_texts
from shared.services.accounts.host_manager_emails import HOST_MANAGER_EMAILS
from shared.services.core.people_records import account_of
from shared.services.email.outgoing import OutgoingEmail, Recipient, to_person
from shared.services.email.rule import EmailRule
from shared.services.email.text import EmailText, moment

SAFETY = "/accounts/security"
NOT_YOU = "If it was not you, set a new password at once with “Forgotten your password?” and write to us."


@dataclass(frozen=True)
class AccountEmails:
    store: Store
    people: People
    links: Links
    clock: BusinessClock
    public_url: str

    def about(self, event: Envelope) -> tuple[str, ...]:
        return (event.subject.id,)

    def _of(self, event: Envelope) -> tuple[Account, Person]:
        return account_of(self.store.load("ACCOUNT", event.subject.id)), self.people.person(event.subject.id)

    def _link(self, page: str, purpose: str, account: Account, life: timedelta) -> str:
        """Dead once the account's security generation is another one."""
        token = self.links.make(purpose, account.id, self.clock.now() + life, account.generation)
        return f"{self.public_url}/accounts/{page}/{token}"

    # --- with a link: nothing once it would do nothing ----------------------------------------------------------------
    def signed_up(self, event: Envelope) -> OutgoingEmail | None:
        account, person = self._of(event)
        if account.status is not AccountStatus.UNCONFIRMED:
            return None
        link = self._link("confirm", CONFIRM, account, CONFIRM_LIFE)
        return OutgoingEmail(to_person(person), email_texts.confirm_address(link, CONFIRM_LIFE // timedelta(hours=1)))

    def invited(self, event: Envelope) -> OutgoingEmail | None:
        account, person = self._of(event)
        if account.status is not AccountStatus.INVITED:
            return None
        roles = " and ".join(account.roles)
        text = EmailText(
            "You are invited to Rota",
            f"Hello {person.name},",
            (
                f"An administrator has made an account for you at Rota, as {roles}.",
                f"Choose a password behind the link below: it works once, for {INVITE_LIFE.days} days. If you expect "
                "no such thing, "
                "do nothing.",
            ),
            action=("Choose a password", self._link("confirm", INVITE, account, INVITE_LIFE)),
        )
        return OutgoingEmail(to_person(person), text)

    def reset_asked(self, event: Envelope) -> OutgoingEmail | None:
        account, person = self._of(event)
        if account.reset_asked_at != parse(event.data["reset_asked_at"]):
            return None  # ended since, or asked for again: that has an email of its own
        minutes = RESET_LIFE // timedelta(minutes=1)
        text = EmailText(
            "Set a new password",
            f"Hello {person.name},",
            (
                "Somebody, we hope you, has asked for a new password for your account.",
                f"The link below works once, for {minutes} minutes. If it was not you, do nothing: your password "
                "stays as it is.",
            ),
            action=("Set a new password", self._link("reset", RESET, account, RESET_LIFE)),
        )
        return OutgoingEmail(to_person(person), text)

    def mail_change_asked(self, event: Envelope) -> OutgoingEmail | None:
        """To the new address; nothing to one that is somebody else's, nor for a wish that another one has taken the
        place of."""
        account, person = self._of(event)
        ref = event.data["mail_change_ref"]
        wanted = str((self.store.text(ref) or {}).get("email", ""))
        if account.mail_change_ref != ref or self.store.claimed_by(email_key(wanted)) not in (
            None,
            account.id,
        ):
            return None
        link = self._link("mail", f"{MAIL}:{ref}", account, MAIL_LIFE)
        text = email_texts.confirm_new_address(link, MAIL_LIFE // timedelta(hours=1))
        return OutgoingEmail(to_person(person, wanted), text)

    def mail_change_announced(self, event: Envelope) -> OutgoingEmail | None:
        """To the present address, which may be another person's than the one who asked; with a link that stops it.
        Nothing once it was stopped, or done: then there is an email of its own."""
        account, person = self._of(event)
        ref = event.data["mail_change_ref"]
        if account.mail_change_ref != ref:
            return None
        link = self._link("stop", f"{STOP}:{ref}", account, MAIL_LIFE)
        text = email_texts.new_address_asked_for(person, self._when(event, person), link)
        return OutgoingEmail(to_person(person), text)

    # --- told ---------------------------------------------------------------------------------------------------------
    def _told(self, to: Recipient, person: Person, subject: str, *said: str) -> OutgoingEmail:
        return OutgoingEmail(
            to,
            EmailText(subject, f"Hello {person.name},", said, action=("Look at it", f"{self.public_url}{SAFETY}")),
        )

    @staticmethod
    def _when(event: Envelope, person: Person) -> str:
        at: datetime = event.occurred_at
        return moment(at, person.zone)

    def password_changed(self, event: Envelope) -> OutgoingEmail:
        person = self._of(event)[1]
        first = f"Your password was changed on {self._when(event, person)}, and every other browser is signed out."
        return self._told(to_person(person), person, "Your password was changed", first, NOT_YOU)

    def mail_changed(self, event: Envelope) -> OutgoingEmail | None:
        """To the address of before."""
        person, held = self._of(event)[1], self.store.text(event.data["former_mail_ref"])
        if held is None:
            return None
        at = moment(parse(event.data["mail_changed_at"]), person.zone)
        first = (
            f"Since {at} your account at Rota has another mail address. This one no longer signs in and gets no "
            "more mail."
        )
        other = "If it was not you, write to us at once: we can still see which address it was before."
        return self._told(to_person(person, str(held["email"])), person, "Your mail address was changed", first, other)

    def recovery_used(self, event: Envelope) -> OutgoingEmail:
        person, left = self._of(event)[1], RECOVERY_CODES - len(event.data["recovery_used"])
        first = (
            f"One of your recovery codes signed in on {self._when(event, person)}. {left} of {RECOVERY_CODES} are left."
        )
        return self._told(to_person(person), person, "A recovery code was used", first, NOT_YOU)

    def factor_set(self, event: Envelope) -> OutgoingEmail:
        person = self._of(event)[1]
        first = (
            f"An authenticator app was set up for your account on {self._when(event, person)}. Each sign-in asks "
            "for its code."
        )
        return self._told(to_person(person), person, "An authenticator app was set up", first, NOT_YOU)

    def factor_removed(self, event: Envelope) -> OutgoingEmail:
        person = self._of(event)[1]
        first = (
            f"The authenticator app of your account was removed on {self._when(event, person)}, and you are "
            "signed out everywhere."
        )
        return self._told(to_person(person), person, "Your authenticator app was removed", first, NOT_YOU)


EMAILS = (
    EmailRule(AccountSignedUp, "confirm", AccountEmails, AccountEmails.signed_up),
    EmailRule(StaffInvited, "invite", AccountEmails, AccountEmails.invited),
    EmailRule(PasswordResetAsked, "reset", AccountEmails, AccountEmails.reset_asked),
    EmailRule(PasswordChanged, "password", AccountEmails, AccountEmails.password_changed),
    EmailRule(MailChangeAsked, "new-address", AccountEmails, AccountEmails.mail_change_asked),
    EmailRule(MailChangeAsked, "present-address", AccountEmails, AccountEmails.mail_change_announced),
    EmailRule(MailChanged, "old-address", AccountEmails, AccountEmails.mail_changed),
    EmailRule(RecoveryCodeUsed, "recovery", AccountEmails, AccountEmails.recovery_used),
    EmailRule(FactorSet, "factor", AccountEmails, AccountEmails.factor_set),
    EmailRule(FactorRemoved, "no-factor", AccountEmails, AccountEmails.factor_removed),
    *HOST_MANAGER_EMAILS,
)
