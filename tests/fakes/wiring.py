"""The services exactly as they are put together, on ports in memory: what every scene of the tests is made of.

wiring = FakeWiring()                        # everything in memory; a port is made when first asked for
wiring = FakeWiring(store=slow(FakeStore()))  # one port of the test's own
wiring.on(watched).reserve                   # the same ports, each behind something
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from shared.ports import PaymentGateway
from shared.runtime.bootstrap import Wiring
from tests.fakes.bus import FakeBus, FakeCatalogue, FakeDeliveries, FakeSearchPublisher
from tests.fakes.clock import CountingIds, FrozenClock
from tests.fakes.documents import FakeDocuments
from tests.fakes.mail import FakeMailer, FakeOutbox
from tests.fakes.payments import FakePayments
from tests.fakes.people import (
    FakeBrowsers,
    FakeIdentity,
    FakeLinks,
    FakePaces,
    FakePeople,
    FakeSessions,
    FakeWishes,
)
from tests.fakes.search import FakeSearch
from tests.fakes.store import FakeStore

PUBLIC_URL = "https://rota.test"
UPLOADS = "https://uploads.example"
EMAIL_REPORTS = "arn:aws:sqs:us-east-1:000000000000:email-reports"
WRAPPED = ("store", "people", "catalogue", "identity", "links", "outbox", "mailer", "file_store", "payment_gateway")


class FakeWiring(Wiring):
    """`parts` are ports, services or settings of the test's own, by the name that services ask for. Asking AWS for
    anything is an error of the test."""

    def __init__(self, **parts: Any) -> None:
        settings = SimpleNamespace(
            public_url=PUBLIC_URL, form_origins=UPLOADS, second_factor="finance", email_reports_queue=EMAIL_REPORTS
        )
        super().__init__(settings, "test")
        self.faults: list[Exception] = []
        vars(self).update(parts)

    def on(self, wrap: Callable[[Any], Any], *also: str) -> FakeWiring:
        """New services on the same ports, those that may fail (and `also` those named) each behind `wrap`."""
        parts = self.parts()
        made = FakeWiring(**parts | {name: wrap(parts[name]) for name in (*WRAPPED, *also)})
        made.settings = self.settings
        return made

    def parts(self) -> dict[str, Any]:
        """Its ports, for another wiring that shares them."""
        names = ("clock", "ids", "sessions", "paces", "browsers", "wishes", "search_index", *WRAPPED)
        return {name: getattr(self, name) for name in names}

    def serve_wishes(self) -> None:
        """What the worker of emails does after the answer."""
        for wish_id in list(self.wishes.waiting):
            self.account_wishes.serve(wish_id)

    def client(self, service: str, attempts: int = 3, **config: Any) -> Any:
        raise AssertionError(f"{service} is not here")

    # --- ports --------------------------------------------------------------------------------------------------------
    @cached_property
    def store(self) -> Any:
        return FakeStore()

    @cached_property
    def clock(self) -> Any:
        return FrozenClock()

    @cached_property
    def ids(self) -> Any:
        return CountingIds()

    @cached_property
    def people(self) -> Any:
        return FakePeople(self.store)

    @cached_property
    def catalogue(self) -> Any:
        return FakeCatalogue(self.store)

    @cached_property
    def identity(self) -> Any:
        return FakeIdentity()

    @cached_property
    def sessions(self) -> Any:
        return FakeSessions(self.store, self.people)

    @cached_property
    def paces(self) -> Any:
        return FakePaces(self.sessions)

    @cached_property
    def browsers(self) -> Any:
        return FakeBrowsers()

    @cached_property
    def wishes(self) -> Any:
        return FakeWishes()

    @cached_property
    def links(self) -> Any:
        return FakeLinks(self.clock)

    @cached_property
    def file_store(self) -> Any:
        return FakeDocuments()

    @cached_property
    def outbox(self) -> Any:
        return FakeOutbox()

    @cached_property
    def mailer(self) -> Any:
        return FakeMailer()

    @cached_property
    def payments(self) -> FakePayments:
        return FakePayments()

    @cached_property
    def payment_gateway(self) -> PaymentGateway:
        return self.payments

    @cached_property
    def search_index(self) -> Any:
        return FakeSearch(self.store)

    @cached_property
    def publisher(self) -> Any:
        return FakeSearchPublisher()

    @cached_property
    def bus(self) -> Any:
        return FakeBus()

    @cached_property
    def deliveries(self) -> Any:
        return FakeDeliveries()

    @property
    def report_fault(self) -> Callable[[str, Exception], None]:
        return lambda what, fault: self.faults.append(fault)

    @property
    def html(self) -> Callable[[Any], str]:
        return lambda text: f"<p>{text.subject}</p>"
