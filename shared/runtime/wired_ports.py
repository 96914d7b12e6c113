"""Ports with the adapters that implement them on AWS and Stripe, each made when first asked for.

A function pays only for what it uses: adapters are imported in the property that makes them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.adapters.clock import MovableClock, WallClock
from shared.adapters.ids import Ulids
from shared.runtime.calls import record_calls
from shared.runtime.log import log
from shared.runtime.outcome import Outcome

if TYPE_CHECKING:
    from boto3 import Session

    from shared.adapters.cognito import CognitoIdentity
    from shared.adapters.dynamodb.catalogue import DynamoCatalogue
    from shared.adapters.dynamodb.deliveries import DynamoDeliveries
    from shared.adapters.dynamodb.guesses import DynamoGuesses
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
    from shared.ports import BusinessClock, PaymentGateway, SearchIndex
    from shared.services.email.text import EmailText


class WiredPorts:
    """`settings` is the function's own model: asking for what it does not list fails loudly. `function` is its folder's
    name."""

    def __init__(self, settings: Any, function: str) -> None:
        self.settings, self.function = settings, function
        self.outcome = Outcome()

    # --- clients ------------------------------------------------------------------------------------------------------
    def client(self, service: str, attempts: int = 3, **config: Any) -> Any:
        """A low-level client with short timeouts: a function must answer before its own time is up."""
        from botocore.config import Config

        made: Any = self._boto.client(  # type: ignore[call-overload]
            service,
            config=Config(
                connect_timeout=2,
                read_timeout=8,
                retries={"mode": "standard", "total_max_attempts": attempts},
                **config,
            ),
        )
        if self.settings.call_log_file:
            record_calls(made, self.function, self.settings.call_log_file)
        return made

    @cached_property
    def _boto(self) -> Session:
        import boto3
        from botocore.session import get_session

        from shared.adapters.dynamodb.answers import Parsers

        session = get_session()
        session.register_component("response_parser_factory", Parsers())
        return boto3.Session(botocore_session=session)

    @cached_property
    def dynamodb(self) -> Any:
        # The table checks what it is asked itself; botocore's check of every key and the making of its own name with
        # each request are work of every read.
        return self.client("dynamodb", parameter_validation=False, user_agent="rota")

    def secret(self, arn: str) -> str:
        """A secret's text, read once per process. The caller caches what it makes of it."""
        return str(self.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])

    # --- ports --------------------------------------------------------------------------------------------------------
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

        return DynamoStore(
            self.dynamodb, Tables(self.settings.core_table, getattr(self.settings, "ledger_table", "")), self.ids
        )

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
    def guesses(self) -> DynamoGuesses:
        from shared.adapters.dynamodb.guesses import DynamoGuesses

        return DynamoGuesses(self.dynamodb, self.settings.inbox_table)

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
            # Only the accounts room talks to the pool; the others check tokens with its public keys and never make the
            # client.
            lambda: self.client("cognito-idp"),
            pool_id=getattr(settings, "cognito_pool_id", ""),
            client_id=settings.cognito_client_id,
            issuer=settings.cognito_issuer,
            jwks_url=settings.cognito_jwks_url,
        )

    @cached_property
    def file_store(self) -> S3Documents:
        from shared.adapters.s3_documents import S3Documents

        return S3Documents(lambda: self.client("s3", signature_version="s3v4"), self.settings.upload_bucket)

    @cached_property
    def mailer(self) -> SesMailer:
        from shared.adapters.ses_mailer import SesMailer

        return SesMailer(self.client("ses", attempts=1), self.settings.mail_from, reports=self.settings.mail_events)

    @cached_property
    def payment_gateway(self) -> PaymentGateway:
        from shared.adapters.lazy_payments import LazyPayments

        return LazyPayments(self._stripe)

    def _stripe(self) -> PaymentGateway:
        from shared.adapters.stripe_gateway import StripeGateway

        # Three attempts of four seconds leave a room of 20 seconds the time to say that the seat is held all the same.
        return StripeGateway(
            self.secret(self.settings.stripe_secret_arn), self.settings.stripe_api_base or None, timeout=4.0
        )

    @cached_property
    def bus(self) -> EventBridgeBus:
        from shared.adapters.eventbridge_bus import EventBridgeBus

        return EventBridgeBus(self.client("events"), self.settings.bus_name)

    @cached_property
    def search_versions(self) -> Versions:
        from shared.adapters.search.versions import Versions

        # Whoever declines an application waits ten seconds at most for its alternatives, less than the room's own time.
        attempts = 1 if self.function == "application_intake" else 3
        return Versions(
            self.client("s3", attempts), self.dynamodb, self.settings.search_bucket, self.settings.core_table
        )

    @cached_property
    def search_index(self) -> LiveSearch:
        from shared.adapters.search.live import LiveSearch

        folder = Path(tempfile.gettempdir()) / f"rota-search-{self.function}"
        return LiveSearch(
            self.search_versions, folder, lambda fault: log(self.function, "search version not opened", fault)
        )

    @cached_property
    def publisher(self) -> SearchPublisher:
        from shared.adapters.search.live import Publisher

        return Publisher(self.search_versions, lambda: datetime.now(UTC))

    @property
    def open_index(self) -> Callable[[], SearchIndex]:
        """For services that ask the index only sometimes: it is opened by the first question."""
        return lambda: self.search_index

    # --- what else services are given by name -------------------------------------------------------------------------
    @property
    def public_url(self) -> str:
        return str(self.settings.public_url)

    @property
    def demand(self) -> str:
        """Whose sign-in needs a code (`settings.SecondFactor`)."""
        return str(self.settings.second_factor)

    @property
    def report_fault(self) -> Callable[[str, Exception], None]:
        """For what goes on without a partner that failed: what was left out, and why."""
        return lambda what, fault: log(self.function, what, fault)

    @property
    def html(self) -> Callable[[EmailText], str]:
        from shared.runtime.pages.email import email_html

        return lambda text: email_html(text, self.clock.now(), self.public_url)
