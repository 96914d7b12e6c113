"""Static files under their content hash, so that a browser may keep them for ever and never sees a stale one."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from shared.domain.core.errors import NotFound

PREFIX = "/assets/"
_FOLDER = Path(__file__).parent / "assets"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_HASHED = re.compile(r"(?P<stem>[a-z0-9-]+)(?:\.(?P<hash>[0-9a-f]{12}))?(?P<ext>\.[a-z0-9]+)\Z")


@cache
def _catalogue() -> dict[str, tuple[bytes, str]]:
    """name -> (content, hash). Read once per process: the package is immutable in a Lambda and reloaded locally."""
    files = {path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES}
    return {name: (content, hashlib.sha256(content).hexdigest()[:12]) for name, content in files.items()}


def asset_url(name: str) -> str:
    """`rota.css` -> `/assets/rota.<12 hex digits>.css`. Raises KeyError for a name that is not in the folder (a
    programming error)."""
    digest = _catalogue()[name][1]
    stem, _, extension = name.rpartition(".")
    return f"{PREFIX}{stem}.{digest}.{extension}"


def read_asset(path: str) -> tuple[bytes, str, bool]:
    """`/assets/<name>` (prefix optional) -> (content, content type, immutable).

    `immutable` is true only when the hash in the name is that of the content: a page of the previous version that asks
    for its old hash still gets a style sheet, but one that is not cached for a year. Raises NotFound for anything else.
    """
    match = _HASHED.match(path.removeprefix(PREFIX))
    name = match["stem"] + match["ext"] if match else ""
    if match is None or name not in _catalogue():
        raise NotFound("There is no such file here.", "Reload the page that asked for it.")
    content, digest = _catalogue()[name]
    return content, _TYPES[match["ext"]], match["hash"] == digest
