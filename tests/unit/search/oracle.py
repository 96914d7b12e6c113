"""The same questions answered the slow and obvious way, from the projections themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from shared.domain.programs import specialties
from shared.domain.programs.places import Position, miles, position
from shared.domain.programs.program import ExperienceType, Program, ReviewMode
from shared.domain.search.query import (
    LENGTHS,
    PRICE_STEPS,
    RADII,
    OpenTo,
    Overlay,
    Projection,
    ReaderQuery,
    SearchQuery,
    city_key,
    month_of,
    open_starts,
    start_window,
)

NONE = {"specialty": (), "subspecialty": ()}


class Oracle:
    def __init__(self, projections: Iterable[Projection], overlay: Overlay, today: date) -> None:
        self._window = start_window(today)
        newer = overlay.by_program()
        self._known = {p.program.id: self._present(p, newer.get(p.program.id, {})) for p in projections}

    @staticmethod
    def _present(projection: Projection, newer: dict[str, bool]) -> Projection:
        return projection.model_copy(
            update={"weeks": projection.weeks | {week: int(free) for week, free in newer.items()}}
        )

    def program(self, id: str) -> Program:
        return self._known[id].program

    def starts(self, id: str, query: SearchQuery) -> list[date]:
        """Those that a card may show."""
        days = self._starts(id, query)
        if query.eligible and _rules(query):
            days = [day for day in days if any(self._opens(id, rule, query, day) for rule in _rules(query))]
        return days

    def _starts(self, id: str, query: SearchQuery) -> list[date]:
        days = set(open_starts(self._known[id], query.weeks))
        return [day for day in self._window if day in days and query.month in (None, month_of(day))]

    # --- what fits ----------------------------------------------------------------------------------------------------
    def found(self, query: SearchQuery) -> list[str]:
        """Ids in no order; text is not looked at."""
        return [id for id in self._known if self._fits(id, query)]

    def _fits(self, id: str, query: SearchQuery) -> bool:
        program = self.program(id)
        return (
            _of_specialty(program, query)
            and (not query.state or program.place.state in query.state)
            and (not query.city or city_key(program.place) in query.city)
            and (not query.within_miles or self.miles(id, query) <= query.within_miles)
            and (not query.experience_type or bool({*query.experience_type} & {*program.experience_types}))
            and (query.weeks is None or program.weeks_min <= query.weeks <= program.weeks_max)
            and (query.month is None or bool(self._starts(id, query)))
            and (query.price_min_cents is None or program.price_4w_cents >= query.price_min_cents)
            and (query.price_max_cents is None or program.price_4w_cents <= query.price_max_cents)
            and (not query.credit_friendly or program.credit_friendly)
            and (not query.review_mode or program.review_mode in query.review_mode)
            and (not query.eligible or not _rules(query) or self._eligible(id, query))
        )

    def miles(self, id: str, query: SearchQuery) -> float:
        place, here = self.program(id).place, position(query.zip or "")
        assert here is not None
        return round(miles(here, Position(place.latitude, place.longitude)), 3)

    def _eligible(self, id: str, query: SearchQuery) -> bool:
        for rule in _rules(query):
            if rule.first is None and rule.last is None:
                if self._kinds(id, rule, query):
                    return True
            elif any(self._opens(id, rule, query, day) for day in self._starts(id, query)):
                return True
        return False

    def _kinds(self, id: str, rule: OpenTo, query: SearchQuery) -> set[ExperienceType]:
        return (
            {*self.program(id).experience_types}
            & {*rule.experience_types}
            & {*(query.experience_type or ExperienceType)}
        )

    def _opens(self, id: str, rule: OpenTo, query: SearchQuery, day: date) -> bool:
        in_time = (rule.first is None or day >= rule.first) and (rule.last is None or day <= rule.last)
        return in_time and bool(self._kinds(id, rule, query))

    # --- orders -------------------------------------------------------------------------------------------------------
    def by_price(self, query: SearchQuery) -> list[str]:
        return sorted(self.found(query), key=lambda id: (self.program(id).price_4w_cents, id))

    def by_start(self, query: SearchQuery) -> list[str]:
        return sorted(self.by_price(query), key=lambda id: (self._starts(id, query) or [date.max])[0])

    def by_distance(self, query: SearchQuery) -> list[str]:
        return sorted(self.by_price(query), key=lambda id: self.miles(id, query))

    # --- counts -------------------------------------------------------------------------------------------------------
    def facet(self, query: SearchQuery, name: str) -> dict[str, int]:
        """Each value chosen alone, everything else as asked; 0 only for what is chosen, prices and rings always."""
        always = name in ("within_miles", "price_min_cents", "price_max_cents", "eligible")
        if (name == "within_miles" and not query.zip) or (name == "eligible" and not _rules(query)):
            return {}
        chosen = {str(value) for value in _listed(getattr(query, name))}
        counts = {
            value: len(self.found(query.model_copy(update=change)))
            for value, change in self._values(query, name).items()
        }
        return {value: count for value, count in counts.items() if count or always or value in chosen}

    def _values(self, query: SearchQuery, name: str) -> dict[str, dict[str, Any]]:
        """value -> the change of the query that chooses it alone."""
        programs = [known.program for known in self._known.values()]
        chosen = _listed(getattr(query, name))
        own = {program.specialty for program in programs}
        match name:
            case "specialty":
                values = {specialties.get(slug).parent or slug for slug in own} | {*chosen}
                return {slug: {**NONE, "specialty": (slug,)} for slug in values}
            case "subspecialty":
                values = {slug for slug in own if specialties.get(slug).parent} | {*chosen}
                return {slug: {**NONE, "subspecialty": (slug,)} for slug in values}
            case "state":
                return {state: {"state": (state,)} for state in {p.place.state for p in programs} | {*chosen}}
            case "city":
                return {city: {"city": (city,)} for city in {city_key(p.place) for p in programs} | {*chosen}}
            case "within_miles":
                return {str(radius): {"within_miles": radius} for radius in RADII}
            case "experience_type":
                return {str(kind): {"experience_type": (kind,)} for kind in ExperienceType}
            case "month":
                return {month: {"month": month} for month in {month_of(day) for day in self._window} | {*chosen}}
            case "weeks":
                return {str(weeks): {"weeks": weeks} for weeks in LENGTHS}
            case "price_min_cents" | "price_max_cents":
                return {str(cents): {name: cents} for cents in {*PRICE_STEPS, *chosen}}
            case "review_mode":
                return {str(mode): {"review_mode": (mode,)} for mode in ReviewMode}
            case _:
                return {"true": {name: True}}


def _rules(query: SearchQuery) -> tuple[OpenTo, ...]:
    return query.open_to if isinstance(query, ReaderQuery) else ()


def _of_specialty(program: Program, query: SearchQuery) -> bool:
    """Any branch of a chosen specialty, unless branches of it are chosen too."""
    if not query.specialty and not query.subspecialty:
        return True
    parent = specialties.get(program.specialty).parent
    narrowed = {specialties.get(slug).parent for slug in query.subspecialty}
    whole = {slug for slug in query.specialty if slug not in narrowed}
    return program.specialty in query.subspecialty or bool({program.specialty, parent} & whole)


def _listed(value: Any) -> tuple[Any, ...]:
    if value is None or value is False:
        return ()
    if value is True:
        return ("true",)
    return value if isinstance(value, tuple) else (value,)
