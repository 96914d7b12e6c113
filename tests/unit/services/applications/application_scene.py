"""A desk for the application's tests: the real services over fakes, one trainee with facts and a CV, one program with
seats."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.domain.applications.application import Application
from shared.domain.applications.due_kinds import STALE
from shared.domain.core.instants import iso
from shared.domain.programs.program import ExperienceType, Program
from shared.ports import Person
from shared.services.applications.submission import RotationRequest
from shared.services.core.transitions import RequestContext
from tests import builders
from tests.builders import FIRST_DAY, PROGRAM, REVIEWER, TRAINEE, WEEKS
from tests.fakes.wiring import FakeWiring

AS_TRAINEE = RequestContext(builders.actor(), "request-1")
AS_REVIEWER = RequestContext(builders.actor("reviewer", REVIEWER), "request-2")
AS_COLLEAGUE = RequestContext(builders.actor("reviewer", "reviewer-2"), "request-3")
AS_STRANGER = RequestContext(builders.actor("trainee", "trainee-2"), "request-4")
AS_SYSTEM = RequestContext(builders.actor("system", "deadlines"), "request-5")


class Desk(FakeWiring):
    def program(self, seats: int = 2, **changes: Any) -> Program:
        made = builders.stored_program(self.store, **changes)
        self.store.open_seats(made.id, dict.fromkeys(WEEKS, seats))
        return made

    def trainee(self, id: str = TRAINEE, **facts: Any) -> str:
        self.people.save_person(Person(id, "Amara Okafor", f"{id}@trainees.example", "Africa/Cairo"))
        self.people.save_facts(id, builders.facts(**facts))
        return id

    def document(
        self, id: str = "document-1", owner: str = TRAINEE, kind: str = "cv", number: int = 1, status: str = "STORED"
    ) -> str:
        state = {
            "id": id,
            "trainee_id": owner,
            "kind": kind,
            "status": status,
            "number": number,
            "sha256": f"{number:064d}",
            "size": 1000,
            "key": f"uploads/{owner}/{kind}/{id}",
            "content_type": "application/pdf",
            "created_at": iso(self.clock.now()),
        }
        builders.stored(self.store, "DOCUMENT", id, state)
        return id

    def scene(self, **changes: Any) -> Desk:
        """A live program with seats, a student with a CV."""
        self.program(**changes)
        self.trainee()
        self.document()
        return self

    def draft(self, key: str = "key-1", call: RequestContext = AS_TRAINEE, **changes: Any) -> Application:
        return self.submission.start(call, key, wish(**changes))

    def submitted(self, **changes: Any) -> Application:
        return self.submission.submit(AS_TRAINEE, self.draft(**changes).id)

    def claimed(self, **changes: Any) -> Application:
        return self.review.claim(AS_REVIEWER, self.submitted(**changes).id)

    def application(self, id: str) -> Application:
        return Application.model_validate(self.store.load("APPLICATION", id).state)

    def swept(self, id: str) -> Application:
        """The application after the minute's sweep."""
        assert self.sweep.run(AS_SYSTEM).failures == []
        return self.application(id)

    def waiting(self, application_id: str) -> set[str]:
        """The kinds of due rows that this application has, without the one that every undecided application has."""
        return self.due_rows(application_id) - {STALE}

    def due_rows(self, application_id: str) -> set[str]:
        """All of them."""
        return {kind for (_, id, kind) in self.store.waiting if id == application_id}

    def types(self, application_id: str) -> list[str]:
        return [row.type for row in self.store.history("APPLICATION", application_id)]

    def snapshot(self) -> tuple[Any, ...]:
        """Everything that a refusal must leave as it was."""
        store = self.store
        return (
            dict(store.states),
            dict(store.claims),
            dict(store.texts),
            dict(store.waiting),
            dict(self.people.all_facts),
        )


def wish(**changes: Any) -> RotationRequest:
    values: dict[str, Any] = {
        "program_id": PROGRAM,
        "experience_type": ExperienceType.HANDS_ON,
        "start": FIRST_DAY,
        "weeks": 4,
    }
    return RotationRequest(**(values | changes))


def monday(day: str) -> date:
    return date.fromisoformat(day)
