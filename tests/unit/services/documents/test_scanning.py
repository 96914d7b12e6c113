"""Until the scanner says that a file is clean nobody opens it; whenever its verdict comes, whoever asks for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.core.errors import Busy, Invalid, NotAllowedNow
from shared.domain.documents.document import Document
from shared.ports import ScanVerdict
from tests.builders import TRAINEE
from tests.files import A_PDF
from tests.unit.services.documents.test_uploads import MALWARE, Scene, acting

OWNER = acting("trainee", TRAINEE)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def in_check(scene: Scene, content: bytes = A_PDF) -> Document:
    scene.malware_scanner.later = True
    found = scene.stored(content)
    assert (found.status, found.number) == ("SCANNING", 1)
    return found


def test_malware_is_refused_and_deleted_everywhere(scene: Scene) -> None:
    refused = scene.stored(MALWARE)
    assert (refused.status, refused.reason_code, scene.file_store.objects) == ("REFUSED", "infected", {})


def test_nobody_opens_a_file_in_check(scene: Scene) -> None:
    found = in_check(scene)
    with pytest.raises(NotAllowedNow, match="being checked"):
        scene.document_uploads.link(OWNER, found.id)


@pytest.mark.parametrize(
    ("says", "status", "reason"),
    [("clean", "STORED", ""), ("infected", "REFUSED", "infected"), ("unscannable", "REFUSED", "not_scanned")],
)
def test_a_verdict_that_comes_later_settles_the_document_once(
    scene: Scene, says: ScanVerdict, status: str, reason: str
) -> None:
    found = in_check(scene)
    assert scene.document_uploads.scanned(found.key) == found
    scene.malware_scanner.says = says
    settled = scene.document_uploads.scanned(found.key, "event-1")
    assert (settled.status, settled.reason_code) == (status, reason)
    assert scene.document_uploads.scanned(found.key) == settled
    assert len(scene.store.history("DOCUMENT", found.id)) == 2
    assert (found.key in scene.file_store.objects) == (says == "clean")


def test_whoever_looks_at_a_file_in_check_has_the_scanner_asked_again(scene: Scene) -> None:
    found = in_check(scene)
    scene.malware_scanner.says = "clean"
    assert scene.document_uploads.document(OWNER, found.id).stored


def test_the_list_has_the_scanner_asked_again_too(scene: Scene) -> None:
    in_check(scene)
    scene.malware_scanner.says = "infected"
    assert [one.status for one in scene.document_uploads.of(TRAINEE)] == ["REFUSED"]


def test_a_scanner_that_cannot_be_reached_leaves_the_file_in_check(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = in_check(scene)

    def gone(*_: object) -> ScanVerdict:
        raise Busy("It does not run.", "Try again.")

    monkeypatch.setattr(scene.malware_scanner, "verdict", gone)
    assert scene.document_uploads.document(OWNER, found.id) == found
    assert scene.document_uploads.of(TRAINEE) == [found]
    with pytest.raises(Busy):
        scene.document_uploads.scanned(found.key)


def test_without_a_verdict_for_an_hour_a_file_is_refused_with_what_to_do(scene: Scene) -> None:
    found = in_check(scene)
    scene.clock.move(timedelta(minutes=59, seconds=59))
    assert scene.document_uploads.document(OWNER, found.id).scanning
    scene.clock.move(timedelta(seconds=1))
    assert scene.document_uploads.document(OWNER, found.id).reason_code == "not_scanned"


def test_a_second_file_while_the_first_is_in_check_is_the_next_version(scene: Scene) -> None:
    key = scene.upload(A_PDF)
    scene.malware_scanner.later = True
    first = scene.document_uploads.register(key)
    scene.file_store.arrive(key, A_PDF + b"\n")
    second = scene.document_uploads.register(key)
    assert (first.number, second.number, second.id != first.id) == (1, 2, True)
    scene.malware_scanner.says = "infected"
    assert scene.document_uploads.scanned(second.key).reason_code == "infected"
    scene.malware_scanner.says = "clean"
    assert scene.document_uploads.scanned(first.key).stored
    assert scene.file_store.objects[first.key].content == A_PDF, "the other's refusal took nothing from it"


def test_an_object_that_no_document_is_kept_under_has_no_verdict(scene: Scene) -> None:
    with pytest.raises(Invalid):
        scene.document_uploads.scanned("kept/somebody/cv/old")
