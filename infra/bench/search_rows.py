"""What the peers of the search bench index of each program: plain values, worked out beforehand for one day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from infra.bench.search_catalogue import TODAY
from shared.adapters.search.schema import TEXT
from shared.domain.programs import specialties
from shared.domain.programs.program import Program
from shared.domain.search.query import Projection, city_key, lengths, month_of, open_starts, start_window, usual_weeks

Months = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """`families` are the specialty and the one that it is a branch of; `months` those with a start, by length offered
    and, for the usual length, under None; `starts` are of the usual length. Ranks order all programs by price, and by
    next start and then price."""

    program: Program
    text: Mapping[str, str]
    card: str
    families: tuple[str, ...]
    city: str
    months: Mapping[int | None, Months]
    starts: tuple[date, ...]
    price_rank: int
    start_rank: int


def rows(documents: Sequence[Mapping[str, Any]], after: Iterable[Projection]) -> Iterator[Row]:
    """In the order of `documents`, which are the index's own: they bring the words and the cards, `after` the seats."""
    by_id = {projection.program.id: projection for projection in after}
    calendar = _Calendar()
    ordered = [by_id[document["id"]] for document in documents]
    starts = [calendar.starts(projection, usual_weeks(projection.program)) for projection in ordered]
    by_price = _ranks([(projection.program.price_4w_cents, projection.program.id) for projection in ordered])
    by_start = _ranks([((free[0] if free else date.max), rank) for free, rank in zip(starts, by_price, strict=True)])
    for place, (document, projection) in enumerate(zip(documents, ordered, strict=True)):
        program = projection.program
        specialty = specialties.get(program.specialty)
        yield Row(
            program=program,
            text={name: document[name] for name in TEXT},
            card=json.dumps(document["card"], separators=(",", ":")),
            families=tuple(slug for slug in (specialty.slug, specialty.parent) if slug),
            city=city_key(program.place),
            months=calendar.months(projection),
            starts=starts[place],
            price_rank=by_price[place],
            start_rank=by_start[place],
        )


class _Calendar:
    """Programs share their free weeks, so each pattern is looked at once for each length."""

    def __init__(self) -> None:
        self._window = set(start_window(TODAY))
        self._starts: dict[tuple[int, int], tuple[date, ...]] = {}
        self._months: dict[tuple[int, int], Months] = {}

    def starts(self, projection: Projection, weeks: int) -> tuple[date, ...]:
        key = id(projection.weeks), weeks
        if key not in self._starts:
            self._starts[key] = tuple(day for day in open_starts(projection, weeks) if day in self._window)
            self._months[key] = tuple(dict.fromkeys(map(month_of, self._starts[key])))
        return self._starts[key]

    def months(self, projection: Projection) -> dict[int | None, Months]:
        found: dict[int | None, Months] = {}
        for offered, weeks in (
            (None, usual_weeks(projection.program)),
            *((weeks, weeks) for weeks in lengths(projection.program)),
        ):
            self.starts(projection, weeks)
            found[offered] = self._months[id(projection.weeks), weeks]
        return found


def _ranks(keys: Sequence[Any]) -> list[int]:
    found = [0] * len(keys)
    for rank, place in enumerate(sorted(range(len(keys)), key=keys.__getitem__)):
        found[place] = rank
    return found
