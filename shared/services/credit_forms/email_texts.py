"""What the emails about a credit form say. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.domain.credit_forms.clocks import First
from shared.domain.credit_forms.form import CreditForm
from shared.domain.programs.program import Program
from shared.services.email.text import EmailText, Facts, rotation, span

SIGNED_FOR_HOSTS = "Rota, for the coordinators of your rotations"


def clock(at: datetime, zone: str) -> str:
    """`Thu 4 February, 10:00 CST`: with the zone's letters, because an hour may come twice (C47)."""
    local = at.astimezone(ZoneInfo(zone))
    letters = f"{local:%Z}"
    named = letters if letters.isalpha() else f"UTC{letters}"
    return f"{local:%a} {local.day} {local:%B}, {local:%H:%M} {named}"


def both_clocks(at: datetime, zone: str, own: str) -> str:
    """At the site, and for the reader where their clock shows another time."""
    here, there = at.astimezone(ZoneInfo(zone)), at.astimezone(ZoneInfo(own))
    same = here.utcoffset() == there.utcoffset()
    return clock(at, zone) if same else f"{clock(at, zone)} ({clock(at, own)} for you)"


def hours_left(due_at: datetime, now: datetime) -> str:
    hours = max((due_at - now) // timedelta(hours=1), 0)
    return f"{hours} {'hour' if hours == 1 else 'hours'} left"


def _facts(form: CreditForm, program: Program) -> Facts:
    return (*rotation(program, form.start, form.weeks, form.experience_type), ("Form", form.number))


# --- to the trainee ---------------------------------------------------------------------------------------------------
def _to_trainee(subject: str, name: str, form: CreditForm, program: Program, url: str, *says: str) -> EmailText:
    return EmailText(
        subject,
        f"Dear {name},",
        says,
        _facts(form, program),
        ("See where your form is", f"{url}/credit-forms/{form.id}"),
    )


def requested(name: str, form: CreditForm, program: Program, url: str, zone: str) -> EmailText:
    by = both_clocks(form.send_due_at, form.zone, zone) if form.send_due_at else "the next business day"
    return _to_trainee(
        "We have your request for a school credit form",
        name,
        form,
        program,
        url,
        f"A coordinator reads it and sends the form to the host by {by}. You need to do nothing now.",
    )


def missing(name: str, form: CreditForm, program: Program, url: str, words: str, again: bool) -> EmailText:
    asked = f"Your coordinator writes: {words}" if words else "Your coordinator needs something more."
    return _to_trainee(
        "Your school credit form needs one more thing",
        name,
        form,
        program,
        url,
        asked,
        "Without it the request ends two weeks after it was asked." if again else "Then it goes on at once.",
    )


def with_host(name: str, form: CreditForm, program: Program, url: str, zone: str, first: First | None) -> EmailText:
    due = form.round.due_at
    until = both_clocks(due, form.zone, zone)
    says = [f"{program.name} has your school's form, and 48 hours to answer it: until {until}."]
    if first:
        what = "your school needs it" if first.what == "needed" else "your rotation starts"
        says.append(f"Before that, {what}: {both_clocks(first.at, form.zone, zone)}. We asked the host to hurry.")
    return _to_trainee(f"{program.name} has your form until {clock(due, form.zone)}", name, form, program, url, *says)


def late(name: str, form: CreditForm, program: Program, url: str, zone: str) -> EmailText:
    return _to_trainee(
        "Your form is late: we are calling the host",
        name,
        form,
        program,
        url,
        f"The 48 hours were over on {both_clocks(form.round.due_at, form.zone, zone)}. A coordinator has it on top of "
        "the list. Your seat is not in danger.",
    )


def signed(name: str, form: CreditForm, program: Program, url: str) -> EmailText:
    return _to_trainee(
        f"{program.name} has signed your form",
        name,
        form,
        program,
        url,
        "A coordinator reads it within a business day and sends it to your school.",
    )


def declined(name: str, form: CreditForm, program: Program, url: str) -> EmailText:
    return _to_trainee(
        f"{program.name} can't complete your form",
        name,
        form,
        program,
        url,
        "A coordinator looks for somebody else there who can, and writes to you. Your seat is not in danger.",
    )


def closed(name: str, form: CreditForm, program: Program, url: str) -> EmailText:
    return _to_trainee(
        f"{program.name} can't complete your form",
        name,
        form,
        program,
        url,
        "Nobody at the host can complete it, and we closed the request. Your coordinator helps you with what your "
        "school may take instead.",
    )


def ended_missing(name: str, form: CreditForm, program: Program, url: str) -> EmailText:
    return _to_trainee(
        "Your request for a school credit form has ended",
        name,
        form,
        program,
        url,
        "We asked for something and had no answer for two weeks. Ask for the form again when you have it.",
    )


def forwarded(name: str, form: CreditForm, program: Program, url: str, corrected: bool) -> EmailText:
    return _to_trainee(
        f"Your {'corrected ' if corrected else ''}credit form has gone to your school",
        name,
        form,
        program,
        url,
        "We sent it to the contact that you gave. You can read it on your page.",
    )


def received(name: str, form: CreditForm, program: Program, url: str) -> EmailText:
    return _to_trainee(
        "Your school has your credit form", name, form, program, url, "Nothing more is to be done for it."
    )


# --- to the host ------------------------------------------------------------------------------------------------------
ASKED = (
    "It is filled in as far as we know the answers, and takes about two minutes. If a doctor must sign, pass it on "
    "from the page; if it cannot be done, say so there."
)


def host_asked(
    name: str, student: str, form: CreditForm, program: Program, link: str, first: First | None, why: str = ""
) -> EmailText:
    due, zone = form.round.due_at, form.zone
    says = [
        f"{student}'s school asks for a form about the rotation at {program.name}. Please answer by {clock(due, zone)}."
    ]
    if first:
        says.append(f"Please by {clock(first.at, zone)} if you can; yours until {clock(due, zone)}.")
    if why:
        says.append(f"What we ask you to change: {why}")
    subject = (
        f"One change, please: school form for {student}"
        if why
        else (f"School form for {student}: please answer by {clock(due, zone)}")
    )
    return _to_host(subject, name, form, program, link, *says, ASKED)


def host_reminded(name: str, student: str, form: CreditForm, program: Program, link: str, now: datetime) -> EmailText:
    left = hours_left(form.round.due_at, now)
    return _to_host(
        f"{left}: school form for {student}",
        name,
        form,
        program,
        link,
        f"The form is open until {clock(form.round.due_at, form.zone)}.",
        ASKED,
    )


def host_late(name: str, student: str, form: CreditForm, program: Program, link: str) -> EmailText:
    return _to_host(
        f"Past due and still needed: school form for {student}",
        name,
        form,
        program,
        link,
        f"It was due on {clock(form.round.due_at, form.zone)}, and we still take it.",
        ASKED,
    )


def passed_on(name: str, by: str, student: str, form: CreditForm, program: Program, link: str) -> EmailText:
    return _to_host(
        f"{by} asked you to complete a school form for {student}",
        name,
        form,
        program,
        link,
        f"It is open until {clock(form.round.due_at, form.zone)}. {by} has it too; whoever answers first has answered.",
    )


def copy(name: str, student: str, form: CreditForm, program: Program, link: str, signer: str, mine: bool) -> EmailText:
    """`link` is where somebody says that it was not them; empty for who signed by another one's link."""
    at = clock(form.signed.signed_at, form.zone)
    return EmailText(
        f"Your copy: school form for {student}",
        f"Dear {name},",
        (
            f"{'You' if mine else signer} signed the form on {at}.",
            "If that was not so, say it on the form's page: nothing goes to the school until it is settled.",
        ),
        _facts(form, program),
        ("Open the form", link) if link else None,
        SIGNED_FOR_HOSTS,
    )


def not_needed(name: str, student: str, form: CreditForm, program: Program) -> EmailText:
    return EmailText(
        f"No longer needed: school form for {student}",
        f"Dear {name},",
        ("The form is not needed any more. You need to do nothing; thank you for your time.",),
        _facts(form, program),
        None,
        SIGNED_FOR_HOSTS,
    )


def _to_host(subject: str, name: str, form: CreditForm, program: Program, link: str, *says: str) -> EmailText:
    return EmailText(subject, f"Dear {name},", says, _facts(form, program), ("Open the form", link), SIGNED_FOR_HOSTS)


# --- to staff ---------------------------------------------------------------------------------------------------------
def overdue(name: str, form: CreditForm, program: Program, url: str) -> EmailText:
    return EmailText(
        f"Overdue: {form.number}, {program.name}",
        f"Dear {name},",
        (f"The host's 48 hours were over on {clock(form.round.due_at, form.zone)}.",),
        _facts(form, program),
        ("Open the form", f"{url}/credit-forms/{form.id}"),
    )


def escalated(
    name: str, form: CreditForm, program: Program, url: str, phones: tuple[tuple[str, str], ...], sent: tuple[str, ...]
) -> EmailText:
    """With the telephone list, and what was sent to the host and when."""
    return EmailText(
        f"24 hours overdue, please call: {form.number}, {program.name}",
        f"Dear {name},",
        (f"The host's 48 hours were over on {clock(form.round.due_at, form.zone)}.", *sent),
        (*_facts(form, program), *phones),
        ("Open the form", f"{url}/credit-forms/{form.id}"),
    )


# --- to the school ----------------------------------------------------------------------------------------------------
def to_school(
    name: str, student: str, specialty: str, form: CreditForm, program: Program, link: str, attached: bool
) -> EmailText:
    corrected = form.signed.n > 1
    what = f"redit form for {student}"
    subject = f"C{what}, {specialty}, {span(form.start, form.weeks).rpartition(' (')[0]}"
    if corrected:
        subject = f"Corrected c{what} (replaces version {form.signed.n - 1})"
    return EmailText(
        subject,
        f"Dear {name},",
        (
            f"{program.name} has signed the form that you asked {student} for."
            + ("" if attached else " It is too large for an email; the page has it."),
            "The page says who signed when, and whether your file is the one that was signed. There you can tell us "
            "that you have it, or that something has to be corrected.",
        ),
        _facts(form, program),
        ("Open the form's page", link),
    )


def disregard(name: str, student: str, form: CreditForm, program: Program) -> EmailText:
    return EmailText(
        f"Please disregard: credit form for {student}",
        f"Dear {name},",
        ("The rotation does not take place as it was signed, and the form is void.",),
        _facts(form, program),
    )
