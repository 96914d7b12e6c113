"""Emails on SES: what a message looks like on the wire, and what each answer means."""

from __future__ import annotations

import email
import email.policy
import http.server
import re
import socket
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from shared.adapters.ses_mailer import SesMailer, raw_message
from shared.domain.core.errors import AddressRefused, Busy, OutcomeUnknown
from shared.ports import Attachment, Email
from tests.integration.adapters.conftest import Unreachable, client

PDF = b"%PDF-1.7 a curriculum vitae"
MAIL = Email(
    "dana@example.org",
    "A rotation is reserved: Zoë",
    "Plain wörds",
    "<p>Rich wörds</p>",
    "<event-1.host@rota.example>",
    (Attachment("CV Zoë.pdf", "application/pdf", PDF * 1000),),
)
SENDER = "Rota <post@rota.example>"


def test_a_mail_keeps_both_texts_its_id_and_its_attachment_byte_for_byte() -> None:
    message = email.message_from_bytes(raw_message(MAIL, SENDER, "help@rota.example"), policy=email.policy.default)
    assert message["Message-ID"] == MAIL.message_id
    assert (message["From"], message["To"], message["Reply-To"]) == (SENDER, MAIL.to, "help@rota.example")
    assert message["Subject"] == MAIL.subject
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text.get_content().strip() == MAIL.text
    assert html.get_content().strip() == MAIL.html
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("CV Zoë.pdf", "application/pdf")
    assert attached.get_content() == PDF * 1000


def test_a_mail_may_name_somebody_else_who_reads_the_answer() -> None:
    mail = replace(MAIL, reply_to="coordinator@rota.example")
    message = email.message_from_bytes(raw_message(mail, SENDER, SENDER), policy=email.policy.default)
    assert message["Reply-To"] == mail.reply_to
    with pytest.raises(ValueError, match="linefeed"):
        raw_message(replace(MAIL, reply_to="a@b.example\r\nBcc: all@example.org"), SENDER, SENDER)


@pytest.mark.parametrize(("stream", "reports"), [("service", "rota-mail"), ("news", "rota-news")])
def test_each_stream_is_reported_to_a_configuration_set_of_its_own(stream: Any, reports: str) -> None:
    class Ses(Answering):
        def send_raw_email(self, **asked: Any) -> dict[str, str]:
            return {"MessageId": asked["ConfigurationSetName"]}

    mailer = SesMailer(Ses(RuntimeError()), SENDER, reports="rota-mail", news_reports="rota-news")  # type: ignore[arg-type]
    assert mailer.send(replace(MAIL, stream=stream)) == reports


@pytest.mark.parametrize(
    "subject",
    [
        "Reserved: Александр Константинович Преображенский-Воскресенский at Prairielantern Hospital",
        "محمد عبد الرحمن الشافعي: your place in line, and a good many plain words that go on behind the name",
        "Nguyễn Thị Minh Khai, Đặng Hữu Phước and Trần Quốc Toản: three at Ridgeline Family Practice",
        f"{'plain words ' * 9}and then Zoë",
    ],
)
def test_a_subject_in_any_script_reads_back_equal(subject: str) -> None:
    raw = raw_message(replace(MAIL, subject=subject), SENDER, SENDER)
    assert email.message_from_bytes(raw, policy=email.policy.default)["Subject"] == subject
    headers = raw.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert max(map(len, headers)) <= 78
    # An encoded word is never glued to what stands beside it (RFC 2047 5).
    assert not re.search(rb"\?=\S|[^\s]=\?utf-8", b"\r\n".join(headers))


def test_every_mail_says_that_a_machine_sent_it_and_news_how_to_end_it_with_one_click() -> None:
    message = email.message_from_bytes(raw_message(MAIL, SENDER, SENDER))
    assert (message["Auto-Submitted"], message["List-Unsubscribe"]) == ("auto-generated", None)
    with_way_out = replace(MAIL, unsubscribe="https://rota.example/stop/1")
    news = email.message_from_bytes(raw_message(with_way_out, SENDER, SENDER))
    assert news["List-Unsubscribe"] == "<https://rota.example/stop/1>"
    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


class Dropping(http.server.BaseHTTPRequestHandler):
    """SES behind something that forgets a connection: its second request is never answered."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if getattr(self, "served", False):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.served = True
        answer = b"<A><SendRawEmailResult><MessageId>m</MessageId></SendRawEmailResult></A>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def test_H13_after_a_pause_a_mail_goes_out_on_a_new_connection() -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Dropping)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        ses = boto3.client(
            "ses",
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )
        wall = [0.0]
        mailer = SesMailer(ses, SENDER, wall=lambda: wall[0])
        assert mailer.send(MAIL) == "m"
        wall[0] += 60
        assert mailer.send(MAIL) == "m"
        with pytest.raises(OutcomeUnknown):
            mailer.send(MAIL)  # at once, on the connection that is forgotten
    finally:
        server.shutdown()
        server.server_close()


def test_an_address_that_ses_refuses_for_good_is_not_tried_again() -> None:
    with pytest.raises(AddressRefused):
        SesMailer(Answering(refused("InvalidParameterValue", 400)), SENDER).send(MAIL)  # type: ignore[arg-type]


def test_ses_answers_with_its_id_once_it_knows_the_sender(moto_aws: None) -> None:
    ses = client("ses")
    with pytest.raises(Busy):
        SesMailer(ses, SENDER).send(MAIL)
    ses.verify_email_identity(EmailAddress="post@rota.example")
    assert SesMailer(ses, SENDER).send(MAIL)


def test_a_line_break_in_a_header_is_refused() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        raw_message(replace(MAIL, subject="Hello\r\nBcc: all@example.org"), SENDER, SENDER)


class Answering(Unreachable):
    """A mail client without retries whose every call fails in one way."""

    meta = SimpleNamespace(config=SimpleNamespace(retries={"total_max_attempts": 1}))


def refused(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "SendRawEmail")  # type: ignore[arg-type,typeddict-item]


@pytest.mark.parametrize(
    "error",
    [
        refused("Throttling", 400),
        refused("MessageRejected", 400),
        EndpointConnectionError(endpoint_url="http://127.0.0.1"),
        ConnectTimeoutError(endpoint_url="http://127.0.0.1"),
    ],
)
def test_H13_a_refused_mail_is_busy_because_nothing_was_sent(error: Exception) -> None:
    with pytest.raises(Busy):
        SesMailer(Answering(error), SENDER).send(MAIL)  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [refused("InternalFailure", 500), ReadTimeoutError(endpoint_url="http://127.0.0.1")])
def test_H13_a_lost_answer_is_unknown_so_that_nobody_sends_again(error: Exception) -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        SesMailer(Answering(error), SENDER).send(MAIL)  # type: ignore[arg-type]
    assert not isinstance(unknown.value, Busy)


def test_H13_a_client_that_retries_by_itself_is_refused() -> None:
    ses = boto3.client("ses", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    with pytest.raises(ValueError, match="retry"):
        SesMailer(ses, SENDER)


def test_a_mail_over_ten_megabytes_is_refused_before_it_is_sent() -> None:
    large = replace(MAIL, attachments=(Attachment("cv.pdf", "application/pdf", b"x" * 8_000_000),))
    with pytest.raises(ValueError, match="does not fit"):
        SesMailer(Answering(AssertionError()), SENDER).send(large)  # type: ignore[arg-type]
