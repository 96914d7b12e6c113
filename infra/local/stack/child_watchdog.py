"""Runs a Python module as a child that cannot outlive whoever started it.

`python -m infra.local.stack.child_watchdog ministack` runs that module as its main program. Standard input is a pipe
whose other end the parent holds and never writes to. When the parent is gone, however it died, the pipe closes and this
process gets the same SIGTERM that a graceful stop would send, so its state is still saved.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def _watch(pipe: int) -> None:
    while os.read(pipe, 1):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    # The child's own children must not inherit the pipe, nor read from it.
    pipe = os.dup(0)
    os.set_inheritable(pipe, False)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    threading.Thread(target=_watch, args=(pipe,), daemon=True, name="watchdog").start()
    module = sys.argv[1]
    sys.argv = sys.argv[1:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
