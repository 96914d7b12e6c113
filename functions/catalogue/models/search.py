"""A search's answer. Nothing private to a host (stipend, coordinator, contacts) is part of any of it."""

from __future__ import annotations

from shared.domain.applications.eligibility import Verdict
from shared.domain.core.calendar import DEFAULT_WEEKS
from shared.domain.core.policy import CURRENT
from shared.domain.programs.states import state_name
from shared.domain.search.query import SearchHit
from shared.domain.seats.seats import FreeStart
from shared.runtime.http.models import LateAnswer
from shared.services.search.browsing import Hit


# --- search -----------------------------------------------------------------------------------------------------------
class HitView(SearchHit):
    """A found program. `open` are its next starts with the seats left in them, as fresh as the seat counters;
    `price_cents` is the fee for `weeks`, the length asked for (four when none was)."""

    state_name: str
    weeks: int
    price_cents: int
    open: tuple[FreeStart, ...]
    verdicts: tuple[Verdict, ...]
    reserve_cents: int

    @classmethod
    def of(cls, hit: Hit, weeks: int | None) -> HitView:
        card = hit.card
        cents = card.prices.get(weeks, card.price_4w_cents) if weeks else card.price_4w_cents
        return cls(
            **card.model_dump(),
            state_name=state_name(card.state),
            weeks=weeks or DEFAULT_WEEKS,
            price_cents=cents,
            open=hit.starts,
            verdicts=hit.verdicts,
            reserve_cents=min(CURRENT.money.deposit_cents, cents),
        )


class Option(LateAnswer):
    """A value of a filter: `count` programs are found when it is chosen, everything else as asked. `parent` is the
    specialty that a subspecialty belongs to."""

    value: str
    label: str
    count: int
    chosen: bool
    parent: str = ""


class Options(LateAnswer):
    specialty: tuple[Option, ...]
    subspecialty: tuple[Option, ...]
    state: tuple[Option, ...]
    city: tuple[Option, ...]
    within_miles: tuple[Option, ...]
    experience_type: tuple[Option, ...]
    month: tuple[Option, ...]
    weeks: tuple[Option, ...]
    price_min_cents: tuple[Option, ...]
    price_max_cents: tuple[Option, ...]
    credit_friendly: tuple[Option, ...]
    review_mode: tuple[Option, ...]
    eligible: tuple[Option, ...]


class Link(LateAnswer):
    """`field` and `value` say what the link takes away or changes, `label` how it is called."""

    field: str
    value: str
    label: str
    href: str
    chosen: bool = False


class ResultsView(LateAnswer):
    """One page of programs. `chosen` are the filters in force with the address without each, `instead` (when nothing is
    found) those whose absence would find something; `verdicts` what is open to the reader, `only_open` the same search
    for that alone; `eligible` was asked for, which works only for somebody whose profile we know (`known`). `address`
    is this search's first page; links are empty where they would change nothing."""

    text: str
    zip: str
    weeks: int | None
    price_min_cents: int | None
    price_max_cents: int | None
    sort: str
    total: int
    hits: tuple[HitView, ...]
    options: Options
    chosen: tuple[Link, ...]
    instead: tuple[Link, ...]
    sorts: tuple[Link, ...]
    eligible: bool
    known: bool
    verdicts: tuple[Verdict, ...]
    only_open: str
    address: str
    next: str
    first: str
    next_cursor: str | None
    index_version: str
