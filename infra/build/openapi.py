"""One OpenAPI 3.1 document for all rooms, from the types of their routes: `python -m infra.build.openapi [--check]`
(docs/openapi.json).

Powertools describes each room; here the rooms are put together, and what only we know is put right: who may call, that
a refusal is a problem document (RFC 9457), that a repeated post needs a key, and what a query's fields may hold.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from infra.build.answers import answered, refused, responses
from shared.runtime.http import Room
from shared.runtime.http.declared import Declared
from shared.runtime.http.request import MAX_KEY

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "openapi.json"
COMMAND = "python -m infra.build.openapi"
Node = dict[str, Any]

INFO = {
    "title": "Rota",
    "version": "1",
    "description": "Clinical rotations for international medical students and graduates. Every resource has two "
    "forms: JSON here, and a "
    "page for browsers at the same address. Money is integer US cents, weeks are ISO weeks (2027-W09), instants are "
    "UTC "
    "(2027-01-15T05:59:59Z).",
}
PROBLEM: Node = {
    "title": "Problem",
    "description": "A refusal (RFC 9457). `detail` says what is wrong, `remedy` what to do; further members name "
    "fields, weeks or cents.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "remedy", "instance"],
    "properties": {
        "type": {
            "type": "string",
            "description": "Which kind of refusal: /problems/sold-out, /problems/invalid-input ...",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "remedy": {"type": "string"},
        "instance": {"type": "string", "description": "The reference to quote."},
        "fields": {
            "type": "array",
            "items": {"type": "object", "properties": {"field": {"type": "string"}, "message": {"type": "string"}}},
        },
    },
    "additionalProperties": True,
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeating a call with the same key answers as the first did.",
    "schema": {"type": "string", "maxLength": MAX_KEY},
}
SECURITY = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of POST /accounts/tokens.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-session",
        "description": "Browsers; a call that changes something needs our Origin.",
    },
}
# The one room that is no `Room`: it answers Stripe alone and loads nothing that it does not need.
WEBHOOK: Node = {
    "post": {
        "tags": ["stripe_webhook"],
        "summary": "Stripe delivers an event; it is stored once and answered, nothing else.",
        "operationId": "stripe_webhook_deliver",
        "parameters": [{"name": "Stripe-Signature", "in": "header", "required": True, "schema": {"type": "string"}}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": {
            "200": {
                "description": "Stored, now or before",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            **refused([400, 413, 500]),
        },
        "security": [],  # the signature is a header of the call, no scheme that a client signs in with
        "x-rota-roles": ["Stripe, by signature"],
    }
}
NOT_OURS = {"HTTPValidationError", "ValidationError"}


def rooms() -> list[Room]:
    """Every room in the repository, by name: a folder whose handler has a `Room`."""
    found = []
    for path in sorted((ROOT / "functions").glob("*/handler.py")):
        room = getattr(importlib.import_module(f"functions.{path.parent.name}.handler"), "room", None)
        if isinstance(room, Room):
            found.append(room)
    return found


def document() -> Node:
    """The whole document, in an order that depends on nothing but the routes."""
    parts = [(room.name, _described(room)) for room in rooms()]
    renamed = _names(parts)
    paths: Node = {"/webhooks/stripe": WEBHOOK}
    schemas: Node = {"Problem": PROBLEM}
    for name, part in parts:
        names = {old: renamed.get((name, old), old) for old in part["components"]["schemas"]}
        part = _renamed(part, names)
        paths |= part["paths"]
        schemas |= {
            names[old]: _titled(schema, old, names[old]) for old, schema in part["components"]["schemas"].items()
        }
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": _used({"paths": paths, "responses": responses()}, schemas),
            "responses": responses(),
            "securitySchemes": SECURITY,
        },
    }


def text() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


# --- one room ---------------------------------------------------------------------------------------------------------
def _described(room: Room) -> Node:
    schema: Node = json.loads(room.resolver.get_openapi_json_schema(title="Rota", version="1"))
    schemas: Node = {
        name: value for name, value in schema.get("components", {}).get("schemas", {}).items() if name not in NOT_OURS
    }
    queries = {(method.lower(), _path(rule)): dict(_query_models(room, method, rule)) for method, rule in room.declared}
    declared = {(method.lower(), _path(rule)): found for (method, rule), found in room.declared.items()}
    for path, method, operation in operations(schema):
        _put_right(operation, method, declared[(method, path)], queries[(method, path)], schemas)
    return {"paths": schema["paths"], "components": {"schemas": schemas}}


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Node]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def _put_right(operation: Node, method: str, declared: Declared, query: Mapping[str, Node], schemas: Node) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "query" and parameter["name"] in query:
            parameter["schema"] = _lifted(query[parameter["name"]], schemas)
            parameter["required"] = False
    operation["responses"] = answered(operation, method, declared)
    if method == "post":
        operation["parameters"] = [*operation.get("parameters", []), KEY]
    operation["security"] = [] if operation["x-rota-roles"] == ["anyone"] else [{"bearer": []}, {"session": []}]


def _query_models(room: Room, method: str, rule: str) -> Iterator[tuple[str, Node]]:
    """Field -> JSON Schema, for the fields of models that are read from the query: Powertools only says "string"."""
    for route in (*room.resolver._static_routes, *room.resolver._dynamic_routes):
        if (route.method, route.path) != (method, rule):
            continue
        for parameter in route.dependant.query_params:
            model = parameter.field_info.annotation
            if isinstance(model, type) and issubclass(model, BaseModel):
                schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
                yield from (
                    (name, field | {"$defs": schema.get("$defs", {})}) for name, field in schema["properties"].items()
                )


def _lifted(schema: Node, schemas: Node) -> Node:
    """The schema with its definitions moved to the components."""
    schemas.update(schema.pop("$defs", {}))
    return schema


def _path(rule: str) -> str:
    return rule.replace("<", "{").replace(">", "}")


# --- together ---------------------------------------------------------------------------------------------------------
def _names(parts: list[tuple[str, Node]]) -> dict[tuple[str, str], str]:
    """(room, name) -> new name, where two rooms mean different things by one name."""
    meanings: dict[str, set[str]] = {"Problem": {json.dumps(PROBLEM, sort_keys=True)}}
    for _, part in parts:
        for name, schema in part["components"]["schemas"].items():
            meanings.setdefault(name, set()).add(json.dumps(schema, sort_keys=True))
    double = {name for name, found in meanings.items() if len(found) > 1}
    return {
        (room, name): f"{room}.{name}"
        for room, part in parts
        for name in part["components"]["schemas"]
        if name in double
    }


def _used(paths: Node, schemas: Node) -> Node:
    """The schemas that the paths refer to, and those that these refer to, by name."""
    found: Node = {}
    waiting = references(paths)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = schemas[name]
            waiting |= references(schemas[name])
    return dict(sorted(found.items()))


def references(node: Any, among: str = "schemas") -> set[str]:
    """The names of the schemas (or `responses`) that a part of the document refers to."""
    if isinstance(node, dict):
        ref = node.get("$ref")
        own = {ref.rpartition("/")[2]} if isinstance(ref, str) and f"/components/{among}/" in ref else set()
        return own.union(*(references(value, among) for value in node.values()))
    return set().union(*(references(value, among) for value in node)) if isinstance(node, list) else set()


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {
            key: _reference(value, names) if key == "$ref" else _renamed(value, names) for key, value in node.items()
        }
    return [_renamed(value, names) for value in node] if isinstance(node, list) else node


def _titled(schema: Node, old: str, new: str) -> Node:
    """A schema that got a new name has it as its title too: programs that make clients name the model by the title."""
    return schema if new == old else schema | {"title": new}


def _reference(ref: str, names: Mapping[str, str]) -> str:
    base, _, name = ref.rpartition("/")
    return f"{base}/{names.get(name, name)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether docs/openapi.json is current")
    made = text()
    if not parser.parse_args().check:
        TARGET.write_text(made)
        return 0
    if TARGET.read_text() != made:
        sys.stderr.write(f"docs/openapi.json is not current: run `{COMMAND}`.\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
