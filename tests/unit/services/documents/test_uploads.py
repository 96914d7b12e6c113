"""Documents: whatever order the browser and the bucket speak in, and wherever a process ends, one file is one
record."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from shared.domain.core.aggregate import Actor, chain_breaks, fold
from shared.domain.core.errors import Busy, Invalid, NotFound
from shared.domain.documents.document import Document
from shared.domain.documents.uploads import MAX_BYTES, MAX_SENT, UploadPlace, place_of
from shared.ports import Person, StoredObject
from shared.services.core.people_records import document_of
from shared.services.core.transitions import RequestContext
from tests.builders import TRAINEE
from tests.fakes.documents import EICAR
from tests.fakes.doomed import Doomed, Killed
from tests.fakes.wiring import FakeWiring
from tests.files import A_JPEG, A_PDF, A_PNG

OTHER = "trainee-2"
REFUSED = b"MZ this is a program"
MALWARE = A_PDF + b"%" + EICAR


class Scene(FakeWiring):
    def __init__(self) -> None:
        super().__init__()
        self.people.save_person(Person(TRAINEE, "Amara Okafor", "amara@example.org"))

    def upload(self, content: bytes, kind: str = "cv", who: str = TRAINEE) -> str:
        """The object's key."""
        self.upload_forms.form(who, kind, "/next")
        key = list(self.file_store.uploads)[-1]
        self.file_store.arrive(key, content)
        return key

    def stored(self, content: bytes = A_PDF, kind: str = "cv", who: str = TRAINEE) -> Document:
        return self.document_uploads.register(self.upload(content, kind, who))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def acting(role: str, id: str) -> RequestContext:
    return RequestContext(Actor(role=role, id=id))


# --- before -----------------------------------------------------------------------------------------------------------
def test_T15_an_upload_form_is_for_one_place_takes_more_than_counts_and_comes_back_to_us(scene: Scene) -> None:
    form = scene.upload_forms.form(TRAINEE, "cv", "/applications/start?program=a&weeks=4")
    key, (kind, limit, back) = next(iter(scene.file_store.uploads.items()))
    assert key == f"uploads/{TRAINEE}/cv/{form.document_id}"
    assert (kind, limit) == ("cv", MAX_SENT)
    assert limit > form.max_bytes == 10_000_000
    assert back == (
        f"https://rota.test/documents/{form.document_id}/received?kind=cv&next=%2Fapplications%2Fstart%3Fprogram%3Da%26weeks%3D4"
    )
    assert not scene.store.states


def test_a_form_for_a_photo_takes_images_only(scene: Scene) -> None:
    assert scene.upload_forms.form(TRAINEE, "photo", "/").accept == "image/jpeg,image/png,.jpg,.png"
    with pytest.raises(Invalid):
        scene.upload_forms.form(TRAINEE, "selfie", "/")


# --- arrival ----------------------------------------------------------------------------------------------------------
def test_T15_an_uploaded_cv_is_stored_with_its_hash_size_type_and_number(scene: Scene) -> None:
    found = scene.stored()
    assert found.sha256 == hashlib.sha256(A_PDF).hexdigest()
    assert (found.status, found.size, found.content_type, found.number) == (
        "STORED",
        len(A_PDF),
        "application/pdf",
        1,
    )


def test_versions_count_per_kind_and_person_and_refused_files_do_not_count(scene: Scene) -> None:
    numbers = [
        scene.stored(content, kind).number
        for content, kind in ((A_PDF, "cv"), (A_PNG, "tb_test"), (REFUSED, "cv"), (A_JPEG, "cv"))
    ]
    assert numbers == [1, 1, 0, 2]
    assert scene.stored(who=OTHER).number == 1
    assert [loaded.kind for loaded in scene.document_uploads.of(TRAINEE)].count("cv") == 3


def test_the_browser_and_the_bucket_may_both_tell_in_any_order_any_number_of_times(scene: Scene) -> None:
    key = scene.upload(A_PDF)
    id = key.split("/")[-1]
    first = scene.document_uploads.register(key, "bucket-event")
    assert (
        scene.document_uploads.received(TRAINEE, id, "cv")
        == scene.document_uploads.register(key, "bucket-event")
        == first
    )
    assert [row.type for row in scene.store.history("DOCUMENT", id)] == ["DocumentReceived.v1", "DocumentStored.v2"]


def test_T15_a_refused_file_is_deleted_and_recorded_with_its_reason(scene: Scene) -> None:
    key = scene.upload(REFUSED)
    loaded = scene.document_uploads.register(key)
    assert (loaded.status, loaded.reason_code) == ("REFUSED", "wrong_type")
    assert key not in scene.file_store.objects
    assert scene.document_uploads.register(key) == loaded


@pytest.mark.parametrize(
    ("content", "reason"), [(A_PDF + b"\0" * MAX_BYTES, "too_large"), (b"", "empty")], ids=["large", "empty"]
)
def test_T15_what_the_form_lets_through_and_does_not_count_is_refused_in_our_words(
    scene: Scene, content: bytes, reason: str
) -> None:
    key = scene.upload(content)
    assert scene.document_uploads.register(key).reason_code == reason
    assert key not in scene.file_store.objects


def test_T15_a_stored_file_stays_what_was_looked_at_whatever_its_form_sends_later(scene: Scene) -> None:
    key = scene.upload(A_PDF)
    stored = scene.document_uploads.register(key)
    assert stored.key not in scene.file_store.uploads, "no form writes there"
    for later in (A_PNG, REFUSED, b""):
        scene.file_store.arrive(key, later)
        scene.document_uploads.register(key)
        assert document_of(scene.store.load("DOCUMENT", stored.id)) == stored
        assert scene.file_store.objects[stored.key].content == A_PDF


def test_T15_a_second_file_through_a_stored_ones_form_is_the_next_version_whoever_tells_of_it(scene: Scene) -> None:
    key = scene.upload(A_PDF)
    first = scene.document_uploads.register(key)
    scene.file_store.arrive(key, A_PNG)
    second = scene.document_uploads.register(key, "bucket-event")
    assert scene.document_uploads.received(TRAINEE, first.id, "cv") == second == scene.document_uploads.register(key)
    assert (second.status, second.number, second.id == first.id) == ("STORED", 2, False)
    assert place_of(UploadPlace(TRAINEE, "cv", "0" * 26).further("f" * 64).key), "its id has room for the hash"
    scene.file_store.arrive(key, REFUSED)
    third = scene.document_uploads.register(key)
    assert (third.status, third.reason_code) == ("REFUSED", "wrong_type")
    assert document_of(scene.store.load("DOCUMENT", second.id)) == second


@pytest.mark.parametrize("bad", [b"", A_PDF + b"\0" * MAX_BYTES, REFUSED], ids=["empty", "large", "type"])
def test_T15_a_good_file_through_the_form_of_a_refused_one_is_stored_in_its_place(scene: Scene, bad: bytes) -> None:
    key = scene.upload(bad)
    refused = scene.document_uploads.register(key)
    scene.file_store.arrive(key, A_PDF)
    scene.document_uploads.register(key, "bucket-event")
    good = scene.document_uploads.received(TRAINEE, refused.id, "cv")
    assert (good.id, good.status, good.number) == (refused.id, "STORED", 1)
    assert scene.file_store.objects[good.key].content == A_PDF
    rows = scene.store.history("DOCUMENT", good.id)
    assert (len(rows), fold(rows), chain_breaks(rows)) == (3, dict(scene.store.load("DOCUMENT", good.id).state), [])


def test_T15_another_bad_file_in_its_place_is_refused_for_its_own_reason_and_the_same_one_only_deleted(
    scene: Scene,
) -> None:
    key = scene.upload(b"")
    scene.document_uploads.register(key)
    for content, reason, rows in ((b"", "empty", 1), (REFUSED, "wrong_type", 2)):
        scene.file_store.arrive(key, content)
        loaded = scene.document_uploads.register(key)
        assert (loaded.reason_code, len(scene.store.history("DOCUMENT", loaded.id))) == (reason, rows)
        assert key not in scene.file_store.objects


def test_the_same_file_sent_twice_through_one_form_stays_stored(scene: Scene) -> None:
    key = scene.upload(A_PDF)
    scene.document_uploads.register(key)
    scene.file_store.arrive(key, A_PDF)
    assert scene.document_uploads.register(key).status == "STORED"


@pytest.mark.parametrize("content", [A_PDF, REFUSED, MALWARE], ids=["sound", "refused", "malware"])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 20))
def test_a_registration_killed_at_any_call_is_finished_by_the_next_message(
    at: int, after: bool, content: bytes
) -> None:
    scene, count = Scene(), [0]
    key = scene.upload(content)
    try:
        scene.on(lambda port: Doomed(port, count, at, after), "malware_scanner").document_uploads.register(key)
        assert count[0] < at
    except Killed:
        assert count[0] >= at  # the scanner's reading is a call within a call
    loaded = scene.document_uploads.register(key)
    assert loaded.status == ("STORED" if content == A_PDF else "REFUSED")
    kept = scene.file_store.objects.get(loaded.key)
    assert (kept and kept.content, key in scene.file_store.objects) == (
        (A_PDF, True) if content == A_PDF else (None, False)
    )
    assert len(scene.file_store.objects) == (2 if content == A_PDF else 0)
    rows = scene.store.history("DOCUMENT", loaded.id)
    assert len(rows) == (1 if content == REFUSED else 2)
    assert fold(rows) == dict(scene.store.load("DOCUMENT", loaded.id).state)
    assert chain_breaks(rows) == []


def test_a_lost_answer_and_a_lost_race_end_in_one_record(scene: Scene) -> None:
    key = scene.upload(A_PDF)
    scene.store.fail_after_commit()
    with pytest.raises(Busy):
        scene.document_uploads.register(key)
    scene.store.conflict()
    other = scene.upload(A_PDF)
    assert (
        scene.document_uploads.register(key).number,
        scene.document_uploads.register(other).number,
    ) == (1, 2)


def test_two_files_that_arrive_at_once_get_different_numbers(scene: Scene) -> None:
    first, second = scene.upload(A_PDF), scene.upload(A_PNG)
    inner = scene.store.commit

    def beaten(work: Any) -> Any:
        scene.store.commit = inner  # type: ignore[method-assign]
        scene.document_uploads.register(second)
        return inner(work)

    scene.store.commit = beaten  # type: ignore[method-assign]
    assert scene.document_uploads.register(first).number == 2


@pytest.mark.parametrize("key", ["uploads/a/nonsense/b", "export/report.csv"])
def test_an_object_that_is_no_document_is_refused_and_left_alone(scene: Scene, key: str) -> None:
    scene.file_store.objects[key] = StoredObject(A_PDF, {})
    with pytest.raises(Invalid):
        scene.document_uploads.register(key)
    assert key in scene.file_store.objects
    assert not scene.store.states


def test_coming_back_without_a_file_says_so_and_records_nothing(scene: Scene) -> None:
    form = scene.upload_forms.form(TRAINEE, "cv", "/")
    with pytest.raises(NotFound) as refused:
        scene.document_uploads.received(TRAINEE, form.document_id, "cv")
    assert refused.value.remedy
    assert not scene.store.states


def test_nobody_registers_a_file_of_their_own_under_somebody_elses_document(scene: Scene) -> None:
    mine = scene.stored()
    scene.file_store.objects[f"uploads/{OTHER}/cv/{mine.id}"] = StoredObject(A_PNG, {})
    with pytest.raises(NotFound):
        scene.document_uploads.received(OTHER, mine.id, "cv")
    assert document_of(scene.store.load("DOCUMENT", mine.id)) == mine


def test_no_name_is_in_the_event_rows_of_a_document(scene: Scene) -> None:
    loaded = scene.stored()
    assert "Amara" not in " ".join(row.model_dump_json() for row in scene.store.history("DOCUMENT", loaded.id))


# --- afterwards -------------------------------------------------------------------------------------------------------
def test_documents_are_listed_newest_first_also_within_one_second(scene: Scene) -> None:
    ids = [scene.stored(content).id for content in (A_PDF, A_PNG, A_JPEG)]
    assert [loaded.id for loaded in scene.document_uploads.of(TRAINEE)] == ids[::-1]


def test_somebody_elses_document_and_nobodys_look_the_same(scene: Scene) -> None:
    mine = scene.stored()
    assert scene.document_uploads.document(acting("trainee", TRAINEE), mine.id) == mine
    said = set()
    for id in (mine.id, mine.id[:-1] + "9"):
        with pytest.raises(NotFound) as refused:
            scene.document_uploads.document(acting("trainee", OTHER), id)
        said.add((refused.value.detail.replace(id, "X"), refused.value.remedy))
    assert len(said) == 1


def test_a_link_names_the_file_for_people_and_works_for_a_minute(scene: Scene) -> None:
    link = scene.document_uploads.link(acting("trainee", TRAINEE), scene.stored().id)
    assert "CV 1 - Amara Okafor.pdf" in link
    assert "seconds=60" in link


def test_a_refused_file_has_no_link(scene: Scene) -> None:
    with pytest.raises(Invalid):
        scene.document_uploads.link(acting("trainee", TRAINEE), scene.stored(REFUSED).id)
