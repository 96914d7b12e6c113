"""`make attack`: what an attacker would try, over HTTP against the real template on a stack of its own. Prints each as
held or fallen; one that fell ends it with exit status 1. `ARGS=links` tries one group alone."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from infra.local.attack import abuse, accounts, links, tokens, uploads  # noqa: F401 (each registers its attacks)
from infra.local.attack.scenario import ATTACKS, GROUPS, Attack, Fallen, Field
from infra.local.demo.api_client import Refused
from infra.local.demo.journey import Journey, Missed
from infra.local.stack.local_stack import Options, Stack


def tried(run: Attack, field: Field) -> tuple[bool, str]:
    """Whether it was held, and how. Where the way there is barred already (`Refused`, `Missed`), the attack has proven
    nothing and counts as fallen."""
    try:
        return True, run(field)
    except Fallen as fell:
        return False, str(fell)
    except (Refused, Missed) as stopped:
        return False, f"the scene could not be set: {stopped}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make attack", description=__doc__)
    parser.add_argument("group", nargs="?", choices=GROUPS, help="one group alone")
    chosen = parser.parse_args().group
    with tempfile.TemporaryDirectory() as state, Stack(Options(Path(state), persist=False)) as stack:
        field, fell = Field(Journey(stack)), 0
        for group, name, run in ATTACKS:
            if chosen not in (None, group):
                continue
            began = time.monotonic()
            held, how = tried(run, field)
            fell += not held
            print(f"  {'held  ' if held else 'FALLEN'}  {time.monotonic() - began:5.1f} s  {group}: {name} ({how})")
        print(f"{fell} of {len(ATTACKS)} attacks worked" if fell else "every attack was held")
    return 1 if fell else 0


if __name__ == "__main__":
    sys.exit(main())
