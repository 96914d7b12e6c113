"""Webhook endpoints (https://docs.stripe.com/api/webhook_endpoints): where events are sent; the secret is shown once,
at creation."""

from __future__ import annotations

import secrets
from fnmatch import fnmatchcase
from typing import Any

from infra.local.stripe.context import Tx
from infra.local.stripe.errors import invalid
from infra.local.stripe.ids import new_id
from infra.local.stripe.lists import page
from infra.local.stripe.objects.common import checked_url, merged_metadata, refuse_unsupported

Json = dict[str, Any]

SUPPORTED = {"api_version", "description", "disabled", "enabled_events", "expand", "metadata", "url"}


def create(tx: Tx, params: Json, _: Json) -> Json:
    refuse_unsupported(params, SUPPORTED)
    if not params["enabled_events"]:
        raise invalid("You must provide at least one event in enabled_events.", "enabled_events")
    endpoint: Json = {
        "id": new_id("we_1"),
        "object": "webhook_endpoint",
        "api_version": params.get("api_version"),
        "application": None,
        "created": tx.now,
        "description": params.get("description") or None,
        "enabled_events": params["enabled_events"],
        "livemode": False,
        "metadata": merged_metadata({}, params.get("metadata")),
        "status": "enabled",
        "url": checked_url(params["url"], "url"),
        "_secret": "whsec_" + secrets.token_urlsafe(24),
    }
    tx.store.put(endpoint)
    return {**endpoint, "secret": endpoint["_secret"]}


def retrieve(tx: Tx, _: Json, ids: Json) -> Json:
    return tx.load("webhook_endpoint", ids["webhook_endpoint"])


def update(tx: Tx, params: Json, ids: Json) -> Json:
    refuse_unsupported(params, SUPPORTED)
    endpoint = tx.load("webhook_endpoint", ids["webhook_endpoint"])
    if "url" in params:
        endpoint["url"] = checked_url(params["url"], "url")
    if "enabled_events" in params:
        endpoint["enabled_events"] = params["enabled_events"]
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    if "description" in params:
        endpoint["description"] = params["description"] or None
    endpoint["metadata"] = merged_metadata(endpoint["metadata"], params.get("metadata"))
    tx.store.put(endpoint)
    return endpoint


def delete(tx: Tx, _: Json, ids: Json) -> Json:
    endpoint = tx.load("webhook_endpoint", ids["webhook_endpoint"])
    tx.store.remove(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def list_all(tx: Tx, params: Json, _: Json) -> Json:
    return page(tx, "webhook_endpoint", params, "/v1/webhook_endpoints")


def wants(endpoint: Json, event_type: str) -> bool:
    """Whether an enabled endpoint subscribed to `event_type`."""
    return endpoint["status"] == "enabled" and any(
        fnmatchcase(event_type, pattern) for pattern in endpoint["enabled_events"]
    )
