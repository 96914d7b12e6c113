"""Every item of the core, ledger and inbox tables: its key, its attributes, and the way back. No key is written
anywhere else."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from shared.domain.accounts.second_factor import STAFF_ROLES
from shared.domain.core.aggregate import AggregateType, EventRow, record
from shared.domain.core.instants import iso, parse
from shared.domain.money.money import JournalEntry
from shared.domain.seats.seats import SeatYear
from shared.ports import Due, DueItem, PersonalRecord, SeatMove, Stored, Transition, UniqueKey

Item = dict[str, Any]
DUE_SHARDS = 2
STATE = "STATE"
COACHES, STAFF = "ACCOUNT#coach", "ACCOUNT#staff"
"""Keys of the owner index: active coaches, and every other account with a role of the staff, whatever its status."""
_to, _from = TypeSerializer(), TypeDeserializer()


def marshal(values: Mapping[str, Any]) -> Item:
    return {name: _to.serialize(value) for name, value in values.items()}


def unmarshal(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(_from.deserialize(value)) for name, value in item.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def storable(value: Any) -> Any:
    """JSON values as the table takes them: it has no floats, only decimals (places have degrees)."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, dict):
        return {str(name): storable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable(inner) for inner in value]
    return value


def key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


# --- aggregates -------------------------------------------------------------------------------------------------------
def aggregate_pk(kind: AggregateType, id: str) -> str:
    return f"{kind}#{id}"


def state_key(kind: AggregateType, id: str) -> Item:
    return key(aggregate_pk(kind, id), STATE)


def event_sk(seq: int) -> str:
    return f"EVENT#{seq:010d}"


def rows_of(step: Transition) -> tuple[EventRow, Item, Item]:
    """(event row, its item, the new state's item) of one step."""
    loaded = step.loaded
    row = record(step.draft, loaded.kind, loaded.id, loaded.version + 1, loaded.head)
    pk = aggregate_pk(loaded.kind, loaded.id)
    event = {
        "pk": pk,
        "sk": event_sk(row.seq),
        **storable(row.model_dump(mode="json")),
        **by_day(iso(row.occurred_at), row.id),
    }
    if row.case_id:
        event |= {"case_pk": f"CASE#{row.case_id}", "case_sk": f"{iso(row.occurred_at)}#{row.id}"}
    state = {**loaded.state, **step.draft.data, "version": row.seq}
    stored: dict[str, Any] = {"pk": pk, "sk": STATE, "version": row.seq, "head": row.hash, "state": storable(state)}
    # Whatever names its trainee is found again by them, newest first.
    if (owner := state.get("trainee_id")) and "created_at" in state:
        stored |= {"owner_pk": f"{loaded.kind}#{owner}", "owner_sk": state["created_at"]}
    if loaded.kind == "PROGRAM":
        stored |= {"owner_pk": f"PROGRAM#{state['status']}", "owner_sk": loaded.id}
    if loaded.kind == "ACCOUNT" and STAFF_ROLES & set(state.get("roles", ())):
        coaches = state.get("status") == "ACTIVE" and "coach" in state["roles"]
        stored |= {"owner_pk": COACHES if coaches else STAFF, "owner_sk": loaded.id}
    return row, marshal(event), marshal(stored)


def by_day(moment: str, name: str) -> dict[str, str]:
    """The attributes of the `day` index: every row of a day, in order of `moment` (`2027-01-15T05:59:59Z`)."""
    return {"day_pk": f"DAY#{moment[:10]}", "day_sk": f"{moment}#{name}"}


def loaded_of(item: Mapping[str, Any]) -> Stored:
    values = unmarshal(item)
    kind, id = values["pk"].split("#", 1)
    return Stored(kind, id, values["state"], values["version"], values["head"])


def event_of(item: Mapping[str, Any]) -> EventRow:
    values = unmarshal(item)
    return EventRow.model_validate({name: values[name] for name in EventRow.model_fields if name in values})


# --- due rows ---------------------------------------------------------------------------------------------------------
def due_key(kind: AggregateType, id: str, due_kind: str) -> Item:
    return key(aggregate_pk(kind, id), f"DUE#{due_kind}")


def due_shard(reader: str, id: str) -> str:
    shard = int(hashlib.sha256(id.encode()).hexdigest(), 16) % DUE_SHARDS
    return f"{reader}#{shard}"


def due_item(loaded: Stored, due: Due, case_id: str) -> Item:
    values = {
        "due_pk": due_shard(due.reader, loaded.id),
        "due_at": iso(due.at),
        "due_kind": due.kind,
        "who": due.who,
        "case_id": case_id,
    }
    return due_key(loaded.kind, loaded.id, due.kind) | marshal(values)


def due_of(item: Mapping[str, Any]) -> DueItem:
    values = unmarshal(item)
    kind, id = values["pk"].split("#", 1)
    reader = values["due_pk"].rpartition("#")[0]
    due = Due(values["due_kind"], parse(values["due_at"]), values["who"], reader)
    return DueItem(due, kind, id, values["case_id"])


# --- seats ------------------------------------------------------------------------------------------------------------
def seats_key(program_id: str, year: int) -> Item:
    return key(f"PROGRAM#{program_id}", f"SEATS#{year}")


def seats_item(seats: SeatYear) -> Item:
    weeks = {week: {"capacity": cell.capacity, "taken": cell.taken} for week, cell in seats.weeks.items()}
    return seats_key(seats.program_id, seats.year) | marshal(
        {"program_id": seats.program_id, "year": seats.year, "weeks": weeks}
    )


def seats_of(item: Mapping[str, Any]) -> SeatYear:
    values = unmarshal(item)
    # A projection on weeks that are not open leaves no map at all.
    return SeatYear.model_validate(
        {"program_id": values["program_id"], "year": values["year"], "weeks": values.get("weeks", {})}
    )


def seats_projection(weeks: Collection[str]) -> Mapping[str, Any]:
    """Only these weeks of a seat item; nothing named asks for all of it. Reading 52 weeks to show a few is most of a
    search's time."""
    if not weeks:
        return {}
    names = {f"#{week}": week for week in sorted(weeks)}
    paths = ["program_id", "#year", *(f"#weeks.{name}" for name in names)]
    return {
        "ProjectionExpression": ", ".join(paths),
        "ExpressionAttributeNames": {"#year": "year", "#weeks": "weeks", **names},
    }


def trainee_week_key(trainee_id: str, week: str) -> Item:
    return key(f"TRAINEE#{trainee_id}", f"WEEK#{week}")


def trainee_week_item(move: SeatMove, week: str) -> Item:
    """Found again by the program, whose seat it is."""
    values = {"reservation_id": move.reservation_id, "program_id": move.program_id}
    return trainee_week_key(move.trainee_id, week) | marshal(
        values | listed_by(seated_list(move.program_id), week, move.reservation_id)
    )


def seated_list(program_id: str) -> str:
    return f"SEATED#{program_id}"


def listed_by(name: str, order: str, owner: str) -> dict[str, str]:
    """The attributes of the owner index for what is found by its owner's id alone."""
    return {"owner_pk": name, "owner_sk": f"{order}#{owner}"}


def listed_owner(item: Mapping[str, Any]) -> str:
    """The id that `listed_by` was given; ids have no "#"."""
    return str(item["owner_sk"]["S"]).rsplit("#", 1)[1]


# --- names that may exist once, texts, ledger -------------------------------------------------------------------------
def claim_key(claim: UniqueKey) -> Item:
    return key(f"UNIQUE#{claim.key}", "UNIQUE")


def claim_item(claim: UniqueKey) -> Item:
    listing = listed_by(claim.listing.name, claim.listing.order, claim.owner) if claim.listing else {}
    return claim_key(claim) | marshal({"owner": claim.owner, **listing})


def person_pk(owner: str) -> str:
    """The one partition that holds everything erasable about a person or a host's contact."""
    return f"PERSON#{owner}"


def person_key(account_id: str) -> Item:
    return key(person_pk(account_id), "PERSON")


def facts_key(account_id: str) -> Item:
    return key(person_pk(account_id), "FACTS")


def contact_key(host_id: str) -> Item:
    return key(person_pk(host_id), "CONTACT")


def erased_key(owner: str) -> Item:
    """What stays of an erased person's partition: that nothing is written there any more."""
    return key(person_pk(owner), "ERASED")


def text_key(ref: str) -> Item:
    owner, name = ref.split("/", 1)
    return key(person_pk(owner), f"TEXT#{name}")


def text_item(text: PersonalRecord) -> Item:
    values: dict[str, Any] = {"body": storable(dict(text.body))}
    if text.listing:
        values |= {"owner_pk": text.listing.name, "owner_sk": text.listing.order}
    return text_key(text.ref) | marshal(values)


def journal_item(entry: JournalEntry) -> Item:
    return key(entry.book, f"ENTRY#{entry.id}") | marshal({"entry": storable(entry.model_dump(mode="json"))})


def journal_of(item: Mapping[str, Any]) -> JournalEntry:
    return JournalEntry.model_validate(unmarshal(item)["entry"])


# --- the inbox table: rows with a TTL (wall time) ---------------------------------------------------------------------
def ttl(moment: datetime) -> Item:
    return {"ttl": {"N": str(int(moment.timestamp()))}}


def hashed(secret: str) -> str:
    """Session ids and link tokens are stored only as this."""
    return hashlib.sha256(secret.encode()).hexdigest()


SESSION, WISH = "SESSION#", "WISH"


def sessions_pk(account_id: str) -> str:
    """The one partition that holds an account's sessions."""
    return f"SESSIONS#{account_id}"


def session_key(session_id: str) -> Item:
    """The account id is in front of the session's."""
    return key(sessions_pk(session_id.partition(".")[0]), f"{SESSION}{hashed(session_id)}")


def session_by_handle(account_id: str, handle: str) -> Item:
    return key(sessions_pk(account_id), f"{SESSION}{handle}")


def pace_key(pace: str, whom: str) -> Item:
    return key(f"PACE#{hashed(f'{pace}:{whom}')}", "PACE")


def browser_key(email: str, browser: str) -> Item:
    return key(f"BROWSER#{hashed(f'{browser}:{email}')}", "BROWSER")


def wish_key(wish_id: str) -> Item:
    return key(f"WISH#{wish_id}", WISH)


def link_key(token: str) -> Item:
    return key(f"LINK#{hashed(token)}", "LINK")


def mail_key(mail_id: str) -> Item:
    return key(f"MAIL#{mail_id}", "MAIL")
