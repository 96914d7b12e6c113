"""What Rota's mails say: one structure behind the text and the HTML, so that both always say the same, in the pages' own words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.domain.application import Application
from shared.domain.money import dollars
from shared.domain.policy import Policy
from shared.domain.program import Program
from shared.domain.reservation import Reservation
from shared.domain.trainee import TraineeFacts
from shared.ports import Contact, Person


@dataclass(frozen=True)
class Letter:
    """`action` is the one thing to do: (label, address). `facts` are label and value pairs."""

    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    action: tuple[str, str] | None = None
    closing: str = "Rota"

    def text(self) -> str:
        """The plain-text part."""
        blocks = [self.greeting, *self.paragraphs]
        if self.facts:
            width = max(len(label) for label, _ in self.facts)
            blocks.append("\n".join(f"{label + ':':<{width + 2}}{value}" for label, value in self.facts))
        if self.action:
            blocks.append(f"{self.action[0]}:\n{self.action[1]}")
        return "\n\n".join([*blocks, self.closing]) + "\n"


def day(value: date) -> str:
    return f"{value:%a} {value.day} {value:%B %Y}"


def moment(value: datetime, zone: str) -> str:
    """`Fri 15 January 2027, 23:59 (Chicago)`."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local:%H:%M} ({zone.split('/')[-1].replace('_', ' ')})"


def both(value: datetime, zone: str, own: str) -> str:
    """At the site and where the reader is."""
    here = moment(value, zone)
    return here if own == zone else f"{here}; {moment(value, own)} for you"


def _rotation(program: Program, start: date, weeks: int) -> tuple[tuple[str, str], ...]:
    return (
        ("Program", program.name),
        ("Where", f"{program.place.city}, {program.place.state}"),
        ("First day", day(start)),
        ("Length", f"{weeks} weeks"),
    )


def confirm_address(person: Person, link: str, hours: int) -> Letter:
    return Letter(
        "Confirm your address",
        f"Hello {person.name},",
        (
            "Somebody, we hope you, opened an account at Rota with this address.",
            f"The link works once, for {hours} hours. If it was not you, do nothing.",
        ),
        action=("Confirm your address", link),
    )  # fmt: skip


def application_received(person: Person, application: Application, program: Program, url: str) -> Letter:
    assert application.start is not None
    due = application.review_due_at
    wait = f"We answer from 24 business hours; we aim at {both(due, program.place.zone, person.zone)}." if due else ""
    return Letter(
        f"We have your application: {program.name}",
        f"Hello {person.name},",
        ("Your application is with our reviewers. You need to do nothing now.", wait),
        _rotation(program, application.start, application.weeks),
        ("See where it stands", f"{url}/applications/{application.id}"),
    )


def application_approved(person: Person, application: Application, program: Program, url: str) -> Letter:
    assert application.start is not None
    assert application.offer_expires_at is not None
    return Letter(
        f"Approved: {program.name}",
        f"Hello {person.name},",
        (
            "You are accepted. The seat becomes yours when you sign the clinical terms and pay; until then somebody else may take it.",
            f"The offer stands until {both(application.offer_expires_at, program.place.zone, person.zone)}.",
        ),
        (*_rotation(program, application.start, application.weeks), ("Fee", dollars(application.total_cents or 0))),
        ("Sign and reserve", f"{url}/reservations/for/{application.id}"),
    )


def application_rejected(person: Person, program: Program, reason: str, url: str) -> Letter:
    return Letter(
        f"About your application: {program.name}",
        f"Hello {person.name},",
        ("We could not accept this application.", f"The reason: {reason}", "Your CV and profile are kept; another program may fit."),
        action=("Find another rotation", f"{url}/programs?specialty={program.specialty}"),
    )


def application_expired(person: Person, application: Application, program: Program, url: str) -> Letter:
    what = {
        "offer": "The time to sign and pay for this rotation is over, and the offer has ended.",
        "draft": "This application was never sent, and we have put it away.",
    }.get(application.decision_code or "", "This application has ended.")
    return Letter(
        f"This has ended: {program.name}",
        f"Hello {person.name},",
        (what, "Nothing was charged. If you still want the rotation, apply again; your profile and CV are kept."),
        action=("Look at the program", f"{url}/programs/{program.id}"),
    )


def seat_reserved(person: Person, reservation: Reservation, program: Program, policy: Policy, url: str) -> Letter:
    """T27, T28: the seat is theirs, what was paid, what is due when."""
    facts = [*_rotation(program, reservation.start, reservation.weeks), ("Paid", dollars(reservation.paid_cents))]
    if reservation.balance_cents and reservation.balance_due_at:
        facts.append(
            ("Balance", f"{dollars(reservation.balance_cents)} by {both(reservation.balance_due_at, program.place.zone, person.zone)}")
        )
        facts.append(("After that", f"a late fee of {dollars(policy.late_fee_cents)}, once"))
    return Letter(
        f"The seat is yours: {program.name}",
        f"Hello {person.name},",
        ("Your seat is reserved in every week of the rotation. Nobody else can book it.", "The host has your CV."),
        tuple(facts),
        ("Open your rotation", f"{url}/reservations/{reservation.id}"),
    )


def host_reserved(
    contact: Contact, person: Person, facts: TraineeFacts | None, reservation: Reservation, program: Program, cv_link: str
) -> Letter:
    """H13: the trainee's CV and basic information, to the host, on RESERVED. `cv_link` is empty when the CV is attached."""
    about = [("Trainee", person.name)]
    if facts:
        status = {"student": "medical student", "graduate": "medical graduate"}[facts.trainee_status.value]
        about += [("Status", status), ("School", facts.school or ""), ("Country", facts.country or "")]
    return Letter(
        f"Reserved: {person.name}, {day(reservation.start)}",
        f"Dear {contact.name},",
        (
            f"A trainee has reserved a rotation at {program.name}. The application meets your guidelines, and the deposit is paid.",
            "The CV is attached. You need to do nothing now; your coordinator is there for any question."
            if not cv_link
            else "The CV is too large to attach; the address below works for seven days. You need to do nothing now.",
        ),
        tuple((label, value) for label, value in [*about, *_rotation(program, reservation.start, reservation.weeks)] if value),
        ("Open the CV", cv_link) if cv_link else None,
    )  # fmt: skip


def refund_due(person: Person, reservation: Reservation, program: Program, url: str) -> Letter:
    return Letter(
        f"Your payment comes back: {program.name}",
        f"Hello {person.name},",
        (
            "Your payment reached us after your hold had ended, and the seat was taken by then.",
            "We send all of it back; you need to do nothing.",
        ),
        (("Refund", dollars(reservation.refund_cents or 0)), *_rotation(program, reservation.start, reservation.weeks)),
        ("Find another start", f"{url}/programs/{program.id}"),
    )


def refunded(person: Person, reservation: Reservation, program: Program, url: str) -> Letter:
    return Letter(
        f"Refunded: {dollars(reservation.refund_cents or 0)}",
        f"Hello {person.name},",
        (f"We have returned {dollars(reservation.refund_cents or 0)} to your card. Banks show it after five to ten days.",),
        (("Program", program.name), ("Reference", reservation.refund_id or "")),
        ("See the details", f"{url}/reservations/{reservation.id}"),
    )
