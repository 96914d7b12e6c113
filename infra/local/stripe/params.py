"""Reads request parameters as Stripe does: `a[b][0][c]=v` becomes nested data, typed and checked against Stripe's own
schemas.

Unknown, missing, empty and ill-typed parameters are refused with Stripe's codes, before the operation begins.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from infra.local.stripe.errors import missing, unreadable

Json = dict[str, Any]

INTEGER = re.compile(r"^[+-]?\d+$")
METADATA_KEYS, METADATA_KEY_LENGTH, METADATA_VALUE_LENGTH = 50, 40, 500


@functools.cache
def schemas() -> Json:
    """`parameters.json`, generated from the OpenAPI document by `generate.py`."""
    loaded: Json = json.loads(Path(__file__).with_name("parameters.json").read_text(encoding="utf-8"))
    return loaded


def read(operation: str, pairs: Iterable[tuple[str, str]]) -> Json:
    """The parameters of `operation` ("POST /v1/refunds") from decoded key-value pairs. Raises StripeError 400."""
    tree: Json = {}
    for key, value in pairs:
        _insert(tree, key, value)
    return _object(schemas()[operation], tree, "")


def _insert(tree: Json, key: str, value: str) -> None:
    """Put one pair into the raw tree; every container is a dict here, list indices are its keys, `[]` takes the next
    index."""
    head, _, rest = key.partition("[")
    parts = [head, *re.findall(r"([^\[\]]*)\]", rest)] if rest else [head]
    here: Json = tree
    for part in parts[:-1]:
        child = here.setdefault(part or str(len(here)), {})
        if not isinstance(child, dict):
            raise unreadable(f"Invalid request: {key} conflicts with an earlier parameter.", key)
        here = child
    here[parts[-1] or str(len(here))] = value


def _typed(node: Any, raw: Any, name: str) -> Any:
    """`raw` (a string, or a dict for containers) as the schema `node` wants it."""
    if isinstance(node, list):
        return _list(node[0], raw, name)
    if isinstance(node, str):
        return _scalar(node, raw, name)
    if "=" in node:
        return _word(node["="], _text(raw, name), name)
    if "|" in node:
        return _typed(_option(node["|"], raw), raw, name)
    if not isinstance(raw, dict):
        if raw == "" and name.endswith("metadata"):
            return ""  # an empty metadata unsets all keys
        raise unreadable("Invalid object", name)
    if "*" in node:
        return _free(node["*"], raw, name)
    return _object(node, raw, name)


def _option(options: list[Any], raw: Any) -> Any:
    """Which branch of a union `raw` is meant for."""
    structured = [
        option for option in options if isinstance(option, list) or (isinstance(option, dict) and "=" not in option)
    ]
    plain = [option for option in options if option not in structured]
    if isinstance(raw, dict):
        listed = [option for option in structured if isinstance(option, list)]
        if listed and all(key.isdecimal() for key in raw):
            return listed[0]
        hashes = [option for option in structured if not isinstance(option, list)]
        return (hashes or structured or options)[0]
    if raw == "" and "" in options:
        return ""
    return ([option for option in plain if option != ""] or options)[0]


def _object(node: Json, raw: Json, name: str) -> Json:
    known = {key.rstrip("!"): child for key, child in node.items()}
    unknown = [_join(name, key) for key in raw if key not in known]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        raise unreadable(f"Received unknown parameter{plural}: {', '.join(unknown)}", unknown[0], "parameter_unknown")
    for key in node:
        if key.endswith("!") and key[:-1] not in raw:
            raise missing(_join(name, key[:-1]))
    return {key: _typed(known[key], value, _join(name, key)) for key, value in raw.items()}


def _free(node: Any, raw: Json, name: str) -> Json:
    if name.split("[")[-1].rstrip("]") == "metadata":
        _check_metadata(raw, name)
        return {key: _text(value, _join(name, key)) for key, value in raw.items()}
    return {key: _typed(node, value, _join(name, key)) for key, value in raw.items()}


def _check_metadata(raw: Json, name: str) -> None:
    """Stripe's documented limits: 50 keys, 40 characters a key, 500 a value (https://docs.stripe.com/api/metadata)."""
    if len(raw) > METADATA_KEYS:
        raise unreadable(f"Metadata can have up to {METADATA_KEYS} keys, but you passed in {len(raw)}.", name)
    for key, value in raw.items():
        if len(key) > METADATA_KEY_LENGTH:
            raise unreadable(
                f"Metadata keys can have up to {METADATA_KEY_LENGTH} characters, but you passed in {key!r}.", name
            )
        if len(_text(value, _join(name, key))) > METADATA_VALUE_LENGTH:
            message = (
                f"Metadata values can have up to {METADATA_VALUE_LENGTH} characters, but you passed in a value "
                f"that is {len(value)}."
            )
            raise unreadable(message, _join(name, key))


def _list(node: Any, raw: Any, name: str) -> list[Any]:
    if not isinstance(raw, dict) or not all(key.isdecimal() for key in raw):
        raise unreadable("Invalid array", name)
    return [_typed(node, raw[key], f"{name}[{key}]") for key in sorted(raw, key=int)]


def _text(raw: Any, name: str) -> str:
    if not isinstance(raw, str):
        raise unreadable("Invalid string", name)
    return raw


def _scalar(kind: str, raw: Any, name: str) -> Any:
    text = _text(raw, name)
    if kind == "":
        return ""
    if text == "":
        message = (
            f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; "
            f"however '{name}' "
            f"cannot be unset. You should remove '{name}' from your request or supply a non-empty value."
        )
        raise unreadable(message, name, "parameter_invalid_empty")
    if kind == "i":
        if not INTEGER.match(text):
            raise unreadable(f"Invalid integer: {text}", name, "parameter_invalid_integer")
        return int(text)
    if kind == "b":
        if text not in ("true", "false"):
            raise unreadable(f"Invalid boolean: {text}", name)
        return text == "true"
    if kind == "n":
        try:
            return float(text)
        except ValueError as error:
            raise unreadable(f"Invalid number: {text}", name) from error
    return text


def _word(words: list[str], text: str, name: str) -> str:
    if text not in words:
        shown = words[0] if len(words) == 1 else ", ".join(words[:-1]) + f", or {words[-1]}"
        raise unreadable(f"Invalid {name}: must be one of {shown}", name)
    return text


def _join(name: str, key: str) -> str:
    return f"{name}[{key}]" if name else key
