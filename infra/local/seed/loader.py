"""Loads the catalogue and the demo people into a running local stack, through the same services that the product
uses."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from infra.local.seed.catalogue import DemoPerson, demo_people
from infra.local.seed.catalogue import load as catalogue
from infra.local.stack.local_pages import SignIn
from infra.local.stack.ministack import Aws
from infra.local.stack.stack_info import StackInfo
from shared.domain.accounts.second_factor import needed
from shared.domain.core.aggregate import Actor
from shared.runtime.bootstrap import Wiring
from shared.runtime.settings import Http, LedgerTable, Pool, SecondFactor
from shared.services.core.transitions import RequestContext

LOADER = RequestContext(Actor(role="system", id="seed"))
WRITERS = 8


class Settings(Http, Pool, SecondFactor, LedgerTable):
    """What the services need that the seed goes through."""


class LocalWiring(Wiring):
    """The product's own wiring, talking to the local AWS instead of taking addresses and keys from the environment."""

    def __init__(self, aws: Aws, settings: Settings) -> None:
        super().__init__(settings, "seed")
        self._aws = aws

    def client(self, service: str, attempts: int = 3, **_: Any) -> Any:  # noqa: ARG002 - a local call that fails should be seen
        return self._aws.client(service, connections=WRITERS)


def wiring(info: StackInfo) -> LocalWiring:
    """For tools that act on a running stack."""
    outputs: Mapping[str, str] = info.outputs
    settings = Settings(
        stage="local",
        core_table=outputs["CoreTable"],
        inbox_table=outputs["InboxTable"],
        ledger_table=outputs["LedgerTable"],
        public_url=info.public_url,
        cognito_client_id=outputs["UserPoolClientId"],
        cognito_pool_id=outputs["UserPoolId"],
        second_factor="finance",
        business_clock_file=info.clock_file,
    )
    return LocalWiring(info.aws, settings)


def load(info: StackInfo, password: Callable[[str], str]) -> Iterator[SignIn]:
    """Programs, contacts and people; repeating it changes nothing. Yields the demo sign-ins, one per person."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    made = wiring(info)
    people = demo_people(made.clock.now().date())
    accounts = {person.key: _account(made, person, password(person.email)) for person in people}
    seed = catalogue(made.clock.now().date(), coordinator_id=accounts["coordinator"])
    for contact in seed.contacts.values():
        made.people.save_contact(contact)
    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(lambda program: made.publishing.publish(LOADER, program), seed.programs))
    for person in people:
        secret = demo_secret(password(person.email)) if needed(person.roles, "finance") else ""
        yield SignIn(", ".join(person.roles), person.name, person.email, password(person.email), secret)


def demo_secret(password: str) -> str:
    """What the authenticator app of a demo account holds: made of its password, so that both are of this machine and
    nowhere else."""
    return base64.b32encode(hashlib.sha256(password.encode()).digest()).decode()[:32]


def _account(made: LocalWiring, person: DemoPerson, password: str) -> str:
    hosts = (person.host_id,) if person.host_id else ()
    account_id = made.sign_in.provision(LOADER, person.name, person.email, password, person.roles, person.zone, hosts)
    if person.facts:
        made.people.save_facts(account_id, person.facts)
    if needed(person.roles, "finance"):
        made.second_factor.install(LOADER, account_id, demo_secret(password))
    return account_id
