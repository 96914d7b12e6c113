"""Who may sign (section 5 of the design): we prove possession of a link, and say so."""

from __future__ import annotations

import re
from enum import StrEnum

from shared.domain.core.errors import Invalid
from shared.domain.reservations.terms import same_name


class Capacity(StrEnum):
    PHYSICIAN = "supervising_physician"
    DIRECTOR = "director"
    EDUCATION = "education_office"
    MANAGER = "practice_manager"
    OTHER = "other"


class SignerRule(StrEnum):
    """What the school asks of who signs."""

    ANY = "any"
    PHYSICIAN = "physician"
    DIRECTOR = "director"


MAY_SIGN = {
    SignerRule.ANY: tuple(Capacity),
    SignerRule.PHYSICIAN: (Capacity.PHYSICIAN,),
    SignerRule.DIRECTOR: (Capacity.DIRECTOR,),
}
CHECKS = ("phone", "known_address", "website", "video")
"""How a coordinator made sure who a stranger is."""
_DEGREES = re.compile(
    r"(?<![\w.])(?:dr|prof|mr|mrs|ms|mx|md|m\.d|do|d\.o|mbbs|mbchb|phd|ph\.d|mph|msc|facp|facs|faafp|faap|np|pa-c|rn)"
    r"\.?(?![\w.])",
    re.IGNORECASE,
)


def bare(name: str) -> str:
    """A name without titles and degrees: `Dr. Thomas Vega, MD` is `Thomas Vega`."""
    return " ".join(part.strip(" .") for part in _DEGREES.sub(" ", name).replace(",", " ").split()).strip()


def same_person(typed: str, asked: str) -> bool:
    """Degrees and titles do not count; everything else as for the clinical terms (T24)."""
    return bool(bare(typed)) and same_name(bare(typed), bare(asked))


def check_capacity(rule: SignerRule, capacity: Capacity) -> None:
    """Raises `Invalid` (field "capacity"): who may not sign may save, and pass the form on."""
    if capacity not in MAY_SIGN[rule]:
        wanted = {SignerRule.PHYSICIAN: "the supervising physician", SignerRule.DIRECTOR: "a director"}[rule]
        raise Invalid(
            f"The school asks that {wanted} signs.",
            "Save what you have, and pass the form on to who may sign.",
            field="capacity",
        )


def forbid_trainee(name: str, email: str, trainee_name: str, trainee_email: str, field: str = "email") -> None:
    """The trainee never answers, signs or receives for host or school: neither by name nor by address. Raises
    `Invalid`; a name alone counts only where one is given."""
    if (email and email.casefold() == trainee_email.casefold()) or (name and same_person(name, trainee_name)):
        raise Invalid(
            "This is the student's own name or address.",
            "The form is answered and received by somebody else than the student.",
            field=field,
        )
