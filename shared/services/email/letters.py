"""What Rota's mails say: one structure behind the text and the HTML, so that both always say the same, in the pages'
own words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.domain.applications.application import Application
from shared.domain.applications.application_clocks import owed_by
from shared.domain.core.policy import Policy
from shared.domain.money.fees import Quote, price
from shared.domain.money.money import dollars
from shared.domain.programs.program import ExperienceType, Program, ReviewMode
from shared.domain.reservations.reservation import Reservation
from shared.domain.search.search import usual_weeks
from shared.domain.trainees.trainee import TraineeFacts, TraineeStatus
from shared.ports import Contact, Person
from shared.services.applications.story import CLOSED

SIGNED = "Rota, a marketplace for clinical rotations in the United States"
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Letter:
    """`facts` are label and value pairs, `links` a list of (label, address). `action` is the one thing to do: (label,
    address)."""

    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    facts: Facts = ()
    action: tuple[str, str] | None = None
    closing: str = SIGNED
    links: tuple[tuple[str, str], ...] = ()

    def text(self) -> str:
        """The plain-text part."""
        blocks = [self.greeting, *self.paragraphs]
        if self.facts:
            width = max(len(label) for label, _ in self.facts)
            blocks.append("\n".join(f"{label + ':':<{width + 2}}{value}" for label, value in self.facts))
        blocks += [f"{label}:\n{address}" for label, address in self.links]
        if self.action:
            blocks.append(f"{self.action[0]}:\n{self.action[1]}")
        return "\n\n".join([*blocks, f"-- \n{self.closing}"]) + "\n"


# --- how dates and lengths are written: as on the pages ---------------------------------------------------------------
def day(value: date) -> str:
    """`Mon 1 March 2027`."""
    return f"{value:%a} {value.day} {value:%B %Y}"


def moment(value: datetime, zone: str, before: str = "") -> str:
    """`Fri 15 January 2027, 23:59 Chicago`: seconds are cut, never rounded up. `before` stands before the place."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local:%H:%M} {before}{zone.rpartition('/')[2].replace('_', ' ')}"


def both(value: datetime, zone: str, own: str) -> str:
    """At the site, and for the reader where their clock shows another time."""
    here = moment(value, zone)
    same = value.astimezone(ZoneInfo(zone)).utcoffset() == value.astimezone(ZoneInfo(own)).utcoffset()
    return here if same else f"{here} ({moment(value, own, 'for you in ')})"


def span(start: date, weeks: int) -> str:
    """`Mon 1 March to Sun 28 March 2027 (4 weeks)`; both years where they differ (T11)."""
    last = start + timedelta(weeks=weeks, days=-1)
    year = "" if start.year == last.year else f" {start.year}"
    return f"{start:%a} {start.day} {start:%B}{year} to {day(last)} ({weeks} {'week' if weeks == 1 else 'weeks'})"


def rotation(program: Program, start: date, weeks: int, kind: ExperienceType | None = None) -> Facts:
    what = {ExperienceType.HANDS_ON: ", hands-on", ExperienceType.OBSERVERSHIP: ", observership", None: ""}[kind]
    return (
        ("Program", program.name + what),
        ("Where", f"{program.place.city}, {program.place.state}"),
        ("When", span(start, weeks)),
    )


# --- to trainees ------------------------------------------------------------------------------------------------------
def confirm_address(person: Person, link: str, hours: int) -> Letter:
    return Letter(
        "Confirm your address",
        f"Hello {person.name},",
        (
            "Somebody, we hope you, opened an account at Rota with this address.",
            f"To use it, confirm the address: the link below works once, for {hours} hours. If it was not you, do "
            "nothing.",
        ),
        action=("Confirm your address", link),
    )


def application_received(
    person: Person, application: Application, program: Program, policy: Policy, url: str
) -> Letter:
    """T18, T20: the reviewer's promise; where the host looks too, nothing shorter than the host's own is promised."""
    assert application.start is not None
    assert application.review_due_at is not None
    due = both(application.review_due_at, program.place.zone, person.zone)
    answer = f"We answer from {policy.review_bh} business hours, and aim at {due}."
    if program.review_mode is ReviewMode.HOST:
        answer = (
            f"We take a first look by {due}. This host decides too: allow {policy.host_promise_days} days or "
            "more for an answer."
        )
    return Letter(
        f"We have your application: {program.name}",
        f"Hello {person.name},",
        ("Your application is with our reviewers. You need to do nothing now.", answer),
        rotation(program, application.start, application.weeks, application.experience_type),
        ("See where it stands", f"{url}/applications/{application.id}"),
    )


def application_approved(person: Person, application: Application, program: Program, plan: Quote, url: str) -> Letter:
    """T24-T28: what to do, until when, and what it costs when. `plan` is for reserving today."""
    assert application.offer_expires_at is not None
    zone = program.place.zone
    money = [("Fee", dollars(plan.total_cents)), ("To reserve", f"{dollars(plan.due_now_cents)}, or all of it")]
    if plan.balance_due_at:
        money.append(("Balance", f"{dollars(plan.balance_cents)} by {both(plan.balance_due_at, zone, person.zone)}"))
    else:
        money[1] = ("To reserve", f"{dollars(plan.due_now_cents)}: for this start the whole fee is due at once")
    return Letter(
        f"Approved: {program.name}",
        f"Hello {person.name},",
        (
            "You are accepted. You need to sign the clinical terms and pay; then the seat is yours. No seat is held "
            "for you before that.",
            f"The offer ends on {both(application.offer_expires_at, zone, person.zone)}.",
        ),
        (*rotation(program, plan.start, plan.weeks, application.experience_type), *money),
        ("Sign and reserve", f"{url}/reservations/for/{application.id}"),
    )


def information_requested(
    person: Person, application: Application, program: Program, question: str, url: str, again: bool = False
) -> Letter:
    """What is asked, until when, and that the clock stands still. `again`: the reminder."""
    assert application.reply_due_at is not None
    until = both(application.reply_due_at, program.place.zone, person.zone)
    return Letter(
        f"{'Still waiting for your answer' if again else 'A question about your application'}: {program.name}",
        f"Hello {person.name},",
        (
            "Your reviewer asks:",
            question,
            f"You need to answer by {until}; then the review goes on with the time that was left. Without an answer "
            "the application ends.",
        ),
        action=("Read and answer", f"{url}/applications/{application.id}"),
    )


def with_the_host(person: Person, application: Application, program: Program, policy: Policy, url: str) -> Letter:
    """T20: the host is asked, and nothing shorter than its five days is promised, unless the start is too near for as
    many."""
    assert application.routed_at is not None
    assert application.host_due_at is not None
    assert application.host_decide_at is not None
    usual = application.host_due_at - application.routed_at >= timedelta(days=policy.host_promise_days)
    by, decide = (
        both(at, program.place.zone, person.zone) for at in (application.host_due_at, application.host_decide_at)
    )
    allow = (
        f"Allow {policy.host_promise_days} days or more"
        if usual
        else f"The start is near, so we have asked for an answer by {by}"
    )
    return Letter(
        f"The host is reading your application: {program.name}",
        f"Hello {person.name},",
        (
            f"Your reviewer has asked the host of this program. {allow}; you need to do nothing.",
            f"If the host says nothing until {decide}, a coordinator takes it back and we decide.",
        ),
        action=("See where it stands", f"{url}/applications/{application.id}"),
    )


def recommendation_wanted(
    contact: Contact,
    person: Person,
    application: Application,
    program: Program,
    link: str,
    reminder: int,
    cv_link: str = "",
    desk: str = "",
) -> Letter:
    """T19: what the host is asked, without an account. `reminder` 0 is the first mail; `cv_link` is empty when the CV
    is attached; `desk` is where the host's manager answers signed in, empty when nobody can."""
    assert application.host_due_at is not None
    assert application.host_decide_at is not None
    assert application.start is not None
    zone = program.place.zone
    late = f"Your answer counts until {moment(application.host_decide_at, zone)}; then our coordinator decides."
    first = f"Please answer by {moment(application.host_due_at, zone)}."
    cv = "The CV is too large to attach: an address below opens it for 7 days." if cv_link else "The CV is attached."
    return Letter(
        f"{'Reminder: would' if reminder else 'Would'} you take this trainee? {program.name}",
        f"Hello {contact.name},",
        (
            f"{person.name} has applied to your program. {cv} We would like to know whether you recommend this "
            "trainee.",
            "The link below needs no account and takes a minute.",
            f"{late if reminder else first}",
        ),
        rotation(program, application.start, application.weeks, application.experience_type),
        ("Look and answer", link),
        links=tuple(
            (words, there)
            for words, there in (("Open the CV", cv_link), ("Signed in, it is on your page", desk))
            if there
        ),
    )


def application_rejected(
    person: Person, program: Program, reason: str, url: str, others: Sequence[Program] = ()
) -> Letter:
    """The reason, and `others` that are open to this trainee instead."""
    return Letter(
        f"About your application: {program.name}",
        f"Hello {person.name},",
        (
            f"We could not accept your application to {program.name}, {program.place.city}.",
            *((f"The reason: {reason}",) if reason else ()),
            "Nothing was charged. Your CV and profile are kept, and another program may fit.",
            *(
                (f"{'These are' if len(others) > 1 else 'This one is'} open to you, with seats when we looked:",)
                if others
                else ()
            ),
        ),
        links=tuple((_headline(one), f"{url}/programs/{one.id}") for one in others),
        action=("Find another rotation", f"{url}/programs?specialty={program.specialty}"),
    )


def _headline(program: Program) -> str:
    return (
        f"{program.name}, {program.place.city}, {program.place.state}, {dollars(price(program, usual_weeks(program)))}"
    )


def application_expired(person: Person, application: Application, program: Program, url: str) -> Letter:
    what = {
        "offer": "The time to sign and pay for this rotation is over, so the offer has ended.",
        "reply": "Our question stayed without an answer for too long, so the application has ended.",
        "start_near": f"{CLOSED[owed_by(application)]} So the application is closed.",
        "draft": "You began this application and never sent it, so we have put it away.",
    }.get(application.decision_code or "", "This application has ended.")
    return Letter(
        f"This has ended: {program.name}",
        f"Hello {person.name},",
        (what, "Nothing was charged. If you still want the rotation, apply again: your profile and CV are kept."),
        rotation(program, application.start, application.weeks, application.experience_type)
        if application.start
        else (),
        ("Look at the program", f"{url}/programs/{program.id}"),
    )


def seat_reserved(person: Person, reservation: Reservation, program: Program, policy: Policy, url: str) -> Letter:
    """T27-T29: the seat is theirs, what was paid, what is due when."""
    facts = [*rotation(program, reservation.start, reservation.weeks), ("Paid", dollars(reservation.paid_cents))]
    rest = "Everything is paid."
    if reservation.balance_cents and reservation.balance_due_at:
        due = both(reservation.balance_due_at, program.place.zone, person.zone)
        facts.append(("Balance", f"{dollars(reservation.balance_cents)} by {due}"))
        rest = f"After the balance's last day a late fee of {dollars(policy.late_fee_cents)} is added, once."
    return Letter(
        f"The seat is yours: {program.name}",
        f"Hello {person.name},",
        (
            "Your seat is reserved in every week of the rotation; nobody else can book it. The host gets your CV from "
            "us.",
            rest,
        ),
        tuple(facts),
        ("Open your rotation", f"{url}/reservations/{reservation.id}"),
    )


def coach_matched(person: Person, coach: Person, reservation: Reservation, program: Program, url: str) -> Letter:
    """T30: who looks after the trainee before, during and after the rotation."""
    return Letter(
        f"Your coach: {coach.name}",
        f"Hello {person.name},",
        (
            f"{coach.name} is your coach from now until your rotation is over: for documents, arrival, and anything "
            "that goes wrong.",
            f"You need to do nothing now. Write to {coach.email} whenever you have a question.",
        ),
        (("Coach", coach.name), ("Mail", coach.email), *rotation(program, reservation.start, reservation.weeks)),
        ("Open your rotation", f"{url}/reservations/{reservation.id}"),
    )


def trainee_for_coach(coach: Person, person: Person, reservation: Reservation, program: Program, url: str) -> Letter:
    return Letter(
        f"New trainee: {person.name}, {day(reservation.start)}",
        f"Hello {coach.name},",
        (f"{person.name} has reserved a rotation, and you are their coach. They have your name and your address.",),
        (("Trainee", person.name), ("Mail", person.email), *rotation(program, reservation.start, reservation.weeks)),
        ("Open the rotation", f"{url}/reservations/{reservation.id}"),
    )


def refund_due(person: Person, reservation: Reservation, program: Program, url: str) -> Letter:
    return Letter(
        f"Your payment comes back: {program.name}",
        f"Hello {person.name},",
        (
            "Your payment reached us, but by then the seat could no longer be given to you.",
            "We send all of it back; you need to do nothing. Another start may still have a seat.",
        ),
        (("Refund", dollars(reservation.refund_cents or 0)), *rotation(program, reservation.start, reservation.weeks)),
        ("See the program's next starts", f"{url}/programs/{program.id}"),
    )


def refunded(person: Person, reservation: Reservation, program: Program, url: str) -> Letter:
    cents = dollars(reservation.refund_cents or 0)
    return Letter(
        f"Refunded: {cents}",
        f"Hello {person.name},",
        (f"We have returned {cents} to your card. Banks show it after five to ten days.",),
        (*rotation(program, reservation.start, reservation.weeks), ("Reference", reservation.refund_id or "")),
        ("See the details", f"{url}/reservations/{reservation.id}"),
    )


# --- to hosts ---------------------------------------------------------------------------------------------------------
def host_reserved(
    contact: Contact,
    person: Person,
    facts: TraineeFacts | None,
    application: Application,
    reservation: Reservation,
    program: Program,
    cv_link: str,
    link_days: int,
) -> Letter:
    """H13: the trainee's CV and basic information, on RESERVED. `cv_link` is empty when the CV is attached."""
    paid = "the full fee" if not reservation.balance_cents else "the deposit"
    cv = (
        f"The CV is too large to attach: the address below opens it for {link_days} days."
        if cv_link
        else "The CV is attached."
    )
    return Letter(
        f"Reserved: {person.name}, {day(reservation.start)}",
        f"Dear {contact.name},",
        (
            f"{person.name} has reserved a rotation with you. We approved the application under your guidelines, and "
            f"{paid} is paid.",
            f"{cv} You need to do nothing now; your coordinator at Rota is there for any question.",
        ),
        (
            ("Trainee", person.name),
            *(_about(facts) if facts else ()),
            *rotation(program, reservation.start, reservation.weeks, application.experience_type),
        ),
        ("Open the CV", cv_link) if cv_link else None,
    )


def _about(facts: TraineeFacts) -> Facts:
    """What a host is told beside the CV: no address, no result, no visa."""
    if facts.trainee_status is TraineeStatus.STUDENT:
        done = f", graduating {facts.expected_graduation:%B %Y}" if facts.expected_graduation else ""
        status = f"Medical student{done}"
    else:
        status = f"Medical graduate{f' of {facts.graduation_year}' if facts.graduation_year else ''}"
    told = (
        ("Status", status),
        ("School", facts.school),
        ("Country", facts.country),
        ("Languages", ", ".join(facts.languages)),
    )
    return tuple((label, value) for label, value in told if value)
