"""A program's guidelines are looked at, tried against past applicants, and changed (H12, host screen 8).

A change is a new version of the program: whoever applies from then on is held to it, what was sent before keeps the
guidelines of its day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.core.calendar import local_date
from shared.domain.core.errors import NotAllowedNow, VersionConflict
from shared.domain.core.policy import CURRENT
from shared.domain.programs.guideline_lint import Finding, lint, require_clean
from shared.domain.programs.guideline_simulation import Change, compare
from shared.domain.programs.guidelines import Guidelines
from shared.domain.programs.program import Program, ProgramStatus
from shared.events.program import GuidelinesChanged
from shared.ports import BusinessClock, Catalogue, Store, Stored, UnitOfWork
from shared.services.core.records import guidelines_changed_at
from shared.services.core.transitions import RequestContext, retry_on_conflict, transition
from shared.services.programs.past_applicants import PastApplicants

ENDED = (ProgramStatus.RETIRED, ProgramStatus.LEAD)
"""States in which a program has no guidelines to change: it is over, or it is not one yet."""


@dataclass(frozen=True)
class GuidelineSheet:
    """`proposed` beside what is in force at `version`; `change` is what it would have meant for past applicants.
    `changed_at` UTC, None since the program went live."""

    program: Program
    version: int
    changed_at: datetime | None
    proposed: Guidelines
    change: Change
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class GuidelineChanges:
    store: Store
    catalogue: Catalogue
    past_applicants: PastApplicants
    clock: BusinessClock

    def show(self, program_id: str) -> GuidelineSheet:
        """The guidelines in force, with what the linter says about them. Raises `NotFound`."""
        return self._sheet(program_id, None)

    def preview(self, program_id: str, proposed: Guidelines) -> GuidelineSheet:
        """What `proposed` would have meant; writes nothing, and shows errors instead of refusing them. Raises
        `NotFound`."""
        return self._sheet(program_id, proposed)

    def change(self, call: RequestContext, program_id: str, proposed: Guidelines, version: int) -> None:
        """`proposed` counts from now on. `version` is the one that the person looked at; saving what is in force
        changes nothing.

        Raises `Invalid` (the linter's errors), `VersionConflict` when somebody changed the program since,
        `NotAllowedNow` for a program that has ended, `NotFound`.
        """

        def decide() -> None:
            loaded, program = self._load(program_id)
            if proposed == program.guidelines:
                return
            if program.status in ENDED:
                raise NotAllowedNow(
                    f"{program.name} takes no applications any more.",
                    "There is nothing to change.",
                    program_status=program.status.value,
                )
            if version != loaded.version:
                raise VersionConflict(
                    "Somebody changed this program while you were looking at it.",
                    "What you typed is still here: compare it with what is in force now, then save again.",
                    version=loaded.version,
                )
            now = self.clock.now()
            require_clean(program, proposed, local_date(now, program.place.zone), CURRENT)
            event = GuidelinesChanged(guidelines=proposed, guidelines_changed_at=now)
            self.store.commit(UnitOfWork(transitions=(transition(loaded, event, call, now),)))

        retry_on_conflict(decide)

    # --- parts --------------------------------------------------------------------------------------------------------
    def _sheet(self, program_id: str, proposed: Guidelines | None) -> GuidelineSheet:
        loaded, program = self._load(program_id)
        wanted = program.guidelines if proposed is None else proposed
        change = compare(program.guidelines, wanted, self.past_applicants.past(program_id))
        today = local_date(self.clock.now(), program.place.zone)
        return GuidelineSheet(
            program=program,
            version=loaded.version,
            changed_at=guidelines_changed_at(loaded),
            proposed=wanted,
            change=change,
            findings=lint(program, wanted, today, CURRENT, change.after),
        )

    def _load(self, program_id: str) -> tuple[Stored, Program]:
        return self.store.load("PROGRAM", program_id), self.catalogue.program(program_id)
