"""What happens to a credit form (H14-H16). Words, names, answers and secrets are named by `*_ref` and bound by
`*_hash`."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.domain.core.aggregate import AggregateType
from shared.domain.core.instants import Instant
from shared.domain.credit_forms.form import Forwarding, Line, Round, SchoolFile, Version
from shared.domain.credit_forms.machine import FormStatus
from shared.domain.credit_forms.share import Kept
from shared.domain.credit_forms.signing import SignerRule
from shared.domain.programs.program import ExperienceType
from shared.events.base import EventData


class CreditFormEvent(EventData):
    SUBJECT: ClassVar[AggregateType] = "CREDIT_FORM"
    status: FormStatus


class CreditFormRequested(CreditFormEvent):
    """The trainee asks for it; nothing goes to the host by it (H15)."""

    TYPE: ClassVar[str] = "CreditFormRequested.v1"
    EMAILED: ClassVar[bool] = True
    id: str
    number: str
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
    lines: tuple[Line, ...]
    request_ref: str
    request_hash: str
    free_email: bool
    send_due_at: Instant


class CreditFormChanged(CreditFormEvent):
    """What the trainee wants is different, or was missing: what was left of our promise goes on."""

    TYPE: ClassVar[str] = "CreditFormChanged.v1"
    needed_by: date
    school_zone: str
    needed_at: Instant
    signer_rule: SignerRule
    lines: tuple[Line, ...]
    request_ref: str
    request_hash: str
    free_email: bool
    send_due_at: Instant
    send_left_seconds: None = None
    asked_at: None = None
    missing_reminded_at: None = None


class CreditFormSchoolFileKept(CreditFormEvent):
    """The school's own form, inspected as documents are."""

    TYPE: ClassVar[str] = "CreditFormSchoolFileKept.v1"
    school_file: SchoolFile


class CreditFormAsked(CreditFormEvent):
    """A coordinator needs something more: our clock stands still."""

    TYPE: ClassVar[str] = "CreditFormAsked.v1"
    EMAILED: ClassVar[bool] = True
    asked_at: Instant
    ask_ref: str
    send_left_seconds: int
    send_due_at: None = None


class CreditFormMissingReminded(CreditFormEvent):
    TYPE: ClassVar[str] = "CreditFormMissingReminded.v1"
    EMAILED: ClassVar[bool] = True
    missing_reminded_at: Instant


class CreditFormSent(CreditFormEvent):
    """A coordinator sent it to a contact: for the first time, to another one, or again. 48 hours begin (H16)."""

    TYPE: ClassVar[str] = "CreditFormSent.v1"
    EMAILED: ClassVar[bool] = True
    rounds: tuple[Round, ...]
    send_due_at: None = None


class CreditFormCorrectionAsked(CreditFormEvent):
    """The host is asked to change something: a new round, with the old answers as its draft."""

    TYPE: ClassVar[str] = "CreditFormCorrectionAsked.v1"
    EMAILED: ClassVar[bool] = True
    rounds: tuple[Round, ...]
    accept_due_at: None = None
    forward_due_at: None = None
    correct_asked_at: None = None
    outdated_at: None = None
    disputed_at: None = None


class CreditFormSaved(CreditFormEvent):
    TYPE: ClassVar[str] = "CreditFormSaved.v1"
    rounds: tuple[Round, ...]


class CreditFormPassedOn(CreditFormEvent):
    """To somebody else at the host, with a link of their own and the same clock."""

    TYPE: ClassVar[str] = "CreditFormPassedOn.v1"
    EMAILED: ClassVar[bool] = True
    rounds: tuple[Round, ...]


class CreditFormSigned(CreditFormEvent):
    TYPE: ClassVar[str] = "CreditFormSigned.v1"
    EMAILED: ClassVar[bool] = True
    rounds: tuple[Round, ...]
    versions: tuple[Version, ...]
    accept_due_at: Instant


class CreditFormDeclined(CreditFormEvent):
    TYPE: ClassVar[str] = "CreditFormDeclined.v1"
    EMAILED: ClassVar[bool] = True
    rounds: tuple[Round, ...]


class CreditFormReminded(CreditFormEvent):
    TYPE: ClassVar[str] = "CreditFormReminded.v1"
    EMAILED: ClassVar[bool] = True
    rounds: tuple[Round, ...]


class CreditFormBreached(CreditFormEvent):
    """48 h 00 m 00 s went by without an answer (H16)."""

    TYPE: ClassVar[str] = "CreditFormBreached.v1"
    EMAILED: ClassVar[bool] = True
    rounds: tuple[Round, ...]


class CreditFormLateNoted(CreditFormEvent):
    """The host is told that it is past due, not at night."""

    TYPE: ClassVar[str] = "CreditFormLateNoted.v1"
    EMAILED: ClassVar[bool] = True
    rounds: tuple[Round, ...]


class CreditFormEscalated(CreditFormEvent):
    """24 hours more went by."""

    TYPE: ClassVar[str] = "CreditFormEscalated.v1"
    EMAILED: ClassVar[bool] = True
    rounds: tuple[Round, ...]


class CreditFormUndelivered(CreditFormEvent):
    """The email service says that an email with the form did not arrive: the host's, or the school's."""

    TYPE: ClassVar[str] = "CreditFormUndelivered.v1"
    rounds: tuple[Round, ...] = ()
    forwardings: tuple[Forwarding, ...] = ()


class CreditFormContactGone(CreditFormEvent):
    """The contact who has it was erased: the link ended, the clock runs."""

    TYPE: ClassVar[str] = "CreditFormContactGone.v1"


class CreditFormFiled(CreditFormEvent):
    """The PDF of a signed version is stored."""

    TYPE: ClassVar[str] = "CreditFormFiled.v1"
    versions: tuple[Version, ...]


class CreditFormAccepted(CreditFormEvent):
    TYPE: ClassVar[str] = "CreditFormAccepted.v1"
    versions: tuple[Version, ...]
    accept_due_at: None = None
    forward_due_at: Instant


class CreditFormForwarded(CreditFormEvent):
    TYPE: ClassVar[str] = "CreditFormForwarded.v1"
    EMAILED: ClassVar[bool] = True
    forwardings: tuple[Forwarding, ...]
    forward_due_at: None = None


class CreditFormReceived(CreditFormEvent):
    TYPE: ClassVar[str] = "CreditFormReceived.v1"
    EMAILED: ClassVar[bool] = True
    forwardings: tuple[Forwarding, ...]


class CreditFormCorrectionWanted(CreditFormEvent):
    """The school asks for a correction."""

    TYPE: ClassVar[str] = "CreditFormCorrectionWanted.v1"
    correct_asked_at: Instant
    correct_ref: str


class CreditFormDisputed(CreditFormEvent):
    """Who was asked says that it was not them who signed."""

    TYPE: ClassVar[str] = "CreditFormDisputed.v1"
    disputed_at: Instant
    dispute_ref: str


class CreditFormOutdated(CreditFormEvent):
    """Dates, weeks or program of the rotation are not those that were signed."""

    TYPE: ClassVar[str] = "CreditFormOutdated.v1"
    outdated_at: Instant


class CreditFormKept(CreditFormEvent):
    """A coordinator lets a disputed or outdated form stand, with a reason."""

    TYPE: ClassVar[str] = "CreditFormKept.v1"
    kept_ref: str
    outdated_at: None = None
    disputed_at: None = None


class CreditFormWithdrawn(CreditFormEvent):
    """By the trainee (`end_code` withdrawn), or because they did not answer (missing)."""

    TYPE: ClassVar[str] = "CreditFormWithdrawn.v1"
    EMAILED: ClassVar[bool] = True
    rounds: tuple[Round, ...]
    ended_at: Instant
    end_code: str


class CreditFormClosed(CreditFormEvent):
    """`end_code` is closed or lapsed."""

    TYPE: ClassVar[str] = "CreditFormClosed.v1"
    EMAILED: ClassVar[bool] = True
    rounds: tuple[Round, ...]
    ended_at: Instant
    end_code: str
    end_ref: str | None = None


class CreditFormVoided(CreditFormEvent):
    """The rotation does not take place, or the trainee was erased (`end_code`)."""

    TYPE: ClassVar[str] = "CreditFormVoided.v1"
    EMAILED: ClassVar[bool] = True
    rounds: tuple[Round, ...]
    ended_at: Instant
    end_code: str


class CreditRoundCounted(EventData):
    """What a host's rounds add to the share kept."""

    TYPE: ClassVar[str] = "CreditRoundCounted.v1"
    SUBJECT: ClassVar[AggregateType] = "RECORD"
    id: str
    rounds: tuple[Kept, ...]
