"""Packs each function as a zip for the local stack: its room, `shared/`, nothing that the virtual environment already
has.

The zips carry byte code for this very interpreter (checked by nobody, so that unpacking does not invalidate it):
workers start in about half the time. Byte code is kept by content hash, so that a changed file costs one compilation.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import marshal
import sys
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

IGNORED = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
EXTRAS = {"site": ("docs/openapi.json",)}
"""Files outside functions/ and shared/ that one room needs, as infra/build/Makefile copies them too."""


def files_of(root: Path, room: str) -> list[Path]:
    """The files of a room's package, sorted, relative to the repository's root."""
    found = [Path("functions/__init__.py")] if (root / "functions/__init__.py").exists() else []
    found += list(_walk(root, Path("functions") / room)) + list(_walk(root, Path("shared")))
    found += [Path(extra) for extra in EXTRAS.get(room, ()) if (root / extra).exists()]
    return sorted(found)


def pack(root: Path, room: str) -> bytes:
    """The zip of a room. The same files give the same bytes, so its hash can name it. Raises `SyntaxError` for broken
    code."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in files_of(root, room):
            source = (root / path).read_bytes()
            archive.writestr(_entry(path.as_posix()), source)
            if path.suffix == ".py":
                cached = path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc"
                archive.writestr(_entry(cached.as_posix()), _byte_code(source, path.as_posix()))
    return buffer.getvalue()


def _walk(root: Path, folder: Path) -> Iterator[Path]:
    for item in (root / folder).rglob("*"):
        if item.is_file() and not IGNORED & set(item.parts) and not item.name.startswith(".") and item.suffix != ".pyc":
            yield item.relative_to(root)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o644 << 16
    return entry


@lru_cache(maxsize=2000)
def _byte_code(source: bytes, name: str) -> bytes:
    """PEP 552 "unchecked hash" byte code: the importer takes it without comparing it with the source beside it."""
    code = compile(source, name, "exec", dont_inherit=True)
    flags = (0b01).to_bytes(4, "little")
    return importlib.util.MAGIC_NUMBER + flags + importlib.util.source_hash(source) + marshal.dumps(code)


def key_of(archive: bytes) -> str:
    """The object key of a zip: its content hash."""
    return f"code/{hashlib.sha256(archive).hexdigest()[:24]}.zip"
