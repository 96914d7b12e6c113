"""Events as the API shows them (https://docs.stripe.com/api/events): retrieve, and list by type, time and delivery."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from infra.local.stripe.context import Tx
from infra.local.stripe.lists import page

Json = dict[str, Any]

UNDELIVERED = (
    "SELECT COUNT(*) AS n FROM (SELECT endpoint_id FROM deliveries WHERE event_id = ? "
    "GROUP BY endpoint_id HAVING SUM(state = 'delivered') = 0)"
)


def retrieve(tx: Tx, _: Json, ids: Json) -> Json:
    return tx.load("event", ids["id"])


def list_all(tx: Tx, params: Json, _: Json) -> Json:
    """GET /v1/events; `delivery_success=false` lists what some endpoint has not answered with 2xx."""

    def keep(body: Json) -> bool:
        if "type" in params and not fnmatchcase(body["type"], params["type"]):
            return False
        if "types" in params and body["type"] not in params["types"]:
            return False
        return "delivery_success" not in params or (undelivered(tx, body["id"]) == 0) is params["delivery_success"]

    return page(tx, "event", params, "/v1/events", keep)


def undelivered(tx: Tx, event_id: str) -> int:
    """How many endpoints still wait for this event; a dropped delivery waits for ever, as a lost one does."""
    return int(tx.store.db.execute(UNDELIVERED, (event_id,)).fetchone()["n"])


def presented(tx: Tx, body: Json) -> Json:
    """The stored event with the current number of endpoints that have not confirmed it."""
    return {**body, "pending_webhooks": undelivered(tx, body["id"])}
