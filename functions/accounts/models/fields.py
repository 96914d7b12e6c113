"""Fields that several models of the accounts room have; passwords show nowhere."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SecretStr, StringConstraints

from shared.domain.accounts.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, as_typed

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]


def listed(value: Any) -> Any:
    """A form holds one line with commas where JSON holds a list."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _stripped(value: Any) -> Any:
    """Forms lose the spaces around a field, so JSON does too: a password is the same through both."""
    return value.strip() if isinstance(value, str) else value


def _typed(value: Any) -> Any:
    return as_typed(value.strip()) if isinstance(value, str) else value


Password = Annotated[
    SecretStr,
    BeforeValidator(_typed),
    Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD, title="New password"),
]
Given = Annotated[SecretStr, BeforeValidator(_stripped), Field(min_length=1, max_length=256, title="Password")]
Code = Annotated[str, BeforeValidator(_stripped), Field(min_length=1, max_length=40, title="Code")]
