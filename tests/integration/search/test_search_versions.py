"""Publishing and reading versions against S3 and DynamoDB (moto): whatever dies or races, a reader answers from a whole
version."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from shared.adapters.search.directory import SearchDirectory
from shared.adapters.search.live import LiveSearch, Publisher
from shared.adapters.search.versions import Versions
from shared.domain.core.errors import Busy, Invalid, VersionConflict
from shared.domain.search.query import SearchQuery
from tests.unit.search.catalogue import TODAY, found, projection

BUCKET, TABLE = "search-bucket", "core-table"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ONE, TWO = projection("one-program"), projection("two-program", price=160_000)
JANUARY = SearchQuery(month="2027-01")


class World:
    """Fake AWS, one writer whose clock is moved by hand, and readers in folders of their own."""

    def __init__(self, root: Path) -> None:
        credentials = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
        self.s3: Any = boto3.client("s3", **credentials)
        self.dynamodb: Any = boto3.client("dynamodb", **credentials)
        self.s3.create_bucket(Bucket=BUCKET)
        self.dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )
        self.root, self.now, self.faults = root, NOON, list[Busy]()
        self.versions = Versions(self.s3, self.dynamodb, BUCKET, TABLE)
        self.publisher = Publisher(self.versions, lambda: self.now)

    def reader(self, name: str = "reader") -> LiveSearch:
        return LiveSearch(self.versions, self.root / name, self.faults.append)

    def later(self, seconds: int = 60) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    def folders(self, name: str = "reader") -> set[str]:
        return {path.name for path in (self.root / name).iterdir()}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with mock_aws():
        yield World(tmp_path)


def test_before_the_first_publish_search_is_busy_and_says_why(world: World) -> None:
    with pytest.raises(Busy, match="first time"):
        world.reader().search(SearchQuery(), TODAY)


def test_a_new_version_is_seen_by_an_open_reader_at_its_next_call(world: World) -> None:
    reader = world.reader()
    first = world.publisher.publish([ONE], world.later())
    assert found(reader.search(SearchQuery(), TODAY)) == ["one-program"]
    second = world.publisher.publish([ONE, TWO], world.later())
    page = reader.search(SearchQuery(), TODAY)
    assert (found(page), page.index_version) == (["one-program", "two-program"], second)
    assert world.folders() == {second} != {first}  # the old one is gone: nobody has it open


def test_the_same_programs_again_move_the_instant_but_build_and_store_nothing(world: World) -> None:
    world.publisher.publish([ONE], world.later())
    before = world.s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    version = world.publisher.publish([ONE], world.later())
    pointer = world.versions.current()
    assert pointer is not None
    assert (pointer.version, pointer.seq, pointer.as_of) == (version, 2, "2026-11-21T12:02:00Z")
    assert world.s3.list_objects_v2(Bucket=BUCKET)["Contents"] == before


def test_the_key_that_seals_page_markers_is_made_once_and_stays(world: World) -> None:
    keys = []
    for programs in ([ONE], [ONE, TWO], [ONE, TWO]):
        world.publisher.publish(programs, world.later())
        pointer = world.versions.current()
        assert pointer is not None
        keys.append(pointer.key)
    assert len(set(keys)) == 1
    assert len(keys[0]) == 64


def test_a_version_that_comes_back_uses_the_stored_archive_whose_bytes_differ(world: World) -> None:
    world.publisher.publish([ONE], world.later())
    world.publisher.publish([ONE, TWO], world.later())
    back = world.publisher.publish([ONE], world.later())
    stored = world.s3.get_object(Bucket=BUCKET, Key=f"index/{back}.tar")["Body"].read()
    pointer = world.versions.current()
    assert pointer is not None
    assert pointer.sha256 == hashlib.sha256(stored).hexdigest()
    assert found(world.reader().search(SearchQuery(), TODAY)) == ["one-program"]


def test_a_publish_that_died_after_the_upload_is_finished_by_the_next(world: World) -> None:
    world.publisher.publish([ONE], world.later())
    lost = Versions(world.s3, _Broken(world.dynamodb, "put_item"), BUCKET, TABLE)
    with pytest.raises(Busy):
        Publisher(lost, lambda: world.now).publish([ONE, TWO], world.later())
    assert found(world.reader().search(SearchQuery(), TODAY)) == ["one-program"]
    world.publisher.publish([ONE, TWO], world.later())
    assert found(world.reader().search(SearchQuery(), TODAY)) == ["one-program", "two-program"]


def test_a_publish_overtaken_by_another_or_by_later_knowledge_is_refused(world: World) -> None:
    early = world.later()
    world.publisher.publish([ONE, TWO], world.later())
    with pytest.raises(VersionConflict):
        world.publisher.publish([ONE], early)
    seen = world.versions.current()
    assert seen is not None
    world.publisher.publish([ONE], world.later())
    with pytest.raises(VersionConflict):
        world.versions.confirm(seen, world.later())


def test_a_sold_week_is_gone_at_the_next_call_and_back_when_it_is_returned(world: World) -> None:
    reader = world.reader()
    world.publisher.publish([ONE, TWO], world.later())
    for week in ("2027-W01", "2027-W02", "2027-W03", "2027-W04"):
        world.publisher.overlay("one-program", week, False)
    assert found(reader.search(JANUARY, TODAY)) == ["two-program"]
    world.later()
    world.publisher.overlay("one-program", "2027-W04", True)
    page = reader.search(JANUARY, TODAY)
    assert page.hits[1].starts == (date(2027, 1, 25),)


def test_rows_that_a_version_knows_already_are_not_applied_and_are_cleared_one_publish_later(world: World) -> None:
    reader = world.reader()
    world.publisher.publish([ONE], world.later())
    world.later()
    world.publisher.overlay("one-program", "2027-W01", False)
    world.publisher.publish([ONE, TWO], world.later())  # read after the row: the host had raised the capacity
    assert [hit.starts[0] for hit in reader.search(JANUARY, TODAY).hits] == [date(2027, 1, 4)] * 2
    assert len(world.versions.present().rows) == 1  # a reader of the version before still needs it
    world.publisher.publish([ONE], world.later())
    assert world.versions.present().rows == ()


def test_an_older_row_never_replaces_a_newer_one_and_a_row_names_a_week(world: World) -> None:
    assert world.versions.append("one-program", "2027-W01", False, NOON)
    assert not world.versions.append("one-program", "2027-W01", True, NOON - timedelta(seconds=1))
    assert world.versions.append("one-program", "2027-W01", True, NOON)
    (row,) = world.versions.present().rows
    assert row.free
    with pytest.raises(Invalid):
        world.versions.append("one-program", "2027-W60", True, NOON)


def test_an_overlay_longer_than_one_page_of_the_table_is_read_whole(world: World) -> None:
    world.publisher.publish([ONE], world.later())
    for number in range(5):
        world.publisher.overlay("one-program", f"2027-W{number + 1:02}", False)
    small = Versions(world.s3, _Paged(world.dynamodb), BUCKET, TABLE)
    present = small.present()
    assert len(present.rows) == 5
    assert present.pointer is not None


def test_an_archive_that_does_not_match_its_hash_leaves_the_open_version_answering_and_is_reported(
    world: World,
) -> None:
    reader = world.reader()
    first = world.publisher.publish([ONE], world.later())
    reader.search(SearchQuery(), TODAY)
    second = world.publisher.publish([ONE, TWO], world.later())
    world.s3.put_object(Bucket=BUCKET, Key=f"index/{second}.tar", Body=b"something else")
    page = reader.search(SearchQuery(), TODAY)
    assert (found(page), page.index_version) == (["one-program"], first)
    assert [fault.detail for fault in world.faults] == [
        "The search index is damaged: the archive does not match its hash."
    ]
    with pytest.raises(Busy, match="does not match its hash"):
        world.reader("fresh").search(SearchQuery(), TODAY)
    assert world.folders() == {first}


@pytest.mark.parametrize("operation", ["query", "get_object"])
def test_a_search_is_busy_when_aws_fails(world: World, operation: str) -> None:
    world.publisher.publish([ONE], world.later())
    versions = Versions(_Broken(world.s3, operation), _Broken(world.dynamodb, operation), BUCKET, TABLE)
    reader = LiveSearch(versions, world.root / "broken", world.faults.append)
    with pytest.raises(Busy):
        reader.search(SearchQuery(), TODAY)


@pytest.mark.parametrize("operation", ["get_item", "put_object", "get_object", "put_item", "query", "delete_item"])
def test_a_publish_is_busy_when_aws_fails_and_the_next_one_heals_it(world: World, operation: str) -> None:
    for number, projections in enumerate(([ONE, TWO], [TWO], [ONE]), 1):
        world.publisher.publish(projections, world.later())
        world.publisher.overlay("one-program", f"2027-W0{number}", False)
    world.later()
    versions = Versions(_Broken(world.s3, operation), _Broken(world.dynamodb, operation), BUCKET, TABLE)
    with pytest.raises(Busy):
        Publisher(versions, lambda: world.now).publish(
            [ONE, TWO], world.later()
        )  # stored before: what lies there is read too
    world.publisher.publish([ONE, TWO], world.later())
    assert world.reader().search(SearchQuery(), TODAY).total == 2


def test_readers_of_two_versions_share_a_folder_and_neither_loses_its_files(world: World) -> None:
    first, second = (
        SearchDirectory(world.root / "shared", world.versions.download),
        SearchDirectory(world.root / "shared", world.versions.download),
    )
    world.publisher.publish([ONE], world.later())
    old = world.versions.current()
    assert old is not None
    held = first.at(old)
    assert second.at(old).index.version == held.index.version
    world.publisher.publish([ONE, TWO], world.later())
    new = world.versions.current()
    assert new is not None
    second.at(new)
    assert world.folders("shared") == {old.version, new.version}
    first.close()
    second.tidy()
    assert world.folders("shared") == {new.version}


def test_what_a_killed_download_left_is_tidied_and_a_broken_copy_is_fetched_again(world: World) -> None:
    version = world.publisher.publish([ONE], world.later())
    folder = world.root / "reader"
    (folder / "partial-abc").mkdir(parents=True)
    (folder / version).mkdir()
    (folder / version / "half.idx").write_bytes(b"not all of it")
    (folder / "not-ours").mkdir()
    assert found(world.reader().search(SearchQuery(), TODAY)) == ["one-program"]
    assert world.folders() == {version, "not-ours"}


def test_an_open_version_goes_on_answering_when_its_files_are_removed(world: World) -> None:
    reader = world.reader()
    world.publisher.publish([ONE, TWO], world.later())
    reader.search(SearchQuery(), TODAY)
    shutil.rmtree(world.root / "reader")
    assert found(reader.search(SearchQuery(text="derm"), TODAY)) == ["one-program", "two-program"]


def test_swapping_many_versions_leaks_no_file_descriptor(world: World) -> None:
    reader = world.reader()
    counts = []
    for number in range(6):
        world.publisher.publish([ONE, projection("two-program", price=100_000 + number)], world.later())
        assert reader.search(SearchQuery(), TODAY).total == 2
        counts.append(len(os.listdir("/proc/self/fd")))
    assert counts[-1] <= counts[1]


class _Broken:
    """A client one of whose operations fails: S3 and DynamoDB with an answer, or without any."""

    def __init__(self, client: Any, operation: str) -> None:
        self._client, self._operation = client, operation

    def __getattr__(self, name: str) -> Any:
        if name != self._operation:
            return getattr(self._client, name)

        def fail(**_: Any) -> None:
            if name.startswith("get"):
                raise EndpointConnectionError(endpoint_url="https://aws.example")
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": "no"}}, name)

        return fail


class _Paged:
    """A table whose pages hold two items."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def query(self, **asked: Any) -> Any:
        return self._client.query(**asked, Limit=2)
