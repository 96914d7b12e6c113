"""What happens to an application (product.md section 4). Its parts, and how free text is
named: `values`."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.applications.values import (
    Approval,
    Claim,
    CreditWish,
    Ending,
    HostQuestion,
    Offer,
    Question,
    Rejection,
    ReviewClock,
    SignedTerms,
    Submitted,
    SubmittedCv,
)
from shared.domain.core.aggregate import AggregateType
from shared.domain.core.instants import Instant
from shared.domain.email.email_names import EmailTrouble
from shared.domain.programs.program import ExperienceType
from shared.domain.seats.waitlist import WaitlistEntry
from shared.events.base import EventData


class ApplicationEvent(EventData):
    SUBJECT: ClassVar[AggregateType] = "APPLICATION"
    status: ApplicationStatus


class ApplicationStarted(ApplicationEvent):
    TYPE: ClassVar[str] = "ApplicationStarted.v1"
    id: str
    case_id: str
    trainee_id: str
    program_id: str
    experience_type: ExperienceType
    start: date | None
    weeks: int
    credit: CreditWish | None
    policy_version: str
    created_at: Instant
    draft_expires_at: Instant


class ApplicationSaved(ApplicationEvent):
    TYPE: ClassVar[str] = "ApplicationSaved.v1"
    experience_type: ExperienceType = ExperienceType.HANDS_ON
    start: date | None = None
    weeks: int = 4
    credit: CreditWish | None = None


class ApplicationSubmitted(ApplicationEvent):
    TYPE: ClassVar[str] = "ApplicationSubmitted.v1"
    EMAILED: ClassVar[bool] = True
    start: date
    weeks: int
    experience_type: ExperienceType
    credit: CreditWish | None
    cv: SubmittedCv
    submitted: Submitted
    review: ReviewClock


class ApplicationClaimed(ApplicationEvent):
    TYPE: ClassVar[str] = "ApplicationClaimed.v1"
    claim: Claim


class ApplicationClaimLapsed(ApplicationEvent):
    TYPE: ClassVar[str] = "ApplicationClaimLapsed.v1"
    claim: None = None


class InformationRequested(ApplicationEvent):
    """The reviewer's question; the review clock stands still."""

    TYPE: ClassVar[str] = "InformationRequested.v1"
    EMAILED: ClassVar[bool] = True
    question: Question
    claim: Claim


class ReplyReminded(ApplicationEvent):
    TYPE: ClassVar[str] = "ReplyReminded.v1"
    EMAILED: ClassVar[bool] = True
    question: Question


class InformationGiven(ApplicationEvent):
    """The trainee's answer, perhaps with a newer CV; the review clock goes on with what was left of it."""

    TYPE: ClassVar[str] = "InformationGiven.v1"
    question: Question
    review: ReviewClock
    claim: Claim
    cv: SubmittedCv | None = None


class ApplicationRouted(ApplicationEvent):
    """T19, T20: the host is asked, perhaps again by the coordinator. What the link in its mail carries is an erasable
    item, `link_ref`. A mail that came back before is no trouble of this one."""

    TYPE: ClassVar[str] = "ApplicationRouted.v1"
    EMAILED: ClassVar[bool] = True
    host: HostQuestion
    mail_trouble: None = None
    mail_trouble_at: None = None
    claim: Claim
    review: ReviewClock | None = None


class HostReminded(ApplicationEvent):
    TYPE: ClassVar[str] = "HostReminded.v1"
    EMAILED: ClassVar[bool] = True
    host: HostQuestion


class HostEscalated(ApplicationEvent):
    TYPE: ClassVar[str] = "HostEscalated.v1"
    host: HostQuestion


class HostRecommended(ApplicationEvent):
    TYPE: ClassVar[str] = "HostRecommended.v1"
    host: HostQuestion
    mail_trouble: None = None
    mail_trouble_at: None = None
    review: ReviewClock
    claim: Claim


class HostTakenBack(ApplicationEvent):
    """The coordinator waits no longer."""

    TYPE: ClassVar[str] = "HostTakenBack.v1"
    host: HostQuestion
    mail_trouble: None = None
    mail_trouble_at: None = None
    review: ReviewClock
    claim: Claim


class ApplicationApproved(ApplicationEvent):
    """H12: the result of every guideline, and each override with its reason; and the offer that it opens."""

    TYPE: ClassVar[str] = "ApplicationApproved.v1"
    EMAILED: ClassVar[bool] = True
    approval: Approval
    offer: Offer


class ApplicationRejected(ApplicationEvent):
    TYPE: ClassVar[str] = "ApplicationRejected.v1"
    EMAILED: ClassVar[bool] = True
    rejection: Rejection


class ApplicationWithdrawn(ApplicationEvent):
    """By the trainee; or by the system, because they reserved another rotation for these weeks."""

    TYPE: ClassVar[str] = "ApplicationWithdrawn.v1"
    EMAILED: ClassVar[bool] = True
    ending: Ending


class ApplicationClosed(ApplicationEvent):
    """Nobody decided before the start came too near."""

    TYPE: ClassVar[str] = "ApplicationClosed.v1"
    EMAILED: ClassVar[bool] = True
    ending: Ending


class ApplicationExpired(ApplicationEvent):
    """A draft, a question or an offer ran out; the ending's code says which."""

    TYPE: ClassVar[str] = "ApplicationExpired.v1"
    EMAILED: ClassVar[bool] = True
    ending: Ending


class TermsSigned(ApplicationEvent):
    TYPE: ClassVar[str] = "TermsSigned.v1"
    terms: SignedTerms


class HoldPlaced(ApplicationEvent):
    TYPE: ClassVar[str] = "HoldPlaced.v1"
    holds_used: int
    live_reservation_id: str


class HoldReleased(ApplicationEvent):
    TYPE: ClassVar[str] = "HoldReleased.v1"
    live_reservation_id: None = None


class ApplicationConverted(ApplicationEvent):
    """H11: approved and paid."""

    TYPE: ClassVar[str] = "ApplicationConverted.v1"
    live_reservation_id: str
    waitlist: WaitlistEntry | None = None


class HostAskBounced(ApplicationEvent):
    """The mail that asks the host did not arrive, or was called spam. `bounced_mails` are all that ever did."""

    TYPE: ClassVar[str] = "HostAskBounced.v1"
    mail_trouble: EmailTrouble
    mail_trouble_at: Instant
    bounced_mails: tuple[str, ...]


class HostAskAgain(ApplicationEvent):
    """A coordinator has the host asked again, by this event's own mail: `mail_again_seq` is the event's number."""

    TYPE: ClassVar[str] = "HostAskAgain.v1"
    EMAILED: ClassVar[bool] = True
    mail_again_seq: int
    mail_trouble: None
    mail_settled_at: Instant
    host: HostQuestion


class HostAskSettled(ApplicationEvent):
    """A coordinator asked the host by phone."""

    TYPE: ClassVar[str] = "HostAskSettled.v1"
    mail_trouble: None
    mail_settled_at: Instant
