"""A credit form as stored: ids, codes, instants and hashes. Names, words, answers and secrets are erasable texts that
it refers to."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.domain.core.instants import Instant
from shared.domain.credit_forms.machine import FormStatus
from shared.domain.credit_forms.signing import Capacity, SignerRule
from shared.domain.programs.program import ExperienceType


class RoundKind(StrEnum):
    FIRST = "first"
    REROUTE = "reroute"
    RESEND = "resend"
    CORRECTION = "correction"


class Outcome(StrEnum):
    SIGNED = "signed"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    UNDELIVERED = "undelivered"
    VOID = "void"


class DeclineCode(StrEnum):
    NOT_OFFERED = "not_offered"
    NO_SUPERVISOR = "no_supervisor"
    NOT_OUR_STUDENT = "not_our_student"
    CANNOT_CERTIFY = "cannot_certify"
    OTHER = "other"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(_Value):
    """A line of the school's checklist: `code` of `checklist.CODES`, `number` where the code counts something; its
    words are in the request's text."""

    code: str
    number: int | None = None
    must: bool = False


class PassedOn(_Value):
    """Somebody at the host's to whom the form was passed on: `ref` names their name and address, `link_ref` their own
    link."""

    at: Instant
    ref: str
    hash: str
    link_ref: str


class SchoolFile(_Value):
    """The school's own form (or, uploaded signed, the host's): a document that was inspected."""

    key: str
    sha256: str
    content_type: str


class Round(_Value):
    """One sending to the host, with 48 hours of its own. `draft_no` counts saves; `again_at` is the second escalation,
    `late_noted_at` when the host was told that it is past due."""

    n: int
    kind: RoundKind
    sent_at: Instant
    due_at: Instant
    contact_id: str
    contact_hash: str
    link_ref: str
    why_ref: str | None = None
    passed_on: tuple[PassedOn, ...] = ()
    reminded: tuple[Instant, ...] = ()
    started_at: Instant | None = None
    saved_at: Instant | None = None
    draft_no: int = 0
    draft_ref: str | None = None
    draft_hash: str | None = None
    signed_file: SchoolFile | None = None
    undelivered_at: Instant | None = None
    breached_at: Instant | None = None
    late_noted_at: Instant | None = None
    again_at: Instant | None = None
    outcome: Outcome | None = None
    answered_at: Instant | None = None
    decline_code: DeclineCode | None = None
    words_ref: str | None = None


class Version(_Value):
    """One signed version. `answers_sha256` is the fingerprint of the canonical answers, salted; `student_ref` and
    `answers_ref` are its two halves, whose texts go with different people. `stranger`: the name is not of who was
    asked; `checked` is how a coordinator made sure."""

    n: int
    round: int
    student_ref: str
    answers_ref: str
    answers_sha256: str
    signature_ref: str
    signature_hash: str
    capacity: Capacity
    signed_at: Instant
    evaluation_by: date
    stranger: bool = False
    checked: str | None = None
    pdf_key: str | None = None
    pdf_sha256: str | None = None
    signed_file: SchoolFile | None = None


class Forwarding(_Value):
    """One sending to the school: `address_hash` is salted by the text that it came from."""

    n: int
    version: int
    at: Instant
    address_ref: str
    address_hash: str
    link_ref: str
    undelivered_at: Instant | None = None
    received_at: Instant | None = None
    disregarded_at: Instant | None = None


class CreditForm(_Value):
    """`start`, `end`, `weeks`, `zone` and `experience_type` are as of the request; a change of the reservation's marks
    what was signed as `outdated_at`. `send_left_seconds` is business time that was left when the trainee was asked
    back."""

    id: str
    version: int
    number: str
    status: FormStatus
    case_id: str
    reservation_id: str
    application_id: str
    trainee_id: str
    program_id: str
    host_id: str
    zone: str
    start: date
    end: date
    weeks: int
    experience_type: ExperienceType
    policy_version: str
    slot: int
    created_at: Instant
    needed_by: date
    school_zone: str
    needed_at: Instant
    signer_rule: SignerRule
    lines: tuple[Line, ...] = ()
    request_ref: str
    request_hash: str
    free_email: bool = False
    school_file: SchoolFile | None = None
    send_due_at: Instant | None = None
    send_left_seconds: int | None = None
    asked_at: Instant | None = None
    ask_ref: str | None = None
    missing_reminded_at: Instant | None = None
    rounds: tuple[Round, ...] = ()
    versions: tuple[Version, ...] = ()
    forwardings: tuple[Forwarding, ...] = ()
    accept_due_at: Instant | None = None
    forward_due_at: Instant | None = None
    outdated_at: Instant | None = None
    disputed_at: Instant | None = None
    dispute_ref: str | None = None
    correct_asked_at: Instant | None = None
    correct_ref: str | None = None
    kept_ref: str | None = None
    ended_at: Instant | None = None
    end_code: str | None = None
    end_ref: str | None = None

    @property
    def round(self) -> Round:
        """The newest one. Raises `IndexError` before the form was sent."""
        return self.rounds[-1]

    @property
    def signed(self) -> Version:
        """The newest signed version. Raises `IndexError` before there is one."""
        return self.versions[-1]

    def with_round(self, **changes: object) -> tuple[Round, ...]:
        """All rounds, the newest with `changes`."""
        return (*self.rounds[:-1], self.round.model_copy(update=changes))

    def with_version(self, n: int, **changes: object) -> tuple[Version, ...]:
        return tuple(one.model_copy(update=changes) if one.n == n else one for one in self.versions)

    def with_forwarding(self, n: int, **changes: object) -> tuple[Forwarding, ...]:
        return tuple(one.model_copy(update=changes) if one.n == n else one for one in self.forwardings)
