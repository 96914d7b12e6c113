"""Plausible fictional programs in any number, for the search benchmarks and for filling a stack: same arguments, same
programs."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from infra.local.seed import places
from shared.domain.documents.rules import DocumentRule, NeededBy
from shared.domain.programs import specialties
from shared.domain.programs.guidelines import Guidelines
from shared.domain.programs.program import ExperienceType, HostKind, Place, Program, ReviewMode, Vacation
from shared.domain.programs.specialties import Specialty
from shared.domain.trainees.trainee import TraineeStatus

# Everyday specialties are offered more often than rare ones; all the others have weight 1.
_COMMON = {
    "internal-medicine": 14,
    "family-medicine": 14,
    "pediatrics": 8,
    "psychiatry": 7,
    "general-surgery": 6,
    "obstetrics-gynecology": 6,
    "emergency-medicine": 5,
    "neurology": 4,
    "cardiovascular-disease": 4,
    "gastroenterology": 3,
    "nephrology": 3,
    "infectious-disease": 3,
}
_STARTS = (
    "Amber",
    "Bramble",
    "Cinder",
    "Dapple",
    "Elder",
    "Fennel",
    "Gosling",
    "Hazel",
    "Ivory",
    "Juniper",
    "Kestrel",
    "Lupin",
    "Mossy",
    "Nettle",
    "Osprey",
    "Pebble",
    "Quince",
    "Russet",
    "Sorrel",
    "Thistle",
    "Umber",
    "Velvet",
    "Willow",
    "Yarrow",
    "Zephyr",
)
_ENDS = (
    "bark",
    "comb",
    "drift",
    "fold",
    "gale",
    "hollow",
    "knoll",
    "lock",
    "mere",
    "nook",
    "perch",
    "quay",
    "reach",
    "sedge",
    "tarn",
    "wick",
)
_SETTINGS = {
    HostKind.PHYSICIAN: ("Physician's office", "Office and nursing homes", "Solo practice"),
    HostKind.INSTITUTION: ("Outpatient clinic", "Community health center", "Clinic and surgery center"),
    HostKind.HOSPITAL: ("Hospital wards", "Hospital and clinic", "Teaching hospital"),
}
_TITLES = {HostKind.PHYSICIAN: "Practice", HostKind.INSTITUTION: "Clinic", HostKind.HOSPITAL: "Hospital"}
_KINDS = tuple(HostKind)
_TYPES = (
    (ExperienceType.HANDS_ON, ExperienceType.OBSERVERSHIP),
    (ExperienceType.OBSERVERSHIP,),
    (ExperienceType.HANDS_ON,),
)
_FIRST = (
    "You start each day on rounds.",
    "You see patients first and present them.",
    "You sit in on every visit.",
    "You join the morning huddle.",
)
_SECOND = (
    "Teaching is at noon.",
    "There is a case talk every Friday.",
    "Evenings are free.",
    "One night shift a week is optional.",
)
_THIRD = (
    "Good for a first rotation.",
    "Bring curiosity and good shoes.",
    "Feedback is given every week.",
    "You keep a log of your cases.",
)
_LENGTHS = ((4, 4), (4, 4), (4, 8), (2, 8), (4, 12))
_FIRST_CLOSED_DAY = date(2027, 1, 4)


def programs(n: int, seed: int = 0) -> Iterator[Program]:
    """`n` live programs, one by one; the first of a long run equal those of a short one. Fees lie within T21's bounds,
    specialties and places are real, capacities run from 1 to 8, vacations fall into 2027 and 2028. A hundred thousand
    take a few seconds. Raises `ValueError` for `n` below 0."""
    rng = random.Random(seed)  # noqa: S311 (plausible data, not secrets)
    draw = _Draws(rng)
    return (_program(number, rng, draw) for number in _count(n))


def _count(n: int) -> Sequence[int]:
    if n < 0:
        raise ValueError(f"{n} programs cannot be generated; ask for none or more")
    return range(n)


class _Draws:
    """What programs share is built once, in a fixed order, so that a program costs little and the same seed gives the
    same one."""

    def __init__(self, rng: random.Random) -> None:
        self.sites: tuple[Place, ...] = tuple(places.place(code) for code in rng.sample(places.zip_codes(), 3000))
        self.specialties: tuple[Specialty, ...] = specialties.all()
        self.weights = list(itertools.accumulate(_COMMON.get(entry.slug, 1) for entry in self.specialties))
        self.guidelines = tuple(_guidelines(rng) for _ in range(200))
        self.vacations = ((), (), *(tuple(_vacations(rng)) for _ in range(100)))


def _program(number: int, rng: random.Random, draw: _Draws) -> Program:
    specialty = rng.choices(draw.specialties, cum_weights=draw.weights)[0]
    kind = rng.choice(_KINDS)
    site = rng.choice(draw.sites)
    word = rng.choice(_STARTS) + rng.choice(_ENDS)
    price_4w_cents = 99_900 + 5_000 * round(rng.triangular(0, 64, 24))
    weeks_min, weeks_max = rng.choice(_LENGTHS)
    return Program(
        id=f"{word.lower()}-{specialty.slug[:50]}-{number:06d}",
        name=f"{word} {_TITLES[kind]}, {specialty.name}",
        host_id=f"{word.lower()}-{kind}-{site.zip}",
        host_kind=kind,
        setting=rng.choice(_SETTINGS[kind]),
        summary=f"{specialty.name} in {site.city}. {rng.choice(_FIRST)} {rng.choice(_SECOND)} {rng.choice(_THIRD)}",
        specialty=specialty.slug,
        experience_types=rng.choices(_TYPES, (6, 3, 1))[0],
        place=site,
        price_4w_cents=price_4w_cents,
        weeks_min=weeks_min,
        weeks_max=weeks_max,
        capacity=rng.choices((1, 2, 3, 4, 6, 8), (40, 25, 15, 10, 6, 4))[0],
        vacations=rng.choice(draw.vacations),
        guidelines=rng.choice(draw.guidelines),
        review_mode=ReviewMode.HOST if rng.random() < 0.3 else ReviewMode.OPERATOR,
        credit_friendly=rng.random() < 0.4,
        letter_possible=rng.random() < 0.7,
        stipend_week_cents=price_4w_cents // 8,
    )


def _guidelines(rng: random.Random) -> Guidelines:
    kinds = rng.sample(("bls", "immunisation", "hipaa_training", "background_check", "transcript"), rng.randrange(3))
    return Guidelines(
        statuses=rng.choices((tuple(TraineeStatus), (TraineeStatus.GRADUATE,)), (5, 1))[0],
        step1_required=rng.random() < 0.3,
        step2_ck_required=rng.random() < 0.1,
        min_graduation_year=rng.choice((None, None, None, 2016, 2020)),
        languages=rng.choices(((), ("Spanish",)), (6, 1))[0],
        lead_days=rng.choice((0, 0, 14, 30, 60)),
        documents=tuple(
            DocumentRule(
                kind=kind,
                must_cover=kind == "bls",
                needed_by=NeededBy.APPROVAL if kind == "transcript" else NeededBy.CLEARANCE,
            )
            for kind in kinds
        ),
    )


def _vacations(rng: random.Random) -> Iterator[Vacation]:
    for _ in range(rng.randrange(1, 4)):
        first = _FIRST_CLOSED_DAY + timedelta(days=rng.randrange(700))
        yield Vacation(first=first, last=first + timedelta(days=rng.randrange(3, 16)))
