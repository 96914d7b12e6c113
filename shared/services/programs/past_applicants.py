"""What each applicant of a program was when they applied (H12): one erasable snapshot per application, found again by
program.

The simulator holds a changed guideline against these. A snapshot lies with its person, so erasing the person takes it
along; the list that finds it holds an application's id and a moment, nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.applications.application import Application
from shared.domain.core.calendar import local_date
from shared.domain.core.instants import iso
from shared.domain.documents.checklist import with_documents
from shared.domain.documents.document import Document
from shared.domain.programs.guideline_simulation import Applicant
from shared.domain.programs.program import Program
from shared.domain.trainees.trainee import TraineeFacts
from shared.ports import BusinessClock, IndexEntry, PersonalRecord, Store
from shared.services.core.records import text_ref

DAYS_BACK = 365
"""How far back the simulator looks: a year has every season's applicants once."""
READ = 200
"""The newest so many; a program with more applicants a year is told about these."""


def snapshot(
    application: Application, program: Program, facts: TraineeFacts, documents: Sequence[Document], now: datetime
) -> PersonalRecord:
    """What is kept when `application`, which has a start, is submitted at `now`. School and country are left out: no
    guideline asks."""
    assert application.start is not None  # submitted, so it has one
    known = with_documents(facts, documents).model_copy(update={"school": "", "country": ""})
    applicant = Applicant(
        start=application.start,
        weeks=application.weeks,
        seen_on=local_date(now, program.place.zone),
        experience_type=application.experience_type,
        facts=known,
    )
    listing = IndexEntry(_list(program.id), f"{iso(now)}#{application.id}")
    return PersonalRecord(text_ref(application, "facts"), applicant.model_dump(mode="json"), listing)


@dataclass(frozen=True, kw_only=True)
class PastApplicants:
    store: Store
    clock: BusinessClock

    def past(self, program_id: str) -> tuple[Applicant, ...]:
        """The applicants of the last 365 days, oldest first, at most the newest 200; those who asked to be erased are
        not among them."""
        since = iso(self.clock.now() - timedelta(days=DAYS_BACK))
        found = self.store.listed(_list(program_id), since, READ)
        return tuple(Applicant.model_validate(body) for body in reversed(found))


def _list(program_id: str) -> str:
    return f"APPLICANTS#{program_id}"
