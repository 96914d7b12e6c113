"""Documents on S3 (the form as a browser sends it, on MiniStack), events on EventBridge."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from infra.local.stack.ministack import Aws
from shared.adapters.eventbridge_bus import MAX_BYTES, EventBridgeBus, size
from shared.adapters.file_inspector import FileInspector
from shared.adapters.s3_documents import S3Documents, disposition
from shared.domain.core.errors import Busy
from shared.domain.documents.uploads import KINDS, MAX_SENT, inspect
from shared.domain.documents.uploads import MAX_BYTES as MOST
from shared.ports import StoredObject
from tests.integration.adapters.conftest import Unreachable, client

BUCKET = "uploads"
REDIRECT = "http://127.0.0.1:8000/documents?uploaded=1"
PDF = b"%PDF-1.7 a curriculum vitae"


@pytest.fixture
def documents(ministack: Aws) -> S3Documents:
    made = boto3.client(
        "s3",
        endpoint_url=ministack.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    made.create_bucket(Bucket=BUCKET)
    return S3Documents(lambda: made, BUCKET)


def test_a_browser_s_upload_arrives_with_its_kind_and_goes_on_to_our_page(documents: S3Documents) -> None:
    form = documents.upload("trainee-1/document-1", "cv", 1000, REDIRECT)
    answer = requests.post(
        form.url, data=dict(form.fields), files={"file": ("cv.pdf", PDF)}, allow_redirects=False, timeout=5
    )
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(REDIRECT)
    assert documents.read("trainee-1/document-1") == StoredObject(PDF, {"kind": "cv"})


def test_an_upload_beyond_the_forms_limit_is_refused_by_the_bucket(documents: S3Documents) -> None:
    form = documents.upload("trainee-1/refused", "cv", 1000, REDIRECT)
    answer = requests.post(
        form.url, data=dict(form.fields), files={"file": ("cv.pdf", b"x" * 1001)}, allow_redirects=False, timeout=5
    )
    assert answer.status_code == 400
    assert documents.read("trainee-1/refused") is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"%PDF-1.7" + b"x" * (MOST + 5_000_000), "too_large")],
    ids=["empty", "large"],
)
def test_T15_an_empty_or_large_file_goes_through_the_form_to_our_page_and_is_refused_there(
    documents: S3Documents, content: bytes, reason: str
) -> None:
    form = documents.upload("trainee-1/odd", "cv", MAX_SENT, REDIRECT)
    answer = requests.post(
        form.url, data=dict(form.fields), files={"file": ("cv.pdf", content)}, allow_redirects=False, timeout=30
    )
    assert (answer.status_code, answer.headers["Location"].startswith(REDIRECT)) == (303, True)
    found = documents.read("trainee-1/odd")
    assert found is not None
    assert len(found.content) == min(len(content), MOST + 1), "no more of it than shows that it is too large"
    assert inspect(found.content, KINDS["cv"], FileInspector().look).reason == reason


def test_a_form_works_for_six_hours(documents: S3Documents) -> None:
    policy = json.loads(base64.b64decode(documents.upload("trainee-1/late", "cv", 1000, REDIRECT).fields["policy"]))
    ends = datetime.fromisoformat(policy["expiration"])
    assert timedelta(hours=6) - timedelta(minutes=1) < ends - datetime.now(UTC) <= timedelta(hours=6)


@pytest.mark.parametrize(
    "changed",
    [{"key": "staff/other"}, {"x-amz-meta-kind": "transcript"}, {"success_action_redirect": "http://evil.example/"}],
)
def test_a_form_that_was_changed_is_refused(documents: S3Documents, changed: dict[str, str]) -> None:
    form = documents.upload("trainee-1/changed", "cv", 1000, REDIRECT)
    answer = requests.post(
        form.url, data=dict(form.fields) | changed, files={"file": ("cv.pdf", PDF)}, allow_redirects=False, timeout=5
    )
    assert answer.status_code == 403
    assert documents.read("staff/other") is None
    assert documents.read("trainee-1/changed") is None


def test_a_link_downloads_under_its_name_and_a_deleted_document_is_gone(documents: S3Documents) -> None:
    form = documents.upload("trainee-1/document-2", "cv", 1000, REDIRECT)
    requests.post(form.url, data=dict(form.fields), files={"file": ("cv.pdf", PDF)}, allow_redirects=False, timeout=5)
    answer = requests.get(documents.link("trainee-1/document-2", "Amara Okafor.pdf", 60), timeout=5)
    assert answer.content == PDF
    assert 'filename="Amara Okafor.pdf"' in answer.headers["Content-Disposition"]
    for _ in range(2):
        documents.delete("trainee-1/document-2")
    assert documents.read("trainee-1/document-2") is None


def test_a_kept_copy_has_the_bytes_and_the_kind_and_is_kept_again_without_harm(documents: S3Documents) -> None:
    for _ in range(2):
        documents.keep("kept/trainee-1/cv/hash", PDF, "cv", "application/pdf")
    assert documents.read("kept/trainee-1/cv/hash") == StoredObject(PDF, {"kind": "cv"})
    answer = requests.get(documents.link("kept/trainee-1/cv/hash", "CV.pdf", 60), timeout=5)
    assert (answer.content, answer.headers["Content-Type"]) == (PDF, "application/pdf")


def test_a_folder_is_emptied_whole_and_its_neighbours_are_left_alone(documents: S3Documents) -> None:
    keys = [f"uploads/leaving/cv/{number}" for number in range(3)]
    for key in (*keys, "uploads/leaving-not/cv/1"):
        documents._client.put_object(Bucket=BUCKET, Key=key, Body=PDF)
    assert documents.delete_all("uploads/leaving") == 3
    assert documents.delete_all("uploads/leaving") == 0
    assert [documents.read(key) for key in keys] == [None] * 3
    assert documents.read("uploads/leaving-not/cv/1") is not None


def test_a_download_name_can_not_break_out_of_its_header() -> None:
    assert (
        disposition('a"b\r\nX: é.pdf')
        == "attachment; filename=\"a_b__X: _.pdf\"; filename*=UTF-8''a%22b%0D%0AX%3A%20%C3%A9.pdf"
    )


def test_a_store_that_cannot_answer_is_busy() -> None:
    denied = ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject")
    for error in (denied, ReadTimeoutError(endpoint_url="http://127.0.0.1")):
        documents = S3Documents(lambda error=error: Unreachable(error), BUCKET)  # type: ignore[misc]
        with pytest.raises(Busy):
            documents.read("a")
        with pytest.raises(Busy):
            documents.delete("a")
        with pytest.raises(Busy):
            documents.keep("a", PDF, "cv", "application/pdf")


# --- events -----------------------------------------------------------------------------------------------------------
class Bus:
    """Takes entries; `fails` names the positions of one call that are refused."""

    def __init__(self, fails: set[int] | None = None) -> None:
        self.chunks: list[list[dict[str, Any]]] = []
        self._fails = fails or set()

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.chunks.append(Entries)
        answers = [
            {"ErrorCode": "ThrottlingException"} if place in self._fails else {"EventId": "e"}
            for place in range(len(Entries))
        ]
        return {"FailedEntryCount": len(self._fails), "Entries": answers}


def envelope(number: int, text: str = "") -> dict[str, Any]:
    return {
        "id": f"APPLICATION#a#{number}",
        "type": "ApplicationSubmitted.v1",
        "source": "rota",
        "seq": number,
        "data": {"text": text},
    }


def test_events_go_out_in_order_ten_at_a_time() -> None:
    bus = Bus()
    EventBridgeBus(bus, "rota-bus").publish([envelope(number) for number in range(25)])  # type: ignore[arg-type]
    assert [len(chunk) for chunk in bus.chunks] == [10, 10, 5]
    first = bus.chunks[0][0]
    assert (first["EventBusName"], first["Source"], first["DetailType"]) == (
        "rota-bus",
        "rota",
        "ApplicationSubmitted.v1",
    )
    assert '"id":"APPLICATION#a#0"' in first["Detail"]


def test_a_call_stays_below_256_kilobytes() -> None:
    bus = Bus()
    EventBridgeBus(bus, "rota-bus").publish([envelope(number, "é" * 45_000) for number in range(5)])  # type: ignore[arg-type]
    assert [len(chunk) for chunk in bus.chunks] == [2, 2, 1]
    assert all(sum(size(entry) for entry in chunk) <= MAX_BYTES for chunk in bus.chunks)


def test_an_event_that_no_call_can_carry_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="does not fit the bus"):
        EventBridgeBus(Bus(), "rota-bus").publish([envelope(1, "x" * MAX_BYTES)])  # type: ignore[arg-type]


def test_one_refused_entry_is_busy_so_that_all_are_published_again() -> None:
    with pytest.raises(Busy) as failed:
        EventBridgeBus(Bus({3}), "rota-bus").publish([envelope(number) for number in range(5)])  # type: ignore[arg-type]
    assert failed.value.facts["codes"] == ["ThrottlingException"]


def test_a_bus_that_cannot_answer_is_busy_and_a_real_one_takes_the_entries(moto_aws: None) -> None:
    events = client("events")
    events.create_event_bus(Name="rota-bus")
    EventBridgeBus(events, "rota-bus").publish([envelope(number) for number in range(11)])
    EventBridgeBus(events, "rota-bus").publish([])
    with pytest.raises(Busy):
        EventBridgeBus(Unreachable(ReadTimeoutError(endpoint_url="http://127.0.0.1")), "rota-bus").publish(
            [envelope(1)]
        )  # type: ignore[arg-type]
