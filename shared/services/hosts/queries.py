"""What a host manager finds after signing in (product.md section 5, host screen 2): what is owed, and below it what
became of the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.applications.application import Application
from shared.domain.core.aggregate import AggregateType
from shared.domain.hosts.host_question import SHOWN_FOR, Outcome, outcome, question_state, still_shown
from shared.domain.programs.program import Program
from shared.domain.reservations.reservation import ReservationStatus
from shared.ports import BusinessClock, Catalogue, People, Person, Store
from shared.services.core.records import application_of, reservation_of
from shared.services.programs.host_index import HostIndex

LONGEST_WAIT = timedelta(days=30)
"""Asked so long before the 60 days: who answers does so within ten days of being asked last."""
NAMED: tuple[Outcome, ...] = ("reserved", "completed")


@dataclass(frozen=True)
class Question:
    """Open: somebody waits for this host's answer."""

    application: Application
    program: Program
    applicant: str


@dataclass(frozen=True)
class Past:
    """Answered, taken back or over. `applicant` is named only while a seat is reserved, and when the rotation was
    completed."""

    application: Application
    program: Program
    outcome: Outcome
    applicant: str
    at: datetime


@dataclass(frozen=True)
class Desk:
    """`questions` by time left, `past` newest first."""

    questions: tuple[Question, ...]
    past: tuple[Past, ...]


@dataclass(frozen=True, kw_only=True)
class HostQueries:
    store: Store
    people: People
    catalogue: Catalogue
    clock: BusinessClock
    host_index: HostIndex

    def desk(self, hosts: Collection[str], account_id: str) -> Desk:
        """Of all of these hosts, without what the manager of that account has applied for; what was asked shows a
        moment later, as it comes from an index."""
        now = self.clock.now()
        ids = [id for host_id in hosts for id in self.host_index.asked(host_id, now - SHOWN_FOR - LONGEST_WAIT)]
        found = self.store.load_many(("APPLICATION", id) for id in ids)
        asked = [application_of(loaded) for loaded in found.values()]
        programs = self.catalogue.programs({one.program_id for one in asked})
        persons = self.people.persons({one.trainee_id for one in asked})
        # A program that went to another host took its questions along; who was erased is in no list, but may go at this
        # moment.
        there = [one for one in asked if programs[one.program_id].host_id in hosts and one.trainee_id in persons]
        mine = [one for one in there if one.trainee_id != account_id]
        questions = [
            Question(one, programs[one.program_id], persons[one.trainee_id].name)
            for one in mine
            if question_state(one, now) == "open"
        ]
        rest = [one for one in mine if question_state(one, now) != "open" and still_shown(one, now)]
        return Desk(tuple(sorted(questions, key=_left)), self._past(rest, programs, persons))

    def _past(
        self, applied: list[Application], programs: Mapping[str, Program], persons: Mapping[str, Person]
    ) -> tuple[Past, ...]:
        became = self._became(applied)
        rows = []
        for one in applied:
            ended = outcome(one, became.get(one.live_reservation_id or ""))
            assert one.host is not None  # it was asked
            at = one.host.answer.at if one.host.answer else one.host.routed_at
            rows.append(
                Past(one, programs[one.program_id], ended, persons[one.trainee_id].name if ended in NAMED else "", at)
            )
        return tuple(sorted(rows, key=lambda row: (row.at, row.application.id), reverse=True))

    def _became(self, applied: list[Application]) -> dict[str, ReservationStatus]:
        keys: set[tuple[AggregateType, str]] = {
            ("RESERVATION", one.live_reservation_id) for one in applied if one.live_reservation_id
        }
        return {one.id: reservation_of(one).status for one in self.store.load_many(keys).values()}


def _left(question: Question) -> tuple[datetime, str]:
    host = question.application.host
    assert host is not None  # it was asked
    return host.due_at, question.application.id
