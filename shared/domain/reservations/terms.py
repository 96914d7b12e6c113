"""The clinical terms that a trainee signs before paying (T24): versioned texts beside this file, each bound by its
SHA-256.

A published text is never edited: a change is a new file and a new entry of `_SHA256`, and who had not signed it yet
signs the new one.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from shared.domain.core.errors import NotFound

CURRENT = "2026-11"
_SHA256 = {"2026-11": "f904b7f1282f2eff296ce35ec375f6e74ff65e865c24c9043ea372c6b5df7f7b"}
_APOSTROPHES, _DASHES = (
    re.compile("[\u2018\u2019\u201b\u02b9\u02bb\u02bc\u2032\u00b4`]"),
    re.compile("[\u2010-\u2015\u2212]"),
)


class Section(BaseModel):
    """`listed` says that the paragraphs are the items of a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    heading: str
    paragraphs: tuple[str, ...]
    listed: bool


class Terms(BaseModel):
    """One version, ready to be read. `sha256` is that of the file: what a signature binds."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: str
    sha256: str
    title: str
    opening: str
    sections: tuple[Section, ...]


@cache
def get(version: str = CURRENT) -> Terms:
    """The terms of a version. Raises `NotFound` for a version that never existed."""
    if version not in _SHA256:
        raise NotFound(
            f"There are no terms of version {version!r}.", "Read and sign the current ones.", terms_version=version
        )
    raw = resources.files("shared.domain.reservations").joinpath("data", "terms", f"{version}.md").read_bytes()
    return parse(version, raw, _SHA256[version])


def parse(version: str, raw: bytes, published: str) -> Terms:
    """`raw` is Markdown of a title, an opening and `##` sections of plain paragraphs or one list. Raises ValueError
    when its SHA-256 is not `published`."""
    if hashlib.sha256(raw).hexdigest() != published:
        raise ValueError(f"the terms of {version} were edited after they were published")
    head, *parts = raw.decode().split("\n## ")
    title, _, opening = head.partition("\n")
    return Terms(
        version=version,
        sha256=published,
        title=title.removeprefix("# "),
        opening=opening.strip(),
        sections=tuple(map(_section, parts)),
    )


def _section(text: str) -> Section:
    heading, _, body = text.partition("\n")
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    return Section(
        heading=heading, paragraphs=tuple(line.removeprefix("- ") for line in lines), listed=lines[0].startswith("- ")
    )


def same_name(typed: str, name: str) -> bool:
    """T24: whether a typed signature is this name. Letters and accents count; capitals, spaces, and how a keyboard
    writes an accent (Unicode NFC or NFD), an apostrophe or a hyphen do not. Nor does the dot of an i, which capitals of
    one language put where another's leave it out."""
    return _plain(typed) == _plain(name)


def _plain(name: str) -> str:
    marks = _DASHES.sub(
        "-", _APOSTROPHES.sub("'", name)
    )  # first: compatibility forms would take an acute accent of its own apart
    seen = (
        letter for letter in unicodedata.normalize("NFKC", marks).casefold() if unicodedata.category(letter) != "Cf"
    )
    dotless = "".join(seen).replace("i\u0307", "i").replace("ı", "i")
    return " ".join(unicodedata.normalize("NFC", dotless).split())
