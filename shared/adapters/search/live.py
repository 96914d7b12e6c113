"""What the rooms are given: `LiveSearch` answers from the current version, `Publisher` makes the next one.

`LiveSearch` costs one query of the core table per search; a new version is fetched and swapped in at the start of the
call that first sees it. When the new one cannot be had, the open one goes on answering and the fault is reported: the
overlay rows that the version before needs are kept until the next publish.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from shared.adapters.search.archive import pack
from shared.adapters.search.builder import documents, version_of, write
from shared.adapters.search.directory import Open, SearchDirectory
from shared.adapters.search.sealing import Sealer
from shared.adapters.search.versions import Present, Versions
from shared.domain.core.errors import Busy, VersionConflict
from shared.domain.core.instants import iso
from shared.domain.search.query import Projection, SearchPage, SearchQuery

READING = timedelta(minutes=1)
SWAPS = 5


class LiveSearch:
    """The `SearchIndex` port. `root` is a folder of its own under /tmp; `on_fault` is told about a version that could
    not be opened. Page markers are sealed with the pointer's key."""

    def __init__(self, versions: Versions, root: Path, on_fault: Callable[[Busy], None]) -> None:
        self._versions, self._on_fault = versions, on_fault
        self._directory = SearchDirectory(root, versions.download)

    def search(self, query: SearchQuery, today: date) -> SearchPage:
        """Raises `Invalid` for what cannot be searched and `Busy` when there is no index at all."""
        present = self._versions.present()
        opened = self._open(present)
        return opened.index.search(query, present.overlay(opened.pointer.as_of), today, Sealer(opened.pointer.key))

    def _open(self, present: Present) -> Open:
        if present.pointer is None:
            raise Busy("The search index is being built for the first time.", "Try again in a moment.")
        try:
            return self._directory.at(present.pointer)
        except Busy as fault:
            opened = self._directory.opened
            if opened is None:
                raise
            self._on_fault(fault)
            return opened


class Publisher:
    """The `SearchPublisher` port, for one writer at a time (a FIFO group). `now` is wall time, UTC."""

    def __init__(self, versions: Versions, now: Callable[[], datetime]) -> None:
        self._versions, self._now = versions, now

    def publish(self, projections: Iterable[Projection], as_of: datetime | None = None) -> str:
        """Makes what these programs are the current version; returns its name. Nothing is built when it is that already
        and its archive is whole: publishing again is how a damaged or lost one heals.

        `as_of` is the instant *before* the first program was read (UTC); left out, one minute ago. Overlay rows from
        then on stay in force. Raises `VersionConflict` when a version of later knowledge is current, `Busy` when AWS
        cannot be reached.
        """
        moment = as_of or self._now() - READING
        rows = documents(projections)
        version, current = version_of(rows), self._versions.current()
        if current and current.version == version and self._versions.holds(current):
            self._versions.confirm(current, moment)
        else:
            with tempfile.TemporaryDirectory(prefix="rota-index-") as folder:
                write(rows, Path(folder))
                self._swap(version, pack(Path(folder)), moment)
        self._versions.clear()
        return version

    def _swap(self, version: str, archive: bytes, moment: datetime) -> None:
        """Tries again when somebody of *earlier* knowledge was faster by a moment: what was read and built still is the
        newer truth."""
        for _ in range(SWAPS - 1):
            try:
                self._versions.publish(version, archive, moment)
                return
            except VersionConflict:
                current = self._versions.current()
                if current and current.as_of > iso(moment):
                    raise
        self._versions.publish(version, archive, moment)

    def overlay(self, program_id: str, week: str, free: bool) -> None:
        """A program's week went between "some" and "none" since the version."""
        self._versions.append(program_id, week, free, self._now())

    def overlay_rows(self) -> int:
        """How long the overlay is: it is read with every search."""
        return len(self._versions.present().rows)
