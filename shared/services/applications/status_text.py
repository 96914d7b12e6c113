"""Where an application stands, in words for people: whose turn it is and until when, what happened, what comes next.

Pure: the same story on its own page, in the trainee's hub and in the reviewer's queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from shared.domain.applications.application import Application, in_line, review_overdue
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.applications.clocks import as_of, owed_by
from shared.domain.applications.guards import host_decides
from shared.domain.core.aggregate import EventRow
from shared.domain.core.calendar import reached
from shared.domain.core.instants import Instant
from shared.domain.core.policy import by_version
from shared.domain.money.money import dollars
from shared.domain.programs.program import ExperienceType, Program, ProgramStatus

S = ApplicationStatus
_NOTHING = "You need to do nothing."


class Standing(BaseModel):
    """A page's clock. `due_at` None: nothing is waited for. `sentence` begins "You need to ..." and speaks to the
    trainee; `overdue` is computed to the second. `href` is where the trainee's next step is done, "" when there is
    none."""

    model_config = ConfigDict(frozen=True)
    headline: str
    sentence: str
    who_acts: str = ""
    started_at: Instant | None = None
    due_at: Instant | None = None
    overdue: bool = False
    note: str = ""
    href: str = ""
    action: str = ""


class Milestone(BaseModel):
    """One entry of the timeline; `at` is None for what is still to come."""

    model_config = ConfigDict(frozen=True)
    state: Literal["done", "now", "todo"]
    title: str
    at: Instant | None = None
    note: str = ""


class ApplicationCard(BaseModel):
    """An application in a list. `zone` is the site's IANA zone."""

    model_config = ConfigDict(frozen=True)
    id: str
    status: ApplicationStatus
    program_id: str
    program_name: str
    city: str
    state: str
    zone: str
    experience_type: ExperienceType
    start: date | None
    weeks: int
    standing: Standing

    @classmethod
    def of(
        cls, application: Application, program: Program, now: Instant, held_until: Instant | None = None
    ) -> ApplicationCard:
        return cls(
            id=application.id,
            status=application.status,
            program_id=program.id,
            program_name=program.name,
            city=program.place.city,
            state=program.place.state,
            zone=program.place.zone,
            experience_type=application.experience_type,
            start=application.start,
            weeks=application.weeks,
            standing=standing(application, program, now, held_until),
        )


def standing(application: Application, program: Program, now: Instant, held_until: Instant | None = None) -> Standing:
    """Whose turn it is at `now` (UTC), to the second, whether the sweep came by or not. `held_until`: of the seat that
    is being paid."""
    application = as_of(application, now)
    match application.status:
        case S.DRAFT if program.status is not ProgramStatus.LIVE:
            return Standing(
                headline="Not sent: the program takes no applications",
                who_acts="the host",
                started_at=application.created_at,
                sentence="You need to do nothing now. Your entries are kept until then.",
                due_at=application.draft_expires_at,
                href=f"/applications/{application.id}",
                action="Look at the draft",
            )
        case S.DRAFT:
            return _yours(
                "Not sent yet",
                "You need to send it by then; until then your entries are kept, and no seat is promised.",
                f"/applications/{application.id}",
                "Continue",
                since=application.created_at,
                until=application.draft_expires_at,
            )
        case S.SUBMITTED | S.IN_REVIEW:
            return _in_review(application, program, now)
        case S.NEEDS_INFO:
            return _asked(application)
        case S.HOST_REVIEW:
            return _with_host(application, now)
        case S.APPROVED:
            return _approved(application, program, held_until)
        case _:
            return _ended(application)


def _yours(
    headline: str, sentence: str, href: str, action: str, *, since: Instant | None = None, until: Instant | None = None
) -> Standing:
    """The trainee's turn, done at `href`."""
    return Standing(
        headline=headline, sentence=sentence, who_acts="you", started_at=since, due_at=until, href=href, action=action
    )


def _in_review(application: Application, program: Program, now: Instant) -> Standing:
    """T18, T20: the reviewer's promise; for a host that looks at applications itself no promise shorter than its own is
    made."""
    late = review_overdue(application, now)
    policy = by_version(application.policy_version)
    own = _NOTHING
    if program.status is not ProgramStatus.LIVE:
        own = f"{_NOTHING} The program is paused at present: nobody can be approved for it until it goes on."
    return Standing(
        headline="Your reviewer is reading it" if application.status is S.IN_REVIEW else "Waiting for a reviewer",
        sentence=f"{own} We are late with this, and a coordinator knows." if late else own,
        who_acts="your reviewer" if application.status is S.IN_REVIEW else "a reviewer",
        started_at=application.submitted.at if application.submitted else None,
        due_at=application.review.due_at if application.review else None,
        overdue=late,
        note=_about_the_host(application, program, policy.host.promise_days),
    )


def _about_the_host(application: Application, program: Program, days: int) -> str:
    """T20: what is known of the host while the reviewer has it."""
    if application.host_answer is not None:
        return "the host has answered; your reviewer decides"
    if application.host and application.host.taken_back and application.host.taken_back.waived:
        return "the host said nothing; your reviewer decides without it"
    return f"first look; host reviews take {days} days or more" if host_decides(application, program) else ""


def _asked(application: Application) -> Standing:
    """The review clock stands still; the trainee owes the next step."""
    asked = application.question
    return _yours(
        "Your reviewer asks you something",
        "You need to answer by then, or the application ends. The review clock stands still until you do.",
        f"/applications/{application.id}",
        "Read and answer",
        since=asked.asked_at if asked else None,
        until=asked.reply_due_at if asked else None,
    )


def _with_host(application: Application, now: Instant) -> Standing:
    """T20: the host's five days, and what we do when it says nothing; shorter only where the application closes
    before."""
    host, days = application.host, by_version(application.policy_version).host.promise_days
    short = host is not None and host.due_at - host.routed_at < timedelta(days=days)
    late = host is not None and reached(host.due_at, now)
    own = _NOTHING
    return Standing(
        headline="The host is reading it",
        sentence=f"{own} The host is late: we have reminded it, and a coordinator decides without it if it says "
        "nothing."
        if late
        else own,
        who_acts="a coordinator" if late else "the host",
        started_at=host.routed_at if host else None,
        due_at=host and (host.decide_at if late else host.due_at),
        note=f"the start is near, so the host has less than its usual {days} days"
        if short
        else f"host reviews take {days} days or more",
    )


def _approved(application: Application, program: Program, held_until: Instant | None) -> Standing:
    here = f"/reservations/for/{application.id}"
    since = application.approval.at if application.approval else None
    until = application.offer.expires_at if application.offer else None
    if in_line(application):
        hours = by_version(application.policy_version).offer.waitlist_hours
        return Standing(
            headline="You are on the waitlist",
            sentence=f"You need to do nothing. A seat that comes back goes to who came first; we hold it for {hours} "
            "hours and write to you.",
            href=here,
            action="See your place",
        )
    if application.waitlist and application.waitlist.until is not None:
        return _yours(
            "A seat came back and is held for you",
            "You need to sign and pay by then; otherwise it goes to the next in line.",
            here,
            "Sign and pay",
            until=application.waitlist.until,
        )
    if application.live_reservation_id is not None:
        return _yours(
            "A seat is held while you pay",
            f"You need to finish the payment{' by then' if held_until else ''}, or cancel it.",
            f"/reservations/{application.live_reservation_id}",
            "Go to the payment",
            until=held_until,
        )
    if program.status is not ProgramStatus.LIVE:
        return Standing(
            headline="Approved, but the program is paused",
            sentence="You need to do nothing now: while it is paused nobody can reserve there, and nothing is "
            "charged. Your offer ends as "
            "shown; write to us and we look for another program with you.",
            who_acts="the host",
            started_at=since,
            due_at=until,
        )
    return _yours(
        "Approved: reserve your seat",
        "You need to sign the clinical terms and pay by then. No seat is held for you before that.",
        here,
        "Sign and reserve",
        since=since,
        until=until,
    )


_ENDED: Mapping[ApplicationStatus, tuple[str, str]] = {
    S.REJECTED: ("Not accepted", "You need to do nothing. Other programs are open to you."),
    S.CONVERTED: ("The seat is yours", "You need to follow your rotation's own page from here."),
    S.WITHDRAWN: ("Withdrawn", "You need to do nothing. You may apply again at any time."),
}
_AGAIN = "You need to apply again if you still want this rotation. Your profile and CV are kept."
_RUN_OUT: Mapping[str, tuple[str, str]] = {
    "reply": ("The time to answer is over", f"Your reviewer's question was not answered in time. {_AGAIN}"),
    "offer": ("The offer has run out", _AGAIN),
}
CLOSED: Mapping[str, str] = {
    "trainee": "Your reviewer's question was not answered before the start came too near to plan for it.",
    "host": "The host did not answer before the start came too near to plan for it, and we are sorry.",
    "us": "We did not decide before the start came too near to plan for it, and we are sorry.",
}
"""Why an application closed undecided, by who owed the next step (`owed_by`)."""


def _ended(application: Application) -> Standing:
    why = application.ending
    headline, sentence = _ENDED.get(application.status, ("Waiting", _NOTHING))
    if application.status is S.EXPIRED:
        headline, sentence = _RUN_OUT.get(why.code if why else "", ("Run out", _AGAIN))
    if application.status is S.CLOSED:
        headline, sentence = (
            "Closed: the start came too near",
            f"{CLOSED[owed_by(application)]} You need to apply again for a later start.",
        )
    instead = why.reservation_id if why else None
    theirs = application.live_reservation_id if application.status is S.CONVERTED else instead
    if instead:
        headline, sentence = (
            "Withdrawn: another rotation is reserved",
            "You need to do nothing. The weeks overlap, so this one ended.",
        )
    href = f"/reservations/{theirs}" if theirs else ""
    return Standing(headline=headline, sentence=sentence, href=href, action="Open my rotation" if href else "")


# --- what happened, what comes ----------------------------------------------------------------------------------------
_HAPPENED: Mapping[str, str] = {
    "ApplicationStarted.v1": "Started",
    "ApplicationSubmitted.v1": "Sent with a CV",
    "ApplicationClaimed.v1": "A reviewer took it up",
    "ApplicationClaimLapsed.v1": "Back in the queue: the reviewer ran out of time",
    "InformationRequested.v1": "The reviewer asked a question; the review clock stood still",
    "ReplyReminded.v1": "A reminder went out",
    "InformationGiven.v1": "Answered; the review clock went on",
    "ApplicationRouted.v1": "The host was asked",
    "HostReminded.v1": "The host was reminded",
    "HostEscalated.v1": "The host is late: a coordinator was called",
    "HostRecommended.v1": "The host answered",
    "HostTakenBack.v1": "Taken back from the host: the reviewer decides",
    "ApplicationApproved.v1": "Approved",
    "ApplicationRejected.v1": "Not accepted",
    "ApplicationWithdrawn.v1": "Withdrawn",
    "ApplicationClosed.v1": "Closed: nobody decided before the start came too near",
    "TermsSigned.v1": "Clinical terms signed",
    "HoldPlaced.v1": "A seat was held for the payment",
    "HoldReleased.v1": "The held seat was given back",
    "WaitlistJoined.v1": "Joined the waitlist; the time to reserve stood still",
    "WaitlistOffered.v1": "A seat came back and was held",
    "WaitlistEnded.v1": "Waiting ended; the time to reserve counted on",
    "ApplicationConverted.v1": "Paid: the seat is reserved",
}
_EXPIRED = {"draft": "The draft ran out", "offer": "The offer ran out", "reply": "Nobody answered in time"}


def timeline(application: Application, rows: Iterable[EventRow], now: Instant) -> list[Milestone]:
    """The event rows in plain words, then where it stands, then what is still to come."""
    past = [_milestone(row) for row in rows if row.type in _HAPPENED or row.type == "ApplicationExpired.v1"]
    return [*past, *_ahead(application, now)]


def _milestone(row: EventRow) -> Milestone:
    ended = str((row.data.get("ending") or {}).get("code"))
    if ended == "reserved_instead":
        return Milestone(
            state="done", title="Withdrawn by us: another rotation was reserved for these weeks", at=row.occurred_at
        )
    title = _HAPPENED.get(row.type) or _EXPIRED.get(ended, "Run out")
    note = ""
    if row.type == "ApplicationApproved.v1":
        note = _grounds(row.data["approval"])
    return Milestone(state="done", title=title, at=row.occurred_at, note=note)


def _grounds(approval: Mapping[str, Any]) -> str:
    """H12: what an approval stands on. What is neither met nor overridden is due later: without it nobody could have
    approved."""
    results = approval.get("results", ())
    overridden = {one["code"] for one in approval.get("overrides", ())}
    met = sum(1 for one in results if one["verdict"] == "met")
    later = sum(1 for one in results if one["verdict"] != "met" and one["code"] not in overridden)
    alone = "" if len(results) > later else "guideline " if later == 1 else "guidelines "
    told = [
        f"{met} of {len(results) - later} guidelines met" if len(results) > later else "",
        f"{len(overridden)} accepted with a reason" if overridden else "",
        f"{later} {alone}due before the rotation starts" if later else "",
    ]
    return ", ".join(part for part in told if part)


def _ahead(application: Application, now: Instant) -> list[Milestone]:
    application = as_of(application, now)
    reserve = _reserve_title(application)
    steps: Sequence[str]
    match application.status:
        case S.DRAFT:
            steps = ("Choose a start, add your CV, send it", "A reviewer decides", reserve)
        case S.SUBMITTED:
            steps = ("It waits for a reviewer", "Decision", reserve)
        case S.IN_REVIEW:
            steps = ("A reviewer reads it", "Decision", reserve)
        case S.HOST_REVIEW:
            steps = ("The host reads it", "Decision", reserve)
        case S.NEEDS_INFO:
            steps = ("Answer the reviewer's question", "Decision", reserve)
        case S.APPROVED:
            steps = (reserve,)
        case _:
            steps = ()
    return [Milestone(state="todo" if number else "now", title=title) for number, title in enumerate(steps)]


def _reserve_title(application: Application) -> str:
    """T25, T26: what reserving will cost, once the price is fixed by submission."""
    if application.submitted is None:
        return "Sign the terms and reserve"
    total = application.submitted.total_cents
    deposit = min(by_version(application.policy_version).money.deposit_cents, total)
    return f"Sign the terms and reserve: {dollars(deposit)} or {dollars(total)} in full"
