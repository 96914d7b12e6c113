"""What the mail of a saved search says. Pure, as `letters`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shared.domain.programs.program import Program
from shared.domain.programs.specialties import name_of
from shared.domain.programs.states import state_name
from shared.domain.search.query import address
from shared.ports import Person
from shared.services.email.text import EmailText, day
from shared.services.search.saved_searches import Kept

SHOWN = 5


def match_opened(person: Person, kept: Kept, matches: Sequence[tuple[Program, date]], url: str) -> EmailText:
    """The programs that opened with the first start that fits, how to see them all, and how to hear no more."""
    more = len(matches) - SHOWN
    said = (
        "A rotation that you look for has opened."
        if len(matches) == 1
        else f"{len(matches)} rotations that you look for have opened."
    )
    stop = way_out(kept, url)
    return EmailText(
        f"{said.removesuffix('.')}",
        f"Hello {person.name},",
        (
            said
            + " Seats go to the first person who pays, so don't wait too long. If it isn't for you, ignore this email.",
            *((f"The first {SHOWN} are below; {more} more are in your search.",) if more > 0 else ()),
        ),
        tuple((program.name, _about(program, start)) for program, start in matches[:SHOWN]),
        ("Open your search", f"{url}{address(kept.query)}"),
        links=(("You saved this search on Rota. To hear no more of it", stop),),
    )


def way_out(kept: Kept, url: str) -> str:
    """Where the search is ended without signing in: a page to look at, and by one POST what it offers (RFC 8058)."""
    return f"{url}/programs/searches/{kept.saved.id}/stop/{kept.secret}"


def _about(program: Program, start: date) -> str:
    place = f"{program.place.city}, {state_name(program.place.state)}"
    return f"{name_of(program.specialty)}, {place}, from {day(start)}"
