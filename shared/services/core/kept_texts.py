"""Free text in an erasable item, with what an event row may keep of it: where it lies, and a hash that says nothing
once the text is gone, since its salt goes with it. Short texts could otherwise be guessed until their hash fits."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.core.aggregate import canonical, text_hash
from shared.ports import PersonalRecord, Store
from shared.services.core.secret_links import new_secret


@dataclass(frozen=True)
class KeptText:
    record: PersonalRecord

    @property
    def ref(self) -> str:
        return self.record.ref

    @property
    def hash(self) -> str:
        return text_hash(canonical(dict(self.record.body)))


def kept_text(ref: str, text: str) -> KeptText:
    """Another salt each time."""
    return KeptText(PersonalRecord(ref, {"text": text, "salt": new_secret()}))


def says(store: Store, ref: str | None, text: str) -> bool:
    """Whether this is what is kept there: a repeated step is no second one."""
    kept = store.text(ref) if ref else None
    return kept is not None and kept.get("text") == text
