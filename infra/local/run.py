"""`make run`: brings the local stack up, says where it is, and stops everything on Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from infra.local.stack.child_process import StackError
from infra.local.stack.local_pages import TEST_CARDS
from infra.local.stack.local_stack import Options, Stack
from shared.domain.core.instants import iso


def banner(stack: Stack) -> str:
    """What a person needs to begin: the address, who to sign in as, how to pay, how to move time."""
    url = stack.info.public_url
    lines = [
        "",
        f"Rota is at  {url}/",
        f"  local pages  {url}/_local/  (mailbox {url}/_local/mail, clock {url}/_local/clock)",
    ]
    if stack.sign_ins:
        lines += ["", "Demo sign-ins"]
        wide = max(len(person.email) for person in stack.sign_ins)
        lines += [f"  {person.role:<12} {person.email:<{wide}}  {person.password}" for person in stack.sign_ins]
        lines += [f"  Finance and admin also need a code: {url}/_local/codes"]
    lines += [
        "",
        "Test cards (any date in the future, any CVC)",
        *(f"  {number}  {what}" for number, what in TEST_CARDS),
    ]
    lines += [
        "",
        f"Business time is {iso(stack.clock.now())}. Move it:  make clock BY=48h   or   make clock "
        "TO=2027-01-15T06:00:00Z",
    ]
    lines += [f"Logs are in {stack.state_dir / 'logs'}. A changed file under functions/ or shared/ is live at once."]
    lines += ["Ctrl-C stops everything; the state is kept."]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run Rota on this machine.")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    parser.add_argument("--state-dir", type=Path, default=Path(".rota"))
    parser.add_argument(
        "--fresh", action="store_true", default=os.environ.get("FRESH") == "1", help="begin anew (FRESH=1)"
    )
    arguments = parser.parse_args()
    asked_to_stop = threading.Event()
    starting = True

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # While starting, unwind what is up so far; afterwards just let the main thread go on to the end, once.
        if starting and not asked_to_stop.is_set():
            asked_to_stop.set()
            raise KeyboardInterrupt
        asked_to_stop.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    began = time.monotonic()
    options = Options(
        arguments.state_dir,
        port=arguments.port,
        fresh=arguments.fresh,
        watch=True,
        say=lambda line: print(line, flush=True),
    )
    try:
        with Stack(options) as stack:
            starting = False
            print(banner(stack), f"\nUp in {time.monotonic() - began:.1f} s.", flush=True)
            asked_to_stop.wait()
            print("\nStopping ...", flush=True)
    except StackError as error:
        print(f"run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
