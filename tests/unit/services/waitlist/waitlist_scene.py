"""One seat, who holds it, two who stand in line in this order, and one who walks by."""

from __future__ import annotations

from shared.domain.reservations.reservation import Choice
from shared.domain.seats.waitlist import WaitlistStatus
from shared.services.reservations.reserve import PayLink
from shared.services.seats.line import Standing, line_of, standing_of
from tests.builders import PROGRAM
from tests.unit.services.reservations.reservation_scene import Scene, by

HOLDER, FIRST, SECOND, WALKER = (
    ("application-1", "trainee-1"),
    ("application-2", "trainee-2"),
    ("application-3", "trainee-3"),
    ("application-4", "trainee-4"),
)
W = WaitlistStatus


class Line(Scene):
    """One seat: its holder pays for it, two stand in line in this order, and one walks by."""

    def __init__(self, seats: int = 1, **program: object) -> None:
        super().__init__(seats, tuple(f"2027-W{week:02d}" for week in range(7, 20)), **program)
        for id, trainee in (HOLDER, FIRST, SECOND, WALKER):
            self.apply(id, trainee)
        self.hold = self.take(HOLDER)

    def take(self, who: tuple[str, str], choice: Choice = Choice.DEPOSIT) -> PayLink:
        return self.checkout(choice, *who)

    def join(self, who: tuple[str, str]) -> Standing:
        self.waitlist.join(by("trainee", who[1]), who[0])
        return standing_of(self.store, self.application(who[0]))

    def leave(self, who: tuple[str, str]) -> None:
        self.waitlist.leave(by("trainee", who[1]), who[0])

    def entry(self, who: tuple[str, str]) -> WaitlistStatus | None:
        return self.application(who[0]).waitlist_status

    def line(self) -> list[str]:
        return [place.application_id for place in line_of(self.store.load("WAITLIST", PROGRAM)).line]

    def marks(self) -> dict[str, int]:
        years = self.store.seat_years([(PROGRAM, 2027)])
        return {f"2027-{week}": cell.waiting for year in years for week, cell in year.weeks.items() if cell.waiting}

    def offered(self) -> Line:
        """The holder's time to pay ran out, and the first in line has the seat."""
        self.join(FIRST)
        self.join(SECOND)
        self.run_sweep(minutes=30)
        assert self.entry(FIRST) is W.OFFERED
        return self

    def check(self) -> None:
        super().check()
        places = [
            place
            for (kind, _), found in self.store.states.items()
            if kind == "WAITLIST"
            for place in line_of(found).line
        ]
        marked = {
            week: sum(week in place.marks for place in places)
            for week in {week for place in places for week in place.marks}
        }
        assert self.marks() == marked
