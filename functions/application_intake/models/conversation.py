"""Questions between reviewer, trainee and host, as the applications room takes and shows them. Instants are UTC,
`start` a Monday."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.domain.applications.application import host_over
from shared.domain.applications.guards import host_decides
from shared.domain.core.calendar import end_date
from shared.domain.core.instants import Instant
from shared.domain.email.email_names import EmailTrouble
from shared.domain.hosts.host_question import State
from shared.domain.programs.guidelines import GuidelineVerdict
from shared.domain.programs.program import ExperienceType
from shared.runtime.http.models import Answer, Request
from shared.services.applications.host_review import HostFile
from shared.services.applications.queries import Message, ReviewFile

Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class AskRequest(Request):
    """The trainee reads exactly this."""

    question: Prose = Field(title="Question")


class ReplyRequest(Request):
    """`newest_cv`: the newest stored CV takes the place of the one that was sent."""

    answer: Prose = Field(title="Answer")
    newest_cv: bool = Field(False, title="Newest CV")


class RecommendRequest(Request):
    """The host's answer; a no needs a note. The reviewer reads the note, the trainee does not."""

    answer: Literal["yes", "no"] = Field(title="Your answer")
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = Field("", title="Note")


class HostMailRequest(Request):
    """For a mail that did not reach the host. `again` needs the corrected address; `told`: the host was asked by
    phone."""

    answer: Literal["again", "told"] = Field(title="What was done")
    email: str = Field("", title="Corrected address", max_length=254)


class TakeBackRequest(Request):
    """Why the host is not waited for; only staff read it."""

    reason: Prose = Field(title="Reason")


class AskAgainRequest(Request):
    """Why the host is asked once more; only staff read it."""

    why: Prose = Field(title="Reason")


class MessageView(Answer):
    """A question or an answer; `text` is None once it was erased."""

    who: Literal["reviewer", "trainee"]
    at: Instant
    text: str | None

    @classmethod
    def all(cls, messages: tuple[Message, ...]) -> tuple[MessageView, ...]:
        return tuple(cls(who=one.who, at=one.at, text=one.text) for one in messages)


class HostPart(Answer):
    """For staff: what the host was asked and said. Texts are None when there is none, or once erased. `over`: from day
    10 on, when the coordinator decides; `decides`: this host looks at applications itself, so that without its yes
    nobody approves before then."""

    host_id: str
    routed_at: Instant
    due_at: Instant | None
    decide_at: Instant | None
    reminders: int
    escalated_at: Instant | None
    answered_at: Instant | None
    recommendation: Literal["yes", "no"] | None
    note: str | None
    taken_back_reason: str | None
    asked_again_reason: str | None
    over: bool
    decides: bool
    mail_trouble: EmailTrouble | None
    mail_trouble_at: Instant | None

    @classmethod
    def of(cls, file: ReviewFile, now: Instant) -> HostPart | None:
        """None for what was never routed."""
        applied, host = file.application, file.application.host
        if host is None:
            return None
        return cls(
            host_id=file.program.host_id,
            routed_at=host.routed_at,
            due_at=host.due_at,
            decide_at=host.decide_at,
            reminders=host.reminders,
            escalated_at=host.escalated_at,
            answered_at=host.answer.at if host.answer else None,
            recommendation=host.answer.recommendation if host.answer else None,
            note=file.host_note,
            taken_back_reason=file.taken_back_reason,
            asked_again_reason=file.asked_again_reason,
            over=host_over(applied, now),
            decides=host_decides(applied, file.program),
            mail_trouble=applied.mail_trouble,
            mail_trouble_at=applied.mail_trouble_at,
        )


class Check(Answer):
    """A guideline of the host and its verdict, without what it rests on."""

    text: str
    verdict: GuidelineVerdict


class RecommendView(Answer):
    """What the host's link shows, or the manager who is signed in sees. About the trainee only while it is open; `zone`
    is the site's IANA zone. `cv` is where the CV can be opened: empty by the link, whose mail brings it."""

    application_id: str
    signed_in: bool
    cv: str
    state: State
    program_name: str
    zone: str
    applicant: str
    school: str
    experience_type: ExperienceType
    start: date | None
    end: date | None
    weeks: int
    asked_at: Instant | None
    due_at: Instant | None
    decide_at: Instant | None
    recommendation: Literal["yes", "no"] | None
    checks: tuple[Check, ...]

    @classmethod
    def of(cls, file: HostFile, signed_in: bool = False) -> RecommendView:
        applied, program, host = file.application, file.program, file.application.host
        open_here = signed_in and file.state == "open"
        cv = f"/documents/{applied.cv.document_id}/file" if open_here and applied.cv else ""
        return cls(
            application_id=applied.id,
            signed_in=signed_in,
            cv=cv,
            state=file.state,
            program_name=program.name,
            zone=program.place.zone,
            applicant=file.applicant,
            school=file.school,
            experience_type=applied.experience_type,
            start=applied.start,
            end=end_date(applied.start, applied.weeks) if applied.start else None,
            weeks=applied.weeks,
            asked_at=host.routed_at if host else None,
            due_at=host.due_at if host else None,
            decide_at=host.decide_at if host else None,
            recommendation=host.answer.recommendation if host and host.answer else None,
            checks=tuple(Check(text=one.text, verdict=one.verdict) for one in file.guidelines),
        )
