"""Brings a changed file under functions/ or shared/ to the running functions: packs again, updates the code, says
so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from watchfiles import DefaultFilter, watch

from infra.local.stack import function_zips
from infra.local.stack.stack_info import StackInfo

FOLDERS = ("functions", "shared")


def rooms_touched(root: Path, changed: set[Path], rooms: set[str]) -> set[str]:
    """The rooms whose code contains a changed file: all of them for shared/, one for a file of its own folder."""
    touched = set()
    for path in changed:
        parts = path.relative_to(root).parts
        touched |= rooms if parts[0] == "shared" or len(parts) == 2 else rooms & {parts[1]}
    return touched


class Watcher:
    """Watches in a thread from `start` until `stop`; `say` gets one line per reload."""

    def __init__(self, root: Path, info: StackInfo, say: Callable[[str], None]) -> None:
        self.root = root.resolve()
        self._info = info
        self._say = say
        self._lambda = info.aws.client("lambda")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def update(self, changed: set[Path]) -> set[str]:
        """Pushes the code of every room that contains a changed file; returns those rooms. A file that does not compile
        changes nothing."""
        rooms = rooms_touched(self.root, changed, set(self._info.functions))
        names = ", ".join(sorted(str(path.relative_to(self.root)) for path in changed))
        try:
            archives = {room: function_zips.pack(self.root, room) for room in rooms}
        except SyntaxError as error:
            self._say(f"{names}: not reloaded, {error.filename}:{error.lineno} {error.msg}")
            return set()
        for room, archive in archives.items():
            self._lambda.update_function_code(FunctionName=self._info.functions[room], ZipFile=archive)
        if rooms:
            self._say(f"{names}: reloaded {'all' if rooms == set(self._info.functions) else ', '.join(sorted(rooms))}")
        return rooms

    def _run(self) -> None:
        folders = [self.root / folder for folder in FOLDERS if (self.root / folder).is_dir()]
        for changes in watch(
            *folders, watch_filter=DefaultFilter(), stop_event=self._stop, debounce=300, step=50, rust_timeout=500
        ):
            self.update({Path(path) for _, path in changes})
