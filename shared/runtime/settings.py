"""One settings model per function, put together from these parts; field names are the environment's, in lower case.

A function's class lists what it reads: all that its own template section sets, and what it needs of the template's
globals (a test compares them), so nothing is read that is not given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """`business_clock_file` moves business time and `call_log_file` records AWS calls; both on the local stack only,
    empty on AWS."""

    model_config = ConfigDict(frozen=True)
    stage: str
    business_clock_file: str = ""
    call_log_file: str = ""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Raises pydantic's ValidationError, naming what is missing, when the environment is not complete."""
        return cls.model_validate(
            {name: environment[name.upper()] for name in cls.model_fields if name.upper() in environment}
        )


class CoreTable(Settings):
    core_table: str


class LedgerTable(Settings):
    ledger_table: str


class InboxTable(Settings):
    inbox_table: str


class Http(CoreTable, InboxTable):
    """Every room that answers people: sessions need both tables. `form_origins` are further origins that a page's forms
    may reach."""

    public_url: str
    form_origins: str = ""


class Pool(Settings):
    cognito_pool_id: str
    cognito_client_id: str


class SecondFactor(Settings):
    """Whose sign-in needs a code: everybody's of the `staff`, or `finance`'s and admins' alone, which it always
    does."""

    second_factor: str


class Uploads(Settings):
    upload_bucket: str


class Search(Settings):
    search_bucket: str


class Stripe(Settings):
    """`stripe_api_base` is empty on AWS, where the SDK's own address holds."""

    stripe_secret_arn: str
    stripe_api_base: str = ""


class MailSettings(Settings):
    """`mail_events` is SES's configuration set that reports what became of a mail."""

    mail_from: str
    mail_events: str


class BusSettings(Settings):
    bus_name: str
