"""One trainee's journey on a stack of its own, and from it a real trigger for every function: what a fresh process is
asked to answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.local.checks.consistency import all_items
from infra.local.demo.event_samples import http, on_bus, queued, stream
from infra.local.demo.journey import Journey, Trainee
from infra.local.stack.stack_info import StackInfo
from shared.adapters.dynamodb.announcements import envelope_of
from shared.adapters.dynamodb.sessions import DynamoSessions

Trigger = dict[str, Any]
Check = Callable[[Any], bool]


@dataclass(frozen=True)
class Asked:
    """`trigger` makes the event, anew for each process where the second of its kind would be no work; `answered`
    accepts the answer."""

    trigger: Callable[[], Trigger]
    answered: Check


def play(journey: Journey, name: str) -> Trainee:
    """From sign-up to the host's mail."""
    trainee = journey.sign_up(name)
    sheet = journey.search(trainee)
    journey.apply(trainee, sheet["program"]["id"], sheet["starts"][8]["start"])
    journey.approve(journey.staff("reviewer"), trainee)
    journey.sign(trainee)
    journey.pay(trainee, journey.checkout(trainee)["checkout_url"])
    journey.host_mail(trainee)
    return trainee


def asked(info: StackInfo, trainee: Trainee) -> dict[str, Asked]:
    """Room -> what its first process is asked, about this trainee."""
    client, core, inbox = info.aws.client("dynamodb"), info.outputs["CoreTable"], info.outputs["InboxTable"]
    rows = {item["type"]["S"]: item for item in all_items(client, core) if item["sk"]["S"].startswith("EVENT#")}
    stored = [item for item in all_items(client, inbox) if item["sk"]["S"] == "DELIVERY"]
    delivery = next(item for item in stored if item["type"]["S"] == "checkout.session.completed")
    cookie = f"__Host-session={DynamoSessions(client, core, inbox).open(trainee.account_id)}"
    headers = {"accept": "application/json", "cookie": cookie}

    def page(path: str, query: str = "") -> Asked:
        return Asked(lambda: http("GET", path, query, headers, ""), lambda answer: answer["statusCode"] == 200)

    def message(item: Any, **changes: Callable[[], Any]) -> Asked:
        def made() -> Trigger:
            detail = envelope_of(item).model_dump(mode="json") | {name: change() for name, change in changes.items()}
            return queued(on_bus("rota", detail["type"], detail))

        return Asked(made, lambda answer: answer["batchItemFailures"] == [])

    secret = info.aws.client("secretsmanager").get_secret_value(SecretId=info.outputs["WebhookSecretArn"])[
        "SecretString"
    ]
    return {
        "site": page("/"),
        "accounts": page("/accounts/profile"),
        "documents": page("/documents"),
        "catalogue": page("/programs", "text=internal+medicine"),
        "application_intake": page(f"/applications/{trainee.application['id']}"),
        "reservations": page(f"/reservations/{trainee.reservation_id}"),
        "workspace": page("/workspace"),
        "stripe_webhook": Asked(
            lambda: _signed(delivery["raw"]["S"], secret), lambda answer: answer["statusCode"] == 200
        ),
        "payments": message(delivery),
        # Another event each time: for a known one no mail would be made.
        "notifications": message(rows["ApplicationSubmitted.v1"], id=lambda: f"bench-{secrets.token_hex(8)}"),
        "search_indexer": message(rows["SeatHeld.v1"]),
        "deadlines": Asked(lambda: queued({"sweep": "everything due"}), lambda answer: answer["failed"] == 0),
        # A row that nobody consumes: publishing it again makes no other work on the machine.
        "event_publisher": Asked(lambda: stream(rows["TermsSigned.v1"]), lambda answer: answer == {"published": 1}),
    }


def _signed(raw: str, secret: str) -> Trigger:
    """A delivery that was not there before, of a type that settles nothing, signed now."""
    body = json.dumps(json.loads(raw) | {"id": f"evt_bench{secrets.token_hex(8)}", "type": "charge.updated"})
    moment = int(time.time())
    signature = hmac.new(secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json; charset=utf-8", "stripe-signature": f"t={moment},v1={signature}"}
    return http("POST", "/webhooks/stripe", "", headers, body)
