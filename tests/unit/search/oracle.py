"""The same questions answered the slow and obvious way, from the projections themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from shared.domain.calendar import week_of
from shared.domain.search import Overlay, Projection, SearchQuery, month_of, open_starts, start_window


class Oracle:
    def __init__(self, projections: Iterable[Projection], overlay: Overlay, today: date) -> None:
        self._programs = {p.program.id: p.program for p in projections}
        window = start_window(today)
        self._starts: dict[str, list[date]] = {}
        for p in projections:
            stored = set(open_starts(p))
            newer = overlay.by_program().get(p.program.id, {})
            self._starts[p.program.id] = [day for day in window if newer.get(week_of(day), day in stored)]

    def starts(self, program_id: str, month: str | None) -> list[date]:
        return [day for day in self._starts[program_id] if month in (None, month_of(day))]

    def found(self, query: SearchQuery, but: str = "") -> list[str]:
        """Ids in no order; text is not looked at. The facet `but` is not filtered by."""
        return [id for id in self._programs if self._fits(id, query, but)]

    def _fits(self, id: str, query: SearchQuery, but: str) -> bool:
        program = self._programs[id]
        return (
            (but == "specialty" or not query.specialty or program.specialty in query.specialty)
            and (but == "state" or not query.state or program.place.state in query.state)
            and (but == "experience_type" or not query.experience_type or bool({*query.experience_type} & {*program.experience_types}))
            and (but == "month" or query.month is None or bool(self.starts(id, query.month)))
            and (query.price_min_cents is None or program.price_4w_cents >= query.price_min_cents)
            and (query.price_max_cents is None or program.price_4w_cents <= query.price_max_cents)
        )

    def by_price(self, query: SearchQuery) -> list[str]:
        return sorted(self.found(query), key=lambda id: (self._programs[id].price_4w_cents, id))

    def by_start(self, query: SearchQuery) -> list[str]:
        return sorted(self.by_price(query), key=lambda id: (self.starts(id, query.month) or [date.max])[0])

    def facet(self, query: SearchQuery, name: str) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for id in self.found(query, but=name):
            program = self._programs[id]
            counts.update(
                {
                    "specialty": {program.specialty},
                    "state": {program.place.state},
                    "experience_type": {t.value for t in program.experience_types},
                    "month": {month_of(day) for day in self._starts[id]},
                }[name]
            )
        chosen = query.month if name == "month" else None
        values = {chosen} if chosen else {str(value) for value in getattr(query, name) or ()}
        return dict(counts) | {value: counts[value] for value in values}
