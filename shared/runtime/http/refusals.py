"""Refusals as answers: RFC 9457 problem documents for programs, field errors for forms. One exception, one problem
type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from shared.domain.core.errors import Invalid, RotaError
from shared.runtime.http.paths import leading_to
from shared.runtime.pages import FieldError

TYPE_BASE = "/problems/"

# What pydantic's error types mean to a person (https://docs.pydantic.dev/latest/errors/validation_errors/).
PLAIN_WORDS = {
    "missing": "Please fill this in.",
    "extra_forbidden": "This field is not known here.",
    "string_too_short": "This is too short.",
    "string_too_long": "This is too long.",
    "too_short": "This is too short.",
    "too_long": "This is too long.",
    "string_pattern_mismatch": "This does not have the expected form.",
    "date_from_datetime_parsing": "Write the date in digits: year-month-day (YYYY-MM-DD).",
    "date_parsing": "Write the date in digits: year-month-day (YYYY-MM-DD).",
    "int_parsing": "Write a whole number.",
    "enum": "Choose one of the options.",
    "literal_error": "Choose one of the options.",
    "bool_parsing": "Choose yes or no.",
    "greater_than_equal": "This number is too small.",
    "less_than_equal": "This number is too large.",
}


def problem(error: RotaError, reference: str) -> dict[str, Any]:
    """The members of an `application/problem+json` body; `remedy` says what to do, facts become members of their
    own."""
    body = {
        "type": TYPE_BASE + error.slug,
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "remedy": error.remedy,
        "instance": f"urn:rota:request:{reference}",
    }
    return {**error.facts, **body}


def plain(entry: Mapping[str, Any]) -> str:
    """What is wrong with one field, in words for the person who filled it in."""
    if entry["type"] in {"value_error", "assertion_error"}:
        return str(entry["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return PLAIN_WORDS.get(entry["type"], "This value is not possible here.")


def invalid(errors: Iterable[Mapping[str, Any]]) -> Invalid:
    """The field errors of a request as one refusal; `facts["fields"]` lists {field, message}."""
    fields = [{"field": field_name(entry["loc"]), "message": plain(entry)} for entry in errors]
    detail = "; ".join(f"{entry['field']}: {entry['message']}" for entry in fields[:5])
    return Invalid(detail or "The input does not fit.", "Correct the fields named and send it again.", fields=fields)


def field_name(location: Iterable[str | int]) -> str:
    """`("body", "body", "start")` -> `start`; nested fields are joined by dots."""
    parts = [str(part) for part in location if part not in {"body", "query", "path", "header"}]
    return ".".join(parts) or "body"


def field_errors(error: RotaError, model: type[BaseModel] | None, here: str = "") -> list[FieldError]:
    """A refusal as the entries of a form's error summary; one of a list's values is the list's matter, which has one
    control. What is done on another page first leads back `here`."""
    labels = (
        {name: field.title or name.replace("_", " ").capitalize() for name, field in model.model_fields.items()}
        if model
        else {}
    )
    if "fields" in error.facts:
        said = dict.fromkeys(
            (re.sub(r"\.\d+\Z", "", entry["field"]), entry["message"]) for entry in error.facts["fields"]
        )
        return [FieldError(name, labels.get(name, name), message) for name, message in said]
    field, first = str(error.facts.get("field", "")), str(error.facts.get("address", ""))
    href = leading_to(first, here) if first else ""
    return [FieldError(field, labels.get(field, ""), error.detail, error.remedy, href)]
