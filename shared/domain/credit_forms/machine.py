"""The credit form's machine (H14-H16): asked for by the trainee, sent by a coordinator only, answered by the host,
accepted, forwarded to the school.

Overdue is no state: it is `reached(due_at, now)` on read. Opening a link is no event: a GET changes nothing.
"""

from __future__ import annotations

from enum import StrEnum

from shared.domain.core.machine import NEW, Actor, Arrow, Machine


class FormStatus(StrEnum):
    REQUESTED = "REQUESTED"
    INCOMPLETE = "INCOMPLETE"
    SENT = "SENT"
    RETURNED = "RETURNED"
    ACCEPTED = "ACCEPTED"
    FORWARDED = "FORWARDED"
    RECEIVED = "RECEIVED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    CLOSED = "CLOSED"
    VOID = "VOID"


class FormEvent(StrEnum):
    REQUEST = "request"
    CHANGE = "change"
    ASK = "ask"
    REMIND = "remind"
    SEND = "send"
    SAVE = "save"
    PASSED_ON = "pass_on"
    SIGN = "sign"
    DECLINE = "decline"
    REROUTE = "reroute"
    RESEND = "resend"
    UNDELIVERED = "undelivered"
    BREACH = "breach"
    FILE = "file"
    ACCEPT = "accept"
    CORRECT = "correct"
    FORWARD = "forward"
    RECEIVED = "received"
    PLEASE_CORRECT = "please_correct"
    NOT_OURS = "not_ours"
    OUTDATE = "outdate"
    KEEP = "keep"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    LAPSE = "lapse"
    VOID = "void"


_S, _E = FormStatus, FormEvent
_TR, _CO, _HM, _SC, _SYS = (
    frozenset({actor}) for actor in (Actor.TRAINEE, Actor.COORDINATOR, Actor.HOST, Actor.SCHOOL, Actor.SYSTEM)
)
SIGNED = (_S.RETURNED, _S.ACCEPTED, _S.FORWARDED, _S.RECEIVED)
"""States in which a signed version counts."""
ENDED = (_S.WITHDRAWN, _S.CLOSED, _S.VOID)
OPEN = tuple(one for one in _S if one not in ENDED)
AT_SCHOOL = (_S.FORWARDED, _S.RECEIVED)

_CLOCKS = ("48 hours begin", "link to the contact")
_OVER = ("clocks end",)

CREDIT_FORM = Machine(
    "credit form",
    (
        Arrow(
            NEW,
            _E.REQUEST,
            _TR | _CO,
            _S.REQUESTED,
            "a paid seat, the school's address is not the trainee's, at most three open",
            ("a business day to send it",),
        ),
        *(
            Arrow(state, _E.CHANGE, _TR, _S.REQUESTED, "the version that was read", ("what was left goes on",))
            for state in (_S.REQUESTED, _S.INCOMPLETE)
        ),
        Arrow(_S.REQUESTED, _E.ASK, _CO, _S.INCOMPLETE, "words", ("the clock stands", "trainee told")),
        Arrow(_S.INCOMPLETE, _E.REMIND, _SYS, _S.INCOMPLETE, "a week without an answer", ("trainee reminded",)),
        Arrow(
            _S.REQUESTED,
            _E.SEND,
            _CO,
            _S.SENT,
            "a contact that does forms, the version that was previewed; never one's own (H15)",
            _CLOCKS,
        ),
        Arrow(_S.SENT, _E.SAVE, _HM, _S.SENT, "the draft that was read", ("draft kept",)),
        Arrow(_S.SENT, _E.PASSED_ON, _HM, _S.SENT, "not to the trainee, three times", ("second link, same clock",)),
        Arrow(
            _S.SENT,
            _E.SIGN,
            _HM,
            _S.RETURNED,
            "what is required, certified, a capacity that may sign, the draft that is stored",
            (*_OVER, "PDF", "a business day to accept it"),
        ),
        Arrow(_S.SENT, _E.DECLINE, _HM, _S.DECLINED, "a code, words for other", (*_OVER, "coordinator's task")),
        *(
            Arrow(state, _E.REROUTE, _CO, _S.SENT, "another contact of this host, reason", _CLOCKS)
            for state in (_S.SENT, _S.DECLINED)
        ),
        Arrow(_S.SENT, _E.RESEND, _CO, _S.SENT, "the email came back: corrected address, or by phone", _CLOCKS),
        Arrow(_S.SENT, _E.REMIND, _SYS, _S.SENT, "24 and 4 hours left, never 22:00-07:00", ("host reminded",)),
        Arrow(_S.SENT, _E.BREACH, _SYS, _S.SENT, "48 hours went by; 24 more", ("coordinator's task", "escalation")),
        *(
            Arrow(state, _E.UNDELIVERED, _SYS, state, "the email service says so", ("coordinator's task",))
            for state in (_S.SENT, *AT_SCHOOL)
        ),
        *(Arrow(state, _E.FILE, _SYS, state, "the PDF of a signed version is stored") for state in OPEN[2:]),
        Arrow(
            _S.RETURNED,
            _E.ACCEPT,
            _CO,
            _S.ACCEPTED,
            "PDF stored, a stranger's signature checked, not disputed",
            ("a business day to forward it",),
        ),
        *(Arrow(state, _E.CORRECT, _CO, _S.SENT, "words", (*_CLOCKS, "old answers are the draft")) for state in SIGNED),
        *(
            Arrow(
                state,
                _E.FORWARD,
                _CO,
                _S.FORWARDED,
                "the recorded address, or a reason; not disputed",
                ("PDF and link",),
            )
            for state in SIGNED[1:]
        ),
        Arrow(_S.FORWARDED, _E.RECEIVED, _SC | _CO, _S.RECEIVED, "a coordinator needs a note", ("trainee, host told",)),
        *(Arrow(state, _E.PLEASE_CORRECT, _SC | _CO, state, "words", ("coordinator's task",)) for state in AT_SCHOOL),
        *(
            arrow
            for state in SIGNED
            for arrow in (
                Arrow(state, _E.NOT_OURS, _HM, state, "by who was asked", ("disputed", "coordinator's task")),
                Arrow(state, _E.OUTDATE, _SYS, state, "dates, weeks or program changed", ("coordinator's task",)),
                Arrow(state, _E.KEEP, _CO, state, "disputed or outdated; reason"),
            )
        ),
        *(
            Arrow(state, _E.WITHDRAW, _TR, _S.WITHDRAWN, "", ("host told if it has it", *_OVER))
            for state in (_S.REQUESTED, _S.INCOMPLETE, _S.SENT)
        ),
        Arrow(_S.INCOMPLETE, _E.LAPSE, _SYS, _S.WITHDRAWN, "two weeks without an answer", _OVER),
        Arrow(_S.DECLINED, _E.CLOSE, _CO, _S.CLOSED, "reason", ("trainee told",)),
        Arrow(_S.SENT, _E.LAPSE, _SYS, _S.CLOSED, "31 days after the rotation", ("trainee told", *_OVER)),
        *(
            Arrow(
                state,
                _E.VOID,
                _SYS,
                _S.VOID,
                "cancelled, refunded, no-show, trainee erased",
                ("who has it is told", *_OVER),
            )
            for state in OPEN
        ),
    ),
    {
        _S.REQUESTED: "The form was asked for.",
        _S.INCOMPLETE: "The request waits for the trainee.",
        _S.SENT: "The host has the form.",
        _S.RETURNED: "The host has signed the form.",
        _S.ACCEPTED: "The signed form was accepted.",
        _S.FORWARDED: "The form went to the school.",
        _S.RECEIVED: "The school has the form.",
        _S.DECLINED: "The host cannot complete the form.",
        _S.WITHDRAWN: "The trainee took the request back.",
        _S.CLOSED: "The form is closed.",
        _S.VOID: "The form is void: the rotation does not take place.",
    },
)
"""Correcting and outdating never end a version: the school can always compare its file with any of them."""
