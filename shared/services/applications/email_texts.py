"""What emails about an application say, to the trainee and to the host."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.domain.applications.application import Application
from shared.domain.applications.clocks import owed_by
from shared.domain.core.policy import Policy
from shared.domain.money.fees import Quote, price
from shared.domain.money.money import dollars
from shared.domain.programs.program import Program, ReviewMode
from shared.domain.search.query import usual_weeks
from shared.ports import Contact, Person
from shared.services.applications.cv_links import LINK_DAYS
from shared.services.applications.status_text import CLOSED
from shared.services.email.text import EmailText, both, moment, rotation


def application_received(
    person: Person, application: Application, program: Program, policy: Policy, url: str
) -> EmailText:
    """T18, T20: the reviewer's promise; where the host looks too, nothing shorter than the host's own is promised."""
    assert application.start is not None
    assert application.review is not None
    due = both(application.review.due_at, program.place.zone, person.zone)
    answer = f"We answer from {policy.review.answer_bh} business hours, and aim at {due}."
    if program.review_mode is ReviewMode.HOST:
        answer = (
            f"We take a first look by {due}. This host decides too: allow {policy.host.promise_days} days or "
            "more for an answer."
        )
    return EmailText(
        f"We have your application: {program.name}",
        f"Hello {person.name},",
        ("Your application is with our reviewers. You need to do nothing now.", answer),
        rotation(program, application.start, application.weeks, application.experience_type),
        ("See where it stands", f"{url}/applications/{application.id}"),
    )


def application_approved(
    person: Person, application: Application, program: Program, plan: Quote, url: str
) -> EmailText:
    """T24-T28: what to do, until when, and what it costs when. `plan` is for reserving today."""
    assert application.offer is not None
    zone = program.place.zone
    money = [("Fee", dollars(plan.total_cents)), ("To reserve", f"{dollars(plan.due_now_cents)}, or all of it")]
    if plan.balance_due_at:
        money.append(("Balance", f"{dollars(plan.balance_cents)} by {both(plan.balance_due_at, zone, person.zone)}"))
    else:
        money[1] = ("To reserve", f"{dollars(plan.due_now_cents)}: for this start the whole fee is due at once")
    return EmailText(
        f"Approved: {program.name}",
        f"Hello {person.name},",
        (
            "You are accepted. You need to sign the clinical terms and pay; then the seat is yours. No seat is held "
            "for you before that.",
            f"The offer ends on {both(application.offer.expires_at, zone, person.zone)}.",
        ),
        (*rotation(program, plan.start, plan.weeks, application.experience_type), *money),
        ("Sign and reserve", f"{url}/reservations/for/{application.id}"),
    )


def information_requested(
    person: Person, application: Application, program: Program, question: str, url: str, again: bool = False
) -> EmailText:
    """What is asked, until when, and that the clock stands still. `again`: the reminder."""
    assert application.question is not None
    until = both(application.question.reply_due_at, program.place.zone, person.zone)
    return EmailText(
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


def with_the_host(person: Person, application: Application, program: Program, policy: Policy, url: str) -> EmailText:
    """T20: the host is asked, and nothing shorter than its five days is promised, unless the start is too near for as
    many."""
    assert application.host is not None
    usual = application.host.due_at - application.host.routed_at >= timedelta(days=policy.host.promise_days)
    by, decide = (
        both(at, program.place.zone, person.zone) for at in (application.host.due_at, application.host.decide_at)
    )
    allow = (
        f"Allow {policy.host.promise_days} days or more"
        if usual
        else f"The start is near, so we have asked for an answer by {by}"
    )
    return EmailText(
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
) -> EmailText:
    """T19: what the host is asked, without an account. `reminder` 0 is the first mail; `cv_link` is empty when the CV
    is attached; `desk` is where the host's manager answers signed in, empty when nobody can."""
    assert application.host is not None
    assert application.start is not None
    zone = program.place.zone
    late = f"Your answer counts until {moment(application.host.decide_at, zone)}; then our coordinator decides."
    first = f"Please answer by {moment(application.host.due_at, zone)}."
    cv = (
        f"The CV is too large to attach: an address below opens it for {LINK_DAYS} days."
        if cv_link
        else "The CV is attached."
    )
    return EmailText(
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
) -> EmailText:
    """The reason, and `others` that are open to this trainee instead."""
    return EmailText(
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


def application_expired(person: Person, application: Application, program: Program, url: str) -> EmailText:
    what = {
        "offer": "The time to sign and pay for this rotation is over, so the offer has ended.",
        "reply": "Our question stayed without an answer for too long, so the application has ended.",
        "start_near": f"{CLOSED[owed_by(application)]} So the application is closed.",
        "draft": "You began this application and never sent it, so we have put it away.",
    }.get(application.ending.code if application.ending else "", "This application has ended.")
    return EmailText(
        f"This has ended: {program.name}",
        f"Hello {person.name},",
        (what, "Nothing was charged. If you still want the rotation, apply again: your profile and CV are kept."),
        rotation(program, application.start, application.weeks, application.experience_type)
        if application.start
        else (),
        ("Look at the program", f"{url}/programs/{program.id}"),
    )
