"""The waitlist as `make demo` plays it over HTTP: the only seat is held, somebody waits in line for it, and when the
hold lapses the seat is held for who waits; who comes along meanwhile cannot take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from infra.local.clock.mover import mover_of
from infra.local.demo.api_client import Client, Json, Refused
from infra.local.demo.journey import PATIENCE, Journey, Missed, Trainee, expect, wait_until

ONE_SEAT = "windlebrook-family-springfield"
PLACE = 12
"""Which of its starts: far enough ahead for a deposit to be enough."""
LAPSE = timedelta(minutes=31)


@dataclass(frozen=True)
class WaitlistAct:
    """`reviewer` is signed in."""

    journey: Journey
    reviewer: Client

    def approved(self, *names: str) -> list[Trainee]:
        """New people whose applications for the same only seat are approved, the terms signed."""
        people = [self.journey.sign_up(name) for name in names]
        start = wait_until(lambda: people[0].client.get(f"/programs/{ONE_SEAT}")["starts"], "the program has starts")[
            PLACE
        ]["start"]
        for person in people:
            self.journey.apply(person, ONE_SEAT, start)
            self.journey.approve(self.reviewer, person)
            self.journey.sign(person)
        return people

    def plays(self) -> str:
        """Omar holds the seat and does not pay; Yara, who waited, gets and pays it; Zayd, who came along, never
        could."""
        omar, yara, zayd = self.approved("Omar Saleh", "Yara Mansour", "Zayd Hamdan")
        self.journey.checkout(omar)
        base = f"/reservations/for/{yara.application['id']}"
        in_line = yara.client.post(f"{base}/waitlist")
        expect(
            in_line["waitlist"]["place"] == 1 and in_line["waitlist"]["waiting"] == 1,
            f"Yara is first in line ({in_line['waitlist']})",
        )
        mover_of(self.journey.stack.info).move(self.journey.stack.clock.now() + LAPSE)
        self.journey.until_status(omar, "RELEASED")
        offer = wait_until(lambda: self._offered(yara), "the seat that came back is held for Yara")
        mail = self.journey.stack.mailbox.wait_for(
            yara.email, lambda one: base in one.text and "seat" in one.subject.lower(), PATIENCE
        )
        self._cannot_take(zayd)
        held = self.journey.checkout(yara)
        self.journey.pay(yara, held["checkout_url"])
        status = yara.client.get(base)["waitlist"]["status"]
        expect(status == "TAKEN", f"the place in line became the seat ({status})")
        return f"held for her until {offer['offered']['held_until']}, “{mail.subject}”"

    @staticmethod
    def _offered(trainee: Trainee) -> Json | None:
        offer = trainee.client.get(f"/reservations/for/{trainee.application['id']}")
        return offer if offer["offered"] else None

    def _cannot_take(self, walks_up: Trainee) -> None:
        try:
            self.journey.checkout(walks_up)
        except Refused as refused:
            expect(refused.slug == "sold-out", f"who comes along is told that there is no seat ({refused})")
        else:
            raise Missed("somebody took the seat that is held for who waited")
