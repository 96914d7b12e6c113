"""A scanner that is a program on this machine, called as ClamAV's `clamscan` is: the file on standard input, and the
verdict as its exit code (clamscan(1), "return codes")."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable, Mapping

from shared.domain.core.errors import Busy
from shared.ports import ScanVerdict

SECONDS = 15
VERDICTS: Mapping[int, ScanVerdict] = {0: "clean", 1: "infected"}


class ClamAvScanner:
    """`command` as a shell would read it: the program and its options."""

    def __init__(self, command: str) -> None:
        self._command = shlex.split(command)

    def verdict(self, key: str, content: Callable[[], bytes]) -> ScanVerdict:  # noqa: ARG002 - the port's
        """Any other exit code is no verdict: the scanner could not run, and is asked again later."""
        try:
            done = subprocess.run(
                [*self._command, "-"], input=content(), capture_output=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _busy() from error
        if done.returncode not in VERDICTS:
            raise _busy() from RuntimeError(f"exit code {done.returncode}: {done.stderr[-500:]!r}")
        return VERDICTS[done.returncode]


def _busy() -> Busy:
    return Busy("The malware check does not run at the moment.", "Try again in a minute.")
