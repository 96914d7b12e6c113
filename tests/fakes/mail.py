"""Mail in memory: what was sent, and claims that keep it from being sent twice."""

from __future__ import annotations

from datetime import datetime

from shared.domain.core.errors import AddressRefused, Busy, OutcomeUnknown
from shared.ports import SENDING_TIME, Email
from tests.fakes.faults import Fault


class FakeMailer:
    """`sent` is what really left the house, also when the answer was lost."""

    def __init__(self) -> None:
        self.sent: list[Email] = []
        self._before, self._after = Fault(), Fault()
        self.refused: set[str] = set()
        """Addresses to which nothing can be sent, ever."""

    def fail_before(self, calls: int = 1) -> None:
        """The next mails are refused: `Busy`, nothing sent."""
        self._before.set(calls)

    def fail_after(self, calls: int = 1) -> None:
        """The next mails go out, but the answer is lost: `OutcomeUnknown`."""
        self._after.set(calls)

    def send(self, mail: Email) -> str:
        if self._before.strikes():
            raise Busy("The mail service refused the message for now.", "It is sent again by itself.")
        if mail.to in self.refused:
            raise AddressRefused("The email service takes nothing for this address.", "Correct it.")
        self.sent.append(mail)
        if self._after.strikes():
            raise OutcomeUnknown("The mail service did not answer in time.", "The message may have been sent.")
        return f"provider-{len(self.sent)}"

    def to(self, address: str) -> list[Email]:
        return [mail for mail in self.sent if mail.to == address]


class FakeOutbox:
    """mail id -> (owner, when it was claimed, provider id or None while pending)."""

    def __init__(self) -> None:
        self.claims: dict[str, tuple[str, datetime, str | None]] = {}

    def claim(self, mail_id: str, owner: str, now: datetime) -> str:
        held = self.claims.get(mail_id)
        if held is None:
            self.claims[mail_id] = (owner, now, None)
            return "claimed"
        if held[2] is not None:
            return "sent"
        if held[0] == owner:
            return "claimed"
        return "pending" if now - held[1] < SENDING_TIME else "unknown"

    def sent(self, mail_id: str, provider_id: str) -> None:
        self.claims[mail_id] = (*self.claims[mail_id][:2], provider_id)

    def unclaim(self, mail_id: str) -> None:
        self.claims.pop(mail_id, None)
