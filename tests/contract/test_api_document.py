"""The API as it is described: the committed document is current and sound, every route says who may call, prefixes
equal the template."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest
from samtranslator.yaml_helper import yaml_parse

from infra.build import openapi
from shared.runtime.http import Room
from shared.runtime.http.access import Access
from shared.runtime.pages.apidocs import api_overview, api_room

ROOMS = {room.name: room for room in openapi.rooms()}
DOCUMENT = openapi.document()
OPERATIONS = {f"{method.upper()} {path}": operation for path, method, operation in openapi.operations(DOCUMENT)}
TEMPLATE = yaml_parse((openapi.ROOT / "template.yaml").read_text())


def test_the_committed_document_is_current() -> None:
    assert openapi.TARGET.read_text() == openapi.text(), f"run `{openapi.COMMAND}` and commit docs/openapi.json"


@pytest.mark.parametrize("name", ROOMS)
def test_every_route_declares_who_may_call_it(name: str) -> None:
    room = ROOMS[name]
    routes = [*room.resolver._static_routes, *room.resolver._dynamic_routes]
    undeclared = [f"{route.method} {route.path}" for route in routes if (route.method, route.path) not in room.declared]
    assert undeclared == []
    assert all(
        isinstance(declared.access, Access) and declared.access.described() for declared in room.declared.values()
    )


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_names_its_roles_its_summary_and_its_refusal(operation: str) -> None:
    found = OPERATIONS[operation]
    assert found["x-rota-roles"]
    assert " " in found["summary"], "the first line of the handler's docstring says what the call is for"
    assert all(status in found["responses"] for status in ("400", "413", "500"))
    assert ("401" in found["responses"]) == (found["tags"] != ["stripe_webhook"])
    assert ("403" in found["responses"]) >= (
        set(found["x-rota-roles"]).isdisjoint({"anyone", "signed in", "Stripe, by signature"})
    )
    public = found["x-rota-roles"] == ["anyone"] or found["tags"] == ["stripe_webhook"]
    assert found["security"] == ([] if public else [{"bearer": []}, {"session": []}])


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert sorted(set(ids)) == sorted(ids)


def test_every_reference_leads_somewhere_and_every_schema_is_used() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    responses = DOCUMENT["components"]["responses"]
    used = openapi.references(DOCUMENT["paths"]) | openapi.references(schemas) | openapi.references(responses)
    assert used == set(schemas)
    assert openapi.references(DOCUMENT["paths"], "responses") == set(responses)
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_path_parameters_are_described() -> None:
    for name, operation in OPERATIONS.items():
        described = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "path"}
        assert described == set(re.findall(r"{(\w+)}", name)), name


def test_a_query_field_is_described_with_its_bounds() -> None:
    fields = {parameter["name"]: parameter["schema"] for parameter in OPERATIONS["GET /programs"]["parameters"]}
    assert fields["limit"] == {"default": 10, "maximum": 25, "minimum": 1, "title": "Limit", "type": "integer"}
    assert fields["experience_type"]["items"] == {"$ref": "#/components/schemas/ExperienceType"}


def test_no_two_schemas_have_one_title_so_that_generators_make_a_model_of_each() -> None:
    titles = [schema["title"].casefold() for schema in DOCUMENT["components"]["schemas"].values()]
    assert sorted(set(titles)) == sorted(titles)


def test_two_rooms_that_mean_different_things_by_one_name_are_told_apart() -> None:
    one, two = {"type": "object", "title": "X"}, {"type": "string", "title": "X"}
    parts = [
        (name, {"components": {"schemas": {"X": schema, "Same": one}}}) for name, schema in (("a", one), ("b", two))
    ]
    assert openapi._names(parts) == {("a", "X"): "a.X", ("b", "X"): "b.X"}


def test_the_api_pages_can_show_every_room() -> None:
    shown = {room["name"] for room in api_overview(DOCUMENT)["rooms"]}
    assert shown == {*ROOMS, "stripe_webhook"}
    assert all(api_room(json.loads(json.dumps(DOCUMENT)), name) for name in shown)


# --- prefixes ---------------------------------------------------------------------------------------------------------
def template_prefixes(template: Mapping[str, Any]) -> dict[str, set[str]]:
    """Room -> the paths that API Gateway hands to it, without `{proxy+}`; the default route is `/`."""
    found: dict[str, set[str]] = {}
    for resource in template["Resources"].values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        for event in resource["Properties"].get("Events", {}).values():
            if event["Type"] == "HttpApi":
                path = event["Properties"].get("Path", "/")
                found.setdefault(resource["Properties"]["Handler"].split(".")[1], set()).add(
                    path.removesuffix("/{proxy+}")
                )
    return found


def table() -> dict[str, set[str]]:
    rows = re.findall(r"^\| (\w+) \| `([^`]+)` \|", (openapi.ROOT / "docs" / "api.md").read_text(), re.MULTILINE)
    return {room: {prefix} for room, prefix in rows}


def test_the_table_of_prefixes_equals_the_template() -> None:
    assert table() == template_prefixes(TEMPLATE)


def test_a_room_gets_its_prefix_and_everything_below_it() -> None:
    for resource in TEMPLATE["Resources"].values():
        events = (
            resource.get("Properties", {}).get("Events", {}).values()
            if resource["Type"] == "AWS::Serverless::Function"
            else ()
        )
        paths = {event["Properties"].get("Path", "/") for event in events if event["Type"] == "HttpApi"}
        if paths - {"/", "/webhooks/stripe"}:
            (prefix,) = {path.removesuffix("/{proxy+}") for path in paths}
            assert paths == {prefix, f"{prefix}/{{proxy+}}"}


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_routes_only_what_lies_under_its_prefix(name: str) -> None:
    (prefix,) = template_prefixes(TEMPLATE)[name]
    inside = re.compile(r"/.*" if prefix == "/" else rf"{re.escape(prefix)}(/.*)?")
    assert [rule for _, rule in ROOMS[name].declared if not inside.fullmatch(rule)] == []
    others = {one for room, found in template_prefixes(TEMPLATE).items() if room != name for one in found if one != "/"}
    assert [
        rule
        for _, rule in ROOMS[name].declared
        if any(rule == other or rule.startswith(f"{other}/") for other in others)
    ] == []


def test_every_room_is_a_room() -> None:
    assert all(isinstance(room, Room) for room in ROOMS.values())
    assert set(ROOMS) == set(template_prefixes(TEMPLATE)) - {"stripe_webhook"}
