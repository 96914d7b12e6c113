"""`People`: everything erasable about a person lies in one partition, `PERSON#<id>`, so that erasing is emptying it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.table import Table, batch_get
from shared.domain.core.errors import NotFound
from shared.domain.trainees.trainee import TraineeFacts
from shared.ports import DUTIES, Contact, HostContact, Person
from shared.ports.people import as_first, first_contact_id

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH = 100


class DynamoPeople:
    def __init__(self, client: DynamoDBClient, core_table: str) -> None:
        self._client, self._table = client, Table(client, core_table)

    def person(self, account_id: str) -> Person:
        """Raises `NotFound`, also once the person is erased."""
        item = self._table.get(items.person_key(account_id))
        if item is None:
            raise NotFound("There is no such person.", "They may have asked to be erased.")
        return _person(item)

    def persons(self, account_ids: Iterable[str]) -> dict[str, Person]:
        """Whoever is known, by account id; one `BatchGetItem` per 100."""
        keys = [items.person_key(account_id) for account_id in dict.fromkeys(account_ids)]
        chunks = [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]
        found = [_person(item) for chunk in chunks for item in batch_get(self._client, {self._table.name: chunk})]
        return {person.account_id: person for person in found}

    def save_person(self, person: Person) -> None:
        values = {"account_id": person.account_id, "name": person.name, "email": person.email, "zone": person.zone}
        self._table.put(items.person_key(person.account_id) | items.marshal(values))

    def facts(self, account_id: str) -> TraineeFacts | None:
        item = self._table.get(items.facts_key(account_id))
        return None if item is None else TraineeFacts.model_validate(items.unmarshal(item)["facts"])

    def save_facts(self, account_id: str, facts: TraineeFacts) -> None:
        self._table.put(
            items.facts_key(account_id) | items.marshal({"facts": items.storable(facts.model_dump(mode="json"))})
        )

    def contact(self, host_id: str) -> Contact | None:
        found = self._first(host_id)
        return Contact(found.host_id, found.name, found.email) if found else None

    def save_contact(self, contact: Contact) -> None:
        self.save_host_contact(as_first(contact, self._first(contact.host_id)))

    def contacts(self, host_id: str) -> tuple[HostContact, ...]:
        found = [_contact(item) for item in self._table.partition(items.person_pk(host_id), items.CONTACT)]
        first = first_contact_id(host_id)
        return tuple(sorted(found, key=lambda one: (one.id != first, one.name.casefold(), one.id)))

    def save_host_contact(self, contact: HostContact) -> None:
        values = asdict(contact) | {"does": list(contact.does)}
        self._table.put(_contact_key(contact.host_id, contact.id) | items.marshal(values))

    def erase_contact(self, host_id: str, contact_id: str) -> int:
        known = self._table.get(_contact_key(host_id, contact_id))
        self._table.delete(_contact_key(host_id, contact_id))
        return (known is not None) + self.erase(contact_id)

    def _first(self, host_id: str) -> HostContact | None:
        item = self._table.get(items.contact_key(host_id))
        return None if item is None else _contact(item)

    def erase(self, account_id: str) -> int:
        """Person, facts and every text of theirs. Run again after a failure: what is gone already does not hurt."""
        keys = self._table.keys(items.person_pk(account_id))
        for key in keys:
            self._table.delete(key)
        return len(keys)


def _person(item: items.Item) -> Person:
    values = items.unmarshal(item)
    return Person(values["account_id"], values["name"], values["email"], values["zone"])


def _contact_key(host_id: str, contact_id: str) -> items.Item:
    return items.contact_key(host_id, "" if contact_id == first_contact_id(host_id) else contact_id)


def _contact(item: items.Item) -> HostContact:
    """A contact of the time when each host had one is the first one, and does everything."""
    values = items.unmarshal(item)
    return HostContact(
        id=values.get("id", first_contact_id(values["host_id"])),
        host_id=values["host_id"],
        name=values["name"],
        email=values["email"],
        phone=values.get("phone", ""),
        does=tuple(values.get("does", DUTIES)),
        preceptor=bool(values.get("preceptor", False)),
    )
