"""Files that people upload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from shared.domain.documents.uploads import Looked


@dataclass(frozen=True)
class Upload:
    """A presigned POST: send `fields` and then `file` to `url` as multipart/form-data."""

    url: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class StoredObject:
    content: bytes
    metadata: Mapping[str, str]


class FileStore(Protocol):
    def upload(self, key: str, kind: str, max_bytes: int, redirect: str) -> Upload: ...
    def read(self, key: str) -> StoredObject | None:
        """Of an object that is too large only so much that this shows. None when nothing is there."""
        ...

    def keep(self, key: str, content: bytes, kind: str, content_type: str) -> None:
        """Stores bytes of ours under a key; again with the same bytes changes nothing. Raises `Busy`."""
        ...

    def link(self, key: str, download_name: str, seconds: int) -> str:
        """A signed address that works for `seconds` of wall time."""
        ...

    def delete(self, key: str) -> None: ...
    def delete_all(self, folder: str) -> int:
        """Everything whose key begins with `folder`/; returns how many objects went."""
        ...


class FileInspector(Protocol):
    def look(self, content: bytes) -> Looked:
        """What a file is and whether it opens, of 1 byte to 10 MB. Never raises for what a file holds."""
        ...


ScanVerdict = Literal["clean", "infected", "unscannable", "pending"]
"""What a scanner says: `unscannable` when it gave up on the file for good, `pending` when it has not come to it yet."""


class MalwareScanner(Protocol):
    def verdict(self, key: str, content: Callable[[], bytes]) -> ScanVerdict:
        """Of the file kept under `key`, whose `content` is read only by a scanner that does not read it itself. Asking
        again is harmless. Raises `Busy`."""
        ...
