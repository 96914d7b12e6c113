"""Writes `parameters.json`: the request parameters of each operation the simulator has, taken from Stripe's OpenAPI
document.

Run `python -m infra.local.stripe.generate` after an upgrade of the specification; a test fails while the file is out of
date.

The form of a node: "s" string, "i" integer, "b" boolean, "n" number, "" an explicit empty value, {"=": [...]} one of
these words, [node] a list, {"*": node} free keys, {"|": [...]} any of these, {"name": node} an object, where "name!" is
required.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.local.stripe.openapi import FORM, specification
from infra.local.stripe.routes import ROUTES

TARGET = Path(__file__).with_name("parameters.json")
SCALARS = {"string": "s", "integer": "i", "boolean": "b", "number": "n"}


def node_of(schema: dict[str, Any]) -> Any:
    """One request schema in the short form above."""
    if "anyOf" in schema:
        return {"|": [node_of(option) for option in schema["anyOf"]]}
    if schema.get("enum") == [""]:
        return ""
    kind = schema["type"]
    if kind == "object":
        if not schema.get("properties"):
            return {"*": node_of(schema.get("additionalProperties") or {"type": "string"})}
        required = schema.get("required", [])
        return {
            name + ("!" if name in required else ""): node_of(child) for name, child in schema["properties"].items()
        }
    if kind == "array":
        return [node_of(schema["items"])]
    if "enum" in schema:
        return {"=": schema["enum"]}
    return SCALARS[kind]


def parameters_of(operation: dict[str, Any]) -> dict[str, Any]:
    """Query parameters and form body of one operation, merged: Stripe reads both the same way."""
    body = operation.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
    required = body.get("required", [])
    found = {
        name + ("!" if name in required else ""): node_of(schema) for name, schema in body.get("properties", {}).items()
    }
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "query":
            found[parameter["name"] + ("!" if parameter.get("required") else "")] = node_of(parameter["schema"])
    return found


def generated() -> str:
    """The text of the file: one operation a line, so that a diff shows which one changed."""
    paths = specification()["paths"]
    lines = []
    for route in ROUTES:
        found = parameters_of(paths[route.path][route.method.lower()])
        lines.append(f"{json.dumps(route.name)}: {json.dumps(found, sort_keys=True)}")
    version = json.dumps(specification()["info"]["version"])
    return '{\n"version": ' + version + ",\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    TARGET.write_text(generated(), encoding="utf-8")
