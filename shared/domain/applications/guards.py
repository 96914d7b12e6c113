"""The guards of the application's arrows, as pure functions: each returns what it found or raises a refusal that says
what to do.

Status and actor are the machine's business, seats and overlaps the gate's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from shared.domain.applications.application import Application
from shared.domain.applications.application_machine import ApplicationEvent
from shared.domain.applications.eligibility import Verdict, approval_gaps, explain
from shared.domain.core.calendar import horizon
from shared.domain.core.errors import (
    Duplicate,
    Expired,
    GuidelineFailed,
    Invalid,
    NotAllowedNow,
    NotEligible,
    TermsNotSigned,
)
from shared.domain.core.policy import Policy
from shared.domain.programs.guidelines import GuidelineResult, unresolved
from shared.domain.programs.program import ExperienceType, Program, ProgramStatus, ReviewMode
from shared.domain.programs.starts import require_start
from shared.domain.trainees.trainee import TraineeFacts


def can_submit(
    application: Application,
    program: Program,
    facts: TraineeFacts,
    today: date,
    policy: Policy,
    has_duplicate: bool = False,
) -> Verdict:
    """The guard of `submit` (T15, T07-T09, H10, H17): returns the eligibility verdict, whose warnings a page shows.
    `today` at the site.

    Raises `Invalid` with `field` "start", "weeks", "experience_type" or "cv", `NotAllowedNow`, `Duplicate` or
    `NotEligible`.
    """
    _require_live(program, application, ApplicationEvent.SUBMIT)
    if application.start is None:
        raise Invalid("No start is chosen yet.", "Choose the Monday on which you would like to start.", field="start")
    require_start(
        application.start,
        application.weeks,
        today,
        program,
        policy.applying.horizon_years,
        policy.applying.stale_start_days,
    )
    if application.experience_type not in program.experience_types:
        raise Invalid(
            f"This program offers no {_words(application.experience_type)} rotation.",
            f"Choose {' or '.join(_words(kind) for kind in program.experience_types)}.",
            field="experience_type",
        )
    if application.cv is None:
        raise Invalid("The CV is missing.", "Upload your CV as a PDF file.", field="cv")
    if has_duplicate:
        raise Duplicate(
            "You have an open application for this program and start.", "Continue that one, or withdraw it first."
        )
    return require_eligible(application, facts, today)


def require_eligible(application: Application, facts: TraineeFacts, today: date) -> Verdict:
    """Policy eligibility.as_of: judged for the start date, at submit and again at approval. Raises `NotEligible` with
    `reasons`."""
    verdict = explain(facts, application.experience_type, application.start or today, today)
    if not verdict.allowed:
        reasons = [reason.model_dump(mode="json") for reason in verdict.reasons]
        first = verdict.reasons[0]
        raise NotEligible(first.text, first.would_change, reasons=reasons)
    return verdict


def can_approve(
    application: Application,
    program: Program,
    facts: TraineeFacts,
    results: Sequence[GuidelineResult],
    overridden: Collection[str],
    today: date,
    policy: Policy,
) -> Verdict:
    """The guard of `approve` (H12, step1.proof): guidelines met or overridden with a reason, Step 1 proven, the host
    said yes where it decides too.

    Raises `GuidelineFailed`, `NotEligible`, `NotAllowedNow` or `Invalid` (a start that lies in the past by now).
    """
    _require_live(program, application, ApplicationEvent.APPROVE)
    if application.start is None or not today <= application.start <= horizon(today, policy.applying.horizon_years):
        raise Invalid("The start is no longer possible.", "Ask the trainee for another start.", field="start")
    _require_host(application, program, policy)
    verdict = require_eligible(application, facts, today)
    gaps = approval_gaps(facts, application.experience_type, application.start)
    if gaps:
        raise NotEligible(gaps[0].text, gaps[0].would_change, reasons=[gap.model_dump(mode="json") for gap in gaps])
    if open_rules := unresolved(results, overridden):
        raise GuidelineFailed(
            "Not met: " + "; ".join(f"{rule.text} ({rule.evidence})" for rule in open_rules),
            "Ask the trainee, or override each of them with a reason.",
            codes=[rule.code for rule in open_rules],
        )
    return verdict


def host_decides(application: Application, program: Program) -> bool:
    """T19: whether the host looks at this application itself, as the program said on the day of submission."""
    mode = application.submitted.review_mode if application.submitted else program.review_mode
    return mode is ReviewMode.HOST


def lacks_host(application: Application, program: Program) -> bool:
    """T19: no approval yet, because the host's yes is missing and no coordinator has done without it."""
    host = application.host
    if host is None:
        return host_decides(application, program)
    if host.answer is not None:
        return host.answer.recommendation == "no"
    return host.taken_back is None or (host_decides(application, program) and not host.taken_back.waived)


def _require_host(application: Application, program: Program, policy: Policy) -> None:
    """T19. Raises `NotAllowedNow` while the host's yes is missing."""
    if not lacks_host(application, program):
        return
    state = {"state": application.status.value, "event": ApplicationEvent.APPROVE.value}
    if application.host_answer is not None:
        raise NotAllowedNow(
            "The host has not recommended this trainee.", "Decline with a reason, or ask the trainee.", **state
        )
    raise NotAllowedNow(
        "This host looks at applications itself and has not answered.",
        f"Ask the host; if it says nothing for {policy.host.decide_days} days, a coordinator takes it back and you "
        "decide without it.",
        **state,
    )


def _words(kind: ExperienceType) -> str:
    return kind.value.replace("_", "-")


def _require_live(program: Program, application: Application, event: ApplicationEvent) -> None:
    """H10: a program that is not LIVE is neither applied to nor approved for."""
    if program.status is not ProgramStatus.LIVE:
        raise NotAllowedNow(
            f"{program.name} takes no applications at present.",
            "Look for another program.",
            state=application.status.value,
            event=event.value,
            program_status=program.status.value,
        )


def can_begin_checkout(
    application: Application, now: datetime, terms_version: str, policy: Policy, by_staff: bool = False
) -> None:
    """The guard of `hold_placed` (T24, H11): the offer is open, the *current* terms are signed, a hold is left and none
    is live.

    `by_staff`: a coordinator may hold the seat once more than the trainee may. Raises `Expired`, `TermsNotSigned` or
    `NotAllowedNow`.
    """
    if application.offer is None or application.offer.over(now):
        raise Expired("The time to reserve has run out.", "Apply again: your profile and your CV are kept.")
    if application.live_reservation_id is not None:
        raise NotAllowedNow(
            "A checkout is open for this application already.",
            "Continue that checkout, or cancel it first.",
            state=application.status.value,
            event=ApplicationEvent.HOLD_PLACED.value,
            reservation_id=application.live_reservation_id,
        )
    require_terms(application, terms_version)
    if application.holds_used >= policy.offer.holds and not by_staff:
        raise NotAllowedNow(
            f"The seat was held {application.holds_used} times without payment; an offer allows {policy.offer.holds}.",
            "Write to us: a coordinator can reserve for you.",
            state=application.status.value,
            event=ApplicationEvent.HOLD_PLACED.value,
            holds_used=application.holds_used,
        )


def require_terms(application: Application, terms_version: str) -> None:
    """T24: nothing is paid before the current terms are signed. Raises `TermsNotSigned`."""
    if not has_signed(application, terms_version):
        raise TermsNotSigned(
            "The clinical terms are not signed in their current version.",
            "Read and sign them, then reserve.",
            terms_version=terms_version,
        )


def has_signed(application: Application, terms_version: str) -> bool:
    """T24: whether these terms are signed, and not earlier ones."""
    return application.terms is not None and application.terms.version == terms_version


def can_end(application: Application, event: ApplicationEvent) -> None:
    """The guard of `withdraw`, `close` and `offer_lapsed`: nobody is paying right now. Raises `NotAllowedNow`."""
    if application.live_reservation_id is not None:
        raise NotAllowedNow(
            "A checkout is open for this application.",
            "Cancel the checkout first, or wait until it has expired.",
            state=application.status.value,
            event=event.value,
            reservation_id=application.live_reservation_id,
        )
