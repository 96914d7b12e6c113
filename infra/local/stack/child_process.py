"""The processes the local stack starts: each in its own process group, stopped by id, gracefully first."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path


class StackError(Exception):
    """The local stack cannot go on. The message says what is wrong and what to do; it is shown without a trace."""


def port_is_free(port: int) -> bool:
    """Whether something could listen on 127.0.0.1:`port` now. SO_REUSEADDR, as servers do: a closing connection does
    not count."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Child:
    """One supervised `python -m MODULE ARGS`. Its output goes to `log`; `name` is what messages call it."""

    def __init__(self, name: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "infra.local.stack.child_watchdog", *arguments],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def wait_until_answers(self, url: str, seconds: float = 20.0) -> None:
        """Returns once `url` answers at all; raises `StackError` with the end of the log when the child dies or never
        answers."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.alive:
                raise StackError(
                    f"{self.name} stopped while starting. Its last words ({self.log}):\n{self.last_words()}"
                )
            try:
                with urllib.request.urlopen(url, timeout=1):
                    return
            except urllib.error.HTTPError as answer:
                answer.close()
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise StackError(
            f"{self.name} did not answer at {url} within {seconds:.0f} s. Its last words "
            f"({self.log}):\n{self.last_words()}"
        )

    def last_words(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self, seconds: float = 10.0) -> None:
        """SIGTERM, then up to `seconds` to save its state, then SIGKILL to what is left of its process group. Safe to
        call twice."""
        if self.alive:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=seconds)
        # The group holds whatever the child started itself (function workers). It can be gone already.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
