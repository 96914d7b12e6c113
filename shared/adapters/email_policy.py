"""How an email's headers are written: in seven bits, and so that every reader reads back what was meant."""

from __future__ import annotations

from email.header import Header
from email.policy import EmailPolicy
from typing import Any

CRLF = "\r\n"
LONGEST = 76
"""Characters of a line with encoded words (RFC 2047 2)."""


class _Folding(EmailPolicy):
    """Folds a subject at its blanks, and encodes one of other scripts whole, in words that a reader joins again. The
    library's own folding sets plain words between encoded ones and loses the blanks beside them, or begins with an
    empty line that readers take for a blank (RFC 2047 6.2; Python 3.11 to 3.13)."""

    def fold(self, name: str, value: Any) -> str:
        return _subject(name, str(value)) if name == "Subject" else super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode() if name == "Subject" else super().fold_binary(name, value)


def _subject(name: str, value: str) -> str:
    words = Header(value, None if value.isascii() else "utf-8", maxlinelen=LONGEST, header_name=name)
    return f"{name}: {words.encode(linesep=CRLF)}{CRLF}"


SEVEN_BIT = _Folding(linesep=CRLF, cte_type="7bit")
"""Every server on the way takes seven bits (RFC 5321 2.4); eight need an extension that some do not have."""
