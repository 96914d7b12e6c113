"""What is found again by host: its programs, who acts for it, and what it was asked.

Each is a text in somebody's erasable items with a place in a list of the host's; the lists hold ids and instants,
nothing about a person. Whether an entry still means anything is said by the state of what it names, never by the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.accounts.account import AccountStatus
from shared.domain.core.instants import iso
from shared.domain.programs.program import Program
from shared.ports import Catalogue, IndexEntry, PersonalRecord, Store
from shared.services.core.people_records import account_of

EARLIEST = "0"
"""Before every order in these lists: an index takes no empty text."""


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
        stored = self.store.load_many(("ACCOUNT", id) for id in self.managers(host_id))
        accounts = (account_of(one) for one in stored.values())
        return any(one.status is AccountStatus.ACTIVE and one.acts_for(host_id) for one in accounts)

    def asked(self, host_id: str, since: datetime) -> list[str]:
        """Ids of the applications that this host was asked about from `since` on, newest first, each once."""
        return list(
            dict.fromkeys(str(body["application_id"]) for body in self.store.all_listed(f"ASKED#{host_id}", iso(since)))
        )
