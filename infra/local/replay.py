"""`make replay`: announces recorded rows again, when the stream's 24 hours were not enough. Every consumer is
idempotent, so too much is harmless; too little is not, so both ends are included."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from infra.local.seed.loader import wiring
from infra.local.stack import stack_info
from infra.local.stack.child_process import StackError
from infra.local.stack.stack_info import StackInfo
from shared.adapters.dynamodb.announcements import Announcements
from shared.adapters.eventbridge_bus import EventBridgeBus
from shared.domain.core.errors import Invalid, RotaError
from shared.domain.core.instants import iso, parse
from shared.events.envelope import Envelope
from shared.ports import Bus

CHUNK = 100


def replay(info: StackInfo, since: datetime, until: datetime) -> int:
    """Puts everything recorded from `since` to `until` (UTC, both included) on the bus; returns how many events."""
    made = wiring(info)
    tables = (info.outputs["CoreTable"], info.outputs["InboxTable"])
    bus = EventBridgeBus(info.aws.client("events"), info.outputs["BusName"])
    return announce(Announcements(made.store, made.dynamodb, tables).between(since, until), bus)


def announce(events: Iterator[Envelope], bus: Bus) -> int:
    """Puts `events` on the bus, some at a time, however many there are. Raises `Busy`; what went out before it does no
    harm."""
    count = 0
    while chunk := [event.model_dump(mode="json") for event in islice(events, CHUNK)]:
        bus.publish(chunk)
        count += len(chunk)
    return count


def span(since: str, until: str, business: datetime, wall: datetime) -> tuple[datetime, datetime]:
    """What to replay. Deliveries are filed under wall time, event rows under business time: without being told, from 48
    hours before the earlier to the later of the two. Raises `Invalid` for text that is no instant, or an end before its
    beginning."""
    first = parse(since) if since else min(business, wall) - timedelta(hours=48)
    last = parse(until) if until else max(business, wall)
    if last < first:
        raise Invalid(f"{iso(last)} is before {iso(first)}.", "Give SINCE first, then a later UNTIL.")
    return first, last


def main() -> int:
    parser = argparse.ArgumentParser(description="Announce recorded events again")
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--since", default="", help="2027-01-01T00:00:00Z; without it the last 48 hours")
    parser.add_argument("--until", default="", help="without it now")
    options = parser.parse_args()
    try:
        info = stack_info.load(options.state_dir)
        since, until = span(options.since, options.until, wiring(info).clock.now(), datetime.now(UTC))
        count = replay(info, since, until)
    except StackError as error:
        print(f"replay: {error}", file=sys.stderr)
        return 1
    except RotaError as error:
        print(f"replay: {error.detail} {error.remedy}", file=sys.stderr)
        return 1
    print(f"{count} events from {iso(since)} to {iso(until)} announced again")
    return 0


if __name__ == "__main__":
    sys.exit(main())
