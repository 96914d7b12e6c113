"""Command line: `python -m infra.local.stripe --port 8100 --state-dir .rota/stripe --clock-file .rota/clock
--public-url http://127.0.0.1:8100`.

Ends on SIGTERM or Ctrl-C. What it answered is on disk already; an empty state directory begins anew.
"""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path
from types import FrameType

from infra.local.stripe.server import make
from infra.local.stripe.simulator import Config, Simulator


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.stripe", description="A local stand-in for Stripe's test mode."
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state-dir", type=Path, required=True, help="kept between runs; delete it to begin anew")
    parser.add_argument(
        "--clock-file", type=Path, help="a file with the seconds that business time is ahead of wall time"
    )
    parser.add_argument("--public-url", help="where browsers reach this server (default: its own address)")
    parser.add_argument(
        "--validate", action="store_true", help="check every answer and event against Stripe's OpenAPI document"
    )
    return parser.parse_args()


def main() -> None:
    given = arguments()
    public_url = (given.public_url or f"http://127.0.0.1:{given.port}").rstrip("/")
    simulator = Simulator(Config(given.state_dir, public_url, given.clock_file, given.validate))
    server = make(simulator, given.port)
    simulator.start()

    def end(_: int, __: FrameType | None) -> None:
        threading.Thread(target=server.shutdown).start()  # shutdown waits for the loop that this handler interrupts

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    print(f"Stripe simulator on http://127.0.0.1:{given.port}, pay pages at {public_url}/pay/...", flush=True)
    try:
        server.serve_forever()
    finally:
        server.server_close()
        simulator.stop()


if __name__ == "__main__":
    main()
