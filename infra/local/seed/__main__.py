"""`make seed`: loads the seed into the running stack again (repeating changes nothing), and any number of generated
programs with it."""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from infra.local.seed.generator import programs
from infra.local.seed.loader import LOADER, WRITERS, load, wiring
from infra.local.stack import stack_info
from infra.local.stack.child_process import StackError
from infra.local.stack.local_stack import demo_password
from infra.local.stack.ministack import REGION
from infra.local.stack.stack_info import StackInfo
from shared.domain.accounts.account_input import email_key

BATCH = 500


def generate(info: StackInfo, count: int, coordinator: str) -> int:
    """Publishes `count` generated programs through the product's own service, looked after by the account with the mail
    address `coordinator`; those that are there already stay as they are."""
    made = wiring(info)
    coordinator_id = made.store.claimed_by(email_key(coordinator))
    source = (program.model_copy(update={"coordinator_id": coordinator_id}) for program in programs(count))
    done = 0
    with ThreadPoolExecutor(WRITERS) as writers:
        while batch := list(islice(source, BATCH)):
            done += len(list(writers.map(lambda program: made.publishing.publish(LOADER, program), batch)))
            print(f"  {done} of {count} generated programs", flush=True)
    return done


def main() -> int:
    parser = argparse.ArgumentParser(prog="make seed", description="Load the seed into the running local stack.")
    parser.add_argument("--state-dir", type=Path, default=Path(".rota"))
    parser.add_argument("--programs", type=int, default=0, help="how many generated programs to add")
    given = parser.parse_args()
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    began = time.monotonic()
    try:
        info = stack_info.load(given.state_dir)
        people = list(load(info, lambda email: demo_password(given.state_dir, email)))
        generate(info, given.programs, next(person.email for person in people if "coordinator" in person.role))
    except StackError as error:
        print(f"seed: {error}", file=sys.stderr)
        return 1
    print(
        f"The seed is loaded: {len(people)} demo accounts, {given.programs} generated programs, "
        f"{time.monotonic() - began:.1f} s."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
