"""Text that leaves us and comes back unchanged or not at all: page markers, signed with a key (itsdangerous, HMAC-SHA-256)."""

from __future__ import annotations

import hashlib

from itsdangerous import BadSignature, Signer

from shared.domain.errors import Invalid


class Sealer:
    """`purpose` keeps seals of one kind from being taken for another."""

    def __init__(self, key: str, purpose: str) -> None:
        self._signer = Signer(key, salt=purpose, digest_method=hashlib.sha256)

    def sign(self, text: str) -> str:
        return self._signer.sign(text.encode()).decode()

    def unsign(self, sealed: str) -> str:
        """Raises `Invalid` for anything that this key did not seal."""
        try:
            return self._signer.unsign(sealed.encode()).decode()
        except (BadSignature, UnicodeError):
            raise Invalid("The page marker cannot be read.", "Start again from the first page.", field="cursor") from None
