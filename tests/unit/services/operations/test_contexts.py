"""A new context brings its timer, its email and its task by itself: nothing else changes but its name in the list."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.core.instants import iso
from shared.domain.email.email_in_trouble import EmailSubject
from shared.domain.email.email_names import named_by
from shared.events.envelope import Envelope
from shared.ports import Due, UnitOfWork
from shared.services import contexts
from shared.services.contexts import due_rules, queue_tasks, trainee_tasks
from tests.builders import START, TRAINEE, step
from tests.fakes.wiring import FakeWiring
from tests.unit.services.reservations.reservation_scene import SWEEP, by

PARCELS = "tests.unit.services.operations.parcels"


@pytest.fixture
def wiring(monkeypatch: pytest.MonkeyPatch) -> FakeWiring:
    monkeypatch.setattr(contexts, "CONTEXTS", (*contexts.CONTEXTS, PARCELS))
    made = FakeWiring()
    parcel = {"id": "parcel-1", "trainee_id": TRAINEE, "late": False, "created_at": iso(START)}
    made.store.commit(
        UnitOfWork(transitions=(step("PARCEL", "parcel-1", parcel, due=(Due("parcel", START, "system"),)),))
    )
    return made


def test_without_its_name_in_the_list_nobody_knows_it() -> None:
    assert "parcel" not in due_rules()
    assert "parcel_lost" not in queue_tasks()


def test_its_timer_runs_in_the_sweep(wiring: FakeWiring) -> None:
    assert wiring.sweep.run(SWEEP).done == {"parcel: late": 1}
    assert wiring.sweep.run(SWEEP).done == {}


def test_its_tasks_are_shown_to_the_trainee_and_in_the_queue_of_the_role_that_owes_it(wiring: FakeWiring) -> None:
    assert [task.title for task in wiring.workspace.hub(by("trainee")).tasks] == [
        "Complete your profile",
        "Expect a parcel",
    ]
    wiring.sweep.run(SWEEP)
    (row,) = wiring.workspace.queue(by("coordinator", "coordinator-1"), ["coordinator"]).rows
    assert (row.subject.title, row.subject.href, row.due_at) == (
        "A parcel to look for",
        "/parcels/parcel-1",
        START + timedelta(days=1),
    )
    assert wiring.workspace.queue(by("reviewer", "reviewer-1"), ["reviewer"]).rows == ()


def test_its_email_goes_to_whom_it_names_once(wiring: FakeWiring) -> None:
    wiring.sweep.run(SWEEP)
    event = Envelope.of(wiring.store.history("PARCEL", "parcel-1")[-1])
    for _ in range(2):
        wiring.send_emails.notify(event)
    (sent,) = wiring.mailer.sent
    assert (sent.to, sent.subject) == ("registrar@school.example", "Parcel parcel-1 is late")


def test_its_email_that_must_arrive_and_bounced_is_a_task_and_is_sent_again_to_the_corrected_address(
    wiring: FakeWiring,
) -> None:
    wiring.sweep.run(SWEEP)
    wiring.send_emails.notify(Envelope.of(wiring.store.history("PARCEL", "parcel-1")[-1]))
    bounced, about = named_by(wiring.mailer.sent[0].tag), EmailSubject("PARCEL", "parcel-1", "late")
    assert bounced is not None
    assert wiring.emails_in_trouble.report(bounced, "bounced", SWEEP) == "task"
    rows = wiring.workspace.queue(by("coordinator", "coordinator-1"), ["coordinator"]).rows
    assert ("Email about a late parcel came back: correct the address or call", "/parcels/parcel-1") in [
        (row.subject.title, row.subject.href) for row in rows
    ]
    wiring.emails_in_trouble.send_again(by("coordinator", "coordinator-1"), about, "dean@school.example")
    again = Envelope.of(wiring.store.history("EMAIL_TROUBLE", about.trouble_id)[-1])
    for _ in range(2):
        wiring.send_emails.notify(again)
    assert [(sent.to, sent.subject) for sent in wiring.mailer.sent] == [
        ("registrar@school.example", "Parcel parcel-1 is late"),
        ("dean@school.example", "Parcel parcel-1 is late"),
    ]
    assert wiring.store.rows_of("email_trouble") == []


def test_two_contexts_that_claim_one_kind_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contexts, "CONTEXTS", (*contexts.CONTEXTS, PARCELS, PARCELS))
    for merged in (due_rules, queue_tasks):
        with pytest.raises(ValueError, match="two contexts claim parcel"):
            merged()
    assert len(trainee_tasks()) > 1
