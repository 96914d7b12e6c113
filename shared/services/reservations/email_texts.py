"""What Rota's mails say once a seat is reserved; the same letters, in the same words, as
`shared/services/email/text.py`. Pure."""

from __future__ import annotations

from shared.domain.applications.application import Application
from shared.domain.core.policy import Policy
from shared.domain.money.money import dollars
from shared.domain.programs.program import Program
from shared.domain.reservations.partners import Partner
from shared.domain.reservations.preparation import PrepTask
from shared.domain.reservations.reservation import SEATED, Reservation
from shared.domain.trainees.trainee import TraineeFacts, TraineeStatus
from shared.ports import Contact, Person
from shared.services.email.text import EmailText, Facts, both, day, rotation, span


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
) -> EmailText:
    """H19, H20: what is open, each with its last day."""
    count = "One thing is" if len(still) == 1 else f"{len(still)} things are"
    return EmailText(
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
) -> EmailText:
    """T31: always a suggestion."""
    return EmailText(
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
) -> EmailText:
    """Policy "one trainee, overlapping dates": which application ended because `reserved`, at the program `other`, is
    theirs, or was until it was given back."""
    assert application.start is not None
    theirs = reserved.status in SEATED
    still = "You need to do nothing. It cost nothing, and you may apply there again for other weeks."
    gone = "That seat is not yours any more. The application cost nothing; apply again if you still want it."
    return EmailText(
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
) -> EmailText:
    """Paid twice for one seat: which payment goes back, and that the seat is not touched by it."""
    return EmailText(
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


def seat_reserved(person: Person, reservation: Reservation, program: Program, policy: Policy, url: str) -> EmailText:
    """T27-T29: the seat is theirs, what was paid, what is due when."""
    facts = [*rotation(program, reservation.start, reservation.weeks), ("Paid", dollars(reservation.paid_cents))]
    rest = "Everything is paid."
    if reservation.balance_cents and reservation.balance_due_at:
        due = both(reservation.balance_due_at, program.place.zone, person.zone)
        facts.append(("Balance", f"{dollars(reservation.balance_cents)} by {due}"))
        rest = f"After the balance's last day a late fee of {dollars(policy.money.late_fee_cents)} is added, once."
    return EmailText(
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


def coach_matched(person: Person, coach: Person, reservation: Reservation, program: Program, url: str) -> EmailText:
    """T30: who looks after the trainee before, during and after the rotation."""
    return EmailText(
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


def trainee_for_coach(coach: Person, person: Person, reservation: Reservation, program: Program, url: str) -> EmailText:
    return EmailText(
        f"New trainee: {person.name}, {day(reservation.start)}",
        f"Hello {coach.name},",
        (f"{person.name} has reserved a rotation, and you are their coach. They have your name and your address.",),
        (("Trainee", person.name), ("Mail", person.email), *rotation(program, reservation.start, reservation.weeks)),
        ("Open the rotation", f"{url}/reservations/{reservation.id}"),
    )


def refund_due(person: Person, reservation: Reservation, program: Program, url: str) -> EmailText:
    return EmailText(
        f"Your payment comes back: {program.name}",
        f"Hello {person.name},",
        (
            "Your payment reached us, but by then the seat could no longer be given to you.",
            "We send all of it back; you need to do nothing. Another start may still have a seat.",
        ),
        (("Refund", dollars(reservation.refund_cents or 0)), *rotation(program, reservation.start, reservation.weeks)),
        ("See the program's next starts", f"{url}/programs/{program.id}"),
    )


def refunded(person: Person, reservation: Reservation, program: Program, url: str) -> EmailText:
    cents = dollars(reservation.refund_cents or 0)
    return EmailText(
        f"Refunded: {cents}",
        f"Hello {person.name},",
        (f"We have returned {cents} to your card. Banks show it after five to ten days.",),
        (*rotation(program, reservation.start, reservation.weeks), ("Reference", reservation.refund_id or "")),
        ("See the details", f"{url}/reservations/{reservation.id}"),
    )


def host_reserved(
    contact: Contact,
    person: Person,
    facts: TraineeFacts | None,
    application: Application,
    reservation: Reservation,
    program: Program,
    cv_link: str,
    link_days: int,
) -> EmailText:
    """H13: the trainee's CV and basic information, on RESERVED. `cv_link` is empty when the CV is attached."""
    paid = "the full fee" if not reservation.balance_cents else "the deposit"
    cv = (
        f"The CV is too large to attach: the address below opens it for {link_days} days."
        if cv_link
        else "The CV is attached."
    )
    return EmailText(
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
