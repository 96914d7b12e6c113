"""The machine of an application (product.md section 4): its states, its arrows and what each brings. Guards:
`guards`."""

from __future__ import annotations

from enum import StrEnum

from shared.domain.core.machine import NEW, Actor, Arrow, Machine
from shared.domain.core.policy import CURRENT


class ApplicationStatus(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    IN_REVIEW = "IN_REVIEW"
    NEEDS_INFO = "NEEDS_INFO"
    HOST_REVIEW = "HOST_REVIEW"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    CONVERTED = "CONVERTED"
    WITHDRAWN = "WITHDRAWN"
    CLOSED = "CLOSED"


class ApplicationEvent(StrEnum):
    START = "start"
    SAVE = "save"
    SUBMIT = "submit"
    DRAFT_LAPSED = "draft_lapsed"
    CLAIM = "claim"
    CLAIM_LAPSED = "claim_lapsed"
    ASK = "ask"
    REPLY = "reply"
    REPLY_LAPSED = "reply_lapsed"
    REMIND = "remind"
    ESCALATE = "escalate"
    ROUTE_TO_HOST = "route_to_host"
    RECOMMEND_YES = "recommend_yes"
    RECOMMEND_NO = "recommend_no"
    TAKE_BACK = "take_back"
    ASK_AGAIN = "ask_again"
    APPROVE = "approve"
    REJECT = "reject"
    TERMS_SIGNED = "terms_signed"
    HOLD_PLACED = "hold_placed"
    HOLD_RELEASED = "hold_released"
    JOIN_WAITLIST = "join_waitlist"
    LEAVE_WAITLIST = "leave_waitlist"
    SEAT_OFFERED = "seat_offered"
    OFFER_LAPSED = "offer_lapsed"
    RESERVED = "reserved"
    WITHDRAW = "withdraw"
    CLOSE = "close"


_S, _E = ApplicationStatus, ApplicationEvent
_TR, _HM, _RV, _CO, _SYS = (
    frozenset({actor}) for actor in (Actor.TRAINEE, Actor.HOST, Actor.REVIEWER, Actor.COORDINATOR, Actor.SYSTEM)
)

OPEN = (_S.DRAFT, _S.SUBMITTED, _S.IN_REVIEW, _S.NEEDS_INFO, _S.HOST_REVIEW, _S.APPROVED)
"""States that still lead somewhere: while in one, the application blocks a second one for the same program and
start."""

UNDECIDED = (_S.SUBMITTED, _S.IN_REVIEW, _S.NEEDS_INFO, _S.HOST_REVIEW)
"""States in which the trainee waits for an answer, whoever owes the next step."""

_A, _R, _H, _O = CURRENT.applying, CURRENT.review, CURRENT.host, CURRENT.offer
_CLOSE_GUARD = f"no live hold; what is undecided when the start is less than {_A.stale_start_days} days away"
_BEFORE = f"or {_R.closing_hours} hours before it closes"
_NUDGES = " and ".join(str(days) for days in _H.nudge_days)
_WITHDRAW_GUARD = "no live hold; by the system only when a sibling reserved overlapping weeks"

APPLICATION = Machine(
    "application",
    (
        Arrow(NEW, _E.START, _TR, _S.DRAFT, "signed in", (f"draft due in {_A.draft_days} days",)),
        Arrow(_S.DRAFT, _E.SAVE, _TR, _S.DRAFT),
        Arrow(
            _S.DRAFT,
            _E.SUBMIT,
            _TR,
            _S.SUBMITTED,
            "CV, program LIVE, start and length, eligibility, horizon, no duplicate",
            (f"review clock {_R.answer_bh} business hours", f"escalation at {_R.escalate_bh} business hours"),
        ),
        Arrow(_S.DRAFT, _E.DRAFT_LAPSED, _SYS, _S.EXPIRED, f"{_A.draft_days} days without submission"),
        Arrow(
            _S.SUBMITTED, _E.CLAIM, _RV, _S.IN_REVIEW, "unclaimed", (f"claim lapses in {_R.claim_bh} business hours",)
        ),
        Arrow(_S.IN_REVIEW, _E.CLAIM_LAPSED, _SYS, _S.SUBMITTED, f"{_R.claim_bh} business hours without a decision"),
        Arrow(
            _S.IN_REVIEW,
            _E.ASK,
            _RV,
            _S.NEEDS_INFO,
            "message; a day at least before it closes",
            ("review clock paused", f"reminder at {_R.remind_days} days", f"expiry at {_R.reply_days} days, {_BEFORE}"),
        ),
        Arrow(_S.NEEDS_INFO, _E.REPLY, _TR, _S.IN_REVIEW, "what was asked for is there", ("review clock resumes",)),
        Arrow(_S.NEEDS_INFO, _E.REPLY_LAPSED, _SYS, _S.EXPIRED, f"{_R.reply_days} days without a reply, {_BEFORE}"),
        Arrow(
            _S.NEEDS_INFO,
            _E.REMIND,
            _SYS,
            _S.NEEDS_INFO,
            f"{_R.remind_days} days without a reply",
            ("reminder to the trainee",),
        ),
        Arrow(
            _S.IN_REVIEW,
            _E.ROUTE_TO_HOST,
            _RV,
            _S.HOST_REVIEW,
            "the program or the case asks for it; a day at least before it closes",
            (
                f"promise of at least {_H.promise_days} days",
                f"nudges at {_NUDGES} days",
                f"escalation at {_H.escalate_days} days",
                f"the coordinator decides at {_H.decide_days} days, {_BEFORE}; what comes before keeps its share of "
                "the time",
            ),
        ),
        Arrow(
            _S.HOST_REVIEW,
            _E.RECOMMEND_YES,
            _HM,
            _S.IN_REVIEW,
            "link or sign-in of the host",
            ("recommendation stored",),
        ),
        Arrow(
            _S.HOST_REVIEW,
            _E.RECOMMEND_NO,
            _HM,
            _S.IN_REVIEW,
            "link or sign-in of the host",
            ("recommendation stored",),
        ),
        Arrow(
            _S.HOST_REVIEW,
            _E.REMIND,
            _SYS,
            _S.HOST_REVIEW,
            f"{_NUDGES} days without an answer",
            ("reminder to the host",),
        ),
        Arrow(
            _S.HOST_REVIEW,
            _E.ESCALATE,
            _SYS,
            _S.HOST_REVIEW,
            f"{_H.escalate_days} days without an answer",
            (f"the coordinator decides at {_H.decide_days} days",),
        ),
        Arrow(
            _S.HOST_REVIEW,
            _E.TAKE_BACK,
            _CO,
            _S.IN_REVIEW,
            "reason",
            (f"from {_H.decide_days} days on the reviewer may approve without the host",),
        ),
        Arrow(
            _S.HOST_REVIEW,
            _E.ASK_AGAIN,
            _CO,
            _S.HOST_REVIEW,
            "reason; a day at least before it closes",
            ("asked again: new link, new days",),
        ),
        Arrow(
            _S.IN_REVIEW,
            _E.APPROVE,
            _RV,
            _S.APPROVED,
            "every guideline met or overridden with a reason; the host said yes where it decides too, or the "
            "coordinator did without it",
            (
                f"offer for {_O.days} days, or {_O.short_hours} hours when the start is less than "
                f"{_O.short_below_days} days away",
            ),
        ),
        Arrow(_S.IN_REVIEW, _E.REJECT, _RV, _S.REJECTED, "reason code and text", ("three alternatives",)),
        Arrow(_S.APPROVED, _E.TERMS_SIGNED, _TR, _S.APPROVED, "the current version of the terms"),
        Arrow(
            _S.APPROVED,
            _E.HOLD_PLACED,
            _TR | _CO,
            _S.APPROVED,
            f"terms signed, offer open, fewer than {_O.holds} holds, no live hold",
        ),
        Arrow(_S.APPROVED, _E.HOLD_RELEASED, _TR | _CO | _SYS, _S.APPROVED, "the hold ended without payment"),
        Arrow(
            _S.APPROVED,
            _E.JOIN_WAITLIST,
            _TR,
            _S.APPROVED,
            "a week without a seat, the first day to come, offer open, no live hold",
            ("offer stands still",),
        ),
        Arrow(
            _S.APPROVED,
            _E.LEAVE_WAITLIST,
            _TR | _SYS,
            _S.APPROVED,
            "stands in line",
            ("offer counts on with what was left",),
        ),
        Arrow(
            _S.APPROVED,
            _E.SEAT_OFFERED,
            _SYS,
            _S.APPROVED,
            "first in line, a seat in every week",
            (f"seat held for {_O.waitlist_hours} hours",),
        ),
        Arrow(
            _S.APPROVED,
            _E.OFFER_LAPSED,
            _SYS,
            _S.EXPIRED,
            "offer over, not reserved, no live hold, not on the waitlist",
        ),
        Arrow(_S.APPROVED, _E.RESERVED, _SYS, _S.CONVERTED, "payment settled", ("overlapping siblings withdrawn",)),
        *(Arrow(state, _E.WITHDRAW, _TR | _SYS, _S.WITHDRAWN, _WITHDRAW_GUARD) for state in OPEN),
        *(Arrow(state, _E.CLOSE, _SYS, _S.CLOSED, _CLOSE_GUARD) for state in OPEN),
    ),
    {
        _S.DRAFT: "This application is a draft and was not sent yet.",
        _S.SUBMITTED: "This application waits for a reviewer to take it.",
        _S.IN_REVIEW: "A reviewer has this application.",
        _S.NEEDS_INFO: "The trainee was asked a question and has not answered yet.",
        _S.HOST_REVIEW: "The host was asked and has not answered yet.",
        _S.APPROVED: "This application is approved.",
        _S.REJECTED: "This application was declined.",
        _S.EXPIRED: "This application has expired.",
        _S.CONVERTED: "This application has become a reservation.",
        _S.WITHDRAWN: "This application was withdrawn.",
        _S.CLOSED: "This application was closed.",
    },
)
