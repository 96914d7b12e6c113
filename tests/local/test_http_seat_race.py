"""Issue 2, done-when 3: warm clients race over HTTP for the last seats of one start; then the winners pay, and
everything adds up."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from infra.local.checks.consistency import check_consistency
from infra.local.demo.api_client import Json, Refused
from infra.local.demo.journey import Journey, Trainee
from infra.local.stack.local_stack import Stack
from infra.local.stack.queues import Queues
from tests.local.crowd import AT_ONCE, Crowd

CLIENTS, SEATS = 16, 3


def test_T27_over_http_exactly_the_last_k_seats_go_and_everybody_else_hears_sold_out(rota_stack: Stack) -> None:
    journey = Journey(rota_stack)
    crowd = Crowd(journey)
    opening = crowd.open(SEATS)
    trainees = crowd.approved([f"Racer {chr(65 + n)}" for n in range(CLIENTS)], opening)
    for some in range(AT_ONCE, CLIENTS + 1, AT_ONCE):
        warm(trainees[:some])
    gate = threading.Barrier(CLIENTS)

    def race(trainee: Trainee) -> Json | Refused:
        gate.wait()
        try:
            return journey.checkout(trainee)
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(CLIENTS) as pool:
        began = time.monotonic()
        answers = list(pool.map(race, trainees))
        seconds = time.monotonic() - began
    told = Counter(f"{answer.status} {answer.slug}" for answer in answers if isinstance(answer, Refused))
    winners = [
        (trainee, answer) for trainee, answer in zip(trainees, answers, strict=True) if not isinstance(answer, Refused)
    ]
    print(f"\n{SEATS} seats, {CLIENTS} clients over HTTP: {len(winners)} held, {dict(told)}, {seconds:.2f} s")
    assert len(winners) == SEATS
    assert all(slug.startswith(("409 sold-out", "503 ")) for slug in told), told
    for answer in answers:
        if isinstance(answer, Refused) and answer.slug == "sold-out":
            assert answer.problem["weeks"]
            assert answer.problem["remedy"]

    for _, answer in winners:
        assert journey.stripe.pay(answer["checkout_url"]).outcome == "paid"
    for trainee, _ in winners:
        hub = journey.until_status(trainee, "RESERVED")
        assert hub["paid_cents"] == hub["charge_cents"]
    Queues(rota_stack.info).drain()
    assert len(rota_stack.mailbox.messages(opening.host)) == SEATS
    # The others' offers stand: nothing was taken from them.
    others = [trainee for trainee, answer in zip(trainees, answers, strict=True) if isinstance(answer, Refused)]
    assert {one.client.get(f"/applications/{one.application['id']}")["status"] for one in others} == {"APPROVED"}
    assert check_consistency(rota_stack.info).broken == []


def warm(trainees: list[Trainee]) -> None:
    """As many workers as people; a few more each time, because all at once would start later than a request may
    take."""
    gate = threading.Barrier(len(trainees))

    def look(trainee: Trainee) -> None:
        gate.wait()
        trainee.client.get(f"/reservations/for/{trainee.application['id']}")

    with ThreadPoolExecutor(len(trainees)) as pool:
        list(pool.map(look, trainees))
