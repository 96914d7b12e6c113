"""What is found again by host: its programs, who acts for it, and what it was asked.

Each is a text in somebody's erasable items with a place in a list of the host's; the lists hold ids and instants,
nothing about a person. Whether an entry still means anything is said by the state of what it names, never by the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.accounts.account_status import ACTIVE, ERASED
from shared.domain.core.instants import iso
from shared.domain.programs.program import Program
from shared.ports import Catalogue, IndexEntry, PersonalRecord, Store, Stored

EARLIEST = "0"
"""Before every order in these lists: an index takes no empty text."""
HOST = "host"


def program_entry(program: Program) -> PersonalRecord:
    """With the host's own items, for as long as the program exists."""
    return PersonalRecord(
        f"{program.host_id}/program:{program.id}",
        {"program_id": program.id},
        IndexEntry(f"HOST#{program.host_id}", program.id),
    )


def manager_entry(account_id: str, host_id: str, version: int, now: datetime) -> PersonalRecord:
    """`version` of the account tells a second time from the first."""
    ref = f"{account_id}/manages:{host_id}:{version}"
    return PersonalRecord(
        ref, {"account_id": account_id}, IndexEntry(f"MANAGERS#{host_id}", f"{iso(now)}#{account_id}")
    )


def asked_listing(host_id: str, application_id: str, now: datetime) -> IndexEntry:
    """For the text with the link's secret, whose body names the application: asked again, there are several for one."""
    return IndexEntry(f"ASKED#{host_id}", f"{iso(now)}#{application_id}")


def acts_for(account: Stored, host_id: str) -> bool:
    """Now, or once they have taken the invitation or are enabled again."""
    state = account.state
    return state["status"] != ERASED and HOST in state["roles"] and host_id in state.get("hosts", ())


@dataclass(frozen=True)
class HostIndex:
    """From an index, to the last entry: a new one may show a moment later."""

    store: Store
    catalogue: Catalogue

    def programs(self, host_id: str) -> tuple[Program, ...]:
        """By name."""
        ids = [str(body["program_id"]) for body in self.store.all_listed(f"HOST#{host_id}", EARLIEST)]
        found = self.catalogue.programs(ids)
        return tuple(sorted(found.values(), key=lambda one: (one.name.casefold(), one.id)))

    def managers(self, host_id: str) -> list[str]:
        """Account ids of everybody who was ever given this host, each once."""
        return list(
            dict.fromkeys(str(body["account_id"]) for body in self.store.all_listed(f"MANAGERS#{host_id}", EARLIEST))
        )

    def signs_in(self, host_id: str) -> bool:
        """Whether somebody can sign in for this host at this moment."""
        accounts = self.store.load_many(("ACCOUNT", id) for id in self.managers(host_id))
        return any(one.state["status"] == ACTIVE and acts_for(one, host_id) for one in accounts.values())

    def asked(self, host_id: str, since: datetime) -> list[str]:
        """Ids of the applications that this host was asked about from `since` on, newest first, each once."""
        return list(
            dict.fromkeys(str(body["application_id"]) for body in self.store.all_listed(f"ASKED#{host_id}", iso(since)))
        )
