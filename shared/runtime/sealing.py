"""Text that leaves us and comes back unchanged or not at all: page markers, signed with a secret (itsdangerous, HMAC-SHA-256)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from itsdangerous import BadSignature, Signer

from shared.domain.errors import Invalid


class Sealer:
    """`purpose` keeps seals of one kind from being taken for another. The secret is asked for when the first seal is made."""

    def __init__(self, secret: Callable[[], str], purpose: str) -> None:
        self._secret, self._purpose = secret, purpose
        self._made: Signer | None = None

    def sign(self, text: str) -> str:
        return self._signer().sign(text.encode()).decode()

    def unsign(self, sealed: str) -> str:
        """Raises `Invalid` for anything that this secret did not seal."""
        try:
            return self._signer().unsign(sealed.encode()).decode()
        except (BadSignature, UnicodeError):
            raise Invalid("The page marker cannot be read.", "Start again from the first page.", field="cursor") from None

    def _signer(self) -> Signer:
        if self._made is None:
            self._made = Signer(self._secret(), salt=self._purpose, digest_method=hashlib.sha256)
        return self._made
