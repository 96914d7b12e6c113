"""What the waitlist's mails say: the place in line, the seat that is held, and that the offer is over. Pure, as
`letters`."""

from __future__ import annotations

from datetime import datetime

from shared.domain.applications.application import Application
from shared.domain.core.policy import Policy
from shared.domain.programs.program import Program
from shared.domain.seats.waitlist import line_over
from shared.ports import Person
from shared.services.email.text import EmailText, both, rotation


def joined(
    person: Person, application: Application, program: Program, place: int, policy: Policy, url: str
) -> EmailText:
    """`place` is counted from 1 among those who wait for the same start."""
    assert application.start is not None
    return EmailText(
        f"You are on the waitlist, place {place}: {program.name}",
        f"Hello {person.name},",
        (
            "Every seat of your weeks is taken at the moment. You stand in line, and a seat that comes back goes to "
            "who came first: "
            "nobody can book it past you.",
            f"You need to do nothing now. When it is your turn we hold the seat for {policy.offer.waitlist_hours} "
            "hours and write to you. "
            "The time of your offer stands still while you wait; you may leave at any time.",
        ),
        (
            ("Your place", str(place)),
            *rotation(program, application.start, application.weeks, application.experience_type),
        ),
        ("See your place", f"{url}/reservations/for/{application.id}"),
    )


def seat_held(person: Person, application: Application, program: Program, url: str) -> EmailText:
    """Until when, in both zones; nothing was charged, and nobody else can take it until then."""
    assert application.start is not None
    assert application.waitlist is not None
    assert application.waitlist.until is not None
    until = both(application.waitlist.until, program.place.zone, person.zone)
    return EmailText(
        f"A seat came back and is held for you: {program.name}",
        f"Hello {person.name},",
        (
            f"It is your turn: a seat in every one of your weeks is held for you until {until}.",
            "You need to sign the clinical terms, if you have not, and pay by then. Otherwise the seat goes to the "
            "next in line. "
            "If you do not want it any more, give it back: somebody is waiting.",
        ),
        (("Held until", until), *rotation(program, application.start, application.weeks, application.experience_type)),
        ("Sign and pay", f"{url}/reservations/for/{application.id}"),
    )


def ended(person: Person, application: Application, program: Program, now: datetime, url: str) -> EmailText:
    """Why the place or the offered seat is gone, until when the application's own offer counts on, and what is possible
    at `now`."""
    assert application.start is not None
    code = (application.waitlist.code if application.waitlist else None) or ""
    why = {
        "expired": "The seat that was held for you was not paid in time, so it is not held any more.",
        "underpaid": "What was paid for the held seat was too little; it goes back to you, and the seat to the next "
        "in line.",
        "too_late": "The first day of this rotation has come and no seat came back, so the waitlist has ended.",
        "closed": "This program takes no reservations at present, so its waitlist has ended.",
    }.get(code, "Your place on the waitlist has ended.")
    facts = rotation(program, application.start, application.weeks, application.experience_type)
    again = "Your application stays approved"
    if application.offer is not None:
        again += f" until {both(application.offer.expires_at, program.place.zone, person.zone)}"
    waits = "" if line_over(application.start, now, program.place.zone) else ", or wait again"
    possible = {
        "too_late": "a seat that comes back before then can be reserved by whoever is first. A later start may suit "
        "you as well",
        "closed": "while it is paused nobody can reserve there. Write to us, and we look for another program with you",
    }.get(
        code,
        f"you need to do nothing, or see what is possible now: reserve if there is a seat{waits}",
    )
    return EmailText(
        f"Your waitlist place has ended: {program.name}",
        f"Hello {person.name},",
        (why, f"{again}; {possible}."),
        facts,
        ("See what is possible", f"{url}/reservations/for/{application.id}"),
    )
