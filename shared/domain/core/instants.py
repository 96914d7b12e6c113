"""Instants and days as Rota writes them: aware UTC datetimes, to the second, as `2027-01-15T05:59:59Z` (RFC 3339, so
that the text sorts as time does); days written out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer

from shared.domain.core.errors import Invalid


def say(day: date) -> str:
    """Written out so that no reader can swap day and month: `Mon 1 March 2027`."""
    return f"{day:%a} {day.day} {day:%B %Y}"


def to_utc(moment: datetime) -> datetime:
    """The same instant in UTC without fractions of a second. A naive datetime raises `Invalid`: it names no instant."""
    if moment.tzinfo is None:
        raise Invalid("An instant needs a time zone.", "Write it as 2027-01-15T05:59:59Z.")
    return moment.astimezone(UTC).replace(microsecond=0)


def iso(moment: datetime) -> str:
    return to_utc(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> datetime:
    try:
        return to_utc(datetime.fromisoformat(text))
    except ValueError:
        raise Invalid(f"{text!r} is not an instant.", "Write it as 2027-01-15T05:59:59Z.") from None


Instant = Annotated[datetime, AfterValidator(to_utc), PlainSerializer(iso, return_type=str)]
"""A pydantic field that holds an instant and is written by `iso`."""
