"""The one place where ports meet adapters. Everything is made when first asked for, so a function pays only for what it uses.

In Lambda a room warms its wiring during INIT (where the CPU is full and the result is snapshotted); tests give fakes instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shared.adapters.clock import MovableClock, WallClock
from shared.adapters.ids import Ulids
from shared.runtime.calls import record_calls

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
    from shared.adapters.ses_mailer import SesMailer
    from shared.adapters.stripe_gateway import StripeGateway
    from shared.ports import BusinessClock
    from shared.services.accounts import Accounts
    from shared.services.applying import Applying
    from shared.services.publishing_programs import Publishing
    from shared.services.reviewing import Reviewing


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

        return S3Documents(self.client("s3", signature_version="s3v4"), self.settings.upload_bucket)

    @cached_property
    def mailer(self) -> SesMailer:
        from shared.adapters.ses_mailer import SesMailer

        return SesMailer(self.client("ses", attempts=1), self.settings.mail_from)

    @cached_property
    def payment_gateway(self) -> StripeGateway:
        from shared.adapters.stripe_gateway import StripeGateway

        return StripeGateway(self.secret(self.settings.stripe_secret_arn), self.settings.stripe_api_base or None)

    @cached_property
    def bus(self) -> EventBridgeBus:
        from shared.adapters.eventbridge_bus import EventBridgeBus

        return EventBridgeBus(self.client("events"), self.settings.bus_name)

    # --- services ---------------------------------------------------------------------------------------------------------------------
    @cached_property
    def accounts(self) -> Accounts:
        from shared.services.accounts import Accounts

        return Accounts(
            store=self.store, people=self.people, identity=self.identity, sessions=self.sessions, links=self.links, clock=self.clock,
            ids=self.ids,
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
    def reviewing(self) -> Reviewing:
        from shared.services.reviewing import Reviewing

        return Reviewing(store=self.store, people=self.people, catalogue=self.catalogue, clock=self.clock)
