"""What the host answers (section 3 of the design): the fields, what of them is required, how they are read and
checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from shared.domain.accounts.account_input import email_address
from shared.domain.core.errors import Invalid
from shared.domain.credit_forms.checklist import LineAnswer, Read, Verdict, read_lines
from shared.domain.credit_forms.form import CreditForm
from shared.domain.credit_forms.policy import CreditPolicy
from shared.domain.credit_forms.signing import Capacity
from shared.domain.credit_forms.texts import line, text
from shared.domain.programs import specialties
from shared.domain.programs.program import ExperienceType

STATES = frozenset(
    re.findall(
        "..",
        "ALAKAZARCACOCTDEDCFLGAGUHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDMPOHOKORPAPRRISCSDTNTXUTVTVAVIWAWVWIWY",
    )
)
"""Where a medical license may be from (https://pe.usps.com/text/pub28/28apb.htm, without the armed forces)."""
_LICENSE, _ACGME = re.compile(r"[A-Z0-9.\-]{2,20}"), re.compile(r"[0-9]{10}")


class Answers(BaseModel):
    """Everything that is not answered is None or empty. `lines` are in the checklist's order."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    setting: Literal["ward", "hospital_clinic", "private_clinic", "mixed"] | None = None
    hours_week: int | None = None
    structured_hours: int | None = None
    teaching_hours: int | None = None
    patient_time: Literal["most", "half", "less", "none"] | None = None
    schedule: str = ""
    objectives: str = ""
    assessment: str = ""
    midpoint: bool | None = None
    residency: bool | None = None
    acgme: str = ""
    medical_school: str = ""
    supervision: Literal["on_site", "mostly", "on_call"] | None = None
    students: int | None = None
    emergency_care: str = ""
    supervisor: str = ""
    degree: Literal["MD", "DO", "other"] | None = None
    title: str = ""
    specialty: str = ""
    license_state: str = ""
    license_number: str = ""
    license_until: date | None = None
    npi: str = ""
    board: Literal["certified", "eligible", "neither"] | None = None
    board_name: str = ""
    email: str = ""
    phone: str = ""
    others: tuple[str, ...] = ()
    not_relative: bool | None = None
    evaluator: str = ""
    evaluator_email: str = ""
    evaluation_by: date | None = None
    liability: Literal["covered", "student_brings", "not_needed"] | None = None
    liability_each_usd: int | None = None
    liability_total_usd: int | None = None
    agreement: Literal["in_place", "needed", "not_needed"] | None = None
    remarks: str = ""
    lines: tuple[LineAnswer, ...] = ()


class Signature(BaseModel):
    """Block E, never prefilled but for the address. `certified` is the tick under the sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    certified: bool = False
    name: str = ""
    capacity: Capacity | None = None
    email: str = ""


CERTIFY = (
    "I certify that these answers are true and that I may give them for this site. I agree to sign electronically."
)
LONGEST: Mapping[str, int] = {
    "schedule": 1200,
    "objectives": 1200,
    "assessment": 600,
    "medical_school": 160,
    "emergency_care": 300,
    "supervisor": 120,
    "title": 80,
    "board_name": 80,
    "phone": 40,
    "evaluator": 120,
    "remarks": 1200,
}
PARAGRAPHS = ("schedule", "objectives", "assessment", "emergency_care", "remarks")
BETWEEN: Mapping[str, tuple[int, int]] = {
    "hours_week": (1, 80),
    "structured_hours": (0, 40),
    "teaching_hours": (0, 40),
    "students": (1, 20),
    "liability_each_usd": (0, 100_000_000),
    "liability_total_usd": (0, 100_000_000),
}
OTHERS, WORDS_LONGEST = 5, 300
ABOUT_THE_PROGRAM = tuple(
    name for name in Answers.model_fields if name not in ("not_relative", "evaluation_by", "remarks", "lines")
)
"""What the next form of the program is filled in with (block B and C), without what is about one student."""
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "B1": ("setting",),
    "B2": ("hours_week",),
    "B3": ("structured_hours", "teaching_hours"),
    "B4": ("patient_time",),
    "B9": ("supervision", "students"),
    "C1": ("supervisor", "degree"),
    "C2": ("title", "specialty"),
    "C3": ("license_state", "license_number", "license_until"),
    "C8": ("not_relative",),
    "C9": ("evaluator", "evaluator_email", "evaluation_by"),
    "C10": ("liability",),
    "C11": ("agreement",),
}
"""What every host answers, by the rows of the form."""
ASKED_BY: Mapping[str, tuple[str, ...]] = {
    "schedule": ("schedule",),
    "objectives": ("objectives",),
    "narrative": ("assessment",),
    "midpoint": ("midpoint",),
    "residency_same": ("residency",),
    "affiliated": ("medical_school",),
    "emergency": ("emergency_care",),
    "board": ("board",),
}
"""What is asked only where the school's checklist has the code."""
WITH_OWN_FILE = ("C1", "C8", "C9")
"""What stays required beside the school's own form, uploaded signed."""


# --- filled in before the host opens it -------------------------------------------------------------------------------
def prefilled(
    form: CreditForm, last: Mapping[str, Any], specialty: str, capacity: int, contact_email: str, policy: CreditPolicy
) -> Answers:
    """The program's last signed form (`last`, empty for the first one), and what the program itself says. The signature
    is never filled in."""
    known = {name: value for name, value in last.items() if name in ABOUT_THE_PROGRAM}
    hands_on = form.experience_type is ExperienceType.HANDS_ON
    usual: dict[str, Any] = {
        "patient_time": "most" if hands_on else "none",
        "students": min(max(capacity, 1), 20),
        "specialty": specialty,
        "evaluator_email": contact_email,
        "evaluation_by": form.end + timedelta(days=policy.evaluation_usual_days),
    }
    return Answers.model_validate({**usual, **known, "evaluation_by": usual["evaluation_by"]})


def open_questions(form: CreditForm, answers: Answers) -> tuple[str, ...]:
    """The rows that the host still has to answer, the signature's two (tick; name and capacity) among them."""
    rows = [row for row, names in QUESTIONS.items() if any(_empty(answers, name) for name in _asked(row, names))]
    lines = [f"D{index + 1}" for index, one in enumerate(read_lines(form, answers)) if one.verdict is None]
    return (*rows, *(f"asked:{name}" for name in _extra(form) if _empty(answers, name)), *lines, "E1", "E2")


def _asked(row: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Who evaluates is the supervisor until somebody says otherwise."""
    return names[1:] if row == "C9" else names


def _extra(form: CreditForm) -> list[str]:
    return [name for line in form.lines for name in ASKED_BY.get(line.code, ())]


def _empty(answers: Answers, name: str) -> bool:
    return getattr(answers, name) in (None, "", ())


# --- read and checked -------------------------------------------------------------------------------------------------
def read_answers(form: CreditForm, given: Mapping[str, Any], policy: CreditPolicy) -> Answers:
    """What was typed, as far as it goes: a draft may lack anything, but what is there must fit. Raises `Invalid` with
    `problems` (field -> what is wrong), and the first of them as `field`."""
    found, problems = dict[str, Any](), dict[str, str]()
    for name in Answers.model_fields:
        if name not in given or given[name] in (None, ""):
            continue
        try:
            found[name] = _read(name, given[name], form, policy)
        except Invalid as refused:
            problems[str(refused.facts.get("field", name))] = f"{refused.detail} {refused.remedy}"
    if problems:
        _refuse(problems)
    return Answers.model_validate(found)


def _read(name: str, value: Any, form: CreditForm, policy: CreditPolicy) -> Any:
    if name in PARAGRAPHS:
        return text(value, LONGEST[name], name)
    if name in LONGEST:
        return line(value, LONGEST[name], name)
    if name in BETWEEN:
        return _number(value, *BETWEEN[name], name)
    if name in _CHECKS:
        return _CHECKS[name](str(value).strip())
    if name == "others":
        return tuple(line(one, LONGEST["supervisor"], name) for one in value if str(one).strip())[:OTHERS]
    if name == "evaluation_by":
        day = _day(value, name)
        last = form.end + timedelta(days=policy.evaluation_days)
        if not form.end <= day <= last:
            raise Invalid(
                "The evaluation is due after the rotation.", f"Choose a day from {form.end} to {last}.", field=name
            )
        return day
    if name == "license_until":
        return _day(value, name)
    if name == "lines":
        return tuple(_line_answer(one, f"lines-{index}") for index, one in enumerate(value))[: len(form.lines)]
    try:
        return getattr(Answers.model_validate({name: value}), name)
    except ValueError:
        raise Invalid("This is none of the choices.", "Choose one of the list.", field=name) from None


def _line_answer(value: Any, field: str) -> LineAnswer:
    raw = value if isinstance(value, Mapping) else value.model_dump()
    verdict = raw.get("verdict") or None
    if verdict is not None and verdict not in tuple(Verdict):
        raise Invalid("This is none of the choices.", "Choose yes, partly or no.", field=field)
    return LineAnswer(verdict=verdict, words=text(raw.get("words", ""), WORDS_LONGEST, field))


def _number(value: Any, least: int, most: int, field: str) -> int:
    try:
        found = int(str(value).strip())
    except ValueError:
        found = least - 1
    if not least <= found <= most:
        raise Invalid(f"This is a whole number from {least} to {most:,}.", "Type digits only.", field=field)
    return found


def _day(value: Any, field: str) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value).strip())
    except ValueError:
        raise Invalid("This is not a day.", "Write it as 2027-04-04.", field=field) from None


def _state(value: str) -> str:
    if value.upper() not in STATES:
        raise Invalid("There is no such state.", "Use its two letters, as IL.", field="license_state")
    return value.upper()


def _license(value: str) -> str:
    found = value.upper().replace(" ", "")
    if not _LICENSE.fullmatch(found):
        raise Invalid(
            "A license number has 2 to 20 letters and digits.", "Copy it from the license.", field="license_number"
        )
    return found


def npi(value: str) -> str:
    """Ten digits whose last one is the Luhn check digit over `80840` and the nine before
    (https://www.cms.gov/regulations-and-guidance/administrative-simplification/nationalprovidentstand). Raises
    `Invalid` (field "npi")."""
    digits = re.sub(r"[\s-]", "", value)
    if not re.fullmatch(r"[0-9]{10}", digits) or not _luhn(f"80840{digits}"):
        raise Invalid("This is not an NPI.", "Copy its ten digits, or leave it empty.", field="npi")
    return digits


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def _acgme(value: str) -> str:
    if not _ACGME.fullmatch(value):
        raise Invalid("An ACGME number has ten digits.", "Copy it, or leave it empty.", field="acgme")
    return value


def _email(field: str) -> Any:
    def read(value: str) -> str:
        try:
            return email_address(value)
        except Invalid as refused:
            raise Invalid(refused.detail, refused.remedy, field=field) from refused

    return read


def _specialty(value: str) -> str:
    try:
        return specialties.get(value).slug
    except Exception as unknown:
        raise Invalid("There is no such specialty.", "Choose one of the list.", field="specialty") from unknown


_CHECKS: Mapping[str, Any] = {
    "license_state": _state,
    "license_number": _license,
    "npi": npi,
    "acgme": _acgme,
    "email": _email("email"),
    "evaluator_email": _email("evaluator_email"),
    "specialty": _specialty,
}


# --- complete? --------------------------------------------------------------------------------------------------------
def check_complete(
    form: CreditForm, answers: Answers, signature: Signature, own_file: bool = False
) -> tuple[Read, ...]:
    """Everything that is required is there; the checklist as it is signed. Raises `Invalid` with `problems`, beside
    each field."""
    rows = {row: names for row, names in QUESTIONS.items() if not own_file or row in WITH_OWN_FILE}
    wanted = [name for names in rows.values() for name in names] + ([] if own_file else _extra(form))
    problems = {name: "This is needed. Answer it." for name in wanted if _empty(answers, name)}
    if answers.liability == "student_brings" and answers.liability_each_usd is None and not own_file:
        problems["liability_each_usd"] = "The student has to know how much. Say for how much in US dollars."
    lines = read_lines(form, answers, signature.capacity)
    for index, one in enumerate(() if own_file else lines):
        if one.verdict is None:
            problems[f"lines-{index}"] = "This line is not answered. Choose yes, partly or no."
        elif one.wants_words and not one.words:
            problems[f"lines-{index}"] = "The school needs to know why. Write a sentence."
    problems |= _unsigned(signature)
    if problems:
        _refuse(problems)
    return lines


def _unsigned(signature: Signature) -> dict[str, str]:
    wrong = {}
    if not signature.certified:
        wrong["certified"] = "Nothing is signed without it. Tick the sentence."
    if not signature.name:
        wrong["name"] = "The signature is missing. Type your name."
    if signature.capacity is None:
        wrong["capacity"] = "This is needed. Say in which capacity you sign."
    if not signature.email:
        wrong["email"] = "Your copy goes there. Type your address."
    return wrong


def _refuse(problems: Mapping[str, str]) -> None:
    first = next(iter(problems))
    detail, _, remedy = problems[first].partition(". ")
    raise Invalid(f"{detail.rstrip('.')}.", remedy, field=first, problems=dict(problems))


def read_signature(given: Mapping[str, Any]) -> Signature:
    """As typed. Raises `Invalid` (field "name", "capacity" or "email")."""
    capacity = given.get("capacity") or None
    if capacity is not None and capacity not in tuple(Capacity):
        raise Invalid("This is none of the choices.", "Choose one of the list.", field="capacity")
    email = str(given.get("email") or "")
    return Signature(
        certified=bool(given.get("certified")),
        name=line(given.get("name"), 100, "name"),
        capacity=capacity,
        email=email_address(email) if email else "",
    )


def license_ends_early(form: CreditForm, answers: Answers) -> bool:
    """A warning, no block."""
    return answers.license_until is not None and answers.license_until < form.end
