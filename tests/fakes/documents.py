"""Documents in memory; `arrive` is the browser's upload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shared.domain.core.aggregate import canonical
from shared.ports import ScanVerdict, StoredObject, Upload

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner takes for malware and nobody else does (https://www.eicar.org/download-anti-malware-testfile/)."""


class FakeScanner:
    """Knows the test file. `later` makes it take its time, until `says` gives its verdict."""

    def __init__(self) -> None:
        self.later = False
        self.says: ScanVerdict | None = None
        self.asked: list[str] = []

    def verdict(self, key: str, content: Callable[[], bytes]) -> ScanVerdict:
        self.asked.append(key)
        if self.says is not None or self.later:
            return self.says or "pending"
        return "infected" if EICAR in content() else "clean"


class FakeDocuments:
    def __init__(self) -> None:
        self.objects: dict[str, StoredObject] = {}
        self.uploads: dict[str, tuple[str, int, str]] = {}

    def upload(self, key: str, kind: str, max_bytes: int, redirect: str) -> Upload:
        self.uploads[key] = (kind, max_bytes, redirect)
        fields = {"key": key, "x-amz-meta-kind": kind, "success_action_redirect": redirect}
        return Upload("https://uploads.example/", fields)

    def arrive(self, key: str, content: bytes) -> None:
        """The browser posts the file; the form's own size limit holds, as S3's does."""
        kind, max_bytes, _ = self.uploads[key]
        if len(content) > max_bytes:
            raise ValueError(f"{len(content)} bytes do not pass the form's {max_bytes}")
        self.objects[key] = StoredObject(content, {"kind": kind})

    def read(self, key: str) -> StoredObject | None:
        return self.objects.get(key)

    def keep(self, key: str, content: bytes, kind: str, content_type: str) -> None:
        self.objects[key] = StoredObject(content, {"kind": kind})

    def link(self, key: str, download_name: str, seconds: int) -> str:
        return f"https://uploads.example/{key}?name={download_name}&seconds={seconds}"

    def delete(self, key: str) -> None:
        self.objects.pop(key, None)

    def delete_all(self, folder: str) -> int:
        keys = [key for key in self.objects if key.startswith(f"{folder}/")]
        for key in keys:
            del self.objects[key]
        return len(keys)


class FakeDocumentMaker:
    """Documents that are their data, written down; `made` are the templates used."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def make(self, template: str, data: Mapping[str, Any]) -> bytes:
        self.made.append(template)
        return canonical(data).encode()
