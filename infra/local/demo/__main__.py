"""`make demo`: the whole journey on a stack of its own, over HTTP as trainee, reviewer and Stripe would, and then the
consistency checks: every history replays, an erased person changes nothing, and what was not announced while the
publisher stood still arrives by replay. `ARGS="reviews waitlist"` plays these chapters alone.

Prints each step with its seconds; anything that is missed ends it with exit status 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from infra.local.demo.api_client import Refused
from infra.local.demo.chapters import CHAPTERS, Stage
from infra.local.demo.journey import Missed
from infra.local.stack.child_process import StackError
from infra.local.stack.function_logs import errors
from infra.local.stack.local_stack import Options, Stack


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("chapters", nargs="*", metavar="chapter", help=f"of {', '.join(CHAPTERS)}; all, when none")
    chosen = parser.parse_args().chapters or list(CHAPTERS)
    if unknown := set(chosen) - set(CHAPTERS):
        parser.error(f"no chapter {', '.join(sorted(unknown))}; there are {', '.join(CHAPTERS)}")
    began = time.monotonic()
    print("Rota, start to finish, on a stack of its own")
    try:
        with (
            tempfile.TemporaryDirectory(prefix="rota-demo-") as folder,
            Stack(Options(state_dir=Path(folder), persist=False, call_log=True, say=print)) as stack,
        ):
            try:
                stage = Stage(stack)
                for name in chosen:
                    print(name)
                    CHAPTERS[name](stage)
            except Exception:
                print(*errors(stack.info), sep="\n", file=sys.stderr)
                raise
    except (Missed, Refused, StackError, TimeoutError) as error:
        print(f"MISSED after {time.monotonic() - began:.0f} s: {error}", file=sys.stderr)
        return 1
    print(f"All of it in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
