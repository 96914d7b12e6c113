"""`Mailer` on SES. The raw message of version 1 of the API, because it keeps attachments and headers as we write them.

SES puts a Message-ID of its own on what it sends (https://docs.aws.amazon.com/ses/latest/dg/header-fields.html), so
ours also goes in a header that it leaves alone: whoever looks sees which mails are one mail sent twice.

The client must not retry by itself (`Config(retries={"total_max_attempts": 1})`): a retry after a lost answer would
send a second mail.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
)

from shared.adapters.email_policy import SEVEN_BIT
from shared.domain.core.errors import AddressRefused, Busy, OutcomeUnknown
from shared.domain.email.email_names import TAG
from shared.ports import Email

if TYPE_CHECKING:
    from mypy_boto3_ses import SESClient

MAX_RAW_BYTES = 10 * 1000 * 1000
OUR_ID = "Rota-Mail-ID"

IDLE = 5.0
"""Seconds after which a connection is not trusted any more: while a function is frozen it may go away unnoticed, and an
email written into it would be one whose fate nobody knows."""
FOR_GOOD = {"InvalidParameterValue"}
"""What SES answers to an address that it cannot send to, whenever it is asked."""
NEVER_LEFT = (EndpointConnectionError, ConnectTimeoutError, NoCredentialsError)


class SesMailer:
    def __init__(
        self,
        client: SESClient,
        sender: str,
        reply_to: str = "",
        reports: str = "",
        news_reports: str = "",
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`sender` and `reply_to` as RFC 5322 addresses (`Rota <post@rota.example>`). `reports` is the configuration
        set that says what became of a mail, `news_reports` the one of the stream of news; empty asks for nothing.
        Raises `ValueError` for a client that retries."""
        if (getattr(client.meta.config, "retries", None) or {}).get("total_max_attempts") != 1:
            raise ValueError('the SES client must not retry: Config(retries={"total_max_attempts": 1})')
        self._client, self._sender, self._reply_to = client, sender, reply_to or sender
        self._reports = {"service": reports, "news": news_reports or reports}
        self._wall, self._used = wall, wall()

    def send(self, mail: Email) -> str:
        """The provider's message id. Raises `Busy` when nothing was sent, `AddressRefused` when nothing ever will be,
        `OutcomeUnknown` when the answer was lost on the way, `ValueError` above 10 MB after encoding (large files go
        as signed links)."""
        raw = raw_message(mail, self._sender, self._reply_to)
        if len(raw) > MAX_RAW_BYTES:
            raise ValueError(f"a mail of {len(raw)} bytes does not fit SES")
        self._refresh()
        try:
            reports = self._reports[mail.stream]
            asked: dict[str, Any] = {"ConfigurationSetName": reports} if reports else {}
            return self._client.send_raw_email(
                Source=self._sender, Destinations=[mail.to], RawMessage={"Data": raw}, **asked
            )["MessageId"]
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                raise _unknown() from error
            if error.response["Error"]["Code"] in FOR_GOOD:
                raise AddressRefused("The email service takes nothing for this address.", "Correct it.") from error
            raise Busy("The mail service refused the message for now.", "It is sent again by itself.") from error
        except NEVER_LEFT as error:
            raise Busy("The mail service cannot be reached.", "The message is sent again by itself.") from error
        except BotoCoreError as error:
            raise _unknown() from error

    def _refresh(self) -> None:
        """A new connection after a pause. Wall time: a frozen function's other clocks may stand still."""
        now, before = self._wall(), self._used
        self._used = now
        if now - before > IDLE:
            self._client.close()


def raw_message(mail: Email, sender: str, reply_to: str) -> bytes:
    """The MIME message: text and HTML as alternatives, attachments behind them. A line break in a header raises
    `ValueError`."""
    message = EmailMessage(policy=SEVEN_BIT)
    message["From"], message["To"], message["Reply-To"] = sender, mail.to, mail.reply_to or reply_to
    message["Subject"], message["Message-ID"], message[OUR_ID] = mail.subject, mail.message_id, mail.message_id
    # Nobody's answering machine answers a machine (RFC 3834 5).
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if mail.tag:
        # SES takes its own headers off again
        # (https://docs.aws.amazon.com/ses/latest/dg/event-publishing-send-email.html).
        message["X-SES-MESSAGE-TAGS"] = f"{TAG}={mail.tag}"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    for attachment in mail.attachments:
        main, _, sub = attachment.content_type.partition("/")
        message.add_attachment(
            attachment.content, maintype=main, subtype=sub or "octet-stream", filename=attachment.name
        )
    return message.as_bytes()


def _unknown() -> OutcomeUnknown:
    return OutcomeUnknown(
        "The mail service did not answer in time.", "The message may have been sent; it is not repeated by itself."
    )
