"""The one place where ports meet adapters. Everything is made when first asked for, so a function pays only for what it uses.

In Lambda a room warms its wiring during INIT (where the CPU is full and the result is snapshotted); tests give fakes instead.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.adapters.clock import MovableClock, WallClock
from shared.adapters.ids import Ulids
from shared.runtime.calls import record_calls
from shared.runtime.log import log

if TYPE_CHECKING:
    from shared.adapters.cognito import CognitoIdentity
    from shared.adapters.dynamodb.catalogue import DynamoCatalogue
    from shared.adapters.dynamodb.deliveries import DynamoDeliveries
    from shared.adapters.dynamodb.links import DynamoLinks
    from shared.adapters.dynamodb.outbox import DynamoOutbox
    from shared.adapters.dynamodb.people import DynamoPeople
    from shared.adapters.dynamodb.sessions import DynamoSessions
    from shared.adapters.dynamodb.store import DynamoStore
    from shared.adapters.eventbridge_bus import EventBridgeBus
    from shared.adapters.s3_documents import S3Documents
    from shared.adapters.search.live import LiveSearch
    from shared.adapters.search.live import Publisher as SearchPublisher
    from shared.adapters.search.versions import Versions
    from shared.adapters.ses_mailer import SesMailer
    from shared.ports import BusinessClock, PaymentGateway
    from shared.services.account_care import AccountCare
    from shared.services.account_factor import Factors
    from shared.services.account_staff import Staffing
    from shared.services.accounts import Accounts
    from shared.services.alternatives import Alternatives
    from shared.services.application_file import ApplicationFiles
    from shared.services.applying import Applying
    from shared.services.asking import Asking
    from shared.services.browsing import Browsing
    from shared.services.calendar_feeds import CalendarFeeds
    from shared.services.coaching import Coaching
    from shared.services.documents import Documents
    from shared.services.holds import Holds
    from shared.services.host_review import HostReview
    from shared.services.indexing import Indexing
    from shared.services.preparing import Preparing
    from shared.services.publishing_programs import Publishing
    from shared.services.reservation_views import ReservationViews
    from shared.services.reserving import Reserving
    from shared.services.reviewing import Reviewing
    from shared.services.settling import Settling
    from shared.services.siblings import Siblings
    from shared.services.sweeping import Sweeping
    from shared.services.waitlist import Waitlist
    from shared.services.workspace import Workspace


def in_lambda(environment: Mapping[str, str]) -> bool:
    return "AWS_LAMBDA_FUNCTION_NAME" in environment


class Wiring:
    """Adapters and services of one function. `settings` is that function's own model: asking for what it does not list fails loudly."""

    def __init__(self, settings: Any, function: str) -> None:
        self.settings, self.function = settings, function

    def warm(self) -> None:
        """Makes what every call of an HTTP room needs."""
        _ = (self.sessions, self.identity, self.store, self.clock)

    # --- clients ----------------------------------------------------------------------------------------------------------------------
    def client(self, service: str, attempts: int = 3, **config: Any) -> Any:
        """A low-level client with short timeouts: a function must answer before its own time is up."""
        import boto3
        from botocore.config import Config

        made: Any = boto3.client(  # type: ignore[call-overload]
            service,
            config=Config(connect_timeout=2, read_timeout=8, retries={"mode": "standard", "total_max_attempts": attempts}, **config),
        )
        if self.settings.call_log_file:
            record_calls(made, self.function, self.settings.call_log_file)
        return made

    @cached_property
    def dynamodb(self) -> Any:
        return self.client("dynamodb")

    def secret(self, arn: str) -> str:
        """A secret's text, read once per process. The caller caches what it makes of it."""
        return str(self.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])

    # --- ports ------------------------------------------------------------------------------------------------------------------------
    @cached_property
    def clock(self) -> BusinessClock:
        path = self.settings.business_clock_file
        return MovableClock(path) if path else WallClock()

    @cached_property
    def ids(self) -> Ulids:
        return Ulids()

    @cached_property
    def store(self) -> DynamoStore:
        from shared.adapters.dynamodb.store import DynamoStore
        from shared.adapters.dynamodb.transaction import Tables

        return DynamoStore(self.dynamodb, Tables(self.settings.core_table, getattr(self.settings, "ledger_table", "")), self.ids)

    @cached_property
    def people(self) -> DynamoPeople:
        from shared.adapters.dynamodb.people import DynamoPeople

        return DynamoPeople(self.dynamodb, self.settings.core_table)

    @cached_property
    def catalogue(self) -> DynamoCatalogue:
        from shared.adapters.dynamodb.catalogue import DynamoCatalogue

        return DynamoCatalogue(self.store)

    @cached_property
    def sessions(self) -> DynamoSessions:
        from shared.adapters.dynamodb.sessions import DynamoSessions

        return DynamoSessions(self.dynamodb, self.settings.core_table, self.settings.inbox_table)

    @cached_property
    def links(self) -> DynamoLinks:
        from shared.adapters.dynamodb.links import DynamoLinks

        return DynamoLinks(self.dynamodb, self.settings.inbox_table, self.clock)

    @cached_property
    def outbox(self) -> DynamoOutbox:
        from shared.adapters.dynamodb.outbox import DynamoOutbox

        return DynamoOutbox(self.dynamodb, self.settings.inbox_table)

    @cached_property
    def deliveries(self) -> DynamoDeliveries:
        from shared.adapters.dynamodb.deliveries import DynamoDeliveries

        return DynamoDeliveries(self.dynamodb, self.settings.inbox_table)

    @cached_property
    def identity(self) -> CognitoIdentity:
        from shared.adapters.cognito import CognitoIdentity

        settings = self.settings
        return CognitoIdentity(
            # Only the accounts room talks to the pool; the others check tokens with its public keys and never make the client.
            lambda: self.client("cognito-idp"),
            pool_id=getattr(settings, "cognito_pool_id", ""),
            client_id=settings.cognito_client_id,
            issuer=settings.cognito_issuer,
            jwks_url=settings.cognito_jwks_url,
        )

    @cached_property
    def documents(self) -> S3Documents:
        from shared.adapters.s3_documents import S3Documents

        return S3Documents(lambda: self.client("s3", signature_version="s3v4"), self.settings.upload_bucket)

    @cached_property
    def mailer(self) -> SesMailer:
        from shared.adapters.ses_mailer import SesMailer

        return SesMailer(self.client("ses", attempts=1), self.settings.mail_from)

    @cached_property
    def payment_gateway(self) -> PaymentGateway:
        from shared.adapters.lazy_payments import LazyPayments

        return LazyPayments(self._stripe)

    def _stripe(self) -> PaymentGateway:
        from shared.adapters.stripe_gateway import StripeGateway

        # Three attempts of four seconds leave a room of 20 seconds the time to say that the seat is held all the same.
        return StripeGateway(self.secret(self.settings.stripe_secret_arn), self.settings.stripe_api_base or None, timeout=4.0)

    @cached_property
    def bus(self) -> EventBridgeBus:
        from shared.adapters.eventbridge_bus import EventBridgeBus

        return EventBridgeBus(self.client("events"), self.settings.bus_name)

    @cached_property
    def search_versions(self) -> Versions:
        from shared.adapters.search.versions import Versions

        # Whoever declines an application waits ten seconds at most for its alternatives, less than the room's own time.
        attempts = 1 if self.function == "application_intake" else 3
        return Versions(self.client("s3", attempts), self.dynamodb, self.settings.search_bucket, self.settings.core_table)

    @cached_property
    def search_index(self) -> LiveSearch:
        from shared.adapters.search.cursor import Seal
        from shared.adapters.search.live import LiveSearch
        from shared.runtime.sealing import Sealer

        def sealed(key: str) -> Seal:
            sealer = Sealer(key, "search-cursor")
            return Seal(sealer.sign, sealer.unsign)

        folder = Path(tempfile.gettempdir()) / "rota-search"
        return LiveSearch(
            self.search_versions,
            folder,
            sealed,
            lambda fault: log(self.function, "search version not opened", fault),
        )

    @cached_property
    def search_publisher(self) -> SearchPublisher:
        from shared.adapters.search.live import Publisher

        return Publisher(self.search_versions, lambda: datetime.now(UTC))

    # --- services ---------------------------------------------------------------------------------------------------------------------
    @property
    def _account_ports(self) -> dict[str, Any]:
        return {
            "store": self.store, "people": self.people, "identity": self.identity, "sessions": self.sessions, "links": self.links,
            "clock": self.clock, "ids": self.ids,
        }  # fmt: skip

    @cached_property
    def accounts(self) -> Accounts:
        from shared.services.accounts import Accounts

        return Accounts(**self._account_ports)

    @cached_property
    def account_care(self) -> AccountCare:
        from shared.services.account_care import AccountCare

        return AccountCare(**self._account_ports)

    @cached_property
    def factors(self) -> Factors:
        from shared.services.account_factor import Factors

        return Factors(**self._account_ports, demand=self.settings.second_factor)

    @cached_property
    def staffing(self) -> Staffing:
        from shared.services.account_staff import Staffing

        return Staffing(**self._account_ports, demand=self.settings.second_factor)

    @cached_property
    def paperwork(self) -> Documents:
        """The use cases about documents; `documents` is the store of their files."""
        from shared.services.documents import Documents

        return Documents(
            store=self.store, documents=self.documents, people=self.people, clock=self.clock, ids=self.ids,
            public_url=self.settings.public_url,
        )  # fmt: skip

    @cached_property
    def publishing(self) -> Publishing:
        from shared.services.publishing_programs import Publishing

        return Publishing(self.store, self.clock)

    @cached_property
    def applying(self) -> Applying:
        from shared.services.applying import Applying

        return Applying(store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock, ids=self.ids)

    @cached_property
    def browsing(self) -> Browsing:
        from shared.services.browsing import Browsing

        return Browsing(search=lambda: self.search_index, catalogue=self.catalogue, store=self.store, people=self.people, clock=self.clock)

    @cached_property
    def indexing(self) -> Indexing:
        from shared.services.indexing import Indexing

        return Indexing(catalogue=self.catalogue, store=self.store, publisher=self.search_publisher, clock=self.clock)

    @cached_property
    def application_files(self) -> ApplicationFiles:
        from shared.services.application_file import ApplicationFiles

        return ApplicationFiles(store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock)

    @cached_property
    def workspace(self) -> Workspace:
        from shared.services.workspace import Workspace

        return Workspace(store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock)

    @cached_property
    def reviewing(self) -> Reviewing:
        from shared.services.reviewing import Reviewing

        return Reviewing(
            store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock, alternatives=self.alternatives
        )  # fmt: skip

    @cached_property
    def alternatives(self) -> Alternatives:
        from shared.services.alternatives import Alternatives

        return Alternatives(
            search=lambda: self.search_index, store=self.store, catalogue=self.catalogue, clock=self.clock,
            on_fault=lambda fault: log(self.function, "declined without alternatives", fault),
        )  # fmt: skip

    @cached_property
    def asking(self) -> Asking:
        from shared.services.asking import Asking

        return Asking(store=self.store, reviewing=self.reviewing, clock=self.clock)

    @cached_property
    def host_review(self) -> HostReview:
        from shared.services.host_review import HostReview

        return HostReview(store=self.store, people=self.people, catalogue=self.catalogue, reviewing=self.reviewing, clock=self.clock)

    @cached_property
    def settling(self) -> Settling:
        from shared.services.settling import Settling

        return Settling(self.store, self.payment_gateway, self.clock)

    @cached_property
    def holds(self) -> Holds:
        from shared.services.holds import Holds

        return Holds(self.store, self.payment_gateway, self.catalogue, self.people, self.clock, self.settling, self.settings.public_url)

    @cached_property
    def reserving(self) -> Reserving:
        from shared.services.reserving import Reserving

        return Reserving(store=self.store, catalogue=self.catalogue, people=self.people, clock=self.clock, ids=self.ids, holds=self.holds)

    @cached_property
    def reservation_views(self) -> ReservationViews:
        from shared.services.reservation_views import ReservationViews

        return ReservationViews(store=self.store, catalogue=self.catalogue, clock=self.clock, reserving=self.reserving)

    @cached_property
    def preparing(self) -> Preparing:
        from shared.services.preparing import Preparing

        return Preparing(store=self.store, catalogue=self.catalogue, clock=self.clock)

    @cached_property
    def calendar_feeds(self) -> CalendarFeeds:
        from shared.services.calendar_feeds import CalendarFeeds

        return CalendarFeeds(
            store=self.store, catalogue=self.catalogue, clock=self.clock, reserving=self.reserving, public_url=self.settings.public_url
        )

    @cached_property
    def siblings(self) -> Siblings:
        from shared.services.siblings import Siblings

        return Siblings(self.store, self.clock)

    @cached_property
    def coaching(self) -> Coaching:
        from shared.services.coaching import Coaching

        return Coaching(self.store, self.clock)

    @cached_property
    def sweeping(self) -> Sweeping:
        from shared.services.sweeping import Sweeping

        return Sweeping(store=self.store, clock=self.clock, holds=self.holds, settling=self.settling, waitlist=self.waitlist)

    @cached_property
    def waitlist(self) -> Waitlist:
        from shared.services.waitlist import Waitlist

        return Waitlist(store=self.store, catalogue=self.catalogue, clock=self.clock, ids=self.ids, holds=self.holds)
