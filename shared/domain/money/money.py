"""The ledger's shape: double entry, integer cents, append-only. A balance is a sum of lines; nothing is ever changed or
taken away.

Accounts, by their side when money comes in:
  stripe          asset      what Stripe holds for us
  trainee         liability  what trainees have paid for rotations that have not been delivered yet
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, model_validator

from shared.domain.core.instants import Instant


class Account(StrEnum):
    STRIPE = "stripe"
    TRAINEE = "trainee"


class Line(BaseModel):
    """`cents` is positive for a debit, negative for a credit."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    account: Account
    cents: int


class JournalEntry(BaseModel):
    """One movement of money in the book of one reservation. `id` names the outside fact (`payment:pi_…`,
    `refund:re_…`), so that recording it twice is impossible. The lines sum to zero."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    book: str
    id: str
    what: str
    at: Instant
    lines: tuple[Line, ...]

    @model_validator(mode="after")
    def balances(self) -> JournalEntry:
        if sum(line.cents for line in self.lines) or not self.lines:
            raise ValueError("the lines of an entry sum to zero")
        return self


def book_of(reservation_id: str) -> str:
    return f"RESERVATION#{reservation_id}"


def payment(reservation_id: str, payment_intent_id: str, cents: int, at: Instant) -> JournalEntry:
    """A trainee paid `cents`: Stripe holds them, we owe a rotation."""
    lines = (Line(account=Account.STRIPE, cents=cents), Line(account=Account.TRAINEE, cents=-cents))
    return JournalEntry(
        book=book_of(reservation_id), id=f"payment:{payment_intent_id}", what="payment", at=at, lines=lines
    )


def refund(reservation_id: str, refund_id: str, cents: int, at: Instant) -> JournalEntry:
    """`cents` went back to the trainee."""
    lines = (Line(account=Account.TRAINEE, cents=cents), Line(account=Account.STRIPE, cents=-cents))
    return JournalEntry(book=book_of(reservation_id), id=f"refund:{refund_id}", what="refund", at=at, lines=lines)


def balance(entries: Iterable[JournalEntry], account: Account) -> int:
    """Cents on one account: debits less credits."""
    return sum(line.cents for entry in entries for line in entry.lines if line.account == account)


def dollars(cents: int) -> str:
    """`$2,149.00`, always with cents."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}${whole:,}.{rest:02d}"
