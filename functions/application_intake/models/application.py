"""What the applications room takes and answers with. Cents are US cents, `start` a Monday at the site, instants UTC."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Literal

from pydantic import Field

from functions.application_intake.models.conversation import MessageView
from functions.application_intake.models.review import ReviewPart
from shared.domain.applications.application import Application, reply_over
from shared.domain.applications.application_machine import OPEN, ApplicationStatus
from shared.domain.applications.eligibility import Reason, Verdict
from shared.domain.core.calendar import end_date
from shared.domain.core.instants import Instant
from shared.domain.core.policy import CURRENT
from shared.domain.documents.checklist import ChecklistItem
from shared.domain.money.fees import Quote, price
from shared.domain.programs.guidelines import GuidelineResult
from shared.domain.programs.program import ExperienceType, Program, ProgramStatus, ReviewMode
from shared.domain.search.query import usual_weeks
from shared.domain.seats.seats import FreeStart
from shared.runtime.http.models import Answer, Request
from shared.services.applications.prospects import Prospect
from shared.services.applications.queries import ReviewFile, TraineeFile
from shared.services.applications.review import REJECT_CODES
from shared.services.applications.staff_status_text import for_staff
from shared.services.applications.status_text import ApplicationCard, Milestone, Standing, standing, timeline
from shared.services.applications.submission import RotationRequest
from shared.services.documents.uploads import UploadForm
from shared.services.search.alternatives import Alternative


# --- requests ---------------------------------------------------------------------------------------------------------
class WhatIf(Request):
    """The query of the page before an application; what is left out is the program's usual."""

    program: str = Field("", title="Program", max_length=80)
    start: date | None = Field(None, title="Start")
    weeks: int | None = Field(None, title="Weeks", ge=1, le=52)
    experience_type: ExperienceType | None = Field(None, title="Kind of rotation")


class StartRequest(Request):
    program_id: str = Field(title="Program", max_length=80)
    experience_type: ExperienceType = Field(title="Kind of rotation")
    start: date | None = Field(None, title="Start")
    weeks: int = Field(4, title="Weeks", ge=1, le=52)
    credit_wish: bool = Field(False, title="School credit")

    def wish(self) -> RotationRequest:
        return RotationRequest(self.program_id, self.experience_type, self.start, self.weeks, self.credit_wish)


SCHOOL = {"credit_contact": "name", "credit_email": "email", "credit_form": "form"}
"""Fields of a request -> of `SchoolContact`."""


class SaveRequest(Request):
    """What is left out stays as it is; a start of null, or emptied in a form, is undecided again."""

    experience_type: ExperienceType = Field(ExperienceType.HANDS_ON, title="Kind of rotation")
    start: date | None = Field(None, title="Start")
    weeks: int = Field(4, title="Weeks", ge=1, le=52)
    credit_wish: bool = Field(False, title="School credit")
    credit_contact: str = Field("", title="Who at your school asks for the form", max_length=120)
    credit_email: str = Field("", title="Their mail address", max_length=254)
    credit_form: str = Field("", title="What the form is called", max_length=160)

    def changes(self, emptied: Collection[str] = ()) -> dict[str, Any]:
        """What was sent of the wish; of what a form sent `emptied`, the start."""
        cleared = {"start": None} if "start" in emptied else {}
        return cleared | self.model_dump(include=set(SaveRequest.model_fields) - set(SCHOOL), exclude_unset=True)

    def school(self, emptied: Collection[str] = ()) -> dict[str, str]:
        """H14: what was sent, or `emptied` in a form, of the contact at the school."""
        sent = self.model_dump(include=set(SCHOOL), exclude_unset=True)
        return {SCHOOL[name]: sent.get(name, "") for name in SCHOOL if name in sent or name in emptied}


class SubmitRequest(SaveRequest):
    """Last changes, and the CV if it is not to be the newest one (T15)."""

    document_id: str | None = Field(None, title="CV", max_length=40)


# --- parts of answers -------------------------------------------------------------------------------------------------
class ProgramBrief(Answer):
    """`zone` is the site's IANA zone."""

    id: str
    name: str
    setting: str
    specialty: str
    city: str
    state: str
    zone: str
    review_mode: ReviewMode
    experience_types: tuple[ExperienceType, ...]
    weeks_min: int
    weeks_max: int
    credit_friendly: bool
    status: ProgramStatus

    @classmethod
    def of(cls, program: Program) -> ProgramBrief:
        place = program.place
        return cls(
            id=program.id,
            name=program.name,
            setting=program.setting,
            specialty=program.specialty,
            city=place.city,
            state=place.state,
            zone=place.zone,
            review_mode=program.review_mode,
            experience_types=program.experience_types,
            weeks_min=program.weeks_min,
            weeks_max=program.weeks_max,
            credit_friendly=program.credit_friendly,
            status=program.status,
        )


class Refused(Answer):
    """Why the wish cannot be had, and what to choose instead."""

    field: str
    detail: str
    remedy: str


class ClashView(Answer):
    """Something else of this trainee in these weeks: `same` (sent already, which blocks), `application` (both may wait)
    or `seat` (only one can be reserved)."""

    kind: Literal["same", "application", "seat"]
    path: str
    program_name: str
    start: date
    weeks: int


class ProspectView(Answer):
    """What if: the price, the verdicts for this trainee, the starts with a seat, the documents against these dates,
    what else they have in these weeks. `full`: the Mondays of the weeks without a seat. `ready`: nothing is left but to
    send it."""

    program: ProgramBrief
    experience_type: ExperienceType
    start: date | None
    weeks: int
    end: date | None
    starts: tuple[FreeStart, ...]
    seats: int
    refused: Refused | None
    plan: Quote | None
    profile_known: bool
    verdict: Verdict | None
    guidelines: tuple[GuidelineResult, ...]
    cv_number: int | None
    cv_document_id: str | None
    papers: tuple[ChecklistItem, ...]
    advice: Reason | None
    full: tuple[date, ...]
    clashes: tuple[ClashView, ...]
    ready: bool
    review_business_hours: int = CURRENT.review.answer_bh
    host_promise_days: int = CURRENT.host.promise_days

    @classmethod
    def of(cls, found: Prospect) -> ProspectView:
        allowed = found.verdict is not None and found.verdict.allowed
        offered = found.experience_type in found.program.experience_types
        live, sent = found.program.status is ProgramStatus.LIVE, any(one.kind == "same" for one in found.clashes)
        refused = found.refused
        return cls(
            program=ProgramBrief.of(found.program),
            experience_type=found.experience_type,
            start=found.start,
            weeks=found.weeks,
            end=end_date(found.start, found.weeks) if found.start and not refused else None,
            starts=found.starts,
            seats=found.seats,
            refused=Refused(field=str(refused.facts.get("field", "")), detail=refused.detail, remedy=refused.remedy)
            if refused
            else None,
            plan=found.plan,
            profile_known=found.facts is not None,
            verdict=found.verdict,
            guidelines=found.guidelines,
            cv_number=found.cv.number if found.cv else None,
            cv_document_id=found.cv.document_id if found.cv else None,
            papers=found.papers,
            advice=found.advice,
            full=found.full,
            clashes=tuple(ClashView(**vars(one)) for one in found.clashes),
            ready=allowed and offered and live and found.seats > 0 and found.cv is not None and not sent,
        )


class Upload(Answer):
    """Send `fields` and then `file` to `url` as multipart/form-data, within `hours`."""

    document_id: str
    name: str
    url: str
    fields: dict[str, str]
    accept: str
    max_bytes: int
    hours: int

    @classmethod
    def of(cls, form: UploadForm) -> Upload:
        return cls.model_validate(form, from_attributes=True)


class DraftPart(Answer):
    """A draft's checklist, and the form through which a CV reaches us."""

    prospect: ProspectView
    upload: Upload


class Decision(Answer):
    """`text` is None once it was erased; `words` what the code means."""

    code: str
    words: str
    text: str | None
    at: Instant | None


class AlternativeView(Answer):
    """Another program that is open to this trainee. `starts` are three with a seat, from the day on that was wished if
    there are any, none once it has filled up; the price is for `weeks`, in cents."""

    program: ProgramBrief
    weeks: int
    price_cents: int
    starts: tuple[FreeStart, ...]

    @classmethod
    def of(cls, one: Alternative, wished: date | None) -> AlternativeView:
        weeks = usual_weeks(one.program)
        starts = tuple(free for free in one.starts if wished is None or free.start >= wished) or one.starts
        return cls(
            program=ProgramBrief.of(one.program), weeks=weeks, price_cents=price(one.program, weeks), starts=starts[:3]
        )


# --- answers ----------------------------------------------------------------------------------------------------------
class StartView(Answer):
    prospect: ProspectView


class ListView(Answer):
    applications: tuple[ApplicationCard, ...]


class CoachBrief(Answer):
    """T30: whom the trainee turns to once the rotation is reserved."""

    name: str
    email: str


class SchoolView(Answer):
    """H14: whom at the trainee's school a wish for credit concerns; each may be empty."""

    name: str
    email: str
    form: str


class ApplicationView(Answer):
    """One application. `draft` is there while it is one, `review` for staff; `standing` is the page's clock, told to
    who reads it. `papers` are the documents asked for, with where each stands; `asked_since` and `dropped_since` what
    the host changed in its guidelines after the submission, which does not count here; `saved_at` when a draft was last
    saved. `messages` are questions and answers, oldest first; `newest_cv_number` is there while one waits for an
    answer. `alternatives` are there after a no; not `alternatives_searched`: search was away when it was decided."""

    id: str
    version: int
    status: ApplicationStatus
    program: ProgramBrief
    experience_type: ExperienceType
    start: date | None
    end: date | None
    weeks: int
    credit_wish: bool
    school: SchoolView | None
    total_cents: int | None
    cv_document_id: str | None
    cv_number: int | None
    created_at: Instant
    submitted_at: Instant | None
    review_due_at: Instant | None
    offer_expires_at: Instant | None
    reservation_id: str | None
    standing: Standing
    timeline: tuple[Milestone, ...]
    decision: Decision | None
    alternatives: tuple[AlternativeView, ...] = ()
    alternatives_searched: bool = False
    messages: tuple[MessageView, ...] = ()
    newest_cv_number: int | None = None
    can_reply: bool = False
    can_withdraw: bool = False
    coach: CoachBrief | None = None
    papers: tuple[ChecklistItem, ...] = ()
    asked_since: tuple[str, ...] = ()
    dropped_since: tuple[str, ...] = ()
    saved_at: Instant | None = None
    draft: DraftPart | None = None
    review: ReviewPart | None = None

    @classmethod
    def of(cls, file: TraineeFile, now: Instant, upload: UploadForm | None) -> ApplicationView:
        prospect = ProspectView.of(file.prospect) if file.prospect else None
        drafting = file.application.status is ApplicationStatus.DRAFT and prospect is not None and upload is not None
        return _view(
            file,
            now,
            cv_number=file.cv_number,
            newest_cv_number=file.newest_cv.number if file.newest_cv else None,
            can_reply=file.application.status is ApplicationStatus.NEEDS_INFO and not reply_over(file.application, now),
            can_withdraw=file.application.status in OPEN and file.application.live_reservation_id is None,
            papers=file.papers,
            asked_since=file.asked_since,
            dropped_since=file.dropped_since,
            saved_at=file.history[-1].occurred_at if drafting else None,
            alternatives=tuple(AlternativeView.of(one, file.application.start) for one in file.alternatives),
            alternatives_searched=bool(file.application.rejection and file.application.rejection.alternatives_searched),
            coach=CoachBrief(name=file.coach.name, email=file.coach.email) if file.coach else None,
            draft=DraftPart(prospect=prospect, upload=Upload.of(upload)) if drafting and prospect and upload else None,
        )

    @classmethod
    def for_staff(cls, file: ReviewFile, now: Instant, account_id: str, worn: Collection[str]) -> ApplicationView:
        sent = file.application.cv
        cv = next((one for one in file.documents if sent and one.id == sent.document_id), None)
        number = cv.number if cv else None
        view = _view(file, now, cv_number=number, review=ReviewPart.of(file, now, account_id, worn))
        return view.model_copy(update={"standing": for_staff(file.application, view.standing, now)})


def _view(file: TraineeFile | ReviewFile, now: Instant, **more: Any) -> ApplicationView:
    applied, program, sent = file.application, file.program, file.application.submitted
    return ApplicationView(
        id=applied.id,
        version=applied.version,
        status=applied.status,
        program=ProgramBrief.of(program),
        experience_type=applied.experience_type,
        start=applied.start,
        end=end_date(applied.start, applied.weeks) if applied.start else None,
        weeks=applied.weeks,
        credit_wish=applied.credit is not None,
        school=SchoolView(**vars(file.school)) if file.school else None,
        total_cents=sent.total_cents if sent else None,
        cv_document_id=applied.cv.document_id if applied.cv else None,
        created_at=applied.created_at,
        submitted_at=sent.at if sent else None,
        review_due_at=applied.review.due_at if applied.review else None,
        offer_expires_at=applied.offer.expires_at if applied.offer else None,
        reservation_id=applied.live_reservation_id,
        standing=standing(applied, program, now, file.held_until),
        timeline=tuple(timeline(applied, file.history, now)),
        decision=_decision(applied, file.decision_text),
        messages=MessageView.all(file.messages),
        **more,
    )


def _decision(applied: Application, text: str | None) -> Decision | None:
    no = applied.rejection
    return Decision(code=no.code, words=REJECT_CODES.get(no.code, no.code), text=text, at=no.at) if no else None
