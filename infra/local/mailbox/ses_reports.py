"""What SES would report about a mail of the mailbox, put where the rule on AWS puts it: the report of a bounce, without
SES.

MiniStack lets nobody publish as `aws.ses`, so the report enters behind the rule (infra/inbox.yaml), in the form that
the rule passes on; a test holds the rule to the same form.
"""

from __future__ import annotations

import json
import uuid

from infra.local.mailbox.mailbox import Message
from infra.local.stack.stack_info import StackInfo
from shared.domain.email.email_names import TAG

BOUNCED = "Email Bounced"


def tags_of(mail: Message) -> dict[str, list[str]]:
    """The message tags of a mail, as SES gives them back; empty for one that was sent without."""
    pairs = (pair.partition("=") for pair in str(mail.parsed.get("X-SES-MESSAGE-TAGS", "")).split(",") if "=" in pair)
    return {name.strip(): [value.strip()] for name, _, value in pairs}


def report(info: StackInfo, mail: Message, kind: str = BOUNCED) -> bool:
    """Reports `kind` about a mail; False for a mail that names nothing."""
    tags = tags_of(mail)
    if TAG not in tags:
        return False
    body = {"id": str(uuid.uuid4()), "type": kind, "tags": tags}
    info.aws.client("sqs").send_message(QueueUrl=info.outputs["MailEventsQueueUrl"], MessageBody=json.dumps(body))
    return True
