"""What the site room answers with."""

from __future__ import annotations

from typing import Any

from shared.domain.core.policy import Policy
from shared.runtime.http.models import Answer


class Choice(Answer):
    slug: str
    name: str


class HomeView(Answer):
    """`months` are those in which a rotation may start (`2027-03`)."""

    specialties: list[Choice]
    months: list[str]
    policy: Policy


class HowItWorksView(Answer):
    policy: Policy


class ApiIndex(Answer):
    """The API document's rooms; `document` is the OpenAPI 3.1 file's address."""

    title: str
    version: str
    description: str
    rooms: list[dict[str, Any]]
    document: str = "/docs/openapi.json"


class ApiRoom(Answer):
    name: str
    operations: list[dict[str, Any]]
    models: list[dict[str, Any]]
