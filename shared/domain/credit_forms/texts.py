"""Free texts of a form: cleaned, counted as the browser counts them, and looked at for lines about a patient."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from shared.domain.core.errors import Invalid

_PATIENT = re.compile(
    r"\b(?:mrn|medical record|record (?:no|number)|patient id|chart (?:no|number))\b[^\n]{0,20}?\d{4,}"
    r"|\b(?:dob|d\.o\.b|date of birth|birth ?date|born)\b[^\n]{0,12}?\d"
    r"|\b\d{3}-\d{2}-\d{4}\b",
    re.IGNORECASE,
)


def cleaned(text: str) -> str:
    """Without NUL, direction marks and other letters that nobody sees; lines end as on paper, none is empty at the
    end."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(filter(_seen, line)).rstrip() for line in lines).strip()


def _seen(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return letter == "\t" or (kind not in ("Cc", "Cs", "Co") and (kind != "Cf" or letter in "\u200c\u200d"))


def length(text: str) -> int:
    """As a browser counts (HTML `maxlength`): UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def text(value: object, most: int, field: str, what: str = "This") -> str:
    """Cleaned. Raises `Invalid` with the field where it is longer than `most`."""
    found = cleaned(str(value or ""))
    if length(found) > most:
        raise Invalid(
            f"{what} has {length(found):,} characters, and {most:,} fit.",
            "Shorten it; what you typed is still here.",
            field=field,
        )
    return found


def line(value: object, most: int, field: str, what: str = "This") -> str:
    """As `text`, on one line."""
    return text(" ".join(cleaned(str(value or "")).split()), most, field, what)


def about_patients(texts: Mapping[str, str]) -> tuple[str, ...]:
    """Fields with a line that looks like a patient: a birth date, a record number, a social security number. One
    warning, never a block."""
    return tuple(field for field, value in texts.items() if _PATIENT.search(value))


def words(values: Iterable[str]) -> str:
    """`a, b and c`."""
    found = list(values)
    return " and ".join(part for part in (", ".join(found[:-1]), found[-1] if found else "") if part)
