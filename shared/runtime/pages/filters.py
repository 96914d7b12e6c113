"""How money, dates, instants and time left are written on every page. Pure functions; the templates know them as
filters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from shared.domain.core.policy import CURRENT

if TYPE_CHECKING:
    from markupsafe import Markup

MINUS = "\N{MINUS SIGN}"


def money(cents: int) -> str:
    """214900 -> "$2,149.00": where it is charged, cents always show. Raises TypeError for anything but an int (no
    floats near money)."""
    if not isinstance(cents, int) or isinstance(cents, bool):
        raise TypeError(f"money is integer cents, not {cents!r}")
    return f"{MINUS if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def price(cents: int) -> str:
    """214900 -> "$2,149", 214950 -> "$2,149.50": for cards only, where the number is compared and not charged."""
    return money(cents).removesuffix(".00")


def _date(value: date | str) -> date:
    """A date from a date, "2027-03-01" or an ISO week "2027-W09" (its Monday). An instant has no date without a zone:
    TypeError."""
    if isinstance(value, datetime):
        raise TypeError("an instant has no date without a zone: use `instant`")
    return date.fromisoformat(value) if isinstance(value, str) else value


def day(value: date | str) -> str:
    """2027-03-01 -> "Mon 1 March 2027"."""
    on = _date(value)
    return f"{on:%a} {on.day} {on:%B %Y}"


def dayshort(value: date | str) -> str:
    """2027-03-01 -> "Mon 1 Mar": where the year cannot be misread (a list of next starts under a dated heading)."""
    on = _date(value)
    return f"{on:%a} {on.day} {on:%b}"


def year(value: date | str) -> int:
    """2027-03-01 -> 2027."""
    return _date(value).year


def month(value: date | str) -> str:
    """2027-03 or any day of it -> "March 2027"."""
    first = date.fromisoformat(f"{value}-01") if isinstance(value, str) and len(value) == 7 else _date(value)
    return f"{first:%B %Y}"


def weekspan(start: date | str, weeks: int) -> str:
    """A rotation's days: ("2027-03-01", 4) -> "Mon 1 March to Sun 28 March 2027" (T11); both years where they
    differ."""
    first = _date(start)
    last = first + timedelta(weeks=weeks, days=-1)
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first:%a} {first.day} {first:%B}{year} to {day(last)}"


def _instant(value: datetime | str) -> datetime:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    if at.tzinfo is None:
        raise TypeError(f"an instant needs a zone: {value!r}")
    return at


def utcdate(value: datetime | str) -> date:
    """The day of an instant in UTC: for what has no place, and ends on a day."""
    return _instant(value).astimezone(UTC).date()


def zonename(zone: str) -> str:
    """America/New_York -> "New York"; UTC stays."""
    return zone.rpartition("/")[2].replace("_", " ")


def instant(value: datetime | str, zone: str) -> str:
    """2027-01-16T05:59:59Z in America/Chicago -> "Fri 15 Jan 2027, 23:59 Chicago" (seconds are cut, never rounded
    up)."""
    at = _instant(value).astimezone(ZoneInfo(zone))
    return f"{at:%a} {at.day} {at:%b %Y}, {at:%H:%M} {zonename(zone)}"


def here(value: datetime | str, zone: str) -> str:
    """The same moment for the reader: "Thu 26 Nov 2026, 00:00 for you in Cairo"; who has not told a zone reads UTC."""
    said = instant(value, zone)
    return said if zone == "UTC" else f"{said.removesuffix(' ' + zonename(zone))} for you in {zonename(zone)}"


def same_clock(value: datetime | str, one: str, other: str) -> bool:
    """Whether both zones show the same time at this instant, so that saying it twice would be noise."""
    at = _instant(value)
    return at.astimezone(ZoneInfo(one)).utcoffset() == at.astimezone(ZoneInfo(other)).utcoffset()


def iso(value: datetime | str) -> str:
    """The machine's form for a `datetime` attribute: "2027-01-15T05:59:59Z"."""
    return f"{_instant(value).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def seconds_until(due: datetime | str, now: datetime | str) -> int:
    """Whole seconds left, rounded down: the page never promises more than there is. Zero or less is overdue (H16)."""
    return (_instant(due) - _instant(now)) // timedelta(seconds=1)


def timeleft(seconds: int, words: bool = False) -> str:
    """200000 -> "2 d 7 h", -7200 -> "2 h over"; with `words` "2 days 7 hours" for those who listen. At 0 it is over
    (H16). From 100 days on the hours say nothing."""
    over = seconds <= 0
    days, rest = divmod(abs(seconds), 86400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    parts = (
        [(days, "d", "day"), (hours if days < 100 else 0, "h", "hour")]
        if days
        else [(hours, "h", "hour"), (minutes, "min", "minute")]
    )
    said = [plural(n, long) if words else f"{n} {short}" for n, short, long in parts if n]
    if not said:
        return "overdue" if over else "under 1 minute" if words else "under 1 min"
    return " ".join(said) + (" over" if over else "")


def plural(count: int, one: str, many: str | None = None) -> str:
    """(1, "seat") -> "1 seat", (2, "seat") -> "2 seats", (1200, "program") -> "1,200 programs"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def sentence(code: str) -> str:
    """A code as words: "hands_on" -> "Hands on", "CANCELLED_BY_HOST" -> "Cancelled by host"; `label` knows the
    exceptions."""
    words = code.replace("_", " ").replace("-", " ").lower()
    return words[:1].upper() + words[1:]


LABELS: Mapping[str, str] = {
    "hands_on": "Hands-on",
    "observership": "Observership",
    "operator": f"Answer from {CURRENT.review.answer_bh} business hours",
    "host": f"Host reviews, {CURRENT.host.promise_days} days or more",
    "cv": "CV",
    "DRAFT": "Draft",
    "SUBMITTED": "With Rota",
    "IN_REVIEW": "With your reviewer",
    "NEEDS_INFO": "Needs your answer",
    "HOST_REVIEW": "With the host",
    "APPROVED": "Approved",
    "REJECTED": "Not accepted",
    "CONVERTED": "Reserved",
    "HELD": "Seat held",
    "RELEASED": "Seat given back",
    "REFUND_DUE": "Refund on its way",
}


def label(code: str) -> str:
    """The one word that pages use for a code of the model (status, experience type, review mode, document kind)."""
    return LABELS.get(code) or sentence(code)


def qr(text: str) -> Markup:
    """A picture that a telephone scans, as SVG within the page: black on white, also where the page is dark."""
    import segno  # only the page that sets up an app needs it
    from markupsafe import Markup

    made: str = segno.make(text, error="m").svg_inline(
        scale=5, border=3, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return Markup(made)  # noqa: S704 - drawn by the library from modules: nothing of the text is in it


def filters() -> dict[str, Any]:
    """name -> function, as the environment installs them."""
    functions = (
        money,
        price,
        day,
        dayshort,
        year,
        month,
        weekspan,
        instant,
        here,
        iso,
        utcdate,
        timeleft,
        plural,
        label,
        zonename,
        qr,
    )
    return {function.__name__: function for function in functions}
