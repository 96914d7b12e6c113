"""One file per index version: a plain tar with a manifest of hashes, safe to unpack whatever it contains."""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
from pathlib import Path

from shared.domain.core.errors import Busy

MANIFEST = "manifest.json"
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}|\.managed\.json")


def pack(directory: Path) -> bytes:
    """All files of an index but tantivy's locks. The same directory gives the same bytes."""
    contents = {
        path.name: path.read_bytes()
        for path in sorted(directory.iterdir())
        if path.is_file() and _NAME.fullmatch(path.name)
    }
    contents.pop(MANIFEST, None)
    manifest = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in {MANIFEST: json.dumps(manifest, sort_keys=True).encode(), **contents}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def unpack(archive: bytes, directory: Path) -> None:
    """Writes the files into a directory. Raises `Busy` before anything is written if one is missing, unexpected or has
    another hash."""
    contents = checked(archive)
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (directory / name).write_bytes(content)


def checked(archive: bytes) -> dict[str, bytes]:
    """The index files by name, each the one that was made. Raises `Busy` otherwise."""
    contents = _read(archive)
    try:
        manifest = json.loads(contents.pop(MANIFEST))
    except (KeyError, ValueError) as error:
        raise damaged("it has no list of its files") from error
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    if hashes != manifest:
        raise damaged("a file does not match its hash")
    return contents


def _read(archive: bytes) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
            for entry in tar:
                file = tar.extractfile(entry) if entry.isreg() else None
                if file is None or not _NAME.fullmatch(entry.name):
                    raise damaged("it holds something that is no index file")
                contents[entry.name] = file.read()
    except tarfile.TarError as error:
        raise damaged("it is no archive") from error
    return contents


def damaged(why: str) -> Busy:
    return Busy(f"The search index is damaged: {why}.", "Try again in a moment; if it stays, publish the index again.")
