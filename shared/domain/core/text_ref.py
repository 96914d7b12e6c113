"""A free text that somebody may have erased: what is stored about it for good."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from shared.domain.core.aggregate import text_hash


class TextRef(BaseModel):
    """`ref` names the erasable item that keeps the text, `hash` (SHA-256) binds it: once erased, the hash stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    ref: str
    hash: str

    def says(self, words: str) -> bool:
        """Whether the text is exactly `words`, erased or not."""
        return self.hash == text_hash(words)
