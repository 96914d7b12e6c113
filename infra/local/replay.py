"""`make replay`: announces recorded rows again, when the stream's 24 hours were not enough. Every consumer is idempotent, so too much is
harmless; too little is not, so both ends are included."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from infra.local import info as stack_info
from infra.local.children import StackError
from infra.local.info import StackInfo
from infra.local.seed.loader import wiring
from shared.adapters.dynamodb.announcements import Announcements
from shared.adapters.eventbridge_bus import EventBridgeBus
from shared.domain.errors import Invalid
from shared.domain.instants import iso, parse

CHUNK = 100


def replay(info: StackInfo, since: datetime, until: datetime) -> int:
    """Puts everything recorded from `since` to `until` (UTC, both included) on the bus; returns how many events."""
    made = wiring(info)
    tables = (info.outputs["CoreTable"], info.outputs["InboxTable"])
    bus = EventBridgeBus(info.aws.client("events"), info.outputs["BusName"])
    events = [event.model_dump(mode="json") for event in Announcements(made.store, made.dynamodb, tables).between(since, until)]
    for start in range(0, len(events), CHUNK):
        bus.publish(events[start : start + CHUNK])
    return len(events)


def main() -> int:
    parser = argparse.ArgumentParser(description="Announce recorded events again")
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--since", default="", help="2027-01-01T00:00:00Z; without it the last 48 hours of business time")
    parser.add_argument("--until", default="", help="without it now")
    options = parser.parse_args()
    try:
        info = stack_info.load(options.state_dir)
        # Deliveries are filed under wall time, event rows under business time; "now" must cover both.
        latest = max(datetime.now(UTC), wiring(info).clock.now())
        until = parse(options.until) if options.until else latest
        since = parse(options.since) if options.since else datetime.now(UTC) - timedelta(hours=48)
        count = replay(info, since, until)
    except (StackError, Invalid) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{count} events from {iso(since)} to {iso(until)} announced again")
    return 0


if __name__ == "__main__":
    sys.exit(main())
