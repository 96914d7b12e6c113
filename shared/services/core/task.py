"""What somebody has to do next, as the workspace shows it. Each context exports its `TASKS`;
`shared/services/contexts.py` merges them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.domain.core.aggregate import AggregateType
from shared.domain.programs.program import ExperienceType, Program
from shared.ports import Stored


@dataclass(frozen=True)
class Task:
    """What the trainee does next. `title` and `button` are the page's words; `due_at` UTC, None when nothing runs out;
    `zone` is the site's IANA zone; `text` says more where no program does; `cents` is what is to be paid."""

    code: str
    title: str
    button: str
    href: str
    program: str = ""
    due_at: datetime | None = None
    zone: str = "UTC"
    cents: int | None = None
    text: str = ""


@dataclass(frozen=True)
class TraineeTask:
    """`task` of an aggregate of the trainee's own, with the programs of the trainee's applications and reservations, at
    an instant (UTC); None when nothing is to be done."""

    of: AggregateType
    task: Callable[[Stored, Mapping[str, Program], datetime], Task | None]


@dataclass(frozen=True)
class Subject:
    """What a row of the operator's queue is about. `title` is what is to be done; `status` and the rotation's dates as
    far as it has them. `due_at` is what is promised to whoever waits, None for the due row's own instant. `holder_id`
    is the account that has it, or had it before it went to somebody else; `taken`: it has it now, until `held_until`.
    `claimable`: anybody with the role `claimed_by` may take it. `escalated`: it has waited too long."""

    title: str
    href: str
    program_id: str = ""
    trainee_id: str = ""
    status: str = ""
    start: date | None = None
    weeks: int | None = None
    experience_type: ExperienceType | None = None
    due_at: datetime | None = None
    holder_id: str = ""
    taken: bool = False
    held_until: datetime | None = None
    claimable: bool = False
    escalated: bool = False


@dataclass(frozen=True)
class QueueTask:
    """How due rows of a kind are shown to the operator's staff. `owed_by` are the roles that owe the next step (none:
    staff watch it), `acts` says who acts where nobody takes it ("The host"). `subject` of the aggregate at an instant
    (UTC); None when it does not wait any more: the index may be a moment behind the state. Where the aggregate alone
    does not say it, `subject` is a method of `service`, which the wiring makes."""

    kind: str
    reader: str
    owed_by: tuple[str, ...]
    subject: Callable[..., Subject | None]
    acts: str = ""
    watched: bool = False
    service: type[Any] | None = None
