"""`make clock`: moves business time on the running local stack and says what fell due on the way."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from infra.local.clock.business_clock import target_of
from infra.local.clock.mover import Step, mover_of
from infra.local.stack import stack_info
from infra.local.stack.child_process import StackError
from shared.domain.core.instants import iso


def _print_step(step: Step) -> None:
    for item in step.fell_due:
        note = "  (still waiting)" if item in step.left else ""
        print(f"  {iso(step.at)}  {item.kind:<22} {item.key}{note}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make clock", description="Move business time on the running local stack.")
    parser.add_argument("--state-dir", type=Path, default=Path(".rota"))
    parser.add_argument("--by", default="", help="a length of time: 48h, 30m, 7d")
    parser.add_argument("--to", default="", help="an instant: 2027-01-15T06:00:00Z")
    arguments = parser.parse_args()
    try:
        mover = mover_of(stack_info.load(arguments.state_dir))
        before = mover.clock.now()
        target = target_of(before, arguments.by, arguments.to)
        print(f"Business time {iso(before)} -> {iso(target)}")
        steps = mover.move(target, _print_step)
    except StackError as error:
        print(f"clock: {error}", file=sys.stderr)
        return 1
    print(
        f"Business time is {iso(mover.clock.now())}. {sum(len(step.fell_due) for step in steps) or 'Nothing'} fell due."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
