"""The API pages: what they make of an OpenAPI document, and that they stay readable and light."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lxml import html

from shared.runtime.pages import PageContext, api_overview, api_room, render
from tests.unit.pages.page_markup import problems

PAGE = PageContext(title="API", path="/docs", now=datetime(2026, 11, 23, tzinfo=UTC))


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "Good", "content": {"application/json": {"schema": schema}}}


SUBMIT = {
    "summary": "Submit an application",
    "description": "It enters the queue.",
    "tags": ["application_intake"],
    "x-rota-roles": ["trainee"],
    "parameters": [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}, "description": "Which"}
    ],
    "requestBody": body(ref("Draft")),
    "responses": {"200": body({"type": "array", "items": ref("Draft")}), "422": {"description": "Refused"}},
}
SCHEMAS = {
    "Draft": {
        "type": "object",
        "required": ["start"],
        "properties": {
            "start": {"type": "string", "format": "date"},
            "weeks": {"anyOf": [{"type": "integer"}, {"type": "null"}], "description": "4 by default"},
            "place": {"allOf": [ref("Place")]},
        },
    },
    "Place": {"type": "object", "description": "Where", "properties": {"inside": ref("Place")}},
    "Kind": {"type": "string", "enum": ["a", "b"]},
    "Unused": {"type": "object"},
}
API = {
    "info": {"title": "Rota API", "version": "1"},
    "paths": {
        "/applications/{id}/submit": {"post": SUBMIT, "parameters": []},
        "/programs": {"get": {"operationId": "search", "responses": {"200": body(ref("Kind"))}}},
        "/": {"get": {"responses": {}}},
    },
    "components": {"schemas": SCHEMAS},
}


def test_operations_are_grouped_by_their_rooms_tag_or_prefix() -> None:
    overview = api_overview(API)
    assert [room["name"] for room in overview["rooms"]] == ["application_intake", "programs", "site"]
    line = {
        "method": "POST",
        "path": "/applications/{id}/submit",
        "summary": "Submit an application",
        "roles": ["trainee"],
    }
    assert overview["rooms"][0]["operations"] == [{**line, "id": "post-applications-id-submit"}]


def test_a_room_lists_parameters_bodies_and_every_model_they_reach() -> None:
    room = api_room(API, "application_intake")
    assert room is not None
    operation = room["operations"][0]
    assert operation["parameters"][0] == {
        "name": "id",
        "place": "path",
        "required": True,
        "description": "Which",
        "type": "string",
        "model": "",
    }
    assert operation["request"] == {"type": "Draft", "model": "Draft"}
    assert [(answer["status"], answer["type"]) for answer in operation["responses"]] == [
        ("200", "list of Draft"),
        ("422", ""),
    ]
    assert [model["name"] for model in room["models"]] == ["Draft", "Place"]
    fields = {field["name"]: (field["type"], field["required"]) for field in room["models"][0]["fields"]}
    assert fields == {"start": ("date", True), "weeks": ("integer or nothing", False), "place": ("Place", False)}


def test_a_shared_refusal_is_described_once_and_its_model_is_shown() -> None:
    refused = {"description": "Nobody is signed in.", "content": {"application/problem+json": {"schema": ref("Place")}}}
    operation = {"tags": ["x"], "responses": {"401": {"$ref": "#/components/responses/SignInNeeded"}}}
    room = api_room(
        {
            "paths": {"/x": {"get": operation}},
            "components": {"schemas": SCHEMAS, "responses": {"SignInNeeded": refused}},
        },
        "x",
    )
    assert room is not None
    assert room["operations"][0]["responses"] == [
        {"status": "401", "description": "Nobody is signed in.", "type": "", "model": ""}
    ]
    assert [model["name"] for model in room["models"]] == ["Place"]


def test_a_model_without_fields_says_what_it_is() -> None:
    room = api_room(API, "programs")
    assert room is not None
    assert room["models"] == [{"name": "Kind", "description": "", "fields": [], "type": "a | b"}]


def test_there_is_no_page_for_an_unknown_room_and_an_empty_document_says_so() -> None:
    assert api_room(API, "nowhere") is None
    assert "No operations" in render("docs.html", "site", api_overview({}), PAGE)


def test_both_pages_are_well_formed_and_lead_to_each_other() -> None:
    overview = render("docs.html", "site", api_overview(API), PAGE)
    room = render("docs-room.html", "site", api_room(API, "application_intake") or {}, PAGE)
    assert problems(overview) == []
    assert problems(room) == []
    assert "/docs/application_intake#post-applications-id-submit" in html.fromstring(overview).xpath("//a/@href")
    assert html.fromstring(room).xpath("//section[@id='post-applications-id-submit']")
    assert "trainee" in overview
    assert "weeks" in room


def test_a_hundred_operations_still_make_a_light_overview() -> None:
    paths = {f"/things-{n}/{{id}}": {"get": {**SUBMIT, "tags": [f"room{n % 20}"]}} for n in range(100)}
    assert problems(render("docs.html", "site", api_overview({"paths": paths}), PAGE)) == []
