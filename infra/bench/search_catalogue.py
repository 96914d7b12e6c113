"""What the search bench searches: a catalogue before and after some seats were sold and returned, and the questions
that people ask it.

`before` is what the index holds and `overlay` what it does not know yet; `after` is the truth, which the peers are
given outright.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from infra.local.seed import generator
from shared.domain.core.calendar import horizon, mondays, week_of
from shared.domain.programs import specialties
from shared.domain.programs.program import Program
from shared.domain.programs.states import STATES
from shared.domain.search.query import Overlay, Projection, SearchQuery, Sort, city_key, month_of, start_window

TODAY = date(2026, 11, 21)
LONGEST = timedelta(weeks=12)
SOLD_OUT = (0.0, 0.0, 0.05, 0.05, 0.15, 0.15, 0.4, 0.8)
"""How much of the coming years is sold, by program."""
PATTERNS, CHANGED = 400, 40
QUESTIONS = 200


@dataclass(frozen=True)
class Catalogue:
    before: Sequence[Projection]
    after: Sequence[Projection]
    overlay: Overlay


def catalogue(number: int) -> Catalogue:
    """`number` generated programs, always the same; `CHANGED` of them have other free weeks now than when the index was
    made."""
    rng = random.Random(number)  # noqa: S311 (plausible data, not secrets)
    weeks = [week_of(monday) for monday in mondays(TODAY - timedelta(days=6), horizon(TODAY) + LONGEST)]
    patterns = [{week: int(rng.random() >= SOLD_OUT[n % len(SOLD_OUT)]) for week in weeks} for n in range(PATTERNS)]
    # Not validated once more: so many programs can share a pattern's one dictionary.
    before = [
        Projection.model_construct(program=program, weeks=rng.choice(patterns))
        for program in generator.programs(number)
    ]
    after, flipped = list(before), dict[tuple[str, str], bool]()
    for place in rng.sample(range(number), CHANGED):
        first = rng.randrange(len(weeks) - 5)
        span = {week: 1 - before[place].weeks[week] for week in weeks[first : first + 4]}
        after[place] = Projection.model_construct(program=before[place].program, weeks=before[place].weeks | span)
        flipped |= {(before[place].program.id, week): bool(free) for week, free in span.items()}
    return Catalogue(before, after, Overlay(flipped))


@dataclass(frozen=True)
class Question:
    """`misspelt` has a typo in it, which SQLite cannot see through."""

    query: SearchQuery
    misspelt: bool = False


def questions(found: Sequence[Program], number: int = QUESTIONS) -> list[Question]:
    """First pages, as people ask for them: by words, by filters, by both, by neither; in every order; one in twenty
    with a typo."""
    rng = random.Random(0)  # noqa: S311 (plausible data, not secrets)
    wish = _Wishes(rng, found)
    makers = (wish.words, wish.both, wish.filters, wish.nothing, wish.typo)
    chosen = rng.choices(makers, (6, 4, 6, 3, 1), k=number)
    return [Question(SearchQuery.model_validate(make()), make == wish.typo) for make in chosen]


def misspelt(word: str, rng: random.Random) -> str:
    """One inner letter is left out."""
    place = rng.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1 :]


@dataclass(frozen=True)
class _Wishes:
    rng: random.Random
    programs: Sequence[Program]

    def words(self) -> dict[str, object]:
        offered = self.rng.choice(self.programs)
        entry = specialties.get(offered.specialty)
        name, place = self.rng.choice((entry.name, *entry.aliases)), offered.place
        longest = max(entry.name.split(), key=len)
        texts = (
            name,
            entry.name,
            f"{name} {place.city}",
            f"{entry.name} {STATES[place.state]}",
            f"{longest} {place.state}",
            place.city,
        )
        return {"text": self.rng.choice(texts if self.rng.random() < 0.9 else (longest[:6], place.zip))}

    def typo(self) -> dict[str, object]:
        entry = specialties.get(self.rng.choice(self.programs).specialty)
        return {"text": misspelt(max(entry.name.split(), key=len), self.rng)}

    def filters(self) -> dict[str, object]:
        offered = self.rng.choice(self.programs)
        parent = specialties.get(offered.specialty).parent
        wishes: dict[str, object] = {
            "subspecialty" if parent else "specialty": (offered.specialty,),
            "state": tuple({offered.place.state, *self.rng.sample(sorted(STATES)[:48], 2)}),
            "experience_type": (offered.experience_types[0],),
            "month": self._month(),
            "city": (city_key(offered.place),),
            "credit_friendly": True,
            "review_mode": (offered.review_mode,),
            "price_max_cents": offered.price_4w_cents + 10_000,
        }
        names = self.rng.sample(sorted(wishes), self.rng.choice((1, 1, 2, 2, 3)))
        return {name: wishes[name] for name in names} | {
            "sort": self.rng.choice((Sort.RELEVANCE, Sort.PRICE, Sort.NEXT_START))
        }

    def both(self) -> dict[str, object]:
        return self.filters() | self.words() | {"sort": Sort.RELEVANCE}

    def nothing(self) -> dict[str, object]:
        browses: list[dict[str, object]] = [{}, {"sort": Sort.PRICE}, {"month": self._month()}]
        return self.rng.choice(browses)

    def _month(self) -> str:
        return self.rng.choice([*months()])


def months() -> Iterator[str]:
    """The months in which a rotation may start."""
    yield from dict.fromkeys(month_of(monday) for monday in start_window(TODAY))
