"""What Rota's mails say once a seat is reserved; the same letters, in the same words, as
`shared/services/email/letters.py`. Pure."""

from __future__ import annotations

from shared.domain.applications.application import Application
from shared.domain.money.money import dollars
from shared.domain.programs.program import Program
from shared.domain.reservations.partners import Partner
from shared.domain.reservations.preparation import PrepTask
from shared.domain.reservations.reservation import SEATED, Reservation
from shared.ports import Person
from shared.services.email.letters import Facts, Letter, day, rotation, span


def with_coach(coach: Person | None) -> Facts:
    """T30: the coach in every later mail of the rotation; nothing before one is matched, and once they were erased."""
    return (("Your coach", f"{coach.name}, {coach.email}"),) if coach else ()


def preparation(
    person: Person,
    reservation: Reservation,
    program: Program,
    still: tuple[PrepTask, ...],
    coach: Person | None,
    url: str,
) -> Letter:
    """H19, H20: what is open, each with its last day."""
    count = "One thing is" if len(still) == 1 else f"{len(still)} things are"
    return Letter(
        f"Before you go: {program.name}, {day(reservation.start)}",
        f"Hello {person.name},",
        (
            f"{count} still open on the list for your rotation. You need to do each by the day beside it, and tick it "
            "off.",
            *(f"{task.title}, by {day(task.due_on)}{' (late)' if task.late else ''}: {task.text}" for task in still),
        ),
        (*rotation(program, reservation.start, reservation.weeks), *with_coach(coach)),
        ("Open your list", f"{url}/reservations/{reservation.id}#preparation"),
    )


def partner_suggested(
    person: Person, coach: Person, partner: Partner, reservation: Reservation, program: Program, url: str
) -> Letter:
    """T31: always a suggestion."""
    return Letter(
        f"A suggestion from your coach: {partner.name}",
        f"Hello {person.name},",
        (
            f"{coach.name} suggests {partner.name} for your {partner.kind}: {partner.what}",
            "This is a suggestion. You need to do nothing; you choose and pay for it yourself, and no fee of ours "
            "contains it.",
        ),
        (
            ("Partner", partner.name),
            ("Where", partner.where),
            ("Write to", partner.contact),
            *rotation(program, reservation.start, reservation.weeks)[:1],
            *with_coach(coach),
        ),
        ("See all suggestions", f"{url}/reservations/{reservation.id}#preparation"),
    )


def application_withdrawn(
    person: Person, application: Application, program: Program, reserved: Reservation, other: Program, url: str
) -> Letter:
    """Policy "one trainee, overlapping dates": which application ended because `reserved`, at the program `other`, is
    theirs, or was until it was given back."""
    assert application.start is not None
    theirs = reserved.status in SEATED
    still = "You need to do nothing. It cost nothing, and you may apply there again for other weeks."
    gone = "That seat is not yours any more. The application cost nothing; apply again if you still want it."
    return Letter(
        f"Withdrawn for you: {program.name}",
        f"Hello {person.name},",
        (
            f"You {'have' if theirs else 'had'} reserved {other.name} for {span(reserved.start, reserved.weeks)}. "
            "Nobody can be in two "
            "places at once, so we have withdrawn the application below, whose weeks overlap.",
            still if theirs else gone,
        ),
        rotation(program, application.start, application.weeks, application.experience_type),
        ("Open your rotation", f"{url}/reservations/{reserved.id}"),
    )


def second_payment_refunded(
    person: Person,
    reservation: Reservation,
    program: Program,
    cents: int,
    refund_id: str,
    coach: Person | None,
    url: str,
) -> Letter:
    """Paid twice for one seat: which payment goes back, and that the seat is not touched by it."""
    return Letter(
        f"Paid twice, refunded: {dollars(cents)}",
        f"Hello {person.name},",
        (
            f"A second payment for the same seat reached us. We have returned {dollars(cents)} to your card; you need "
            "to do nothing.",
            "Your seat and your first payment stay as they are. Banks show a refund after five to ten days.",
        ),
        (*rotation(program, reservation.start, reservation.weeks), ("Reference", refund_id), *with_coach(coach)),
        ("See the details", f"{url}/reservations/{reservation.id}"),
    )
