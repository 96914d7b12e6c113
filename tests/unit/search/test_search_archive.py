"""Versions are named by what they hold; archives are refused unless every file is the one that was packed."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.adapters.search.archive import pack, unpack
from shared.adapters.search.builder import build
from shared.adapters.search.index import TantivyIndex
from shared.domain.core.errors import Busy
from tests.unit.search.catalogue import ALL_2027, ask, found, projection


def test_the_same_programs_in_any_order_have_the_same_version_and_any_change_another(tmp_path: Path) -> None:
    one, two = projection("one-program"), projection("two-program")
    version = build([one, two], tmp_path / "a")
    assert build([two, one], tmp_path / "b") == version
    assert build([one], tmp_path / "c") != version
    assert build([one, projection("two-program", price=1_000)], tmp_path / "d") != version


def test_another_number_of_free_seats_is_the_same_version_but_a_full_week_is_not(tmp_path: Path) -> None:
    version = build([projection("one-program", weeks=ALL_2027)], tmp_path / "a")
    assert build([projection("one-program", weeks=dict.fromkeys(ALL_2027, 9))], tmp_path / "b") == version
    assert build([projection("one-program", weeks=ALL_2027 | {"2027-W20": 0})], tmp_path / "c") != version


def test_an_index_unpacked_elsewhere_answers_the_same(tmp_path: Path) -> None:
    version = build([projection("one-program")], tmp_path / "a")
    archive = pack(tmp_path / "a")
    assert archive == pack(tmp_path / "a")
    unpack(archive, tmp_path / "b")
    copy = TantivyIndex.open(tmp_path / "b")
    assert copy.version == version
    assert found(ask(copy, "derm")) == ["one-program"]


def _tar(**files: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _link() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        entry = tarfile.TarInfo("meta")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(entry)
    return out.getvalue()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda good: b"",
        lambda good: b"not an archive" * 100,
        lambda good: good[: len(good) // 2],
        lambda good: good.replace(b'"programs": 1', b'"programs": 2'),
        lambda good: _tar(**{"rota.json": b"{}"}),
        lambda good: _tar(**{"manifest.json": b"nonsense"}),
        lambda good: _tar(**{"manifest.json": b"{}", "extra": b""}),
        lambda good: _tar(**{"manifest.json": b"{}", "../escape": b""}),
        lambda good: _link(),
    ],
)
def test_a_damaged_archive_is_refused_before_anything_is_written(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    build([projection("one-program")], tmp_path / "a")
    with pytest.raises(Busy, match="damaged"):
        unpack(spoil(pack(tmp_path / "a")), tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_a_directory_without_a_readable_index_is_busy_and_never_a_library_error(tmp_path: Path) -> None:
    with pytest.raises(Busy):
        TantivyIndex.open(tmp_path)
    build([projection("one-program")], tmp_path)
    (tmp_path / "meta.json").write_text("{}")
    with pytest.raises(Busy):
        TantivyIndex.open(tmp_path)
    (tmp_path / "rota.json").write_text('{"schema": 0, "version": "x", "base": "2027-01-04", "programs": 1}')
    with pytest.raises(Busy, match="being rebuilt"):
        TantivyIndex.open(tmp_path)
