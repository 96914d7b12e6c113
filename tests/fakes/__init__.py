"""Every port in memory, with faults that can be asked for. `tests/contract/test_store.py` holds the store to what the
real one does."""

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

__all__ = [
    "CountingIds",
    "FakeBrowsers",
    "FakeBus",
    "FakeCatalogue",
    "FakeDeliveries",
    "FakeDocuments",
    "FakeIdentity",
    "FakeLinks",
    "FakeMailer",
    "FakeOutbox",
    "FakePaces",
    "FakePayments",
    "FakePeople",
    "FakeSearch",
    "FakeSearchPublisher",
    "FakeSessions",
    "FakeStore",
    "FakeWishes",
    "FrozenClock",
]
