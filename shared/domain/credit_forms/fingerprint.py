"""The fingerprint of a signed version: SHA-256 of its canonical answers with their salt, which the school's `.json`
holds: anybody can compute it again, and nobody can guess what it covers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.domain.core.aggregate import canonical, text_hash


def document(facts: Mapping[str, Any], student: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """What is signed: the form's facts, what names the student, what the host said. The last two are texts of
    different people, so that each can go on its own."""
    return {"form": dict(facts), "student": dict(student), "host": dict(answers)}


def fingerprint(signed: Mapping[str, Any]) -> str:
    return text_hash(canonical(signed))


def shown(digest: str) -> str:
    """In groups of eight, as the page and the PDF print it."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
