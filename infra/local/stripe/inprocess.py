"""A whole simulator inside the calling process, HTTP included: for tests that want a fresh one in milliseconds."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.stripe.control import SimulatorControl
from infra.local.stripe.server import make
from infra.local.stripe.simulator import Config, Simulator


@dataclass(frozen=True)
class Running:
    """`url` is the API base and the pay pages' address; `clock_file` moves business time; `control` drives the rest."""

    url: str
    clock_file: Path
    control: SimulatorControl
    simulator: Simulator

    def move_clock(self, seconds: float) -> None:
        """Put business time `seconds` ahead of wall time (not further ahead than before: ahead of wall time)."""
        self.clock_file.write_text(str(seconds), encoding="ascii")


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running(state_dir: Path, validate: bool = False) -> Iterator[Running]:
    """Serve a simulator that keeps its state in `state_dir` until the block ends; two after another share the state."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    clock_file = state_dir / "clock"
    simulator = Simulator(Config(state_dir, url, clock_file, validate))
    server = make(simulator, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    simulator.start()
    thread.start()
    try:
        yield Running(url, clock_file, SimulatorControl(url), simulator)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        simulator.stop()
