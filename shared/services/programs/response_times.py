"""Keeps each program's record of how long answers took, from the decisions as they are announced; an event that comes
twice adds nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.applications.application import Application
from shared.domain.core.business_clock import business_time_between
from shared.domain.programs.response_times import Answered, AnswerRecord
from shared.events.answer_record import AnswerRecorded
from shared.ports import BusinessClock, Store, UnitOfWork
from shared.services.core.records import application_of
from shared.services.core.transitions import RequestContext, find, retry_on_conflict, transition, unsaved


@dataclass(frozen=True)
class ResponseTimes:
    store: Store
    clock: BusinessClock

    def add(self, call: RequestContext, application_id: str) -> bool:
        """Whether this decision was news. Raises `NotFound`, `Busy`."""
        return retry_on_conflict(lambda: self._add(call, application_id))

    def _add(self, call: RequestContext, application_id: str) -> bool:
        application = application_of(self.store.load("APPLICATION", application_id))
        added = answered(application)
        loaded = find(self.store, "RECORD", application.program_id) or unsaved("RECORD", application.program_id)
        record = AnswerRecord.model_validate({"id": application.program_id, **loaded.state})
        if added is None or record.knows(application_id):
            return False
        event = AnswerRecorded(id=application.program_id, answers=record.with_answer(added))
        self.store.commit(UnitOfWork(transitions=(transition(loaded, event, call, self.clock.now()),)))
        return True


def answered(application: Application) -> Answered | None:
    """What a decided application adds; None for one that is not decided, or was never sent."""
    decision, host = application.approval or application.rejection, application.host
    if application.submitted is None or decision is None:
        return None
    reply = host.answer.at - host.routed_at if host and host.answer else None
    return Answered(
        application_id=application.id,
        seconds=_seconds(business_time_between(application.submitted.at, decision.at)),
        host_asked=host is not None,
        host_seconds=max(0, _seconds(reply)) if reply is not None else None,
    )


def _seconds(span: timedelta) -> int:
    return span // timedelta(seconds=1)
