"""Versions on this machine's disk: downloaded under a new name, checked, renamed into place, opened, and removed when
nobody has them open.

An open directory is held by a shared lock, so that several processes (workers of a laptop share one temporary folder)
can use and tidy the same place. Files of a version are never written again: readers map them.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shared.adapters.search.archive import unpack
from shared.adapters.search.index import TantivyIndex
from shared.adapters.search.schema import read_facts
from shared.adapters.search.versions import Pointer
from shared.domain.core.errors import Busy

_VERSION = re.compile(r"[0-9a-f]{64}")
_PARTIAL = "partial-"


@dataclass(frozen=True)
class Open:
    """An index and what it was opened for; `lock` is the file descriptor that holds its directory."""

    index: TantivyIndex
    pointer: Pointer
    lock: int


class SearchDirectory:
    """At most one version open at a time. `root` is a folder of its own under /tmp."""

    def __init__(self, root: Path, download: Callable[[Pointer], bytes]) -> None:
        self._root, self._download = root, download
        self._open: Open | None = None

    @property
    def opened(self) -> Open | None:
        return self._open

    def at(self, pointer: Pointer) -> Open:
        """The version that the pointer names. Raises `Busy` and stays with the open one when it cannot be had."""
        current = self._open
        if current and current.pointer.version == pointer.version:
            if current.pointer != pointer:
                self._open = current = Open(current.index, pointer, current.lock)
            return current
        opened = self._existing(pointer) or self._fetched(pointer)
        self._open = opened
        if current:
            os.close(current.lock)
        self.tidy()
        return opened

    def tidy(self) -> int:
        """Removes versions and half-made folders that no process holds; returns how many."""
        return sum(self._remove(path) for path in self._root.iterdir() if _is_ours(path))

    def close(self) -> None:
        if self._open:
            os.close(self._open.lock)
            self._open = None

    def _existing(self, pointer: Pointer) -> Open | None:
        path = self._root / pointer.version
        lock = _hold(path)
        if lock is None:
            return None
        try:
            return Open(TantivyIndex.open(path), pointer, lock)
        except Busy:  # half removed, or damaged since: get it again
            os.close(lock)
            self._remove(path)
            return None

    def _fetched(self, pointer: Pointer) -> Open:
        if not _VERSION.fullmatch(pointer.version):
            raise Busy("The search index has no proper name.", "Publish the index again.")
        content = self._download(pointer)
        self._root.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=self._root))
        lock = _hold(partial)
        try:
            unpack(content, partial)
            if read_facts(partial).version != pointer.version:
                raise Busy("The search index is not the version it claims to be.", "Publish the index again.")
            _rename(partial, self._root / pointer.version)
            opened = self._existing(pointer)
        finally:
            if lock is not None:
                os.close(lock)
            shutil.rmtree(partial, ignore_errors=True)
        if opened is None:
            raise Busy("The search index was removed while it was opened.", "Try again in a moment.")
        return opened

    @staticmethod
    def _remove(path: Path) -> bool:
        try:
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return False  # another process removed it first
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not _is_still(path, lock):
                return False
            shutil.rmtree(path, ignore_errors=True)
        except BlockingIOError:
            return False  # somebody has it open
        finally:
            os.close(lock)
        return True


def _is_ours(path: Path) -> bool:
    return path.is_dir() and (path.name.startswith(_PARTIAL) or _VERSION.fullmatch(path.name) is not None)


def _hold(path: Path) -> int | None:
    """A shared lock on a directory, or None when it is gone (also when it went while we waited for the lock)."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    fcntl.flock(lock, fcntl.LOCK_SH)
    if _is_still(path, lock):
        return lock
    os.close(lock)
    return None


def _is_still(path: Path, lock: int) -> bool:
    """Whether the path still leads to the directory that we locked, and not to nothing or to a newer one."""
    try:
        return os.path.samestat(path.stat(), os.fstat(lock))
    except FileNotFoundError:
        return False


def _rename(source: Path, target: Path) -> None:
    """Into place in one step; when another process was faster, its copy (the same version, checked the same way) is
    used."""
    try:
        source.rename(target)
    except OSError:
        if not target.is_dir():
            raise
