"""Every port: what services need from the world, and the small shapes that cross. Import them from here.

Adapters (`shared/adapters`) implement them on AWS and Stripe, `tests/fakes` in memory with faults. Errors are those of
`shared.domain.core.errors`; no adapter lets an exception of its library out.
"""

from shared.ports.catalogue import Catalogue, SearchIndex, SearchPublisher
from shared.ports.document_maker import DocumentMaker
from shared.ports.documents import FileInspector, FileStore, MalwareScanner, ScanVerdict, StoredObject, Upload
from shared.ports.email import SENDING_TIME, Attachment, Email, Mailer, Outbox
from shared.ports.payments import Checkout, CheckoutRequest, Deliveries, Delivery, PaymentGateway
from shared.ports.people import (
    DUTIES,
    Bearer,
    Contact,
    Duty,
    Guesses,
    HostContact,
    Identity,
    Link,
    Links,
    OpenSession,
    People,
    Person,
    Session,
    Sessions,
    Tokens,
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
    "DUTIES",
    "SENDING_TIME",
    "SYSTEM",
    "Attachment",
    "Bearer",
    "Bus",
    "BusinessClock",
    "Catalogue",
    "Checkout",
    "CheckoutRequest",
    "Contact",
    "Deliveries",
    "Delivery",
    "DocumentMaker",
    "Due",
    "DueItem",
    "Duty",
    "Email",
    "FileInspector",
    "FileStore",
    "Guesses",
    "HostContact",
    "Identity",
    "Ids",
    "IndexEntry",
    "Link",
    "Links",
    "Mailer",
    "MalwareScanner",
    "OpenSession",
    "Outbox",
    "PaymentGateway",
    "People",
    "Person",
    "PersonalRecord",
    "ScanVerdict",
    "SearchIndex",
    "SearchPublisher",
    "SeatMove",
    "Session",
    "Sessions",
    "Store",
    "Stored",
    "StoredObject",
    "Tokens",
    "Transition",
    "UniqueKey",
    "UnitOfWork",
    "Upload",
    "system",
]
