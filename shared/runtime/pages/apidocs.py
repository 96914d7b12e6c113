"""The OpenAPI document as the API pages read it: by room, flat, nothing left to resolve in a template. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
JsonObject = dict[str, Any]


def api_overview(openapi: JsonObject) -> JsonObject:
    """The resource of `docs.html`: {title, version, description, rooms: [{name, prefix, operations: [{method, path,
    summary, roles}]}]}."""
    info = openapi.get("info", {})
    rooms: dict[str, list[JsonObject]] = {}
    for path, method, operation in _operations(openapi):
        line = {
            "method": method.upper(),
            "path": path,
            "summary": _summary(operation),
            "roles": _roles(operation),
            "id": _id(method, path),
        }
        rooms.setdefault(_room(path, operation), []).append(line)
    return {
        "title": info.get("title", "API"),
        "version": info.get("version", ""),
        "description": info.get("description", ""),
        "rooms": [{"name": name, "operations": rooms[name]} for name in sorted(rooms)],
    }


def api_room(openapi: JsonObject, room: str) -> JsonObject | None:
    """The resource of `docs-room.html`: {name, operations with parameters, request and responses, models used}; None
    for no such room."""
    chosen = [entry for entry in _operations(openapi) if _room(entry[0], entry[2]) == room]
    if not chosen:
        return None
    components = openapi.get("components", {})
    schemas, shared = components.get("schemas", {}), components.get("responses", {})
    operations = [_detail(path, method, operation, shared) for path, method, operation in chosen]
    used = {_ref_name(ref) for _, _, operation in chosen for ref in _refs(operation)}
    used |= {_ref_name(ref) for name in used & set(shared) for ref in _refs(shared[name])}
    names = sorted(_closure(used, schemas))
    return {"name": room, "operations": operations, "models": [_model(name, schemas[name]) for name in names]}


def _operations(openapi: JsonObject) -> Iterator[tuple[str, str, JsonObject]]:
    for path, item in sorted(openapi.get("paths", {}).items()):
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _room(path: str, operation: JsonObject) -> str:
    """The tag that the room gave itself, else its URL prefix."""
    tags = operation.get("tags") or [path.strip("/").split("/")[0] or "site"]
    return str(tags[0])


def _id(method: str, path: str) -> str:
    return "-".join([method, *(part.strip("{}") for part in path.split("/") if part)])


def _summary(operation: JsonObject) -> str:
    return str(operation.get("summary") or operation.get("operationId", ""))


def _roles(operation: JsonObject) -> list[str]:
    return list(operation.get("x-rota-roles", []))


def _detail(path: str, method: str, operation: JsonObject, shared: JsonObject) -> JsonObject:
    return {
        "id": _id(method, path),
        "method": method.upper(),
        "path": path,
        "summary": _summary(operation),
        "description": operation.get("description", ""),
        "roles": _roles(operation),
        "parameters": [
            {
                "name": parameter["name"],
                "place": parameter["in"],
                "required": parameter.get("required", False),
                "description": parameter.get("description", ""),
                **_typed(parameter.get("schema", {})),
            }
            for parameter in operation.get("parameters", [])
        ],
        "request": _body(operation.get("requestBody", {})),
        "responses": [
            _response(status, response, shared) for status, response in sorted(operation.get("responses", {}).items())
        ],
    }


def _response(status: str, response: JsonObject, shared: JsonObject) -> JsonObject:
    """A shared response is described but not typed: the same words after every refusal would hide what is special."""
    if "$ref" in response:
        return {
            "status": status,
            "description": shared[_ref_name(response["$ref"])]["description"],
            "type": "",
            "model": "",
        }
    return {"status": status, "description": response.get("description", ""), **_body(response)}


def _body(part: JsonObject) -> JsonObject:
    """The type of the first content given: the rooms speak JSON first; `type` is empty for no body."""
    for content in part.get("content", {}).values():
        return _typed(content.get("schema", {}))
    return {"type": "", "model": ""}


def _typed(schema: JsonObject) -> JsonObject:
    """{type: words, model: name to link to or ""}: references by name, lists as "list of X", null as "or nothing"."""
    if "$ref" in schema:
        name = _ref_name(schema["$ref"])
        return {"type": name, "model": name}
    if "anyOf" in schema or "oneOf" in schema or "allOf" in schema:
        parts = [_typed(part) for part in schema.get("anyOf") or schema.get("oneOf") or schema["allOf"]]
        words = [part["type"] for part in parts if part["type"] != "null"]
        empty = " or nothing" if len(words) < len(parts) else ""
        return {
            "type": " or ".join(words) + empty,
            "model": next((part["model"] for part in parts if part["model"]), ""),
        }
    if schema.get("type") == "array":
        inner = _typed(schema.get("items", {}))
        return {"type": f"list of {inner['type']}", "model": inner["model"]}
    if "enum" in schema or "const" in schema:
        return {"type": " | ".join(str(value) for value in schema.get("enum", [schema.get("const")])), "model": ""}
    kind = schema.get("format") or schema.get("type") or "any"
    return {"type": "/".join(kind) if isinstance(kind, list) else str(kind), "model": ""}


def _model(name: str, schema: JsonObject) -> JsonObject:
    required = set(schema.get("required", []))
    fields = [
        {"name": key, "required": key in required, "description": value.get("description", ""), **_typed(value)}
        for key, value in schema.get("properties", {}).items()
    ]
    return {
        "name": name,
        "description": schema.get("description", ""),
        "fields": fields,
        "type": "" if fields else _typed(schema)["type"],
    }


def _ref_name(ref: str) -> str:
    return ref.rpartition("/")[2]


def _refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _refs(child)


def _closure(names: set[str], schemas: JsonObject) -> set[str]:
    """The models named and those that they name in turn; a name without a schema is left out."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in schemas and name not in found:
            found.add(name)
            waiting.extend(_ref_name(ref) for ref in _refs(schemas[name]))
    return found
