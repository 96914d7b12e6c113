"""Every way in which Rota refuses, as types. One class is one problem type (RFC 9457); nothing matches on message text.

`detail` says what is wrong, `remedy` what to do about it; both are shown to the person as they stand. `facts` holds
machine-readable extras (ids, weeks, dates, cents) that become members of the problem document.
"""

from __future__ import annotations

from typing import Any, ClassVar


class RotaError(Exception):
    """Base of all refusals. `slug` names the problem type, `status` is the HTTP answer it maps to."""

    slug: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This is not possible"

    def __init__(self, detail: str, remedy: str = "", **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy
        self.facts = facts


class Invalid(RotaError):
    """The input is understood but breaks a rule; `facts["field"]` names the field when there is one."""

    slug, status, title = "invalid-input", 422, "Something in the form needs a change"


class NotFound(RotaError):
    """No such thing, or not this person's: both look the same on purpose."""

    slug, status, title = "not-found", 404, "We could not find that"


class SignInNeeded(RotaError):
    slug, status, title = "sign-in-needed", 401, "Please sign in"


class WrongCredentials(RotaError):
    slug, status, title = "wrong-credentials", 401, "That did not match"


class CodeNeeded(WrongCredentials):
    """The password was right; the code of the authenticator app comes with it, or has to be set up first."""

    slug, status, title = "code-needed", 401, "A code is needed"


class TooManyTries(RotaError):
    """`facts["retry_after"]` is the instant from which the next try is looked at."""

    slug, status, title = "too-many-tries", 429, "Too many tries"


class QuotaReached(RotaError):
    """There is as much of something as there may be (`shared.domain.core.limits`): `facts["limit"]` names the quota,
    `facts["most"]` its number. Waiting does not help."""

    slug, status, title = "quota-reached", 409, "That is as many as there may be"


class WrongRole(RotaError):
    slug, status, title = "wrong-role", 403, "This page belongs to another role"


class ForeignOrigin(RotaError):
    slug, status, title = "foreign-origin", 403, "This call came from another site"


class TooLarge(RotaError):
    slug, status, title = "too-large", 413, "That is too large"


class Malformed(RotaError):
    """The body or a parameter cannot be read at all."""

    slug, status, title = "malformed", 400, "We could not read that"


class NotEligible(RotaError):
    """T07-T09: the experience type is not open to this person; `facts["reasons"]` lists why and what would change
    it."""

    slug, status, title = "not-eligible", 409, "You are not eligible for this rotation yet"


class GuidelineFailed(RotaError):
    """H12: a host guideline fails and no override with a reason was given."""

    slug, status, title = "guideline-failed", 409, "A host guideline is not met"


class NotAllowedNow(RotaError):
    """The state machine has no such arrow from where the thing stands; `facts` holds `state` and `event`."""

    slug, status, title = "not-allowed-now", 409, "This step is not possible now"


class Duplicate(RotaError):
    slug, status, title = "duplicate", 409, "This exists already"


class OverlappingRotation(RotaError):
    """The trainee holds a seat elsewhere in one of these weeks."""

    slug, status, title = "overlapping-rotation", 409, "These weeks overlap another rotation of yours"


class SoldOut(RotaError):
    """A week condition failed at the seat gate: `facts["weeks"]` names the full weeks. Never raised for a conflict."""

    slug, status, title = "sold-out", 409, "The last seat is gone"


class WaitlistFirst(RotaError):
    """Others stand in line for `facts["weeks"]`: a seat that came back there goes to them, not to who comes by."""

    slug, status, title = "waitlist-first", 409, "Others wait for this seat"


class Expired(RotaError):
    slug, status, title = "expired", 410, "This has expired"


class TermsNotSigned(RotaError):
    slug, status, title = "terms-not-signed", 409, "The clinical terms come first"


class KeyReused(RotaError):
    slug, status, title = "idempotency-key-reused", 409, "This key was used for something else"


class VersionConflict(RotaError):
    """Somebody changed the same thing at the same time; services re-read and decide again."""

    slug, status, title = "changed-meanwhile", 409, "This changed while you were looking at it"


class Busy(RotaError):
    """Retries ran out or a partner is unreachable; trying again is safe."""

    slug, status, title = "busy", 503, "We are busy for a moment"


class Unconfirmed(Busy):
    """A change was sent to our records and the answer was lost: it may be stored. Trying again is safe, because what is
    stored already is not stored twice."""

    slug, status, title = "unconfirmed", 503, "We do not know yet whether that was saved"


class SavedNotShown(RotaError):
    """The change is stored; what became of it could not be read afterwards. `facts["address"]` is where it can be
    seen."""

    slug, status, title = "saved-not-shown", 503, "Your change was saved"


class PaymentUnavailable(Busy):
    slug, status, title = "payment-unavailable", 503, "The payment page cannot be opened right now"


class OutcomeUnknown(RotaError):
    """A partner was asked and its answer was lost: it may have happened. Never repeated blindly; somebody looks, or a
    later fact tells."""

    slug, status, title = "outcome-unknown", 503, "We do not know yet whether that worked"


class Unauthentic(RotaError):
    """A webhook whose signature is missing, wrong or stale."""

    slug, status, title = "unauthentic", 400, "The signature does not match"
