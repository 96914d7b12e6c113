"""Stripe's webhook: verifies the signature over the untouched body, stores the delivery once, answers 2xx. It decides
nothing.

No resolver, no SDK, no pydantic: Stripe waits for this answer, often from a cold start. The table's stream announces
what was stored.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config

from functions.stripe_webhook.models import Settings, StripeDelivery, delivery_of
from shared.adapters.dynamodb.deliveries import DynamoDeliveries
from shared.adapters.stripe_signature import verify
from shared.domain.core.errors import Malformed, RotaError, TooLarge, Unauthentic
from shared.runtime.calls import record_calls

if TYPE_CHECKING:
    from shared.ports import Deliveries, Delivery


MAX_BYTES = 256_000
"""Stripe's events are a few kilobytes; an item of the table takes 400."""


SECRET_SECONDS = 60
"""A secret that no longer matches is read again at most this often: how a rolled secret arrives, and no more than that
for a stranger."""


ROOM = "stripe_webhook"


class Unstored(RotaError):
    slug, status, title = "internal-error", 500, "Something broke on our side"


class Webhook:
    """`secret` reads the signing secrets, separated by spaces while they are rolled; `now` is wall time in Unix
    seconds."""

    def __init__(self, deliveries: Deliveries, secret: Callable[[], str], now: Callable[[], float] = time.time) -> None:
        self._deliveries, self._secret, self._now = deliveries, secret, now
        self._secrets: list[str] = []
        self._read_at = 0.0
        self._log = Logger(service=ROOM)

    def answer(self, event: Mapping[str, Any], _: Any) -> dict[str, Any]:
        reference = event["requestContext"].get("requestId", "")
        try:
            delivery, stored = self._take(event)
        except RotaError as error:
            self._log.warning("refused", extra={"request": reference, "problem": error.slug})
            return _answer(error.status, "application/problem+json", _problem(error, reference))
        except Exception:  # noqa: BLE001 - the last line of defence: a reference for Stripe, the trace for the log
            self._log.exception("failed", extra={"request": reference})
            return _answer(
                500,
                "application/problem+json",
                _problem(Unstored("We have a record of it.", "Send it again later."), reference),
            )
        self._log.info(
            "delivery",
            extra={"request": reference, "event": delivery.event_id, "type": delivery.type, "stored": stored},
        )
        return _answer(200, "application/json", {"received": True})

    def _take(self, event: Mapping[str, Any]) -> tuple[StripeDelivery, bool]:
        raw = _body(event)
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        self._verify(raw, headers.get("stripe-signature", ""))
        delivery = delivery_of(raw)
        # The same three fields as the port's own class, whose module would bring pydantic along.
        return delivery, self._deliveries.store(cast("Delivery", delivery), raw.decode())

    def _verify(self, raw: bytes, header: str) -> None:
        now = self._now()
        if not self._secrets:
            self._read_secrets(now)
        try:
            verify(raw, header, self._secrets, now)
        except Unauthentic:
            if now - self._read_at < SECRET_SECONDS:
                raise
            self._read_secrets(now)
            verify(raw, header, self._secrets, now)

    def _read_secrets(self, now: float) -> None:
        self._secrets, self._read_at = self._secret().split(), now


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if len(body) > MAX_BYTES * 4 // 3 + 4:
        raise TooLarge("The delivery is larger than any Stripe event.", "Send the event as Stripe made it.")
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
        raw.decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Malformed("The body is not UTF-8 text.", "Send the event as Stripe made it.") from None
    if len(raw) > MAX_BYTES:
        raise TooLarge("The delivery is larger than any Stripe event.", "Send the event as Stripe made it.")
    return raw


def _problem(error: RotaError, reference: str) -> dict[str, Any]:
    return {
        "type": f"/problems/{error.slug}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "remedy": error.remedy,
        "instance": f"urn:rota:request:{reference}",
    }


def _answer(status: int, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": kind, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body), "isBase64Encoded": False}


def made(settings: Settings) -> Webhook:
    """The webhook on AWS: one client that stores, and one that reads the secret when a delivery comes."""

    def client(service: str) -> Any:
        config = Config(connect_timeout=2, read_timeout=8, retries={"mode": "standard", "total_max_attempts": 3})
        found: Any = boto3.client(service, config=config)  # type: ignore[call-overload]
        if settings.call_log_file:
            record_calls(found, ROOM, settings.call_log_file)
        return found

    def secret() -> str:
        return str(client("secretsmanager").get_secret_value(SecretId=settings.webhook_secret_arn)["SecretString"])

    return Webhook(DynamoDeliveries(client("dynamodb"), settings.inbox_table), secret)
