"""Emails from events, each claimed before it is sent, so that no replay, repeat or crash sends the host's email twice
(H13). What they say is in `emails.py` of each context.

A claim that nobody finished means that a worker died between claiming and recording. A trainee's email is sent again
then (a second receipt is better than none, and it carries the same id); the host's is not: it becomes a coordinator's
due item. A fresh claim means that another delivery of the same event is being served at this moment: this one comes
back later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.accounts.account import AccountStatus
from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import AddressRefused, Busy, OutcomeUnknown, RotaError
from shared.domain.email.email_names import EmailName, EmailTrouble, tag_of
from shared.events.envelope import Envelope
from shared.ports import BusinessClock, Email, Ids, Mailer, Outbox, Store
from shared.services.core.people_records import account_of
from shared.services.core.transitions import RequestContext
from shared.services.email.emails_in_trouble import EmailsInTrouble
from shared.services.email.outgoing import OutgoingEmail, Recipient
from shared.services.email.rule import Composed, EmailRule
from shared.services.email.text import EmailText

SILENT = (AccountStatus.ERASED, AccountStatus.DISABLED)


@dataclass(frozen=True, kw_only=True)
class SendEmails:
    """`email_rules` are the emails by event type; `make_service` makes the service of a rule."""

    store: Store
    outbox: Outbox
    mailer: Mailer
    clock: BusinessClock
    ids: Ids
    html: Callable[[EmailText], str]
    public_url: str
    email_rules: Mapping[str, tuple[EmailRule, ...]]
    make_service: Callable[[type[Any]], Any]
    emails_in_trouble: EmailsInTrouble

    def notify(self, event: Envelope) -> None:
        """Sends what the event calls for; nothing about somebody who was erased, nothing to them or to somebody
        disabled.

        One email's failure keeps no other from going out; afterwards it is raised, and the event comes back: `Busy`
        when an email could not be handed over, `OutcomeUnknown` when the answer was lost. Raises `KeyError` for a type
        of event that no context writes about.
        """
        rules = self.email_rules[event.type]
        services = {rule.service: self.make_service(rule.service) for rule in rules}
        about = {kind: service.about(event) for kind, service in services.items()}
        known = {id: self._status(id) for id in dict.fromkeys(id for people in about.values() for id in people)}
        gone = {kind for kind, people in about.items() if AccountStatus.ERASED in map(known.get, people)}
        failures: list[RotaError] = []
        for rule in rules:
            if rule.service in gone:
                continue
            try:
                for name, email in _each(rule, rule.compose(services[rule.service], event)):
                    if not self._silent(email.to, known):
                        self._send_once(rule, event, email, name)
            except RotaError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    # --- parts --------------------------------------------------------------------------------------------------------
    def _silent(self, to: Recipient, known: Mapping[str, AccountStatus]) -> bool:
        """Whether nothing is written to this account. `known` are those that were looked at before."""
        return to.kind == "ACCOUNT" and (known.get(to.id) or self._status(to.id)) in SILENT

    def _status(self, account_id: str) -> AccountStatus:
        """An erased account says so before the first personal item goes."""
        return account_of(self.store.load("ACCOUNT", account_id)).status

    def _send_once(self, rule: EmailRule, event: Envelope, email: OutgoingEmail, name: str) -> None:
        email_id = f"{event.id}:{name}"
        claim = self.outbox.claim(email_id, self.ids.new(), self.clock.now())
        if claim == "sent":
            return
        if claim == "pending":
            raise Busy("This email is being sent at this moment.", "The event is looked at again.")
        if claim == "unknown" and rule.once:
            self._surface(event, rule)
            return
        try:
            provider_id = self.mailer.send(self._message(email, email_id))
        except OutcomeUnknown:
            if not rule.once:
                raise
            self._surface(event, rule)
        except AddressRefused:
            # Nobody tries it ten times: whoever waits for it hears of it, and the claim stays.
            self._surface(event, rule, "address_refused")
            self.outbox.sent(email_id, "address refused")
        except Busy:
            self.outbox.unclaim(email_id)
            raise
        else:
            self.outbox.sent(email_id, provider_id)

    def _message(self, email: OutgoingEmail, email_id: str) -> Email:
        domain = self.public_url.split("//")[-1].split(":")[0]
        message_id = f"<{hashlib.sha256(email_id.encode()).hexdigest()[:32]}@{domain}>"
        return Email(
            email.to.address,
            email.content.subject,
            email.content.text(),
            self.html(email.content),
            message_id,
            email.attachments,
            tag_of(email_id),
            unsubscribe=email.unsubscribe,
            reply_to=email.reply_to,
            stream=email.stream,
        )

    def _surface(self, event: Envelope, rule: EmailRule, trouble: EmailTrouble = "unknown") -> None:
        """A coordinator asks the recipient whether the email came, instead of us sending a second one; nothing for an
        email that nobody waits for."""
        email = EmailName(event.subject.kind, event.subject.id, event.id.rpartition("#")[2], rule.kind)
        call = RequestContext(Actor(role="system", id="notifications"), event.correlation_id, event.id)
        self.emails_in_trouble.report(email, trouble, call)


def _each(rule: EmailRule, composed: Composed) -> Iterator[tuple[str, OutgoingEmail]]:
    """Each email with its name: an email to several has one for each of them."""
    if isinstance(composed, OutgoingEmail):
        yield rule.kind, composed
    elif composed is not None:
        yield from ((f"{rule.kind}-{one.to.id.replace('_', '-')}", one) for one in composed)
