"""An email that is sent again: the same one, composed by the rule of the event that brought it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.email.email_in_trouble import EmailInTrouble
from shared.events.email_in_trouble import EmailSentAgain
from shared.events.envelope import Envelope
from shared.ports import Store
from shared.services.email.rule import Composed, EmailRule


@dataclass(frozen=True, kw_only=True)
class EmailsAgain:
    """`email_rules` are the emails by event type; `make_service` makes the service of a rule."""

    store: Store
    email_rules: Mapping[str, tuple[EmailRule, ...]]
    make_service: Callable[[type[Any]], Any]

    def about(self, event: Envelope) -> tuple[str, ...]:
        rule, first = self._newest(event)
        people: tuple[str, ...] = self.make_service(rule.service).about(first)
        return people

    def again(self, event: Envelope) -> Composed:
        """Nothing when there is nothing to say any more."""
        rule, first = self._newest(event)
        return rule.compose(self.make_service(rule.service), first)

    def _newest(self, event: Envelope) -> tuple[EmailRule, Envelope]:
        """The newest event that brought this email, under the name of `event`: its links begin anew."""
        trouble = EmailInTrouble.model_validate(self.store.load(event.subject.kind, event.subject.id).state)
        for row in reversed(self.store.history(trouble.about_kind, trouble.about_id)):
            for rule in self.email_rules.get(row.type, ()):
                if rule.kind == trouble.email:
                    again = {"id": event.id, "occurred_at": event.occurred_at}
                    return rule, Envelope.of(row).model_copy(update=again)
        raise LookupError(f"no event of {trouble.about_kind} {trouble.about_id} brought the email {trouble.email}")


EMAILS = (EmailRule(EmailSentAgain, "again", EmailsAgain, EmailsAgain.again, once=True),)
