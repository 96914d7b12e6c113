"""What somebody typed into a form that was refused: no refusal costs people their words (pages.md: "input kept")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from shared.runtime.http.request import SECRETS

PROSE = range(100, 2001)
"""What a field for words takes at most, in characters; names of things of ours are shorter, addresses that a form
carries along longer."""


def words(inputs: Mapping[str, Any], model: type[BaseModel] | None) -> list[tuple[str, str]]:
    """(label, text) of each field of words that has something in it; a field that `model` takes apart itself is
    labelled by its name."""
    known = model.model_json_schema()["properties"] if model else {}
    found = []
    for name, value in inputs.items():
        field = known.get(
            name, {"maxLength": PROSE.start, "title": name.replace(".", " ").replace("_", " ").capitalize()}
        )
        if isinstance(value, str) and value and field.get("maxLength") in PROSE and name != "next":
            found.append((str(field["title"]), value))
    return found


def secret(model: type[BaseModel] | None) -> bool:
    """Whether the form asks for something that no page shows again."""
    return model is not None and not SECRETS.isdisjoint(model.model_fields)


def hidden(inputs: Mapping[str, Any], key: tuple[str, str]) -> Sequence[tuple[str, str]]:
    """The form as it was sent, as the (name, value) of hidden fields: a list that was emptied as well, or its default
    would come instead. `key` is its idempotency key, if it had one."""
    many = [
        (f"{name}[]", str(one)) for name, value in inputs.items() if isinstance(value, list) for one in value or [""]
    ]
    return [
        *((name, str(value)) for name, value in inputs.items() if not isinstance(value, list)),
        *many,
        *([key] if key[1] else []),
    ]
