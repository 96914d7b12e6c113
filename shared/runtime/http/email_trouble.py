"""An email in trouble on the page of what it is about (H13): what staff see, and how a coordinator ends it. The block
of the page is `ui.email_trouble`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared.domain.core.instants import Instant
from shared.domain.email.email_in_trouble import EmailSubject
from shared.domain.email.email_names import EmailTrouble
from shared.runtime.http.models import Answer, Request
from shared.services.core.transitions import RequestContext
from shared.services.email.emails_in_trouble import EmailsInTrouble, OpenTrouble


class EmailTroubleRequest(Request):
    """`again` needs the corrected address; `told`: the recipient knows by phone."""

    answer: Literal["again", "told"] = Field(title="What was done")
    email: str = Field("", title="Corrected address", max_length=254)

    def end(self, emails: EmailsInTrouble, call: RequestContext, about: EmailSubject) -> None:
        """Ends the trouble in one of two ways. Raises as `EmailsInTrouble.send_again`."""
        if self.answer == "again":
            emails.send_again(call, about, self.email)
        else:
            emails.told(call, about)


class EmailTroubleView(Answer):
    """For staff: an email that did not arrive, until somebody ends it. `what` and `who` name it and its recipient;
    `address` is where it goes, for a coordinator alone, who ends it: empty when nobody knows."""

    what: str
    who: str
    trouble: EmailTrouble
    since: Instant
    address: str | None

    @classmethod
    def of(cls, found: OpenTrouble | None, ends: bool) -> EmailTroubleView | None:
        """`ends`: the reader is a coordinator."""
        if found is None:
            return None
        return cls(
            what=found.awaited.subject.title,
            who=found.awaited.who,
            trouble=found.email.trouble,
            since=found.email.since,
            address=found.awaited.to.address if ends else None,
        )
