"""Page markers leave us and come back unchanged or not at all: signed with a key (itsdangerous, HMAC-SHA-256)."""

from __future__ import annotations

import hashlib
from typing import Protocol

from itsdangerous import BadSignature, Signer

from shared.domain.core.errors import Invalid

PURPOSE = "search-cursor"


class Seal(Protocol):
    """`unsign` gives back what `sign` was given and raises `Invalid` for anything else."""

    def sign(self, text: str, /) -> str: ...
    def unsign(self, sealed: str, /) -> str: ...


class Sealer:
    """A `Seal`. What the same key signs for another purpose is none."""

    def __init__(self, key: str) -> None:
        self._signer = Signer(key, salt=PURPOSE, digest_method=hashlib.sha256)

    def sign(self, text: str) -> str:
        return self._signer.sign(text.encode()).decode()

    def unsign(self, sealed: str) -> str:
        """Raises `Invalid` for anything that this key did not seal."""
        try:
            return self._signer.unsign(sealed.encode()).decode()
        except (BadSignature, UnicodeError):
            raise Invalid(
                "The page marker cannot be read.", "Start again from the first page.", field="cursor"
            ) from None


class Unsealed:
    """A `Seal` that leaves texts as they are, for whoever asks an index directly; what comes back is checked all the
    same."""

    def sign(self, text: str) -> str:
        return text

    def unsign(self, sealed: str) -> str:
        return sealed
