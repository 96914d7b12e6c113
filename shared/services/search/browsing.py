"""What a person sees before applying: results with fresh seats, a program with its verdicts for this person, and what
it would cost.

Nothing here writes. Search answers from an index version and its overlay; the seats of what is shown are read from the
seat items.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.applications.eligibility import Reason, Verdict, explain, for_all_types, lead_time_advice
from shared.domain.core.calendar import DEFAULT_WEEKS, horizon, local_date, next_monday, weeks_covered
from shared.domain.core.errors import Invalid, NotFound
from shared.domain.core.instants import say
from shared.domain.core.policy import CURRENT
from shared.domain.money.fees import Quote, quote
from shared.domain.programs import guidelines
from shared.domain.programs.guidelines import Guideline, GuidelineResult
from shared.domain.programs.program import ExperienceType, Program, ProgramStatus
from shared.domain.programs.response_times import AnswerRecord, AnswerTimes, times
from shared.domain.programs.starts import require_start
from shared.domain.search.query import OpenTo, ReaderQuery, SearchHit, SearchPage, SearchQuery, usual_weeks
from shared.domain.seats.seats import FreeStart, free_by_week, free_starts, seats_for
from shared.domain.trainees.trainee import TraineeFacts
from shared.ports import BusinessClock, Catalogue, People, SearchIndex, Store
from shared.services.core.transitions import find

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """What if: a Monday, a length in weeks, and the day (at the site) on which the seat would be reserved."""

    start: date | None = None
    weeks: int | None = None
    pay_on: date | None = None


@dataclass(frozen=True)
class Hit:
    """`starts` are those of the index that still have a seat in every week; `verdicts` is empty when we know nothing of
    the reader."""

    card: SearchHit
    starts: tuple[FreeStart, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class Results:
    """`verdicts` say which kinds of rotation are open to the reader at all (T10), for a start today."""

    page: SearchPage
    hits: tuple[Hit, ...]
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class ForMe:
    """The rules held against the reader's own facts, for the start in question."""

    verdicts: tuple[Verdict, ...]
    guidelines: tuple[GuidelineResult, ...]


@dataclass(frozen=True)
class Sheet:
    """A program for one reader. `plan` is what the wish would cost; when the wish cannot be had, `refused` says why and
    `plan` is for the next open start instead (None when there is no open start). `seats` are those left for the plan's
    start, `advice` warns that it is near (T13)."""

    program: Program
    today: date
    weeks: int
    starts: tuple[FreeStart, ...]
    plan: Quote | None
    seats: int
    refused: Invalid | None
    advice: Reason | None
    guidelines: tuple[Guideline, ...]
    for_me: ForMe | None
    times: AnswerTimes


@dataclass(frozen=True, kw_only=True)
class Browsing:
    """`open_index` is called only when somebody searches: a program page does not open it."""

    open_index: Callable[[], SearchIndex]
    catalogue: Catalogue
    store: Store
    people: People
    clock: BusinessClock

    # --- results ------------------------------------------------------------------------------------------------------
    def search(self, query: SearchQuery, reader: str | None) -> Results:
        """`reader` is an account id or None; `eligible` is asked in vain while nothing is known of them. Raises what
        the index refuses (`Invalid`), and `Busy`."""
        today = local_date(self.clock.now(), CURRENT.business_zone)
        facts = self._facts(reader)
        page = self.open_index().search(for_reader(query, facts, today), today)
        free = self._free(page.hits, query.weeks)
        hits = tuple(
            Hit(
                card, _fresh(card, free.get(card.program_id, {}), query.weeks), _verdicts_for(card, facts, query, today)
            )
            for card in page.hits
        )
        return Results(page, hits, for_all_types(facts, today, today) if facts else ())

    def _free(self, cards: Iterable[SearchHit], length: int | None) -> dict[str, dict[str, int]]:
        """Program -> ISO week -> free seats, for the weeks that the shown starts need: one `BatchGetItem`."""
        needed = [
            (card.program_id, week)
            for card in cards
            for start in card.starts
            for week in weeks_covered(start, length or _usual(card))
        ]
        keys = dict.fromkeys((program_id, int(week[:4])) for program_id, week in needed)
        found: dict[str, dict[str, int]] = {}
        for year in self.store.seat_years(list(keys), {week[5:] for _, week in needed}):
            found.setdefault(year.program_id, {}).update(free_by_week([year]))
        return found

    # --- one program --------------------------------------------------------------------------------------------------
    def program(self, program_id: str, wish: Wish, reader: str | None) -> Sheet:
        """Raises `NotFound`, also for a program that is not live (H10)."""
        program, today = self._live(program_id)
        refused = _refusal(program, wish, today)
        weeks = _weeks(program, Wish() if refused else wish)
        starts = self._starts(program, weeks, today)
        start = None if refused else wish.start
        chosen = start or (starts[0].start if starts else None)
        pay_on = (None if refused else wish.pay_on) or today
        return Sheet(
            program=program,
            today=today,
            weeks=weeks,
            starts=starts,
            plan=quote(program, chosen, weeks, min(pay_on, chosen), CURRENT) if chosen else None,
            seats=next((free.seats for free in starts if free.start == chosen), 0),
            refused=refused,
            advice=lead_time_advice(chosen, today) if chosen else None,
            guidelines=guidelines.describe(program.guidelines),
            for_me=self._for_me(program, chosen or today, weeks, today, reader),
            times=self._times(program.id),
        )

    def quote(self, program_id: str, wish: Wish) -> tuple[Program, Quote, int]:
        """The fee calendar of T22-T29 and the seats left for it. Without a start, the next open one.

        Raises `NotFound`, or `Invalid` (`start`, `weeks`, `pay_on`) for a wish that no seat could exist for.
        """
        program, today = self._live(program_id)
        if refused := _refusal(program, wish, today):
            raise refused
        weeks = _weeks(program, wish)
        starts = self._starts(program, weeks, today)
        start = wish.start or (starts[0].start if starts else None)
        if start is None:
            raise Invalid("No start is open at present.", "Look again later, or choose another length.", field="start")
        pay_on = wish.pay_on or today
        _require_in_time(pay_on, start)
        seats = next((free.seats for free in starts if free.start == start), 0)
        return program, quote(program, start, weeks, pay_on, CURRENT), seats

    def _times(self, program_id: str) -> AnswerTimes:
        found = find(self.store, "RECORD", program_id)
        return times(AnswerRecord.model_validate(found.state) if found else None)

    def _live(self, program_id: str) -> tuple[Program, date]:
        program = self.catalogue.program(program_id)
        if program.status is not ProgramStatus.LIVE:
            raise NotFound("This program is not on offer.", "Look for another one; what you have reserved stays yours.")
        return program, local_date(self.clock.now(), program.place.zone)

    def _starts(self, program: Program, weeks: int, today: date) -> tuple[FreeStart, ...]:
        first, last = CURRENT.applying.first_start(today), horizon(today)
        years = range(today.isocalendar().year, int(weeks_covered(last, weeks)[-1][:4]) + 1)
        return tuple(
            free_starts(self.store.seat_years([(program.id, year) for year in years]), first, last, weeks, today)
        )

    # --- the reader ---------------------------------------------------------------------------------------------------
    def _facts(self, reader: str | None) -> TraineeFacts | None:
        return self.people.facts(reader) if reader else None

    def _for_me(self, program: Program, start: date, weeks: int, today: date, reader: str | None) -> ForMe | None:
        facts = self._facts(reader)
        if facts is None:
            return None
        verdicts = tuple(explain(facts, kind, start, today) for kind in program.experience_types)
        return ForMe(verdicts, tuple(guidelines.check(program.guidelines, facts, start, weeks, today)))


def for_reader(query: SearchQuery, facts: TraineeFacts | None, today: date) -> SearchQuery:
    """The query with what T07-T09 open to this person: one rule, or two when they graduate within the horizon."""
    return query if facts is None else ReaderQuery(**query.model_dump(), open_to=_open_to(facts, today))


def _open_to(facts: TraineeFacts, today: date) -> tuple[OpenTo, ...]:
    def allowed(start: date) -> tuple[ExperienceType, ...]:
        return tuple(verdict.experience_type for verdict in for_all_types(facts, start, today) if verdict.allowed)

    graduation = facts.expected_graduation
    if (
        graduation is None
        or not today <= graduation < horizon(today)
        or allowed(graduation) == allowed(graduation + DAY)
    ):
        return (OpenTo(experience_types=allowed(today)),)
    return (
        OpenTo(experience_types=allowed(graduation), last=graduation),
        OpenTo(experience_types=allowed(graduation + DAY), first=graduation + DAY),
    )


def _fresh(card: SearchHit, free: Mapping[str, int], length: int | None) -> tuple[FreeStart, ...]:
    starts = []
    for start in card.starts:
        weeks = weeks_covered(start, length or _usual(card))
        if seats := seats_for(free, weeks):
            starts.append(FreeStart(start=start, week=weeks[0], seats=seats))
    return tuple(starts)


def _verdicts_for(card: SearchHit, facts: TraineeFacts | None, query: SearchQuery, today: date) -> tuple[Verdict, ...]:
    """For the kinds that were asked for, at the program's next start."""
    if facts is None:
        return ()
    kinds: Sequence[ExperienceType] = [
        kind for kind in card.experience_types if not query.experience_type or kind in query.experience_type
    ]
    return tuple(explain(facts, kind, card.next_start or today, today) for kind in kinds)


def _usual(card: SearchHit) -> int:
    """The length that the card's starts are for (`search.usual_weeks`)."""
    return min(max(DEFAULT_WEEKS, card.weeks_min), card.weeks_max)


def _weeks(program: Program, wish: Wish) -> int:
    return wish.weeks or usual_weeks(program)


def _refusal(program: Program, wish: Wish, today: date) -> Invalid | None:
    """What is wrong with a wish, before anybody looks at seats."""
    try:
        start = wish.start or next_monday(CURRENT.applying.first_start(today))
        require_start(
            start,
            _weeks(program, wish),
            today,
            program,
            CURRENT.applying.horizon_years,
            CURRENT.applying.stale_start_days,
        )
        if wish.pay_on and wish.pay_on < today:
            raise Invalid(f"{say(wish.pay_on)} is in the past.", "Choose today or a later day.", field="pay_on")
        if wish.pay_on and wish.start:
            _require_in_time(wish.pay_on, wish.start)
    except Invalid as refused:
        return refused
    return None


def _require_in_time(pay_on: date, start: date) -> None:
    if pay_on > start:
        raise Invalid(
            "The seat is reserved before the rotation starts.", f"Choose a day up to {say(start)}.", field="pay_on"
        )
