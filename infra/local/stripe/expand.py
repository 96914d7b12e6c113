"""Turns stored objects into answers: private members removed, `expand[]` followed
(https://docs.stripe.com/api/expanding_objects)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infra.local.stripe.context import Tx, public
from infra.local.stripe.errors import unreadable
from infra.local.stripe.lists import as_list
from infra.local.stripe.objects import balance, events, refunds

Json = dict[str, Any]
Tree = dict[str, Any]

MAX_DEPTH = 4

EXPANDABLE = {
    "checkout.session": {"customer", "invoice", "payment_intent", "payment_link", "setup_intent", "subscription"},
    "payment_intent": {"application", "customer", "latest_charge", "on_behalf_of", "payment_method", "review"},
    "charge": {
        "application",
        "application_fee",
        "balance_transaction",
        "customer",
        "failure_balance_transaction",
        "on_behalf_of",
        "payment_intent",
        "review",
        "source_transfer",
    },
    "refund": {
        "balance_transaction",
        "charge",
        "failure_balance_transaction",
        "payment_intent",
        "source_transfer_reversal",
        "transfer_reversal",
    },
    "customer": {"default_source", "test_clock"},
    "balance_transaction": {"source"},
    "payment_method": {"customer"},
}


def _session_lines(_: Tx, session: Json) -> Json:
    lines = session["_line_items"]
    return as_list(lines[:10], f"/v1/checkout/sessions/{session['id']}/line_items", has_more=len(lines) > 10)


INCLUDED: dict[tuple[str, str], Callable[[Tx, Json], Json]] = {
    ("checkout.session", "line_items"): _session_lines,
    ("charge", "refunds"): refunds.of_charge,
}
PRESENTED: dict[str, Callable[[Tx, Json], Json]] = {
    "balance_transaction": balance.presented,
    "event": events.presented,
}


def answer(tx: Tx, body: Json, expand: list[str]) -> Json:
    """The public form of an object or list. Raises StripeError 400 for a property that cannot be expanded."""
    tree: Tree = {}
    for path in expand:
        names = path.split(".")
        if len(names) > MAX_DEPTH + (names[0] == "data"):
            raise unreadable(
                f"You cannot expand more than {MAX_DEPTH} levels of a property. Property: {path}", "expand"
            )
        here = tree
        for name in names:
            here = here.setdefault(name, {})
    return _show(tx, body, tree, "")


def _show(tx: Tx, body: Json, tree: Tree, path: str) -> Json:
    kind = body.get("object", "")
    if kind == "list":
        _refuse(path, set(tree) - {"data"})
        return {**body, "data": [_show(tx, item, tree.get("data", {}), path + "data.") for item in body["data"]]}
    shown = public(PRESENTED[kind](tx, body)) if kind in PRESENTED and not body.get("deleted") else public(body)
    for name, below in tree.items():
        if (kind, name) in INCLUDED:
            shown[name] = _show(tx, INCLUDED[kind, name](tx, body), below, f"{path}{name}.")
        elif name in EXPANDABLE.get(kind, ()):
            target = tx.store.get(shown[name]) if isinstance(shown.get(name), str) else None
            if target is not None:
                shown[name] = _show(tx, target, below, f"{path}{name}.")
        else:
            _refuse(path, {name})
    return shown


def _refuse(path: str, names: set[str]) -> None:
    for name in sorted(names):
        raise unreadable(f"This property cannot be expanded ({path}{name}).", "expand")
