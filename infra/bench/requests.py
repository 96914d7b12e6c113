"""AWS and Stripe requests per operation, counted from the functions' call log and the Stripe simulator, beside the
least possible.

A step is done, everything that follows from it runs out, and what its function sent is counted; functions are warm, as
in a busy hour.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from infra.bench.least import LEAST, Least
from infra.local.demo.journey import CV_SECTIONS, HANDS_ON, Journey, Trainee
from infra.local.seed.cv import cv_pdf
from infra.local.stack.event_sources import disconnect
from infra.local.stack.local_stack import Stack
from infra.local.stack.queues import Queues


@dataclass(frozen=True)
class Counted:
    """`aws` counts requests by operation (`dynamodb:GetItem`), `stripe` those to Stripe."""

    operation: str
    aws: Counter[str]
    stripe: int
    least: Least

    @property
    def sent(self) -> int:
        return self.aws.total()

    @property
    def excess(self) -> int:
        """Requests beyond the least possible."""
        return self.sent + self.stripe - self.least.aws - self.least.stripe

    @property
    def remark(self) -> str:
        """What the excess is; empty when there is none."""
        return f"+{self.excess} {self.least.beyond}".rstrip() if self.excess > 0 else ""


ONCE = {"secretsmanager:GetSecretValue"}
"""Sent once in a process's life, at its first use: no part of an operation."""


def requests_in(log: str, function: str) -> Counter[str]:
    """What `function` sent, from lines of the call log."""
    lines = (json.loads(line) for line in log.splitlines())
    return Counter(line["request"] for line in lines if line["function"] == function and line["request"] not in ONCE)


def minus(more: Counter[str], less: Counter[str]) -> Counter[str]:
    """What is left of `more` without `less`. Raises ValueError when `less` has something that `more` does not."""
    if not less <= more:
        raise ValueError(f"{less} is not part of {more}")
    return more - less


class Counting:
    """Counts one operation after the other on a running stack with a call log."""

    def __init__(self, stack: Stack) -> None:
        self._stack, self._journey, self._queues = stack, Journey(stack), Queues(stack.info)
        self.found: list[Counted] = []

    def during(self, act: Callable[[], Any], *operations: tuple[str, str]) -> Any:
        """Does `act` and adds what each (operation, function) sent because of it. Stripe's requests are the first
        one's."""
        self._queues.drain()
        before = self._stack.call_log.stat().st_size
        self._journey.stripe.clear_requests()
        answer = act()
        self._journey.stripe.drain()
        self._queues.drain()
        stripe = self._journey.stripe.requests()["total"]
        with self._stack.call_log.open() as log:
            log.seek(before)
            text = log.read()
        for index, (operation, function) in enumerate(operations):
            self.found.append(Counted(operation, requests_in(text, function), 0 if index else stripe, LEAST[operation]))
        return answer

    def walk(self) -> list[Counted]:
        """One trainee to the reserved seat, and a second hold that lapses."""
        journey = self._journey
        trainee, reviewer = journey.sign_up("Chidi Okoro"), journey.staff("reviewer")
        ask = trainee.client
        self.during(
            lambda: ask.get("/programs", text="internal medicine", experience_type=HANDS_ON), ("search", "catalogue")
        )
        program = ask.get("/programs", text="internal medicine chicago", experience_type=HANDS_ON)["hits"][0][
            "program_id"
        ]
        sheet = self.during(lambda: ask.get(f"/programs/{program}"), ("program page", "catalogue"))
        starts = [start["start"] for start in sheet["starts"]]
        trainee.client.upload("cv", "cv.pdf", cv_pdf(trainee.name, trainee.email, CV_SECTIONS), "application/pdf")
        self._apply(trainee, program, starts[8])
        id = trainee.application["id"]
        reviewer.post(f"/applications/{id}/claim")
        self.during(
            lambda: reviewer.post(f"/applications/{id}/approve", {"overrides": []}), ("approve", "application_intake")
        )
        base, offer = f"/reservations/for/{id}", ask.get(f"/reservations/for/{id}")
        signed = {"terms_version": offer["terms"]["version"], "typed_name": trainee.name}
        self.during(lambda: ask.post(f"{base}/terms", signed), ("sign", "reservations"))
        held = self.during(lambda: journey.checkout(trainee), ("checkout", "reservations"))
        self._pay(held["checkout_url"])
        self._release(trainee, reviewer, program, starts[16])
        return self.found

    def _apply(self, trainee: Trainee, program: str, start: str) -> None:
        wish = {"program_id": program, "experience_type": HANDS_ON, "start": start, "weeks": 4}
        trainee.application = self.during(
            lambda: trainee.client.post("/applications", wish), ("apply", "application_intake")
        )
        address = f"/applications/{trainee.application['id']}/submit"
        self.during(lambda: trainee.client.post(address), ("submit", "application_intake"))

    def _pay(self, checkout_url: str) -> None:
        """Several deliveries come of one payment; the webhook's requests are given for one."""
        stripe = self._journey.stripe
        before = len(stripe.deliveries())
        operations = (("settle", "payments"), ("webhook", "stripe_webhook"), ("notify", "notifications"))
        self.during(lambda: stripe.pay(checkout_url), *operations)
        deliveries = len(stripe.deliveries()) - before
        index = next(place for place, counted in enumerate(self.found) if counted.operation == "webhook")
        self.found[index] = per(self.found[index], deliveries)

    def _release(self, trainee: Trainee, reviewer: Any, program: str, start: str) -> None:
        """The sweep that ends a hold, less what a sweep with nothing to do asks anyway."""
        journey, info = self._journey, self._stack.info
        journey.apply(trainee, program, start)
        journey.approve(reviewer, trainee)
        journey.sign(trainee)
        journey.checkout(trainee)
        functions = info.aws.client("lambda")
        name = info.functions["deadlines"]
        disconnect(info, "deadlines")

        def sweep() -> None:
            functions.invoke(FunctionName=name, Payload=b'{"Records": []}')["Payload"].read()

        sweep()
        self.during(sweep, ("empty sweep", "deadlines"))
        clock = self._stack.clock
        clock.set(clock.now() + timedelta(minutes=31))
        self.during(sweep, ("release", "deadlines"))
        empty, released = self.found[-2:]
        self.found[-1] = Counted("release", minus(released.aws, empty.aws), released.stripe, released.least)


def per(counted: Counted, times: int) -> Counted:
    """One of `times` equal operations. Raises ValueError when they were not equal."""
    if not times or any(count % times for count in counted.aws.values()):
        raise ValueError(f"{counted.operation}: {dict(counted.aws)} in {times} is not the same each time")
    return Counted(
        counted.operation,
        Counter({name: count // times for name, count in counted.aws.items()}),
        counted.stripe,
        counted.least,
    )
