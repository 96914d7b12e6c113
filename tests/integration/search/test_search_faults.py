"""Whatever happens to a publish or to a version's files, searchers get a whole version or are told why not."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from shared.adapters.search.archive import MANIFEST, pack
from shared.adapters.search.builder import build
from shared.adapters.search.live import LiveSearch, Publisher
from shared.adapters.search.schema import PROGRAMS
from shared.adapters.search.versions import Versions
from shared.domain.core.errors import Busy, Invalid
from shared.domain.search.query import SearchQuery
from tests.integration.search.test_search_versions import BUCKET, NOON, ONE, TABLE, TWO, World
from tests.unit.search.catalogue import TODAY, found, projection

KILLS = 8


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with mock_aws():
        yield World(tmp_path)


class Killed(BaseException):
    """The process is gone: nothing of ours gets to catch this."""


class Mortal:
    """Clients whose process dies at the `nth` call that any of them makes: before it is sent, or before its answer
    arrives."""

    def __init__(self, nth: int, answered: bool) -> None:
        self._left, self._answered = nth, answered

    def client(self, client: Any) -> Any:
        return _Dying(client, self)

    def dies(self, call: Callable[[], Any]) -> Any:
        self._left -= 1
        if self._left == 0:
            if self._answered:
                call()
            raise Killed
        return call()


class _Dying:
    def __init__(self, client: Any, mortal: Mortal) -> None:
        self._client, self._mortal = client, mortal

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._client, name)
        return lambda **asked: self._mortal.dies(lambda: operation(**asked))


@pytest.mark.parametrize("answered", [False, True], ids=["before-it-is-sent", "before-its-answer"])
def test_a_publish_killed_at_any_call_leaves_a_whole_version_and_the_next_heals_it(
    world: World, answered: bool
) -> None:
    reader, killed = world.reader(), 0
    for nth in range(1, KILLS):
        old, new = projection("old-program", price=nth * 1_000), projection("new-program", price=nth * 1_000)
        world.publisher.publish([old], world.later())
        world.publisher.overlay("old-program", f"2027-W{nth:02}", False)
        mortal = Mortal(nth, answered)
        versions = Versions(mortal.client(world.s3), mortal.client(world.dynamodb), BUCKET, TABLE)
        try:
            Publisher(versions, lambda: world.now).publish([old, new], world.later())
        except Killed:
            killed += 1
        page = reader.search(SearchQuery(sort="price"), TODAY)
        assert found(page) in (["old-program"], ["new-program", "old-program"])
        assert {hit.price_4w_cents for hit in page.hits} == {nth * 1_000}, "never of the version before last"
        assert page.total == len(page.hits) == sum(entry.count for entry in page.facets.state)
        world.publisher.publish([old, new], world.later())
        assert found(reader.search(SearchQuery(sort="price"), TODAY)) == ["new-program", "old-program"]
    assert 5 <= killed < KILLS - 1, (
        "each call of a publish was the last one once, and a publish that lived ended the row"
    )
    assert world.faults == []


# --- files ------------------------------------------------------------------------------------------------------------
def _repacked(archive: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        contents = {entry.name: file.read() for entry in tar if (file := tar.extractfile(entry))}
    change(contents)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in contents.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _flip(contents: dict[str, bytes]) -> None:
    contents[PROGRAMS] = bytes([contents[PROGRAMS][0] ^ 1]) + contents[PROGRAMS][1:]


def _lose(contents: dict[str, bytes]) -> None:
    del contents[PROGRAMS]


def _forget_hashes(contents: dict[str, bytes]) -> None:
    contents[MANIFEST] = b"{}"


@pytest.mark.parametrize(
    ("change", "why"), [(_flip, "hash"), (_lose, "hash"), (_forget_hashes, "hash"), (dict.clear, "list of its files")]
)
def test_a_file_that_does_not_match_its_hash_is_never_opened(
    world: World, tmp_path: Path, change: Callable[[dict[str, bytes]], None], why: str
) -> None:
    """The archive as a whole is what the pointer means, but one file in it is not the one that was made."""
    reader = world.reader()
    first = world.publisher.publish([ONE], world.later())
    reader.search(SearchQuery(), TODAY)
    version = build([ONE, TWO], tmp_path / "made")
    archive = _repacked(pack(tmp_path / "made"), change)
    pointer = world.versions.publish(version, archive, world.later())
    assert pointer.sha256 == hashlib.sha256(archive).hexdigest()
    page = reader.search(SearchQuery(), TODAY)
    assert (found(page), page.index_version) == (["one-program"], first)
    assert why in world.faults[-1].detail
    with pytest.raises(Busy, match=why):
        world.reader("fresh").search(SearchQuery(), TODAY)
    assert world.folders("fresh") == set()


def _damage(world: World, key: str) -> None:
    stored = world.s3.get_object(Bucket=BUCKET, Key=key)
    body = bytearray(stored["Body"].read())
    body[len(body) // 2] ^= 1
    world.s3.put_object(Bucket=BUCKET, Key=key, Body=bytes(body), Metadata=stored["Metadata"])


def _empty(world: World, key: str) -> None:
    world.s3.put_object(Bucket=BUCKET, Key=key, Body=b"")


def _repack(world: World, key: str) -> None:
    body = world.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    world.s3.put_object(Bucket=BUCKET, Key=key, Body=_repacked(body, _flip))


def _remove(world: World, key: str) -> None:
    world.s3.delete_object(Bucket=BUCKET, Key=key)


@pytest.mark.parametrize("happened", [_damage, _empty, _repack, _remove])
@pytest.mark.parametrize("before", [[], [ONE]], ids=["current", "that-comes-back"])
def test_an_archive_that_is_damaged_or_lost_heals_when_the_index_is_published_again(
    world: World, happened: Callable[[World, str], None], before: list[Any]
) -> None:
    """Its name is there and says nothing: the remedy that the error names is the one that helps. An open reader answers
    all the while."""
    opened = world.reader()
    version = world.publisher.publish([ONE, TWO], world.later())
    assert opened.search(SearchQuery(), TODAY).total == 2
    if before:
        world.publisher.publish(before, world.later())
    happened(world, f"index/{version}.tar")
    if not before:
        with pytest.raises(Busy):
            world.reader("early").search(SearchQuery(), TODAY)
    assert world.publisher.publish([ONE, TWO], world.later()) == version
    for reader in (opened, world.reader("fresh"), world.reader("early")):
        assert found(reader.search(SearchQuery(), TODAY)) == ["one-program", "two-program"]
    assert world.faults == []


def test_a_bucket_that_may_not_be_listed_says_denied_for_what_is_lost_and_it_heals_all_the_same(world: World) -> None:
    version = world.publisher.publish([ONE], world.later())
    _remove(world, f"index/{version}.tar")

    class Unlisted:
        def __getattr__(self, name: str) -> Any:
            return getattr(world.s3, name)

        def get_object(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")

    Publisher(Versions(Unlisted(), world.dynamodb, BUCKET, TABLE), lambda: world.now).publish([ONE], world.later())  # type: ignore[arg-type]
    assert found(world.reader().search(SearchQuery(), TODAY)) == ["one-program"]


def test_a_whole_archive_under_another_versions_name_is_refused(world: World, tmp_path: Path) -> None:
    build([ONE, TWO], tmp_path / "made")
    world.versions.publish("0" * 64, pack(tmp_path / "made"), NOON)
    with pytest.raises(Busy, match="not the version it claims to be"):
        world.reader().search(SearchQuery(), TODAY)


# --- page markers -----------------------------------------------------------------------------------------------------
def test_a_page_marker_of_a_vanished_version_is_refused_and_the_first_page_answers(world: World) -> None:
    reader = world.reader()
    world.publisher.publish([ONE, TWO], world.later())
    marker = reader.search(SearchQuery(limit=1), TODAY).next_cursor
    assert found(reader.search(SearchQuery(limit=1, cursor=marker), TODAY)) == ["two-program"]
    world.publisher.publish([ONE, TWO, projection("three-program")], world.later())
    with pytest.raises(Invalid, match="has changed since") as refused:
        reader.search(SearchQuery(limit=1, cursor=marker), TODAY)
    assert (refused.value.facts["field"], refused.value.remedy) == ("cursor", "Start again from the first page.")
    assert reader.search(SearchQuery(limit=1), TODAY).total == 3


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cursor=st.one_of(st.text(max_size=1000), st.binary(max_size=300).map(lambda raw: raw.decode("latin-1"))))
def test_no_text_is_taken_for_a_page_marker(world: World, cursor: str) -> None:
    if world.versions.current() is None:
        world.publisher.publish([ONE, TWO], world.later())
    reader = LiveSearch(world.versions, world.root / "reader", world.faults.append)
    with pytest.raises(Invalid) as refused:
        reader.search(SearchQuery(limit=1, cursor=cursor), TODAY)
    assert refused.value.facts["field"] == "cursor"
