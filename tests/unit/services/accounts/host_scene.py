"""Hosts, who invites their managers, and the managers: what the tests of host managers begin with."""

from __future__ import annotations

import pytest

from shared.domain.accounts.account_input import INVITE, INVITE_LIFE
from shared.domain.core.aggregate import Actor
from shared.ports import Contact
from shared.services.accounts.host_managers import HostManagers
from shared.services.core.transitions import RequestContext
from tests import builders
from tests.builders import HOST
from tests.unit.services.accounts.account_scene import OPERATOR, WORDS, AccountScene

MAGDA, ELSEWHERE = "magdalena@lantern.example", "other-host"
THEO, IRIS = (
    RequestContext(Actor(role="coordinator", id="coordinator-1")),
    RequestContext(Actor(role="admin", id="admin-1")),
)


@pytest.fixture
def scene() -> AccountScene:
    return known_hosts(AccountScene())


@pytest.fixture
def hosting(scene: AccountScene) -> HostManagers:
    return scene.host_managers


def known_hosts(scene: AccountScene) -> AccountScene:
    """One host with a program and a contact, another with a contact only."""
    scene.publishing.publish(OPERATOR, builders.program())
    for host_id in (HOST, ELSEWHERE):
        scene.people.save_contact(Contact(host_id, "Dr. Lee", f"lee@{host_id}.example"))
    return scene


def own(account_id: str) -> RequestContext:
    return RequestContext(Actor(role="account", id=account_id))


def invited(scene: AccountScene, hosting: HostManagers) -> str:
    return hosting.invite(THEO, HOST, "Magdalena Kowal", MAGDA)


def taken(scene: AccountScene, id: str) -> None:
    """The mail's reader chooses a password."""
    scene.sign_in.confirm(scene.link(INVITE, id, INVITE_LIFE), WORDS)


def hosts_of(scene: AccountScene, id: str) -> tuple[str, ...]:
    """As a session that begins now says."""
    if scene.store.load("ACCOUNT", id).state["status"] != "ACTIVE":
        return ()
    found = scene.sessions.read(scene.sign_in.open_session(id))
    return found.hosts if found else ()
