"""Every port: what services need from the world, and the small shapes that cross. Import them from here.

Adapters (`shared/adapters`) implement them on AWS and Stripe, `tests/fakes` in memory with faults. Errors are those of
`shared.domain.core.errors`; no adapter lets an exception of its library out.
"""

from shared.ports.catalogue import Catalogue, SearchIndex, SearchPublisher
from shared.ports.documents import FileStore, StoredObject, Upload
from shared.ports.email import SENDING_TIME, Attachment, Email, Mailer, Outbox
from shared.ports.payments import Checkout, CheckoutRequest, Deliveries, Delivery, PaymentGateway
from shared.ports.people import (
    Browsers,
    Contact,
    Identity,
    Link,
    Links,
    OpenSession,
    Paces,
    People,
    Person,
    Session,
    Sessions,
    Wish,
    Wishes,
)
from shared.ports.store import (
    Due,
    DueItem,
    IndexEntry,
    PersonalRecord,
    SeatMove,
    Store,
    Stored,
    Transition,
    UniqueKey,
    UnitOfWork,
)
from shared.ports.world import SYSTEM, Bus, BusinessClock, Ids, system

__all__ = [
    "SENDING_TIME",
    "SYSTEM",
    "Attachment",
    "Browsers",
    "Bus",
    "BusinessClock",
    "Catalogue",
    "Checkout",
    "CheckoutRequest",
    "Contact",
    "Deliveries",
    "Delivery",
    "Due",
    "DueItem",
    "Email",
    "FileStore",
    "Identity",
    "Ids",
    "IndexEntry",
    "Link",
    "Links",
    "Mailer",
    "OpenSession",
    "Outbox",
    "Paces",
    "PaymentGateway",
    "People",
    "Person",
    "PersonalRecord",
    "SearchIndex",
    "SearchPublisher",
    "SeatMove",
    "Session",
    "Sessions",
    "Store",
    "Stored",
    "StoredObject",
    "Transition",
    "UniqueKey",
    "UnitOfWork",
    "Upload",
    "Wish",
    "Wishes",
    "system",
]
