"""What travels on the bus: ids, codes, cents and dates of one event row, or of one stored Stripe delivery. Never
personal data."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.domain.core.aggregate import Actor, EventRow
from shared.domain.core.instants import Instant
from shared.events.catalog import is_emailed

SOURCE = "rota"


class Subject(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str
    id: str


class Envelope(BaseModel):
    """`id` is stable across republishing; consumers are idempotent by it and keep no order: they re-read the subject's
    state. `emailed`: people are told by email (the rule of `notifications` asks for nothing else)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    type: str
    source: str = SOURCE
    occurred_at: Instant
    actor: Actor
    subject: Subject
    seq: int
    case_id: str = ""
    correlation_id: str = ""
    causation_id: str = ""
    emailed: bool = False
    data: dict[str, Any]

    @classmethod
    def of(cls, row: EventRow) -> Envelope:
        """A row does not hold `emailed`: its type has it, also for rows that are older than this question."""
        return cls(
            id=row.id,
            type=row.type,
            occurred_at=row.occurred_at,
            actor=row.actor,
            subject=Subject(kind=row.kind, id=row.aggregate_id),
            seq=row.seq,
            case_id=row.case_id,
            correlation_id=row.correlation_id,
            causation_id=row.causation_id,
            emailed=is_emailed(row.type),
            data=row.data,
        )

    @classmethod
    def from_bus(cls, text: str) -> Envelope:
        """From an EventBridge event's JSON, as a queue receives it. Raises `ValueError` for anything else."""
        body = json.loads(text)
        return cls.model_validate(body.get("detail") if isinstance(body, dict) else None)
