"""Who besides the trainee opens a document, and that who opens a sensitive one is an event of the case."""

from __future__ import annotations

import pytest

from shared.domain.applications.application import ApplicationStatus
from shared.domain.core.errors import NotFound
from shared.domain.documents.document import Document
from shared.domain.documents.uploads import KINDS
from shared.domain.reservations.reservation import ReservationStatus
from shared.ports import Person
from tests import builders
from tests.builders import TRAINEE
from tests.unit.services.documents.test_uploads import Scene, acting

COACH, OTHER_COACH = acting("coach", "coach-1"), acting("coach", "coach-2")
REVIEWER, COORDINATOR = acting("reviewer", "reviewer-1"), acting("coordinator", "coordinator-1")


@pytest.fixture
def scene() -> Scene:
    """An application that became a rotation, which the first coach looks after."""
    made = Scene()
    applied = builders.application(
        id="application-1", case_id="case-1", trainee_id=TRAINEE, status=ApplicationStatus.CONVERTED
    )
    builders.stored(made.store, "APPLICATION", applied.id, applied.model_dump(mode="json", exclude={"version"}))
    reserve(made, ReservationStatus.RESERVED)
    made.people.save_person(Person("coach-1", "Cora Coach", "cora@example.org"))
    return made


def reserve(scene: Scene, status: ReservationStatus) -> None:
    state = builders.reservation_state(case_id="case-1", trainee_id=TRAINEE, status=status.value, coach_id="coach-1")
    builders.stored(scene.store, "RESERVATION", state["id"], state)


def passport(scene: Scene) -> Document:
    return scene.stored(kind="passport")


def test_a_coach_opens_a_passport_of_their_own_trainee_alone(scene: Scene) -> None:
    found = passport(scene)
    assert "Passport 1" in scene.document_uploads.link(COACH, found.id)
    with pytest.raises(NotFound):
        scene.document_uploads.link(OTHER_COACH, found.id)
    with pytest.raises(NotFound):
        scene.document_uploads.document(OTHER_COACH, found.id)


def test_a_coach_whose_rotation_was_called_off_has_no_trainee_any_more() -> None:
    scene = Scene()
    reserve(scene, ReservationStatus.CANCELLED_BY_TRAINEE)
    with pytest.raises(NotFound):
        scene.document_uploads.document(COACH, passport(scene).id)


@pytest.mark.parametrize("call", [REVIEWER, COORDINATOR])
def test_reviewers_and_coordinators_open_what_belongs_to_an_application_that_was_sent(call: object) -> None:
    scene = Scene()
    found = passport(scene)
    draft = builders.application(
        id="draft", case_id="draft", trainee_id=TRAINEE, status=ApplicationStatus.DRAFT, submitted_at=None
    )
    builders.stored(scene.store, "APPLICATION", draft.id, draft.model_dump(mode="json", exclude={"version"}))
    with pytest.raises(NotFound):
        scene.document_uploads.document(call, found.id)  # type: ignore[arg-type]
    sent = builders.application(id="sent", case_id="sent", trainee_id=TRAINEE)
    builders.stored(scene.store, "APPLICATION", sent.id, sent.model_dump(mode="json", exclude={"version"}))
    assert scene.document_uploads.document(call, found.id) == found  # type: ignore[arg-type]


def test_who_opens_a_sensitive_file_is_an_event_of_the_case(scene: Scene) -> None:
    found = passport(scene)
    scene.document_uploads.link(COACH, found.id)
    scene.document_uploads.link(REVIEWER, found.id)
    rows = [row for row in scene.store.history("DOCUMENT", found.id) if row.type == "DocumentOpened.v1"]
    assert [(row.case_id, row.actor.role, row.actor.id) for row in rows] == [
        ("case-1", "coach", "coach-1"),
        ("case-1", "reviewer", "reviewer-1"),
    ]
    now = scene.document_uploads.document(COACH, found.id)
    assert [(one.role, one.name) for one in scene.document_uploads.openings(now)] == [
        ("reviewer", ""),
        ("coach", "Cora Coach"),
    ]


def test_looking_at_what_there_is_and_opening_a_cv_or_the_own_passport_are_no_events(scene: Scene) -> None:
    found, cv = passport(scene), scene.stored()
    scene.document_uploads.document(COACH, found.id)
    scene.document_uploads.link(COACH, cv.id)
    scene.document_uploads.link(acting("trainee", TRAINEE), found.id)
    assert "DocumentOpened.v1" not in {row.type for rows in scene.store.rows.values() for row in rows}


def test_identity_health_and_background_are_sensitive_and_what_an_application_says_is_not() -> None:
    assert {kind.code for kind in KINDS.values() if kind.sensitive} >= {"passport", "visa", "drug_screen", "tb_test"}
    assert not {"cv", "transcript", "personal_statement"} & {kind.code for kind in KINDS.values() if kind.sensitive}
