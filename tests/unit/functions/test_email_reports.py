"""What SES reports about an email, from its event on AWS through the rule of the template to the coordinator's task."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.notifications.handler import handler, worker
from infra.lint.__main__ import ROOT
from infra.lint.project import Project
from shared.domain.email.email_names import TAG
from tests.fakes.wiring import EMAIL_REPORTS
from tests.rooms import CONTEXT, come_back
from tests.unit.services.email.trouble_scene import Sent

KINDS = {"Email Bounced": "bounce", "Email Complaint Received": "complaint", "Email Rejected": "reject"}


@pytest.fixture
def sent() -> Sent:
    made = Sent()
    worker.wire(made)
    return made


def ses_event(
    tag: str, kind: str = "Email Bounced", bounce: tuple[str, str] = ("Permanent", "General")
) -> dict[str, Any]:
    """As https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html has the detail."""
    mail = {
        "timestamp": "2026-11-23T15:00:02.012Z",
        "source": "Rota <hello@rota.example>",
        "messageId": "EXAMPLE7c191be45-000000",
        "destination": ["desk@clinic.example"],
        "headersTruncated": False,
        "headers": [
            {"name": "To", "value": "desk@clinic.example"},
            {"name": "Subject", "value": "Reserved: Amara Okafor"},
        ],
        "commonHeaders": {"to": ["desk@clinic.example"], "subject": "Reserved: Amara Okafor"},
        "tags": {"ses:configuration-set": ["rota-dev"], "ses:from-domain": ["rota.example"], TAG: [tag]},
    }
    told: dict[str, Any] = {
        "bouncedRecipients": [{"emailAddress": "desk@clinic.example", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}]
    }
    if kind == "Email Bounced":
        told |= {"bounceType": bounce[0], "bounceSubType": bounce[1]}
    detail = {"eventType": KINDS[kind].title(), KINDS[kind]: told, "mail": mail}
    return {
        "version": "0",
        "id": "6a7e8feb",
        "detail-type": kind,
        "source": "aws.ses",
        "account": "000000000000",
        "detail": detail,
    }


def passed_on(event: dict[str, Any]) -> str:
    """What the rule of the template puts into the queue of this event."""
    rule = next(
        one
        for one in Project.read(ROOT).of("AWS::Events::Rule")
        if one.properties["EventPattern"]["source"] == ["aws.ses"]
    )
    pattern, (target,) = rule.properties["EventPattern"], rule.properties["Targets"]
    assert event["detail-type"] in pattern["detail-type"]
    text: str = target["InputTransformer"]["InputTemplate"]
    for name, path in target["InputTransformer"]["InputPathsMap"].items():
        found: Any = event
        for part in path.removeprefix("$.").split("."):
            found = found.get(part, {})
        # Between quotes a text stands without its own; what is not there is nothing.
        text = text.replace(f'"<{name}>"', json.dumps(found or "")).replace(f"<{name}>", json.dumps(found))
    return text


def queued(body: str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": "m-1",
                "receiptHandle": "r",
                "body": body,
                "attributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": EMAIL_REPORTS,
            }
        ]
    }


def test_no_address_no_header_and_no_name_of_the_email_reaches_our_queue(sent: Sent) -> None:
    text = passed_on(ses_event(sent.tag))
    assert json.loads(text)["tags"][TAG] == [sent.tag]
    for secret in ("desk@clinic.example", "Amara", "550", "headers"):
        assert secret not in text


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [(kind, {"reject": "rejected", "bounce": "bounced"}.get(code, code)) for kind, code in KINDS.items()],
)
def test_each_report_of_ses_becomes_a_task_once_although_delivered_twice(sent: Sent, kind: str, trouble: str) -> None:
    event = queued(passed_on(ses_event(sent.tag, kind)))
    for _ in range(2):
        assert handler(event, CONTEXT) == {"batchItemFailures": []}
    assert (sent.in_trouble(), sent.now().trouble) == ([sent.about.trouble_id], trouble)
    assert sent.events() == ["EmailTroubleReported.v1"]


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [
        (("Transient", "General"), None),
        (("Transient", "MailboxFull"), "mailbox_full"),
        (("Transient", "MessageTooLarge"), "too_large"),
        (("Transient", "AttachmentRejected"), "content"),
        (("Transient", "SomethingNew"), "bounced"),
        (("Undetermined", "Undetermined"), "bounced"),
        (("Permanent", "NoEmail"), "bounced"),
    ],
)
def test_an_answer_of_absence_is_no_task_and_every_other_bounce_one_of_its_kind(
    sent: Sent, kind: tuple[str, str], trouble: str | None
) -> None:
    assert handler(queued(passed_on(ses_event(sent.tag, bounce=kind))), CONTEXT) == {"batchItemFailures": []}
    assert sent.in_trouble() == ([sent.about.trouble_id] if trouble else [])
    if trouble:
        assert sent.now().trouble == trouble


def test_a_report_of_an_email_without_our_tag_is_only_logged(sent: Sent) -> None:
    assert handler(queued(json.dumps({"id": "1", "type": "Email Bounced", "tags": {}})), CONTEXT) == {
        "batchItemFailures": []
    }
    assert sent.in_trouble() == []


def test_a_report_that_cannot_be_recorded_now_comes_back(sent: Sent) -> None:
    sent.store.fail_before()
    event = queued(passed_on(ses_event(sent.tag)))
    assert come_back(handler, *event["Records"]) == ["m-1"]
    assert handler(event, CONTEXT) == {"batchItemFailures": []}
    assert sent.in_trouble() == [sent.about.trouble_id]
