"""What happens to an application (product.md section 4). Free text is named by `*_ref` and bound by `*_hash`."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from shared.domain.applications.application import GuidelineOutcome, Override
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.core.aggregate import AggregateType
from shared.domain.core.instants import Instant
from shared.domain.email.email_names import EmailTrouble
from shared.domain.programs.guidelines import Guidelines
from shared.domain.programs.program import ExperienceType, ReviewMode
from shared.domain.seats.waitlist import WaitlistStatus
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
    credit_wish: bool
    policy_version: str
    created_at: Instant
    draft_expires_at: Instant


class ApplicationSaved(ApplicationEvent):
    TYPE: ClassVar[str] = "ApplicationSaved.v1"
    experience_type: ExperienceType = ExperienceType.HANDS_ON
    start: date | None = None
    weeks: int = 4
    credit_wish: bool = False
    credit_contact_ref: str | None = None
    credit_contact_hash: str | None = None
    cv_document_id: str | None = None
    cv_sha256: str | None = None


class ApplicationSubmitted(ApplicationEvent):
    TYPE: ClassVar[str] = "ApplicationSubmitted.v1"
    EMAILED: ClassVar[bool] = True
    start: date
    weeks: int
    experience_type: ExperienceType
    credit_wish: bool = False
    credit_contact_ref: str | None = None
    credit_contact_hash: str | None = None
    cv_document_id: str
    cv_sha256: str
    total_cents: int
    submitted_at: Instant
    review_due_at: Instant
    escalate_at: Instant
    closes_at: Instant | None = None
    guidelines: Guidelines | None = None
    review_mode: ReviewMode | None = None


class ApplicationClaimed(ApplicationEvent):
    TYPE: ClassVar[str] = "ApplicationClaimed.v1"
    claimed_by: str
    claim_lapses_at: Instant


class ApplicationClaimLapsed(ApplicationEvent):
    TYPE: ClassVar[str] = "ApplicationClaimLapsed.v1"
    claimed_by: None = None
    claim_lapses_at: None = None


class InformationRequested(ApplicationEvent):
    """The reviewer's question; the review clock stands still from `asked_at` on."""

    TYPE: ClassVar[str] = "InformationRequested.v1"
    EMAILED: ClassVar[bool] = True
    asked_at: Instant
    question_ref: str
    question_hash: str
    reply_due_at: Instant
    claim_lapses_at: None = None
    reminded_at: None = None


class ReplyReminded(ApplicationEvent):
    TYPE: ClassVar[str] = "ReplyReminded.v1"
    EMAILED: ClassVar[bool] = True
    reminded_at: Instant


class InformationGiven(ApplicationEvent):
    """The trainee's answer, perhaps with a newer CV; the review clock goes on with what was left of it."""

    TYPE: ClassVar[str] = "InformationGiven.v1"
    replied_at: Instant
    reply_ref: str
    reply_hash: str
    reply_due_at: None = None
    review_due_at: Instant
    escalate_at: Instant
    claim_lapses_at: Instant
    cv_document_id: str = ""
    cv_sha256: str = ""


class ApplicationRouted(ApplicationEvent):
    """T19, T20: the host is asked, perhaps again by the coordinator. What the link in its mail carries is an erasable
    item, `host_link_ref`. A mail that came back before is no trouble of this one."""

    TYPE: ClassVar[str] = "ApplicationRouted.v1"
    EMAILED: ClassVar[bool] = True
    routed_to_host: bool
    routed_at: Instant
    host_due_at: Instant
    host_decide_at: Instant
    host_link_ref: str
    host_reminders: int
    host_escalated_at: None = None
    host_waived: bool = False
    mail_trouble: None = None
    mail_trouble_at: None = None
    asked_again_ref: str | None = None
    asked_again_hash: str | None = None
    claim_lapses_at: None = None
    review_due_at: Instant | None = None
    escalate_at: Instant | None = None


class HostReminded(ApplicationEvent):
    TYPE: ClassVar[str] = "HostReminded.v1"
    EMAILED: ClassVar[bool] = True
    host_reminders: int


class HostEscalated(ApplicationEvent):
    TYPE: ClassVar[str] = "HostEscalated.v1"
    host_escalated_at: Instant


class HostRecommended(ApplicationEvent):
    TYPE: ClassVar[str] = "HostRecommended.v1"
    host_recommendation: Literal["yes", "no"]
    host_answered_at: Instant
    host_note_ref: str
    host_note_hash: str
    mail_trouble: None = None
    mail_trouble_at: None = None
    review_due_at: Instant
    escalate_at: Instant
    claim_lapses_at: Instant


class HostTakenBack(ApplicationEvent):
    """The coordinator waits no longer. `host_waived`: the host's time was over, so the reviewer may approve without its
    yes."""

    TYPE: ClassVar[str] = "HostTakenBack.v1"
    routed_to_host: bool
    taken_back_ref: str
    taken_back_hash: str
    host_waived: bool = False
    mail_trouble: None = None
    mail_trouble_at: None = None
    review_due_at: Instant
    escalate_at: Instant
    claim_lapses_at: Instant


class ApplicationApproved(ApplicationEvent):
    """H12: the result of every guideline, and each override with its reason's reference. `step1_checked`: the reviewer
    saw the score report."""

    TYPE: ClassVar[str] = "ApplicationApproved.v1"
    EMAILED: ClassVar[bool] = True
    guideline_results: tuple[GuidelineOutcome, ...]
    overrides: tuple[Override, ...]
    step1_checked: bool = False
    decided_by: str
    decided_at: Instant
    offer_expires_at: Instant


class ApplicationRejected(ApplicationEvent):
    """`alternatives`: ids of up to three other programs; not `alternatives_searched`: search was away when it was
    decided."""

    TYPE: ClassVar[str] = "ApplicationRejected.v1"
    EMAILED: ClassVar[bool] = True
    decided_by: str
    decided_at: Instant
    decision_code: str
    decision_reason_ref: str
    decision_reason_hash: str
    alternatives: tuple[str, ...] = ()
    alternatives_searched: bool = False


class ApplicationWithdrawn(ApplicationEvent):
    """By the trainee; or by the system, because they reserved `reserved_instead` (a reservation's id) for these
    weeks."""

    TYPE: ClassVar[str] = "ApplicationWithdrawn.v1"
    EMAILED: ClassVar[bool] = True
    reserved_instead: str | None = None


class ApplicationClosed(ApplicationEvent):
    """Nobody decided before the start came too near (`decision_code` "start_near")."""

    TYPE: ClassVar[str] = "ApplicationClosed.v1"
    EMAILED: ClassVar[bool] = True
    decision_code: str = ""


class ApplicationExpired(ApplicationEvent):
    """A draft, a question or an offer ran out; `decision_code` says which."""

    TYPE: ClassVar[str] = "ApplicationExpired.v1"
    EMAILED: ClassVar[bool] = True
    decision_code: str


class TermsSigned(ApplicationEvent):
    """T24. The name, address and browser of the signature are an erasable item."""

    TYPE: ClassVar[str] = "TermsSigned.v1"
    terms_version: str
    terms_signed_at: Instant
    terms_signature_ref: str


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
    waitlist: WaitlistStatus = WaitlistStatus.TAKEN


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
    host_reminders: int


class HostAskSettled(ApplicationEvent):
    """A coordinator asked the host by phone."""

    TYPE: ClassVar[str] = "HostAskSettled.v1"
    mail_trouble: None
    mail_settled_at: Instant
