"""Stripe's list answers: newest first, cursors by object id, filters on members and on `created`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from infra.local.stripe.context import Tx
from infra.local.stripe.errors import unreadable

Json = dict[str, Any]

DEFAULT_LIMIT, MAX_LIMIT = 10, 100
COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}


def page(tx: Tx, kind: str, params: Json, url: str, keep: Callable[[Json], bool] = lambda _: True) -> Json:
    """One page of the objects of `kind` that pass `keep` and the `created` filter. Raises StripeError for a bad limit
    or cursor."""
    for cursor in ("starting_after", "ending_before"):
        if cursor in params:
            tx.load(kind, params[cursor], cursor)
    wanted = created_filter(params.get("created"))
    return paginate((body for body in tx.store.newest_first(kind) if wanted(body) and keep(body)), params, url)


def created_filter(asked: int | dict[str, int] | None) -> Callable[[Json], bool]:
    """The `created` parameter as a predicate: an exact Unix second or a range of gt, gte, lt, lte."""
    if asked is None:
        return lambda _: True
    if isinstance(asked, int):
        return lambda body: bool(body["created"] == asked)
    return lambda body: all(COMPARISONS[name](body["created"], bound) for name, bound in asked.items())


def paginate(bodies: Iterable[Json], params: Json, url: str) -> Json:
    """Cut one page out of `bodies`, which come in the order of the list."""
    limit = params.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise unreadable(f"Invalid limit: must be between 1 and {MAX_LIMIT}", "limit", "parameter_invalid_integer")
    if "starting_after" in params and "ending_before" in params:
        raise unreadable(
            "You may only specify one of these parameters: starting_after, ending_before.", "starting_after"
        )
    if "ending_before" in params:
        before = _until(bodies, params["ending_before"])
        return as_list(before[-limit:], url, has_more=len(before) > limit)
    found: list[Json] = []
    skipping = "starting_after" in params
    for body in bodies:
        if skipping:
            skipping = body["id"] != params["starting_after"]
            continue
        found.append(body)
        if len(found) > limit:
            break
    return as_list(found[:limit], url, has_more=len(found) > limit)


def _until(bodies: Iterable[Json], object_id: str) -> list[Json]:
    found: list[Json] = []
    for body in bodies:
        if body["id"] == object_id:
            break
        found.append(body)
    return found


def as_list(data: list[Json], url: str, has_more: bool = False) -> Json:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
