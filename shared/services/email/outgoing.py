"""One email of an event, before it is sent, and who gets it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.core.errors import Busy
from shared.domain.programs.program import Program
from shared.ports import Attachment, Contact, People, Person
from shared.ports.email import Stream
from shared.services.email.text import EmailText


@dataclass(frozen=True)
class Recipient:
    """`kind` says whose address it is (ACCOUNT, HOST, or what a new context writes to), `id` which one's. `address` is
    where the email goes, and the only thing here that names a person."""

    kind: str
    id: str
    address: str


def to_person(person: Person, address: str = "") -> Recipient:
    """The owner of an account, at their address or at another one of theirs."""
    return Recipient("ACCOUNT", person.account_id, address or person.email)


def to_host(contact: Contact) -> Recipient:
    return Recipient("HOST", contact.host_id, contact.email)


@dataclass(frozen=True)
class OutgoingEmail:
    """`unsubscribe` is the address that ends emails of this kind by one POST (RFC 8058), if there is one."""

    to: Recipient
    content: EmailText
    attachments: tuple[Attachment, ...] = ()
    unsubscribe: str = ""
    reply_to: str = ""
    stream: Stream = "service"


def host_contact(people: People, program: Program) -> Contact:
    """Raises `Busy` while the host has none: the email waits for one."""
    contact = people.contact(program.host_id)
    if contact is None:
        raise Busy(f"Host {program.host_id} has no contact.", "Enter one; the email is tried again.")
    return contact
