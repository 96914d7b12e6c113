"""The documents room: upload without JavaScript, what became of a file, who may read it, and the bucket's own
messages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml import html

from functions.documents.handler import handler, room
from shared.ports import StoredObject
from tests import builders
from tests.builders import TRAINEE
from tests.fakes.documents import EICAR
from tests.files import A_PDF, A_PNG
from tests.rooms import CONTEXT, UPLOADS, World
from tests.unit.functions.application_rooms import shown

REVIEWER, OTHER = "reviewer-1", "trainee-2"


@pytest.fixture
def world() -> World:
    made = World(room)
    made.person()
    made.person(OTHER, name="Bela Novak")
    made.person(REVIEWER, ("reviewer",), "Nora Feldspar", "America/Chicago")
    return made


def upload(world: World, content: bytes = A_PDF, kind: str = "cv", next: str = "/documents") -> str:
    """Through the page's own form; the address where the bucket sends the browser."""
    page = html.fromstring(world.browser(TRAINEE).post("/documents/uploads", {"kind": kind, "next": next}).body)
    form = page.xpath("//form[@enctype='multipart/form-data']")[0]
    fields = dict(
        zip(form.xpath(".//input[@type='hidden']/@name"), form.xpath(".//input[@type='hidden']/@value"), strict=True)
    )
    assert form.xpath(".//input")[-1].get("name") == "file", "the bucket ignores what follows the file"
    world.file_store.arrive(fields["key"], content)
    return str(fields["success_action_redirect"].removeprefix("https://rota.test"))


def stored(world: World, content: bytes = A_PDF, kind: str = "cv") -> str:
    """A registered document's id."""
    back = upload(world, content, kind)
    assert world.browser(TRAINEE).get(back).status == 303
    return back.split("/")[2]


def applied(world: World) -> None:
    """The trainee has sent an application, so staff have a case of theirs."""
    made = builders.application(id="application-1", case_id="case-1", trainee_id=TRAINEE)
    builders.stored(world.store, "APPLICATION", made.id, made.model_dump(mode="json", exclude={"version"}))


def test_T15_a_cv_is_uploaded_without_javascript_and_leads_back_to_where_it_was_asked_for(world: World) -> None:
    shown(world.browser(TRAINEE).get("/documents"), 200, "Nothing here yet")
    back = upload(world, next="/applications/start?program=cardiology&weeks=4")
    assert world.browser(TRAINEE).get(back).location == "/applications/start?program=cardiology&weeks=4"
    shown(world.browser(TRAINEE).get("/documents"), 200, "CV, version 1", "Stored", "PDF, 1 kB")
    assert [one["number"] for one in world.api(TRAINEE).get("/documents").json["documents"]] == [1]


def test_the_upload_page_is_whole_and_its_form_may_reach_the_bucket(world: World) -> None:
    answer = world.browser(TRAINEE).post("/documents/uploads", {"kind": "tb_test"})
    shown(answer, 200, "Upload: TB test", "at most 10 MB", "Nothing about patients", "within 6 hours")
    assert f"form-action 'self' {UPLOADS};" in answer.headers["Content-Security-Policy"]


def test_an_api_client_gets_the_presigned_form_as_json(world: World) -> None:
    form = world.api(TRAINEE).post("/documents/uploads", {"kind": "cv"}).json
    assert form["fields"]["key"] == f"uploads/{TRAINEE}/cv/{form['document_id']}"
    assert (form["url"], form["max_bytes"], form["hours"]) == ("https://uploads.example/", 10_000_000, 6)


def test_T15_a_refused_file_leads_to_a_page_that_says_why_and_offers_another_try(world: World) -> None:
    back = upload(world, b"MZ a program", next="/applications/one")
    answer = world.browser(TRAINEE).get(back)
    id = back.split("/")[2]
    assert (answer.status, answer.location) == (303, f"/documents/{id}?next=%2Fapplications%2Fone")
    page = world.browser(TRAINEE).get(answer.location)
    shown(page, 200, "refused and deleted", "not a PDF, JPEG or PNG", "Upload it again")
    again = html.fromstring(page.body).xpath("//form[@action='/documents/uploads']")[0]
    assert dict(again.form_values()) == {"kind": "cv", "next": "/applications/one"}, "the next try leads back there too"
    shown(world.browser(TRAINEE).get("/documents"), 200, "Refused")
    assert world.browser(TRAINEE).get(f"/documents/{id}/file").status == 422
    assert world.api(TRAINEE).get(f"/documents/{id}").json["refusal"]["reason_code"] == "wrong_type"


def test_coming_back_without_a_file_is_not_found_and_records_nothing(world: World) -> None:
    id = world.api(TRAINEE).post("/documents/uploads", {"kind": "cv"}).json["document_id"]
    shown(world.browser(TRAINEE).get(f"/documents/{id}/received?kind=cv"), 404, "The file has not arrived")
    assert ("DOCUMENT", id) not in world.store.states


def test_an_upload_never_leads_to_another_site(world: World) -> None:
    back = upload(world, next="https://evil.example/")
    assert world.browser(TRAINEE).get(back).location == "/documents"
    again = upload(world).replace("next=%2Fdocuments", "next=https%3A%2F%2Fevil.example")
    assert world.browser(TRAINEE).get(again).location == "/documents"
    page = world.browser(TRAINEE).get(f"/documents/{stored(world)}?next=https://evil.example/")
    assert "evil.example" not in page.body


def test_an_unknown_kind_comes_back_on_the_page_with_the_reason(world: World) -> None:
    shown(world.browser(TRAINEE).post("/documents/uploads", {"kind": "selfie"}), 422, "There is no kind of document")
    assert world.api(TRAINEE).post("/documents/uploads", {"kind": "cv", "size": 1}).status == 422
    assert not world.file_store.uploads


def test_the_owner_and_a_reviewer_read_a_document_through_a_link_of_a_minute(world: World) -> None:
    id = stored(world)
    applied(world)
    shown(world.browser(TRAINEE).get(f"/documents/{id}"), 200, "CV, version 1", "Upload a newer one")
    page = world.browser(REVIEWER).get(f"/documents/{id}")
    shown(page, 200, "CV, version 1", "Download")
    assert "Upload a newer one" not in page.body
    for who in (TRAINEE, REVIEWER):
        answer = world.browser(who).get(f"/documents/{id}/file")
        assert answer.status == 303
        assert answer.location.endswith("seconds=60")
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_staff_without_a_case_of_the_trainee_find_nothing(world: World) -> None:
    id = stored(world)
    for path in (f"/documents/{id}", f"/documents/{id}/file"):
        assert world.api(REVIEWER).get(path).status == 404


def test_who_opens_a_passport_is_told_to_staff_by_name_and_to_the_trainee_by_role(world: World) -> None:
    id = stored(world, kind="passport")
    applied(world)
    assert world.browser(REVIEWER).get(f"/documents/{id}/file").status == 303
    shown(world.browser(REVIEWER).get(f"/documents/{id}"), 200, "Who opened it", "Nora Feldspar, reviewer")
    page = world.browser(TRAINEE).get(f"/documents/{id}")
    shown(page, 200, "Who opened it", "reviewer")
    assert "Nora Feldspar" not in page.body


# --- in check ---------------------------------------------------------------------------------------------------------
def test_a_file_in_check_says_so_and_leads_on_once_it_is_clean(world: World) -> None:
    world.malware_scanner.later = True
    answer = world.browser(TRAINEE).get(upload(world, next="/applications/one"))
    assert (answer.status, answer.location.partition("?")[2]) == (303, "next=%2Fapplications%2Fone")
    page = world.browser(TRAINEE).get(answer.location)
    shown(page, 200, "CV, version 1", "We are checking this file for malware", "Look again")
    again = html.fromstring(page.body).xpath("//a[text()='Look again']/@href")[0]
    assert again == answer.location.replace("%2F", "/")
    shown(world.browser(TRAINEE).get("/documents"), 200, "In check")
    one = world.api(TRAINEE).get("/documents").json["documents"][0]
    assert (one["status"], one["file"]) == ("SCANNING", "")
    assert world.api(TRAINEE).get(f"/documents/{one['id']}/file").json["status"] == 409
    world.malware_scanner.later = False
    page = world.browser(TRAINEE).get(again)
    shown(page, 200, "Download", "Continue")
    assert html.fromstring(page.body).xpath("//a[text()='Continue']/@href") == ["/applications/one"]


def test_malware_leads_to_a_page_that_says_so(world: World) -> None:
    answer = world.browser(TRAINEE).get(upload(world, A_PDF + b"%" + EICAR))
    shown(world.browser(TRAINEE).get(answer.location), 200, "refused and deleted", "Our check found malware")


@pytest.mark.parametrize("path", ["/documents/{id}", "/documents/{id}/file", "/documents/{id}/received?kind=cv"])
def test_somebody_elses_document_is_not_found(world: World, path: str) -> None:
    path = path.format(id=stored(world))
    assert world.api(OTHER).get(path).json["status"] == 404
    assert world.browser(OTHER).get(path).status == 404


def test_staff_have_no_documents_of_their_own_and_nobody_reads_unsigned(world: World) -> None:
    id = stored(world)
    assert world.api(REVIEWER).get("/documents").json["status"] == 403
    assert world.api(REVIEWER).post("/documents/uploads", {"kind": "cv"}).status == 403
    assert world.api().get(f"/documents/{id}").status == 401
    assert world.browser().get("/documents").location == "/accounts/sign-in?next=/documents"
    world.person("finance-1", ("finance",))
    assert world.api("finance-1").get(f"/documents/{id}/file").status == 403


# --- the bucket's own messages ----------------------------------------------------------------------------------------
def batch(*keys: str) -> dict[str, Any]:
    records = []
    for number, key in enumerate(keys):
        body = {
            "id": f"event-{number}",
            "source": "aws.s3",
            "detail-type": "Object Created",
            "detail": {"object": {"key": key}},
        }
        records.append(
            {"messageId": str(number), "body": json.dumps(body), "eventSource": "aws:sqs", "receiptHandle": "r"}
        )
    return {"Records": records}


def keyed(world: World, content: bytes) -> str:
    form = world.api(TRAINEE).post("/documents/uploads", {"kind": "cv"}).json
    world.file_store.arrive(form["fields"]["key"], content)
    return str(form["fields"]["key"])


def test_T15_a_file_whose_browser_never_came_back_is_registered_by_the_buckets_message(world: World) -> None:
    key = keyed(world, A_PDF)
    assert handler(batch(key, key), CONTEXT) == {"batchItemFailures": []}
    id = key.split("/")[-1]
    assert world.store.load("DOCUMENT", id).state["status"] == "STORED"
    rows = world.store.history("DOCUMENT", id)
    assert [(row.type, row.correlation_id) for row in rows] == [
        ("DocumentReceived.v1", "event-0"),
        ("DocumentStored.v2", "event-0"),
    ]


def test_the_buckets_word_on_a_copy_of_ours_is_nothing_new(world: World, caplog: pytest.LogCaptureFixture) -> None:
    kept = world.store.load("DOCUMENT", stored(world)).state["key"]
    before = dict(world.store.states)
    assert handler(batch(kept), CONTEXT) == {"batchItemFailures": []}
    assert (world.store.states, "dropped" in caplog.text) == (before, False)


def verdict(key: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/guardduty/latest/ug/monitor-with-eventbridge-s3-malware-protection.html"""
    body = {
        "id": "scan-1",
        "source": "aws.guardduty",
        "detail-type": "GuardDuty Malware Protection Object Scan Result",
        "detail": {
            "schemaVersion": "1.0",
            "scanStatus": "COMPLETED",
            "resourceType": "S3_OBJECT",
            "s3ObjectDetails": {"bucketName": "uploads", "objectKey": key, "s3Throttled": False},
            "scanResultDetails": {"scanResultStatus": "NO_THREATS_FOUND", "threats": None},
        },
    }
    return {"Records": [{"messageId": "0", "body": json.dumps(body), "eventSource": "aws:sqs", "receiptHandle": "r"}]}


def test_the_scanners_word_has_the_scanner_itself_asked(world: World) -> None:
    world.malware_scanner.later = True
    id = stored(world)
    kept = world.store.load("DOCUMENT", id).state["key"]
    assert handler(verdict(kept), CONTEXT) == {"batchItemFailures": []}
    assert world.store.load("DOCUMENT", id).state["status"] == "SCANNING", "the event alone is believed by nobody"
    world.malware_scanner.says = "clean"
    assert handler(verdict(kept), CONTEXT) == handler(verdict(kept), CONTEXT) == {"batchItemFailures": []}
    assert world.store.load("DOCUMENT", id).state["status"] == "STORED"
    assert world.store.history("DOCUMENT", id)[-1].correlation_id == "scan-1"
    assert handler(verdict("malware-protection-resource-validation-object"), CONTEXT) == {"batchItemFailures": []}


def test_messages_that_name_no_document_or_a_deleted_file_are_dropped(world: World) -> None:
    world.file_store.objects["export/report.csv"] = StoredObject(b"a,b", {})
    assert handler(batch("export/report.csv", f"uploads/{TRAINEE}/cv/gone"), CONTEXT) == {"batchItemFailures": []}
    assert not [key for key in world.store.states if key[0] == "DOCUMENT"]


def test_only_the_message_that_failed_comes_back(world: World) -> None:
    first, second = keyed(world, A_PDF), keyed(world, A_PNG)
    world.store.fail_before()
    assert handler(batch(first, second), CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert world.store.load("DOCUMENT", second.split("/")[-1]).state["number"] == 1
    assert handler(batch(first), CONTEXT) == {"batchItemFailures": []}


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (
            {"checked": "accepted", "issued": "2026-01-05", "expires": "2028-01-04"},
            ("Read: it counts", "Issued Mon 5 January 2026 · expires Tue 4 January 2028"),
        ),
        (
            {"checked": "declined", "issued": None, "expires": None},
            ("Does not count", "the reason stands in your application"),
        ),
    ],
)
def test_what_a_reviewer_read_is_shown_to_whose_it_is(
    world: World, read: dict[str, str | None], words: tuple[str, ...]
) -> None:
    state = {
        "id": "document-9",
        "trainee_id": TRAINEE,
        "kind": "bls",
        "status": "STORED",
        "number": 1,
        "sha256": "1" * 64,
        "size": 1,
        "key": "k",
        "content_type": "application/pdf",
        "created_at": "2026-11-23T15:00:00Z",
        **read,
    }
    builders.stored(world.store, "DOCUMENT", "document-9", state)
    shown(world.browser(TRAINEE).get("/documents"), 200, *words)
