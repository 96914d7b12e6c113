"""Index versions on S3, and the one item that says which is current, with the overlay rows beside it.

Both live in one partition of the core table (`SEARCH`), and a search reads them with one strongly consistent query in
key order: the rows (`OVERLAY#...`) before the pointer (`POINTER`). Rows are removed only after the pointer has moved
past them, so a reader that sees the old pointer has seen the rows that the old version needs.

`at` and `as_of` are wall-clock instants to the second: a version holds everything that was true at its `as_of` (taken
*before* the first program is read); a row with `at >= as_of` is newer than the version or says the same.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.search.archive import checked, damaged
from shared.domain.core.calendar import monday_of
from shared.domain.core.errors import Busy, VersionConflict
from shared.domain.core.instants import iso
from shared.domain.search.query import Overlay

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

PARTITION = "SEARCH"
POINTER = "POINTER"
ROW = "OVERLAY#"
_CONFLICT = "ConditionalCheckFailedException"
_EXISTS = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict", "409"})
_MISSING = frozenset({"NoSuchKey", "404", "AccessDenied", "403"})
"""What S3 answers for an object that is not there: the last two to callers that may not list the bucket, as ours."""
_FAILURES = (ClientError, BotoCoreError)


@dataclass(frozen=True)
class Pointer:
    """`sha256` is the archive's; `seq` counts swaps; `previous_as_of` belongs to the one before, which a slow reader
    may have open. `key` seals page markers: it lives here, made at random with the first pointer, because every search
    reads this item anyway."""

    version: str
    sha256: str
    seq: int
    as_of: str
    previous_as_of: str
    key: str


class OverlayRow(NamedTuple):
    """A tuple: every search makes all of them."""

    program_id: str
    week: str
    free: bool
    at: str


@dataclass(frozen=True)
class Present:
    """What one read of the partition found; `pointer` is None until the first publish."""

    pointer: Pointer | None
    rows: tuple[OverlayRow, ...]

    def overlay(self, as_of: str) -> Overlay:
        """What a version of that instant does not know yet."""
        return Overlay({(row.program_id, row.week): row.free for row in self.rows if row.at >= as_of})


class Versions:
    """`table` is the core table, `bucket` the search bucket. Every failure of AWS leaves as `Busy`."""

    def __init__(self, s3: S3Client, dynamodb: DynamoDBClient, bucket: str, table: str) -> None:
        self._s3, self._dynamodb, self._bucket, self._table = s3, dynamodb, bucket, table

    # --- reading ------------------------------------------------------------------------------------------------------
    def present(self) -> Present:
        pointer, rows = None, []
        for item in self._items():
            if item["sk"]["S"] == POINTER:
                pointer = _pointer(item)
            elif item["sk"]["S"].startswith(ROW):
                rows.append(_row(item))
        return Present(pointer, tuple(rows))

    def current(self) -> Pointer | None:
        try:
            item = self._dynamodb.get_item(TableName=self._table, Key=_key(POINTER), ConsistentRead=True).get("Item")
        except _FAILURES as error:
            raise _busy() from error
        return _pointer(item) if item else None

    def download(self, pointer: Pointer) -> bytes:
        """The archive of the current version. Raises `Busy` when it is missing or is not the one that the pointer
        means."""
        try:
            content = self._s3.get_object(Bucket=self._bucket, Key=_object(pointer.version))["Body"].read()
        except _FAILURES as error:
            raise _busy() from error
        if hashlib.sha256(content).hexdigest() != pointer.sha256:
            raise damaged("the archive does not match its hash")
        return content

    # --- publishing ---------------------------------------------------------------------------------------------------
    def publish(self, version: str, archive: bytes, as_of: datetime) -> Pointer:
        """Stores the archive under the version's name unless a whole one is there, then moves the pointer.

        Publishing again, after a publish that died half-way, or after the stored archive was damaged or lost, ends the
        same. Raises `VersionConflict` when somebody else published meanwhile, or when a version that knows more (a
        later `as_of`) is current: read the programs again.
        """
        before = self.current()
        return self._point(before, version, self._store(version, archive), as_of)

    def confirm(self, pointer: Pointer, as_of: datetime) -> Pointer:
        """The current version is still right at `as_of`. Raises `VersionConflict` as `publish` does."""
        return self._point(pointer, pointer.version, pointer.sha256, as_of)

    def holds(self, pointer: Pointer) -> bool:
        """Whether the archive that the pointer means is there, and whole: readers of it need nothing else."""
        return self._whole(pointer.version) == pointer.sha256

    def _store(self, version: str, archive: bytes) -> str:
        """The sha-256 of what now lies under the version's name: ours, or that of an earlier build with other segment
        names."""
        if self._put(version, archive, IfNoneMatch="*"):
            return hashlib.sha256(archive).hexdigest()
        there = self._whole(version)
        if there is None:
            self._put(version, archive)
        return there or hashlib.sha256(archive).hexdigest()

    def _put(self, version: str, archive: bytes, **condition: Any) -> bool:
        """False when there is something and the condition says that it stays."""
        try:
            self._s3.put_object(
                Bucket=self._bucket, Key=_object(version), Body=archive, ContentType="application/x-tar", **condition
            )
        except ClientError as error:
            if condition and error.response["Error"]["Code"] in _EXISTS:
                return False
            raise _busy() from error
        except BotoCoreError as error:
            raise _busy() from error
        return True

    def _whole(self, version: str) -> str | None:
        """The sha-256 of the stored archive; None when it is not there or a file in it is not the one that was made."""
        try:
            content = self._s3.get_object(Bucket=self._bucket, Key=_object(version))["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise _busy() from error
        except BotoCoreError as error:
            raise _busy() from error
        try:
            checked(content)
        except Busy:
            return None
        return hashlib.sha256(content).hexdigest()

    def _point(self, before: Pointer | None, version: str, sha256: str, as_of: datetime) -> Pointer:
        moment = iso(as_of)
        if before and moment < before.as_of:
            raise _overtaken()
        after = Pointer(version, sha256, before.seq + 1 if before else 1, moment, *_kept(before, moment))
        values: dict[str, Any] = {
            **_key(POINTER),
            "version": {"S": version},
            "sha256": {"S": sha256},
            "seq": {"N": str(after.seq)},
        }
        values |= {"as_of": {"S": moment}, "previous_as_of": {"S": after.previous_as_of}, "key": {"S": after.key}}
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if before:
            condition = {
                "ConditionExpression": "seq = :seq",
                "ExpressionAttributeValues": {":seq": {"N": str(before.seq)}},
            }
        if not self._write("put_item", Item=values, **condition):
            raise _overtaken()
        return after

    # --- overlay rows -------------------------------------------------------------------------------------------------
    def append(self, program_id: str, week: str, free: bool, at: datetime) -> bool:
        """A week went from some seats to none (`free=False`) or back. False when a later row is there. Raises `Invalid`
        for no week."""
        monday_of(week)
        values: dict[str, Any] = {**_key(f"{ROW}{program_id}#{week}"), "free": {"BOOL": free}, "at": {"S": iso(at)}}
        return self._write(
            "put_item",
            Item=values,
            ConditionExpression="attribute_not_exists(pk) OR #at <= :at",
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues={":at": values["at"]},
        )

    def clear(self) -> int:
        """Removes the rows that neither the current version nor the one before it needs; returns how many."""
        present = self.present()
        if present.pointer is None:
            return 0
        limit = present.pointer.previous_as_of
        return sum(self._remove(row, limit) for row in present.rows if row.at < limit)

    def _remove(self, row: OverlayRow, limit: str) -> bool:
        return self._write(
            "delete_item",
            Key=_key(f"{ROW}{row.program_id}#{row.week}"),
            ConditionExpression="#at < :limit",
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues={":limit": {"S": limit}},
        )

    # --- the table ----------------------------------------------------------------------------------------------------
    def _items(self) -> Iterator[dict[str, Any]]:
        asked: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": PARTITION}},
            "ConsistentRead": True,
        }
        while True:
            try:
                page: Any = self._dynamodb.query(**asked)
            except _FAILURES as error:
                raise _busy() from error
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _write(self, operation: str, **values: Any) -> bool:
        """False when the condition does not hold."""
        try:
            getattr(self._dynamodb, operation)(TableName=self._table, **values)
        except ClientError as error:
            if error.response["Error"]["Code"] == _CONFLICT:
                return False
            raise _busy() from error
        except BotoCoreError as error:
            raise _busy() from error
        return True


def _key(sk: str) -> dict[str, Any]:
    return {"pk": {"S": PARTITION}, "sk": {"S": sk}}


def _object(version: str) -> str:
    return f"index/{version}.tar"


def _pointer(item: Any) -> Pointer:
    text = {name: item[name]["S"] for name in ("version", "sha256", "as_of", "previous_as_of", "key")}
    return Pointer(seq=int(item["seq"]["N"]), **text)


def _kept(before: Pointer | None, moment: str) -> tuple[str, str]:
    """`previous_as_of` and `key` of the pointer after `before`."""
    return (before.as_of, before.key) if before else (moment, secrets.token_hex(32))


def _row(item: Any) -> OverlayRow:
    program_id, week = item["sk"]["S"].removeprefix(ROW).rsplit("#", 1)
    return OverlayRow(program_id, week, item["free"]["BOOL"], item["at"]["S"])


def _busy() -> Busy:
    return Busy("The search index cannot be reached.", "Try again in a moment.")


def _overtaken() -> VersionConflict:
    return VersionConflict(
        "Another search index was published meanwhile.", "Read the programs again and publish again."
    )
