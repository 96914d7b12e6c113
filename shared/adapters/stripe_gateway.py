"""`PaymentGateway` on Stripe's hosted Checkout (https://docs.stripe.com/api/checkout/sessions). No card data ever comes
here.

Retries, timeouts and the API version are explicit: the SDK's defaults are no retry, 80 seconds and whatever version it
was built for. Importing this module imports the SDK (200 ms): only rooms that pay or refund do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import stripe

from shared.domain.core.errors import Invalid, KeyReused, PaymentUnavailable, RotaError
from shared.ports import Checkout, CheckoutRequest

API_VERSION = "2026-05-27.dahlia"
RETRIES = 2
CONNECT_SECONDS = 3.0
T = TypeVar("T")


class StripeGateway:
    def __init__(self, api_key: str, api_base: str | None = None, timeout: float = 8.0) -> None:
        """`timeout` is seconds of silence per attempt; `api_base` points at the simulator, None at Stripe."""
        self._stripe = stripe.StripeClient(
            api_key,
            stripe_version=API_VERSION,
            max_network_retries=RETRIES,
            base_addresses={"api": api_base.rstrip("/")} if api_base else {},
            http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, timeout)),
        )

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """The session of this reservation: the key makes a repeated call return the same one, as long as the request is
        the same too (`KeyReused` otherwise). Raises `Invalid` when Stripe refuses for good, `PaymentUnavailable` when
        the outcome is unknown."""
        params, key = _checkout_params(request), f"checkout:{request.reservation_id}:{request.number}"
        return _checkout(_ask(lambda: self._stripe.v1.checkout.sessions.create(params, {"idempotency_key": key})))

    def checkout(self, session_id: str) -> Checkout:
        """As Stripe has it now. Raises `Invalid` for an id that Stripe does not know."""
        return _checkout(
            _ask(lambda: self._stripe.v1.checkout.sessions.retrieve(session_id, {"expand": ["payment_intent"]}))
        )

    def expire(self, session_id: str) -> Checkout:
        """Stripe expires open sessions only; what a refusal means is read from the session itself, not from the
        message."""
        try:
            return _checkout(_ask(lambda: self._stripe.v1.checkout.sessions.expire(session_id)))
        except Invalid:
            return self.checkout(session_id)

    def refund(self, payment_intent_id: str, amount_cents: int, key: str) -> str:
        """The refund's id. The key is kept in the refund's metadata too: Stripe forgets idempotency keys after a day,
        and then a repeat is refused as refunded already; the refund that we made is found by its metadata."""
        params: Any = {"payment_intent": payment_intent_id, "amount": amount_cents, "metadata": {"key": key}}
        try:
            return _ask(lambda: self._stripe.v1.refunds.create(params, {"idempotency_key": key})).id
        except Invalid as refused:
            if refused.facts.get("code") != "charge_already_refunded":
                raise
            found = _ask(lambda: self._stripe.v1.refunds.list({"payment_intent": payment_intent_id, "limit": 100}))
            ours = [entry.id for entry in found.data if _metadata(entry).get("key") == key]
            if not ours:
                raise
            return ours[0]


def _checkout_params(request: CheckoutRequest) -> Any:
    """The pinned version's parameters; the SDK's own types describe a newer one."""
    metadata = {"reservation_id": request.reservation_id, "application_id": request.application_id}
    return {
        "mode": "payment",
        "payment_method_types": ["card"],
        "client_reference_id": request.reservation_id,
        "customer_email": request.email,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, "transfer_group": f"rotation:{request.reservation_id}"},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "usd",
                    "unit_amount": request.amount_cents,
                    "product_data": {"name": request.description},
                },
            }
        ],
        "expires_at": int(request.expires_at.timestamp()),
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
    }


def _checkout(session: Any) -> Checkout:
    intent = session.payment_intent
    expanded = intent is not None and not isinstance(intent, str)
    return Checkout(
        id=session.id,
        url=session.url or "",
        status=session.status or "",
        payment_status=session.payment_status,
        amount_cents=session.amount_total or 0,
        reservation_id=session.client_reference_id or "",
        payment_intent_id=_id(intent),
        charge_id=_id(intent.latest_charge) if expanded else "",
    )


def _id(reference: Any) -> str:
    """The id of an expandable field, expanded or not; "" when Stripe has none yet."""
    if reference is None:
        return ""
    return reference if isinstance(reference, str) else str(reference.id)


def _metadata(thing: Any) -> dict[str, str]:
    return thing.metadata.to_dict() if thing.metadata is not None else {}


def _ask(call: Callable[[], T]) -> T:
    try:
        return call()
    except stripe.StripeError as error:
        raise _refusal(error) from error


def _refusal(error: stripe.StripeError) -> RotaError:
    """Stripe's own words stay in the chained cause, for the log: they may name our account or its settings."""
    if isinstance(
        error, stripe.InvalidRequestError | stripe.CardError
    ):  # 400, 402 and 404 only; the SDK has other types for 409 and 429
        facts = {"code": error.code or "", "param": error.param or ""}
        return Invalid("The payment service refused this request.", "Start again from your reservation.", **facts)
    if isinstance(error, stripe.IdempotencyError) and error.http_status != 409:
        return KeyReused(
            "This payment was started before with other details.", "Open your reservation again; the first one counts."
        )
    return PaymentUnavailable(
        "The payment service did not answer.", "Nothing is lost: try again in a minute, or wait for our mail."
    )
