"""events/samples: one real example of every trigger, taken from a journey on a stack of its own. `python -m
infra.local.demo.event_samples` takes them anew; then look at the difference before committing it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from infra.local.checks.consistency import all_items
from infra.local.demo.journey import Journey
from infra.local.mailbox.ses_reports import BOUNCED
from infra.local.stack.local_stack import ROOT, Options, Stack
from infra.local.stack.queues import Queues
from infra.local.stack.stack_info import StackInfo
from shared.adapters.dynamodb.announcements import envelope_of
from shared.domain.documents.uploads import UploadPlace
from shared.domain.email.email_names import TAG, tag_of

FOLDER = ROOT / "events" / "samples"
ACCOUNT, REGION = "000000000000", "us-east-1"
CONSUMED = (
    "AccountSignedUp.v1",
    "ApplicationSubmitted.v1",
    "ApplicationApproved.v1",
    "ReservationConfirmed.v1",
    "SeatHeld.v1",
    "StripeDelivered.v1",
)


def samples(info: StackInfo) -> Iterator[tuple[str, dict[str, Any]]]:
    """(file name, trigger) from what the journey left in the tables."""
    client = info.aws.client("dynamodb")
    rows = {
        item["type"]["S"]: item
        for item in all_items(client, info.outputs["CoreTable"])
        if item["sk"]["S"].startswith("EVENT#")
    }
    deliveries = [item for item in all_items(client, info.outputs["InboxTable"]) if item["sk"]["S"] == "DELIVERY"]
    delivery = next(item for item in deliveries if item["type"]["S"] == "checkout.session.completed")
    yield "stream-event-row.json", stream(rows["ReservationConfirmed.v1"])
    yield "stream-delivery.json", stream(delivery)
    for name in CONSUMED:
        item = delivery if name == "StripeDelivered.v1" else rows[name]
        yield f"bus-{name}.json", on_bus("rota", name, envelope_of(item).model_dump(mode="json"))
    yield (
        "sqs-bus-event.json",
        queued(on_bus("rota", "StripeDelivered.v1", envelope_of(delivery).model_dump(mode="json"))),
    )
    stored = rows["DocumentReceived.v1"]["data"]["M"]
    key = UploadPlace(stored["trainee_id"]["S"], stored["kind"]["S"], stored["id"]["S"]).key
    uploaded = {
        "version": "0",
        "bucket": {"name": info.outputs["UploadBucket"]},
        "object": {"key": key, "size": 871},
        "reason": "PostObject",
    }
    yield "sqs-object-created.json", queued(on_bus("aws.s3", "Object Created", uploaded))
    # https://docs.aws.amazon.com/guardduty/latest/ug/monitor-with-eventbridge-s3-malware-protection.html
    scanned = {
        "schemaVersion": "1.0",
        "scanStatus": "COMPLETED",
        "resourceType": "S3_OBJECT",
        "s3ObjectDetails": {"bucketName": info.outputs["UploadBucket"], "objectKey": stored["key"]["S"]},
        "scanResultDetails": {"scanResultStatus": "NO_THREATS_FOUND", "threats": None},
    }
    yield (
        "sqs-malware-scanned.json",
        queued(on_bus("aws.guardduty", "GuardDuty Malware Protection Object Scan Result", scanned)),
    )
    tags = {
        "ses:from-domain": ["rota.example"],
        TAG: [tag_of(f"{envelope_of(rows['ReservationConfirmed.v1']).id}:host")],
    }
    reported = {"id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "type": BOUNCED, "tags": tags}
    yield "sqs-mail-bounced.json", queued(reported, "email-reports")
    yield "sqs-sweep.json", queued({"sweep": "everything due"})
    yield (
        "http-search.json",
        http(
            "GET", "/programs", "text=cardiology+chicago&experience_type=hands_on", {"accept": "application/json"}, ""
        ),
    )
    # The signature is of another day: invoke by hand with one of your own (stripe.Webhook.generate_test_header_string).
    signed = {"content-type": "application/json; charset=utf-8", "stripe-signature": "t=1795250000,v1=" + "0" * 64}
    yield "http-stripe-webhook.json", http("POST", "/webhooks/stripe", "", signed, delivery["raw"]["S"])


def stream(image: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html"""
    keys = {"pk": image["pk"], "sk": image["sk"]}
    change = {
        "Keys": keys,
        "NewImage": image,
        "SequenceNumber": "100000000000000000001",
        "SizeBytes": 900,
        "StreamViewType": "NEW_IMAGE",
    }
    record = {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": change,
        "eventSourceARN": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/core/stream/1",
    }
    return {"Records": [record]}


def on_bus(source: str, detail_type: str, detail: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html"""
    return {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": detail.get("occurred_at", "2026-11-21T12:00:00Z"),
        "region": REGION,
        "resources": [],
        "detail": detail,
    }


def queued(body: dict[str, Any], queue: str = "inbox") -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html"""
    record = {
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": json.dumps(body),
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1795250000000",
            "SenderId": "events.amazonaws.com",
        },
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
        "awsRegion": REGION,
    }
    return {"Records": [record]}


def http(method: str, path: str, query: str, headers: dict[str, str], body: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html, payload
    2.0"""
    call = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "curl/8"}
    context = {
        "accountId": ACCOUNT,
        "apiId": "api",
        "http": call,
        "requestId": "JKJaXmPLvHcESHA=",
        "stage": "$default",
    }
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"ANY {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": context,
        "body": body,
        "isBase64Encoded": False,
    }
    return event | ({"queryStringParameters": dict(parse_qsl(query))} if query else {})


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="rota-samples-") as folder,
        Stack(Options(state_dir=Path(folder), persist=False, say=print)) as stack,
    ):
        journey = Journey(stack)
        trainee = journey.sign_up()
        sheet = journey.search(trainee)
        journey.apply(trainee, sheet["program"]["id"], sheet["starts"][8]["start"])
        journey.approve(journey.staff("reviewer"), trainee)
        journey.sign(trainee)
        journey.pay(trainee, journey.checkout(trainee)["checkout_url"])
        Queues(stack.info).drain()
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, sample in samples(stack.info):
            (FOLDER / name).write_text(json.dumps(sample, indent=2) + "\n")
            print(name)


if __name__ == "__main__":
    main()
