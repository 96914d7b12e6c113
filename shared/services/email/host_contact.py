"""An email that must arrive at a host: where it goes, and where a corrected address is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.domain.programs.program import Program
from shared.ports import Catalogue, Contact, People, Store
from shared.services.email.outgoing import Recipient, to_host
from shared.services.email.rule import Awaited


@dataclass(frozen=True, kw_only=True)
class HostContact:
    """What every email to a host has in common; each context says beside it whether somebody waits."""

    store: Store
    people: People
    catalogue: Catalogue

    def correct(self, awaited: Awaited, address: str) -> None:
        contact = self.people.contact(awaited.to.id)
        if contact is None:
            contact = Contact(awaited.to.id, self.catalogue.program(awaited.subject.program_id).name, address)
        self.people.save_contact(replace(contact, email=address))

    def recipient(self, program: Program) -> Recipient:
        contact = self.people.contact(program.host_id)
        return to_host(contact) if contact else Recipient("HOST", program.host_id, "")
