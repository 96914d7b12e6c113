"""Every port: what services need from the world, and the small shapes that cross. Import them from here.

Adapters (`shared/adapters`) implement them on AWS and Stripe, `tests/fakes` in memory with faults. Errors are those of
`shared.domain.core.errors`; no adapter lets an exception of its library out.
"""

from shared.ports.catalogue import Catalogue, SearchIndex, SearchPublisher
from shared.ports.documents import DocumentStore, StoredObject, Upload
from shared.ports.mail import MAIL_IN_WORK, Attachment, Mail, Mailer, Outbox
from shared.ports.payments import Checkout, CheckoutRequest, Deliveries, Delivery, PaymentGateway
from shared.ports.people import (
    Bearer,
    Contact,
    Guesses,
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
from shared.ports.store import Claim, Due, DueItem, Listing, Loaded, SeatMove, Step, Store, Text, Work
from shared.ports.world import SYSTEM, Bus, BusinessClock, Ids, system

__all__ = [
    "MAIL_IN_WORK",
    "SYSTEM",
    "Attachment",
    "Bearer",
    "Bus",
    "BusinessClock",
    "Catalogue",
    "Checkout",
    "CheckoutRequest",
    "Claim",
    "Contact",
    "Deliveries",
    "Delivery",
    "DocumentStore",
    "Due",
    "DueItem",
    "Guesses",
    "Identity",
    "Ids",
    "Link",
    "Links",
    "Listing",
    "Loaded",
    "Mail",
    "Mailer",
    "OpenSession",
    "Outbox",
    "PaymentGateway",
    "People",
    "Person",
    "SearchIndex",
    "SearchPublisher",
    "SeatMove",
    "Session",
    "Sessions",
    "Step",
    "Store",
    "StoredObject",
    "Text",
    "Tokens",
    "Upload",
    "Work",
    "system",
]
