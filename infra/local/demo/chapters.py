"""The chapters of `make demo`, in the order they are told. Each can be played alone (`make demo ARGS=reviews`):
whom and what it needs from an earlier one, it asks of the stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from infra.local import admin
from infra.local.checks.consistency import check_consistency
from infra.local.clock.mover import mover_of
from infra.local.demo.api_client import Client, Refused
from infra.local.demo.journey import Journey, Missed, Trainee, expect
from infra.local.demo.reviews import HOST_LOOKS, OPEN_TO_ALL, SPANISH, Reviews
from infra.local.demo.waitlist import WaitlistAct
from infra.local.replay import replay
from infra.local.stack.event_sources import disconnect
from infra.local.stack.local_stack import Stack
from infra.local.stack.queues import Queues
from shared.domain.money.money import dollars


@dataclass
class Stage:
    """What the chapters share: the stack, the reviewer, and Amina with the seat of the first chapter."""

    stack: Stack
    cast: list[Trainee] = field(default_factory=list)

    @cached_property
    def journey(self) -> Journey:
        return Journey(self.stack)

    @cached_property
    def reviewer(self) -> Client:
        return self.journey.staff("reviewer")

    @property
    def amina(self) -> Trainee:
        if not self.cast:
            seat(self)
        return self.cast[0]

    def wish(self, weeks_later: int) -> tuple[str, str]:
        """Amina's program, and a start so many weeks after hers."""
        wished = self.amina.application
        return wished["program"]["id"], (date.fromisoformat(wished["start"]) + timedelta(weeks=weeks_later)).isoformat()


Chapter = Callable[[Stage], None]
CHAPTERS: dict[str, Chapter] = {}


def chapter(name: str) -> Callable[[Chapter], Chapter]:
    """Adds a chapter to the end of the story."""

    def keep(told: Chapter) -> Chapter:
        CHAPTERS[name] = told
        return told

    return keep


@chapter("seat")
def seat(stage: Stage) -> None:
    """From a new account to a seat with a coach and a calendar."""
    journey = stage.journey
    with journey.step("Amina signs up, confirms her address and fills in her profile"):
        amina = journey.sign_up()
    with journey.step("she searches, and the program says that she is eligible") as notes:
        sheet = journey.search(amina)
        verdict = next(one for one in sheet["verdicts"] if one["experience_type"] == "hands_on")
        expect(verdict["allowed"], "the program page says that she is eligible")
        program, start = sheet["program"], sheet["starts"][8]["start"]
        notes += [program["name"], f"start {start}"]
    with journey.step("she uploads her CV and applies"):
        journey.apply(amina, program["id"], start)
    with journey.step("a reviewer finds the application in the queue and approves it"):
        journey.approve(stage.reviewer, amina)
    with journey.step("she reads and signs the clinical terms") as notes:
        offer = journey.sign(amina)
        notes.append(f"{dollars(offer['quote']['due_now_cents'])} now, {dollars(offer['quote']['total_cents'])} in all")
    with journey.step("she holds the seat, pays the deposit, and the webhook makes it hers") as notes:
        held = journey.checkout(amina)
        hub = journey.pay(amina, held["checkout_url"])
        expect(hub["paid_cents"] == offer["quote"]["due_now_cents"], "what was shown is what was charged")
        notes.append(f"paid {dollars(hub['paid_cents'])}, {dollars(hub['owed_cents'])} by {hub['balance_due_on']}")
    with journey.step("the host's mail has her CV, byte for byte") as notes:
        mail = journey.host_mail(amina)
        notes.append(f"raw message of {len(mail.raw):,} bytes")
    with journey.step("a coach is matched and introduced to her") as notes:
        notes.append(journey.coach(amina))
    with journey.step("her calendar subscribes to the rotation, and she takes the address back") as notes:
        notes.append(journey.calendar(amina))
    stage.cast.append(amina)


@chapter("reviews")
def reviews(stage: Stage) -> None:
    """The answers that are more than a yes (H12, T18-T20)."""
    journey = stage.journey
    acts = Reviews(journey, stage.reviewer)
    with journey.step("Dunya is asked something: the review clock stands still until she answers") as notes:
        notes.append(acts.asked(acts.applies("Dunya Salim", OPEN_TO_ALL, 6)))
    with journey.step("Farida's application goes to the host, who answers from the link in the mail, once") as notes:
        notes.append(acts.by_the_host(acts.applies("Farida Noor", HOST_LOOKS, 6)))
    with journey.step(
        "Gamal does not speak what the host asks for; the reviewer accepts him with a reason on file"
    ) as notes:
        notes.append(acts.in_spite_of(acts.applies("Gamal Aziz", SPANISH, 6)))
    with journey.step("Hana is declined, reads why, and what is open to her instead") as notes:
        notes.append(acts.declined(acts.applies("Hana Idris", OPEN_TO_ALL, 7)))


@chapter("waitlist")
def waitlist(stage: Stage) -> None:
    """A full week, a line, and a seat that opens up."""
    journey = stage.journey
    with journey.step(
        "the only seat is held and not paid: who waited in line gets it, who comes along does not"
    ) as notes:
        notes.append(WaitlistAct(journey, stage.reviewer).plays())


@chapter("holds")
def holds(stage: Stage) -> None:
    """A hold that nobody pays: the clock moves, Stripe's page closes, the seat comes back."""
    journey = stage.journey
    with journey.step("Bilal holds a seat and walks away; 31 minutes later it is free again"):
        bilal = journey.sign_up("Bilal Haddad")
        journey.apply(bilal, *stage.wish(5))
        journey.approve(stage.reviewer, bilal)
        journey.sign(bilal)
        held = journey.checkout(bilal)
        before = journey.stripe.pay(held["checkout_url"], card="4000000000000002")
        expect(before.outcome == "declined", f"the declined card is declined ({before})")
        mover_of(journey.stack.info).move(journey.stack.clock.now() + timedelta(minutes=31))
        journey.until_status(bilal, "RELEASED")
        expect(journey.stripe.pay(held["checkout_url"]).outcome == "expired", "the pay page is closed")


@chapter("replay")
def replays(stage: Stage) -> None:
    """The publisher stands still while somebody pays; the rows bring everything downstream when they are announced
    again."""
    journey, info = stage.journey, stage.journey.stack.info
    with journey.step("the publisher stops; Chidi pays; `replay` brings the seat, the ledger and the mails") as notes:
        chidi = journey.sign_up("Chidi Okoro")
        journey.apply(chidi, *stage.wish(10))
        journey.approve(stage.reviewer, chidi)
        journey.sign(chidi)
        held = journey.checkout(chidi)
        since = min(datetime.now(UTC), journey.stack.clock.now()) - timedelta(minutes=5)
        Queues(info).drain()
        disconnect(info, "event_publisher")
        expect(journey.stripe.pay(held["checkout_url"]).outcome == "paid", "the card is accepted")
        journey.stripe.drain()
        expect(
            chidi.client.get(f"/reservations/{chidi.reservation_id}")["status"] == "HELD",
            "nothing moved without the publisher",
        )
        # The delivery brings the payment, whose event row is then announced too: rows written by a replay are part of
        # the next one.
        rounds = [replay(info, since, max(datetime.now(UTC), journey.stack.clock.now()))]
        journey.until_status(chidi, "RESERVED")
        rounds.append(replay(info, since, max(datetime.now(UTC), journey.stack.clock.now())))
        journey.host_mail(chidi)
        Queues(info).drain()
        expect(journey.host_mail(chidi), "still one mail to the host")
        notes.append(f"{' and '.join(str(count) for count in rounds)} events announced again")


@chapter("erasure")
def erasure(stage: Stage) -> None:
    """What must hold after everything that was played, and after a person is erased."""
    amina, journey, info = stage.amina, stage.journey, stage.journey.stack.info
    with journey.step(
        "every history replays to its state, chains hold, counters equal reservations, cents add up"
    ) as notes:
        report = check_consistency(info)
        notes.append(str(report))
        expect(not report.broken, "the tables are consistent")
    with journey.step("Amina is erased: she is gone, and everything still adds up") as notes:
        notes.append(admin.erase(info, amina.email, despite_seats=True))
        try:
            amina.client.get("/accounts/me")
        except Refused as refused:
            expect(refused.status == 401, "an erased person is nobody")
        else:
            raise Missed("an erased person can still sign in")
        report = check_consistency(info)
        expect(not report.broken, f"the tables are consistent after erasure ({report})")
