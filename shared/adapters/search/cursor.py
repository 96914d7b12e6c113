"""Keyset cursors: where a page ended, in which version, of which query. What leaves is sealed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from shared.adapters.search.sealing import Seal
from shared.domain.core.errors import Invalid
from shared.domain.search.query import SearchQuery

MAX_RANK = 2**32


@dataclass(frozen=True)
class ByScore:
    """After so many of what the words find, best first: in a version that list is always the same."""

    seen: int


@dataclass(frozen=True)
class ByRank:
    """After this price rank."""

    rank: int


@dataclass(frozen=True)
class ByStart:
    """After this price rank among programs whose next start is in ISO week `week` ("" = those without a start)."""

    week: str
    rank: int


@dataclass(frozen=True)
class ByDistance:
    """After this price rank among programs this far away (thousandths of a mile)."""

    distance: int
    rank: int


Key = ByScore | ByRank | ByStart | ByDistance


def encode(key: Key, query: SearchQuery, version: str, seal: Seal) -> str:
    values = [getattr(key, name) for name in key.__dataclass_fields__]
    text = json.dumps([version[:16], fingerprint(query), type(key).__name__, values], separators=(",", ":"))
    return seal.sign(base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))


def decode(query: SearchQuery, version: str, expected: type[Key], seal: Seal) -> Key | None:
    """None for the first page. Raises `Invalid` (field `cursor`) for nonsense, another query's cursor, or one of
    another version."""
    if query.cursor is None:
        return None
    try:
        text = seal.unsign(query.cursor)
        made_in, of_query, kind, values = json.loads(
            base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        )
        key = _key(kind, values)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error) as error:
        raise _refused("The page marker cannot be read.") from error
    if of_query != fingerprint(query) or not isinstance(key, expected):
        raise _refused("The page marker belongs to another search.")
    if made_in != version[:16]:
        raise _refused("The list of programs has changed since this page marker was made.")
    return key


def fingerprint(query: SearchQuery) -> str:
    """Names what is asked; the size of the page may change from page to page."""
    return hashlib.sha256(query.model_dump_json(exclude={"cursor", "limit"}).encode()).hexdigest()[:16]


def _key(kind: str, values: list[Any]) -> Key:
    if kind == "ByScore":
        (seen,) = values
        return ByScore(_whole(seen))
    if kind == "ByRank":
        (rank,) = values
        return ByRank(_whole(rank))
    if kind == "ByDistance":
        distance, rank = values
        return ByDistance(_whole(distance), _whole(rank))
    if kind == "ByStart":
        week, rank = values
        if isinstance(week, str):
            return ByStart(week, _whole(rank))
    raise ValueError("not a key")


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < MAX_RANK:
        raise ValueError("not a place in a list")
    return value


def _refused(detail: str) -> Invalid:
    return Invalid(detail, "Start again from the first page.", field="cursor")
