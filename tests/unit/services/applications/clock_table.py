"""Every clock of an application (product.md 1d and section 4): when it begins, when it runs out, and what that changes.

`TABLE` is written from a calendar, not from the code; times are Chicago's wall clock. In 2027 US clocks go forward on
Sunday 14 March and back on Sunday 7 November. Days are 24 hours each, so a clock of days that crosses one of these
nights ends an hour later or earlier by the wall; business hours never run on a Sunday, so theirs ends at the same time
of day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.domain.applications.application import Application, review_overdue
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.core.calendar import weeks_covered
from shared.domain.core.errors import Expired
from shared.domain.core.policy import CURRENT
from shared.domain.reservations import terms
from shared.services.applications.status_text import standing
from shared.services.core.transitions import RequestContext
from shared.services.reservations.reserve import Signature
from tests.builders import PROGRAM, actor
from tests.unit.services.applications.application_scene import AS_REVIEWER, AS_TRAINEE, Desk

CHICAGO = ZoneInfo("America/Chicago")
AS_COORDINATOR = RequestContext(actor("coordinator", "coordinator-1"), "request-8")
FAR = date(2028, 2, 7)
"""A start that no clock of the table comes near: more than 60 days after the last of them."""

TABLE = """
clock              requirement  begins            runs out
review.answer_bh   T18          2026-11-20T15:00  2026-11-23T15:00  Friday afternoon to Monday afternoon
review.answer_bh   T18          2026-11-25T15:00  2026-11-27T15:00  over Thanksgiving, a Thursday
review.answer_bh   T18          2026-11-21T12:00  2026-11-24T00:00  sent on a Saturday: all of Monday
review.answer_bh   T18          2027-03-12T15:00  2027-03-15T15:00  clocks go forward in between
review.answer_bh   T18          2027-11-05T15:00  2027-11-08T15:00  and back
review.answer_bh   T18          2027-12-23T15:00  2027-12-27T15:00  Christmas is a Saturday, observed on Friday the 24th
review.answer_bh   T18          2027-07-02T15:00  2027-07-06T15:00  4 July is a Sunday, observed on Monday the 5th
review.answer_bh   T18          2027-06-17T15:00  2027-06-21T15:00  Juneteenth is a Saturday, observed on Friday 18
review.answer_bh   T18          2026-12-31T15:00  2027-01-04T15:00  New Year's Day is a Friday
review.escalate_bh T18          2026-11-20T15:00  2026-11-25T15:00  three business days
review.escalate_bh T18          2026-11-24T15:00  2026-11-30T15:00  Thanksgiving and a weekend
review.escalate_bh T18          2027-03-11T15:00  2027-03-16T15:00  clocks go forward in between
review.escalate_bh T18          2027-11-04T15:00  2027-11-09T15:00  and back
review.escalate_bh T18          2026-12-23T15:00  2026-12-29T15:00  Christmas is a Friday
review.claim_bh    T17          2026-11-23T09:00  2026-11-23T13:00  a morning
review.claim_bh    T17          2026-11-20T22:00  2026-11-23T02:00  two hours before the weekend and two after it
review.claim_bh    T17          2026-11-25T22:00  2026-11-27T02:00  around Thanksgiving
review.claim_bh    T17          2027-03-12T22:00  2027-03-15T02:00  around the weekend when clocks go forward
review.remind_days T18          2026-11-23T09:00  2026-11-30T09:00  the holiday counts: calendar days
review.remind_days T18          2027-03-08T09:00  2027-03-15T10:00  seven times 24 hours
review.remind_days T18          2027-11-01T09:00  2027-11-08T08:00  seven times 24 hours
review.reply_days  T18          2026-11-23T09:00  2026-12-07T09:00  two weeks
review.reply_days  T18          2027-03-08T09:00  2027-03-22T10:00  fourteen times 24 hours
review.reply_days  T18          2027-11-01T09:00  2027-11-15T08:00  fourteen times 24 hours
answer             T18          2026-11-23T09:00  2026-12-07T09:00  from then on an answer is refused
host_nudge_1       T20          2026-11-25T09:00  2026-11-28T09:00  day 3, over Thanksgiving and into a Saturday
host_nudge_1       T20          2027-03-12T09:00  2027-03-15T10:00  three times 24 hours
host_nudge_2       T20          2026-11-25T09:00  2026-11-30T09:00  day 5
host_nudge_2       T20          2027-11-05T09:00  2027-11-10T08:00  five times 24 hours
host.promise_days  T20          2026-11-25T09:00  2026-11-30T09:00  never promised shorter
host.promise_days  T20          2027-03-12T09:00  2027-03-17T10:00  five times 24 hours
host.escalate_days T20          2026-11-25T09:00  2026-12-02T09:00  day 7
host.escalate_days T20          2027-11-05T09:00  2027-11-12T08:00  seven times 24 hours
host.decide_days   T20          2026-11-25T09:00  2026-12-05T09:00  day 10, a Saturday
host.decide_days   T20          2027-03-08T09:00  2027-03-18T10:00  ten times 24 hours
applying.draft_days T14          2026-11-23T09:00  2027-02-21T09:00  90 days
applying.draft_days T14          2026-12-20T09:00  2027-03-20T10:00  90 times 24 hours
applying.draft_days T14          2027-09-01T09:00  2027-11-30T08:00  90 times 24 hours
offer.days         T24          2026-11-23T09:00  2026-11-30T09:00  7 days
offer.days         T24          2027-03-12T09:00  2027-03-19T10:00  seven times 24 hours
offer.days         T24          2027-11-05T09:00  2027-11-12T08:00  seven times 24 hours
signing            T24          2026-11-23T09:00  2026-11-30T09:00  from then on the terms cannot be signed
"""


def local(text: str) -> datetime:
    """Chicago's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


@dataclass(frozen=True)
class Row:
    clock: str
    requirement: str
    begins: datetime
    runs_out: datetime


def rows() -> list[Row]:
    found = [line.split(maxsplit=4) for line in TABLE.strip().splitlines()[1:]]
    return [
        Row(clock, requirement, local(begins), local(runs_out)) for clock, requirement, begins, runs_out, *_ in found
    ]


@dataclass(frozen=True)
class Clock:
    """`begin` brings an application to where the clock starts; `due` reads what is stored; `over` is whether its
    running out shows now."""

    begin: Callable[[Desk], str]
    due: Callable[[Desk, str], datetime | None]
    over: Callable[[Desk, str], bool]


def open_desk(at: datetime) -> Desk:
    """A program with seats far ahead, and a trainee with a CV, at that moment."""
    desk = Desk().scene()
    desk.store.open_seats(PROGRAM, dict.fromkeys(weeks_covered(FAR, 4), 2))
    desk.clock.set(at)
    return desk


# --- where a clock starts ---------------------------------------------------------------------------------------------
def drafted(desk: Desk) -> str:
    return desk.draft(start=FAR).id


def sent(desk: Desk) -> str:
    return desk.submitted(start=FAR).id


def claimed(desk: Desk) -> str:
    return desk.claimed(start=FAR).id


def asked(desk: Desk) -> str:
    return desk.information_requests.ask(AS_REVIEWER, claimed(desk), "Which ward?").id


def routed(desk: Desk) -> str:
    return desk.host_review.route(AS_REVIEWER, claimed(desk)).id


def reminded(desk: Desk) -> str:
    """The first reminder has gone out, two days before the second."""
    begins = desk.clock.now()
    id = routed(desk)
    desk.clock.move(timedelta(days=CURRENT.host.nudge_days[0]))
    assert desk.swept(id).host.reminders == 1
    assert desk.application(id).host.routed_at == begins
    return id


def silent(desk: Desk) -> str:
    """Both reminders have gone out; what the row "host" waits for is the escalation."""
    begins = desk.clock.now()
    id = routed(desk)
    desk.clock.set(begins + timedelta(days=CURRENT.host.nudge_days[-1]))
    assert desk.swept(id).host.reminders == len(CURRENT.host.nudge_days)
    return id


def approved(desk: Desk) -> str:
    return desk.review.approve(AS_REVIEWER, claimed(desk)).id


# --- what its running out changes -------------------------------------------------------------------------------------
def stored(*path: str) -> Callable[[Desk, str], datetime | None]:
    def read(desk: Desk, id: str) -> datetime | None:
        found: object = desk.application(id)
        for name in path:
            found = getattr(found, name) if found is not None else None
        assert found is None or isinstance(found, datetime)
        return found

    return read


def row_of(kind: str) -> Callable[[Desk, str], datetime | None]:
    """When the sweep will look."""
    return lambda desk, id: desk.store.waiting[("APPLICATION", id, kind)].due.at


def becomes(status: ApplicationStatus) -> Callable[[Desk, str], bool]:
    return lambda desk, id: desk.swept(id).status is status


def swept(change: Callable[[Application], bool]) -> Callable[[Desk, str], bool]:
    return lambda desk, id: change(desk.swept(id))


def refused(step: Callable[[Desk, str], object]) -> Callable[[Desk, str], bool]:
    """The step is refused because time is up, and changes nothing."""

    def over(desk: Desk, id: str) -> bool:
        before = desk.application(id)
        try:
            step(desk, id)
        except Expired:
            assert desk.application(id) == before
            return True
        return False

    return over


def secret(desk: Desk, id: str) -> str:
    return str(desk.store.texts[desk.application(id).host.link_ref or ""]["secret"])


def host_is_late(desk: Desk, id: str) -> bool:
    """What the trainee reads."""
    found = standing(desk.application(id), desk.catalogue.program(PROGRAM), desk.clock.now())
    return "late" in found.sentence


def escalated(desk: Desk, id: str) -> bool:
    """What a coordinator's queue marks."""
    (row,) = [row for row in desk.workspace.queue(AS_COORDINATOR, ["coordinator"]).rows if row.item.subject_id == id]
    return row.subject.escalated


def sign(desk: Desk, id: str) -> None:
    desk.reserve.sign(AS_TRAINEE, id, terms.CURRENT, Signature("Amara Okafor", "192.0.2.1", "Firefox"))


CLOCKS: Mapping[str, Clock] = {
    "review.answer_bh": Clock(
        sent, stored("review", "due_at"), lambda desk, id: review_overdue(desk.application(id), desk.clock.now())
    ),
    "review.escalate_bh": Clock(sent, stored("review", "escalate_at"), escalated),
    "review.claim_bh": Clock(claimed, stored("claim", "lapses_at"), becomes(ApplicationStatus.SUBMITTED)),
    "review.remind_days": Clock(
        asked, row_of("reply_reminder"), swept(lambda one: one.question.reminded_at is not None)
    ),
    "review.reply_days": Clock(asked, stored("question", "reply_due_at"), becomes(ApplicationStatus.EXPIRED)),
    "answer": Clock(
        asked,
        stored("question", "reply_due_at"),
        refused(lambda desk, id: desk.information_requests.reply(AS_TRAINEE, id, "The fourth.")),
    ),
    "host_nudge_1": Clock(routed, row_of("host"), swept(lambda one: one.host.reminders == 1)),
    "host_nudge_2": Clock(
        reminded, row_of("host"), swept(lambda one: one.host.reminders == len(CURRENT.host.nudge_days))
    ),
    "host.promise_days": Clock(routed, stored("host", "due_at"), host_is_late),
    "host.escalate_days": Clock(silent, row_of("host"), swept(lambda one: one.host.escalated_at is not None)),
    "host.decide_days": Clock(
        routed,
        stored("host", "decide_at"),
        refused(lambda desk, id: desk.host_review.recommend(id, secret(desk, id), "yes", "")),
    ),
    "applying.draft_days": Clock(drafted, stored("draft_expires_at"), becomes(ApplicationStatus.EXPIRED)),
    "offer.days": Clock(approved, stored("offer", "expires_at"), becomes(ApplicationStatus.EXPIRED)),
    "signing": Clock(approved, stored("offer", "expires_at"), refused(sign)),
}
"""Named after the field of the policy where there is one."""
