"""`People`: everything erasable about a person lies in one partition, `PERSON#<id>`, so that erasing is emptying it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.table import Table, ask, batch_get
from shared.adapters.dynamodb.transaction import erased, still_there
from shared.domain.core.errors import Busy, NotFound
from shared.domain.trainees.trainee import TraineeFacts
from shared.ports import Contact, Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH = 100
ROUNDS = 5


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
        self._write(person.account_id, items.person_key(person.account_id) | items.marshal(values))

    def facts(self, account_id: str) -> TraineeFacts | None:
        item = self._table.get(items.facts_key(account_id))
        return None if item is None else TraineeFacts.model_validate(items.unmarshal(item)["facts"])

    def save_facts(self, account_id: str, facts: TraineeFacts) -> None:
        values = {"facts": items.storable(facts.model_dump(mode="json"))}
        self._write(account_id, items.facts_key(account_id) | items.marshal(values))

    def _write(self, account_id: str, item: items.Item) -> None:
        """Unless the person was erased, also at this very moment."""
        table = self._table.name
        put: Any = [still_there(table, account_id), {"Put": {"TableName": table, "Item": item}}]
        for _ in range(ROUNDS):
            try:
                ask(lambda: self._client.transact_write_items(TransactItems=put))
            except Busy as failed:
                codes = _cancelled(failed)
                if codes[:1] == ["ConditionalCheckFailed"]:
                    raise erased() from failed
                if "TransactionConflict" not in codes:
                    raise
            else:
                return
        raise Busy("Many change the same at this moment.", "Try again in a minute.")

    def contact(self, host_id: str) -> Contact | None:
        item = self._table.get(items.contact_key(host_id))
        if item is None:
            return None
        values = items.unmarshal(item)
        return Contact(values["host_id"], values["name"], values["email"])

    def save_contact(self, contact: Contact) -> None:
        values = {"host_id": contact.host_id, "name": contact.name, "email": contact.email}
        self._table.put(items.contact_key(contact.host_id) | items.marshal(values))

    def forget_person(self, account_id: str) -> None:
        self._table.delete(items.person_key(account_id))

    def erase(self, account_id: str) -> int:
        """Person, facts and every text of theirs. Run again after a failure: what is gone already does not hurt. That
        somebody was erased stays."""
        kept = items.erased_key(account_id)
        keys = [key for key in self._table.keys(items.person_pk(account_id)) if key != kept]
        for key in keys:
            self._table.delete(key)
        return len(keys)


def _cancelled(failed: Busy) -> list[str]:
    """The codes of a transaction that was cancelled, by position; none for any other failure."""
    cause = failed.__cause__
    reasons: Any = cause.response.get("CancellationReasons", []) if isinstance(cause, ClientError) else []
    return [str(one.get("Code")) for one in reasons]


def _person(item: items.Item) -> Person:
    values = items.unmarshal(item)
    return Person(values["account_id"], values["name"], values["email"], values["zone"])
