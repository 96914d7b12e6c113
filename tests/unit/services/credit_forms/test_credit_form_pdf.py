"""The PDF of a signed form: made from what was signed, the same each time, killed anywhere (C46, C47)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from functions.pdf_maker.handler import worker
from shared.events.envelope import Envelope
from tests.builders import TRAINEE
from tests.fakes.doomed import Doomed, Killed
from tests.unit.domain.credit_forms.form_samples import lines
from tests.unit.services.credit_forms.credit_scene import AS_SYSTEM, FormScene

NPI = "1234567893"


def signed(**changes: Any) -> tuple[FormScene, Envelope]:
    scene = FormScene()
    form = scene.signed(scene.sent(), **changes)
    return scene, Envelope.of(scene.store.history("CREDIT_FORM", form.id)[-1])


def test_the_file_lies_under_its_own_hash_and_the_form_says_so() -> None:
    scene, event = signed()
    for _ in range(2):
        (key,) = scene.make_documents.make(event)
    content = scene.file_store.objects[key].content
    version = scene.form_by(event.subject.id).signed
    assert version.pdf_sha256 == hashlib.sha256(content).hexdigest()
    assert version.pdf_key == key == f"kept/forms/{TRAINEE}/{event.subject.id}/{version.pdf_sha256}"
    assert [row.type for row in scene.store.history("CREDIT_FORM", event.subject.id)].count("CreditFormFiled.v1") == 1


def test_it_says_who_signed_when_in_which_zone_and_nothing_that_it_must_not() -> None:
    scene, event = signed(npi=NPI, email="kowal@hospital.example", remarks="#let x = [*no markup*]")
    scene.make_documents.make(event)
    (content,) = [one.content.decode() for one in scene.file_store.objects.values()]
    form, data = scene.form_by(event.subject.id), json.loads(content)
    rows = {label: value for one in data["sections"] for label, value in one["rows"]}
    assert rows["Student"] == "Leila Haddad"
    assert rows["Signed by"] == "Magdalena Kowal, education office"
    assert rows["Signed"] == "Tue 2 February 2027, 13:00:00 CST (19:00:00 UTC)"
    assert rows["Sent to"] == "Magdalena Kowal"
    assert rows["When"] == "Mon 1 March 2027 to Sun 28 March 2027 (4 weeks)"
    footer = data["footer"]
    assert footer["left"] == f"{form.number} · version 1"
    assert form.signed.answers_sha256 in footer["lines"][0].replace(" ", "")
    assert footer["lines"][1].endswith(f"/credit-forms/check/{form.number}")
    assert "#let x = [*no markup*]" in content
    for never in ("192.0.2.7", "Phone", NPI, "214900", "2,149"):
        assert never not in content


def test_a_school_that_asks_for_the_license_gets_the_number_and_its_checklist() -> None:
    scene = FormScene()
    asked = [(one.code, one.number, "", True) for one in lines("license", hours_min=40)]
    form = scene.signed(scene.sent(lines=asked), npi=NPI)
    scene.make_documents.make(Envelope.of(scene.store.history("CREDIT_FORM", form.id)[-1]))
    (content,) = [one.content.decode() for one in scene.file_store.objects.values()]
    rows = {label: value for one in json.loads(content)["sections"] for label, value in one["rows"]}
    assert rows["NPI"] == NPI
    assert rows["At least 40 hours a week"] == "Yes (from the answers above)"


def test_nothing_is_made_of_who_was_erased() -> None:
    scene, event = signed()
    scene.erasure.erase(AS_SYSTEM, TRAINEE, despite_seats=True)
    assert scene.make_documents.make(event) == []
    assert scene.file_store.objects == {}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", range(1, 12))
def test_killed_at_any_call_and_begun_again_it_is_one_row_and_the_same_bytes(call: int, after: bool) -> None:
    scene, event = signed()
    count = [0]
    try:
        scene.on(lambda port: Doomed(port, count, call, after)).make_documents.make(event)
    except Killed:
        assert len(scene.file_store.objects) <= 1
    (key,) = scene.make_documents.make(event)
    assert list(scene.file_store.objects) == [key]
    assert scene.form_by(event.subject.id).signed.pdf_key == key
    scene.check()


def test_the_worker_makes_what_the_event_asks_for() -> None:
    scene, event = signed()
    worker.wire(scene)
    record = {"messageId": "1", "body": json.dumps({"detail": event.model_dump(mode="json")})}
    assert worker.answer({"Records": [record]}, None) == {"batchItemFailures": []}
    assert scene.form_by(event.subject.id).signed.pdf_key
