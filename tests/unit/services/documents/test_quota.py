"""How many files somebody may upload and keep: refused in words at the form and at the arrival, and whatever is there,
numbers follow one another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.core.errors import QuotaReached, TooManyTries
from shared.domain.core.instants import iso
from shared.domain.core.limits import DOCUMENTS_A_DAY, DOCUMENTS_KEPT
from shared.ports import UniqueKey, UnitOfWork
from shared.services.core.document_versions import number_key
from tests import builders
from tests.builders import TRAINEE
from tests.files import A_PDF
from tests.unit.services.documents.test_uploads import OTHER, REFUSED, Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()


def there_are(scene: Scene, number: int, kind: str, ago: timedelta) -> None:
    """So many stored files, as their uploads left them."""
    for one in range(1, number + 1):
        state = {
            "id": f"{kind}-{one}",
            "trainee_id": TRAINEE,
            "kind": kind,
            "status": "STORED",
            "number": one,
            "created_at": iso(scene.clock.now() - ago),
        }
        builders.stored(scene.store, "DOCUMENT", state["id"], state)
        claim = UniqueKey(number_key(TRAINEE, kind, one), str(state["id"]))
        scene.store.commit(UnitOfWork(transitions=(), keys=(claim,)))


def test_after_a_days_files_the_form_says_when_there_is_room_again(scene: Scene) -> None:
    there_are(scene, DOCUMENTS_A_DAY.most - 1, "cv", timedelta(hours=20))
    scene.stored()
    with pytest.raises(TooManyTries) as refused:
        scene.upload_forms.asked_for(TRAINEE, "cv", "/")
    assert refused.value.facts["retry_after"] == iso(scene.clock.now() + timedelta(hours=4))
    assert "in 4 hours" in refused.value.remedy
    scene.upload_forms.asked_for(OTHER, "cv", "/")
    scene.clock.move(timedelta(hours=4))
    assert scene.stored().number == DOCUMENTS_A_DAY.most + 1


def test_forms_that_were_had_before_do_not_help(scene: Scene) -> None:
    keys = [scene.upload(A_PDF) for _ in range(2)]
    there_are(scene, DOCUMENTS_A_DAY.most - 1, "visa", timedelta(hours=1))
    scene.document_uploads.register(keys[0])
    with pytest.raises(TooManyTries):
        scene.document_uploads.register(keys[1])
    assert keys[1] not in scene.file_store.objects
    assert ("DOCUMENT", keys[1].split("/")[-1]) not in scene.store.states
    assert scene.document_uploads.register(keys[0]).stored, "what was there before is told again"


def test_files_that_are_refused_one_after_another_through_one_form_count_each(scene: Scene) -> None:
    there_are(scene, DOCUMENTS_A_DAY.most - 4, "cv", timedelta(hours=1))
    key = scene.upload(REFUSED)
    for content in (REFUSED, b"", REFUSED, b""):
        scene.file_store.arrive(key, content)
        scene.document_uploads.register(key)
    scene.file_store.arrive(key, A_PDF)
    with pytest.raises(TooManyTries):
        scene.document_uploads.register(key)


def test_as_many_files_as_may_be_kept_are_refused_with_what_to_do(scene: Scene) -> None:
    there_are(scene, DOCUMENTS_KEPT.most - 1, "transcript", timedelta(days=90))
    assert scene.stored().number == 1
    with pytest.raises(QuotaReached) as refused:
        scene.upload_forms.asked_for(TRAINEE, "cv", "/")
    assert (refused.value.facts["most"], refused.value.remedy) == (DOCUMENTS_KEPT.most, DOCUMENTS_KEPT.remedy)


def test_a_new_cv_is_the_next_number_behind_more_files_than_the_index_shows(scene: Scene) -> None:
    """25 CVs, and 200 others after them, which fill the first page of the index."""
    there_are(scene, 25, "cv", timedelta(days=80))
    for at in range(200):
        state = {
            "id": f"refused-{at}",
            "trainee_id": TRAINEE,
            "kind": "visa",
            "status": "REFUSED",
            "created_at": iso(scene.clock.now() - timedelta(days=2)),
        }
        builders.stored(scene.store, "DOCUMENT", state["id"], state)
    assert scene.stored().number == 26
