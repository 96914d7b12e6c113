"""What a reviewer sends to the applications room, and what it shows only to staff (H12). Instants are UTC, `start` a
Monday at the site."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from functions.application_intake.models.conversation import HostPart, Prose
from shared.domain.applications.application import Application, review_overdue
from shared.domain.applications.application_machine import UNDECIDED, ApplicationStatus
from shared.domain.applications.clocks import HostTimes, ReplyTimes, host_times, reply_times
from shared.domain.applications.eligibility import Reason, Verdict
from shared.domain.applications.guards import lacks_host
from shared.domain.core.errors import NotAllowedNow
from shared.domain.core.instants import Instant
from shared.domain.core.policy import by_version
from shared.domain.documents.checklist import Check, evidence_for, sentence
from shared.domain.programs.guidelines import GuidelineResult, GuidelineVerdict
from shared.domain.reservations.reservation import ReservationStatus
from shared.domain.seats.waitlist import WaitlistStatus
from shared.domain.trainees.trainee import TraineeFacts
from shared.runtime.http.models import Answer, Request
from shared.services.applications.competing_applications import Rival
from shared.services.applications.queries import Paper, ReviewFile
from shared.services.applications.review import REJECT_CODES, Overriding

OVERRIDE = "override."
"""A form names each override's reason `override.<guideline>`; JSON sends `overrides`."""


# --- requests ---------------------------------------------------------------------------------------------------------
class OverrideRequest(Request):
    code: str = Field(title="Guideline", max_length=60)
    reason: Prose = Field(title="Reason")


class ApproveRequest(Request):
    """H12: each guideline that is not met needs a reason; `step1_verified` says that you saw the score report."""

    overrides: list[OverrideRequest] = Field(default=[], title="Overrides", max_length=40)
    step1_verified: bool = Field(False, title="Step 1 score report")

    @model_validator(mode="before")
    @classmethod
    def _from_form(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = [
            {"code": name.removeprefix(OVERRIDE), "reason": value}
            for name, value in data.items()
            if name.startswith(OVERRIDE)
        ]
        rest = {name: value for name, value in data.items() if not name.startswith(OVERRIDE)}
        return {**rest, "overrides": [*rest.get("overrides", []), *given]} if given else rest

    def chosen(self) -> list[Overriding]:
        return [Overriding(one.code, one.reason) for one in self.overrides]


RejectCode = StrEnum("RejectCode", {code.upper(): code for code in REJECT_CODES})  # type: ignore[misc]  # the reasons are data


class RejectRequest(Request):
    """The trainee reads both: the code in our words, the reason in yours."""

    code: RejectCode = Field(title="Reason")
    reason: Prose = Field(title="What you tell the trainee")


class CheckRequest(Request):
    """What you read on a document: whether it counts, and the dates that are printed on it; left empty where there is
    none. `why` is for the trainee, and needed when it does not count."""

    verdict: Literal["accepted", "declined"] = Field(title="Does it count")
    issued: date | None = Field(None, title="Issued")
    expires: date | None = Field(None, title="Expires")
    language: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=r"^[A-Za-z ]*$")] = Field(
        "", title="Language"
    )
    why: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = Field(
        "", title="Why it does not count"
    )

    @field_validator("issued", "expires", mode="before")
    @classmethod
    def _empty(cls, value: Any) -> Any:
        """A form sends a date that was not filled in as an empty text."""
        return value or None

    def check(self) -> Check:
        return Check(verdict=self.verdict, issued=self.issued, expires=self.expires, language=self.language)


# --- parts of answers -------------------------------------------------------------------------------------------------
class DocumentBrief(Answer):
    """A stored document. `used`: it goes to the host; `checked` is "" until a reviewer has read it; `why` it does not
    count."""

    id: str
    kind: str
    name: str
    number: int
    created_at: Instant
    used: bool
    checked: Literal["", "accepted", "declined"]
    issued: date | None
    expires: date | None
    language: str
    why: str

    @classmethod
    def of(cls, paper: Paper, used: bool) -> DocumentBrief:
        document = paper.document
        return cls(
            id=document.id,
            kind=document.kind,
            name=sentence(document.kind),
            number=document.number,
            created_at=document.created_at,
            used=used,
            checked=document.checked or "",
            issued=document.issued,
            expires=document.expires,
            language=document.language,
            why=paper.why or "",
        )


class RivalView(Answer):
    """Somebody else who is open for one of the same weeks or has a seat in one; first come, first seen. `earlier`: sent
    before this one. `seat`: "held" while it is unpaid, "reserved" once it is paid; `in_line`: waits for one, and a seat
    that comes back goes there first."""

    id: str
    trainee: str
    status: ApplicationStatus
    start: date | None
    weeks: int
    submitted_at: Instant | None
    earlier: bool
    seat: Literal["", "held", "reserved"]
    in_line: bool

    @classmethod
    def of(cls, rival: Rival, than: Application) -> RivalView:
        one, mine, other = rival.application, than.submitted, rival.application.submitted
        return cls(
            id=one.id,
            trainee=rival.trainee.name if rival.trainee else "Name erased",
            status=one.status,
            start=one.start,
            weeks=one.weeks,
            submitted_at=other.at if other else None,
            earlier=bool(mine and other and other.at < mine.at),
            seat="" if rival.seat is None else "held" if rival.seat.status is ReservationStatus.HELD else "reserved",
            in_line=one.waitlist_status is WaitlistStatus.WAITING,
        )


class OverrideBrief(Answer):
    code: str
    reason: str


class RejectChoice(Answer):
    code: str
    words: str


class ReviewPart(Answer):
    """For staff (H12). `can`: claim, decide, take_back (a coordinator, from the host) or "" (a colleague has it, it is
    decided, or this role only reads). `lacks_host`: nobody approves before the host's yes. `open_codes` are guidelines
    that need an override before approval; `evidence` names the documents to read for each. `asked_since` and
    `dropped_since`: what the host changed in its guidelines after this was sent, which does not count here.
    `offer_until` is when the offer ends, or would if it were approved now; `reply_until` and `host_until` by when the
    trainee or the host would have to answer if asked now, None when it closes too soon; `closes_at`: when it closes if
    nobody decides."""

    applicant: str
    facts: TraineeFacts | None
    verdict: Verdict | None
    gaps: tuple[Reason, ...]
    guidelines: tuple[GuidelineResult, ...]
    open_codes: tuple[str, ...]
    met: int
    overrides: tuple[OverrideBrief, ...]
    documents: tuple[DocumentBrief, ...]
    evidence: dict[str, tuple[str, ...]]
    asked_since: tuple[str, ...]
    dropped_since: tuple[str, ...]
    seats: int
    rivals: tuple[RivalView, ...]
    claimed_by: str
    claim_lapses_at: Instant | None
    closes_at: Instant | None
    offer_until: Instant
    reply_until: Instant | None
    host_until: Instant | None
    overdue: bool
    can: str
    can_route: bool
    lacks_host: bool
    host: HostPart | None
    reject_choices: tuple[RejectChoice, ...] = tuple(
        RejectChoice(code=code, words=words) for code, words in REJECT_CODES.items()
    )

    @classmethod
    def of(cls, file: ReviewFile, now: Instant, account_id: str, worn: Collection[str]) -> ReviewPart:
        applied, claim = file.application, file.application.claim
        sent = applied.cv.document_id if applied.cv else ""
        asked = _asked_now(applied, now)
        unmet = [one for one in file.guidelines if one.verdict is not GuidelineVerdict.MET]
        return cls(
            applicant=file.applicant.name if file.applicant else "Name erased",
            facts=file.facts,
            verdict=file.verdict,
            gaps=file.gaps,
            guidelines=file.guidelines,
            open_codes=tuple(one.code for one in unmet if one.needed_for_approval),
            met=len(file.guidelines) - len(unmet),
            overrides=tuple(
                OverrideBrief(code=one.code, reason=file.override_texts.get(one.code, ""))
                for one in (applied.approval.overrides if applied.approval else ())
            ),
            documents=tuple(DocumentBrief.of(one, one.document.id == sent) for one in file.papers),
            evidence={one.code: _evidence(one, file.papers) for one in file.guidelines},
            asked_since=file.asked_since,
            dropped_since=file.dropped_since,
            seats=file.seats,
            rivals=tuple(RivalView.of(one, applied) for one in file.rivals),
            claimed_by=file.reviewer.name if file.reviewer else "",
            claim_lapses_at=claim.lapses_at if claim and applied.status is ApplicationStatus.IN_REVIEW else None,
            closes_at=applied.submitted.closes_at if applied.submitted and applied.status in UNDECIDED else None,
            offer_until=applied.offer.expires_at if applied.offer else file.offer_until,
            reply_until=asked[0].due_at if asked else None,
            host_until=asked[1].due_at if asked else None,
            overdue=review_overdue(applied, now),
            can=_can(applied, account_id, worn),
            can_route=_can(applied, account_id, worn) == "decide" and applied.host_answer is None and asked is not None,
            lacks_host=lacks_host(applied, file.program),
            host=HostPart.of(file, now),
        )


def _asked_now(applied: Application, now: Instant) -> tuple[ReplyTimes, HostTimes] | None:
    """None when it closes too soon for anybody to answer."""
    policy = by_version(applied.policy_version)
    try:
        return reply_times(applied, now, policy), host_times(applied, now, policy)
    except NotAllowedNow:
        return None


def _can(applied: Application, account_id: str, worn: Collection[str]) -> str:
    if applied.status is ApplicationStatus.HOST_REVIEW and "coordinator" in worn:
        return "take_back"
    if "reviewer" not in worn:
        return ""
    if applied.status is ApplicationStatus.SUBMITTED and applied.trainee_id != account_id:
        return "claim"
    mine = applied.claim is not None and applied.claim.by == account_id
    return "decide" if applied.status is ApplicationStatus.IN_REVIEW and mine else ""


def _evidence(rule: GuidelineResult, papers: Collection[Paper]) -> tuple[str, ...]:
    kinds = evidence_for(rule.code)
    return tuple(one.document.id for one in papers if one.document.kind in kinds)
