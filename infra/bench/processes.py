"""Fresh processes: a handler that answers its first request, and peers that import the same modules and read one item.

The scripts run with `python -I -S -B` plus the folders they are given, so nothing of this checkout, its site hooks or
the caller's environment is in them; the code is the deployed zip, unpacked. Processor seconds (user and system) are
those of the process alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from infra.local.stack import function_zips
from infra.local.stack.local_stack import ROOT

LEAVE = """
sys.stdout.flush()
os._exit(0)
"""
"""Answered: what an interpreter does at its end is nobody's start."""
HANDLER = """
import sys
sys.path[:0] = [{code!r}, {site!r}]
import json, os
from importlib import import_module
event, found = sys.argv[1:]
handler = import_module("functions.{room}.handler").handler
class Context:
    aws_request_id, function_name, memory_limit_in_mb = "bench", "rota-bench-{room}", 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:rota-bench-{room}"
    def get_remaining_time_in_millis(self):
        return 60_000
with open(event) as file:
    answer = handler(json.load(file), Context())
if found:
    loaded = [name for name, module in sys.modules.items() if name != "__main__" and getattr(module, "__spec__", None)]
    with open(found, "w") as file:
        json.dump({{"answer": answer, "modules": loaded}}, file)
{leave}
"""

PEER = """
import sys
sys.path[:0] = [{code!r}, {site!r}]
import json, os
from importlib import import_module
with open(sys.argv[1]) as file:
    for name in json.load(file):
        import_module(name)
import boto3
from botocore.config import Config
config = Config(connect_timeout=2, read_timeout=8, retries={{"mode": "standard", "total_max_attempts": 3}})
client = boto3.client("dynamodb", config=config)
key = {{"pk": {{"S": "BENCH"}}, "sk": {{"S": "BENCH"}}}}
client.get_item(TableName=os.environ["BENCH_TABLE"], Key=key, ConsistentRead=True)
{more}
{leave}
"""
LOGGER = """
from aws_lambda_powertools import Logger
Logger(service="peer").info("answered")
"""


@dataclass(frozen=True)
class Used:
    """What one process took, in seconds: `cpu` is user and system time, `wall` from start to end."""

    cpu: float
    wall: float


class ProcessFailed(Exception):
    """A measured process ended with an error; the text is the end of what it said."""


def run(script: Path, arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> Used:
    """One process from start to end, in an empty `folder`. Raises `ProcessFailed`."""
    errors = folder / "stderr"
    with errors.open("wb") as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(script), *arguments],
            env=dict(environment),
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ProcessFailed(
            f"{script.name} ended with {process.returncode}:\n{errors.read_text(errors='replace')[-2000:]}"
        )
    return Used(used.ru_utime + used.ru_stime, wall)


@dataclass(frozen=True)
class Room:
    """A function's code, unpacked in `folder`, with the environment of its deployed configuration."""

    name: str
    folder: Path
    environment: Mapping[str, str]

    @classmethod
    def unpacked(cls, name: str, folder: Path, environment: Mapping[str, str]) -> Room:
        folder.mkdir(parents=True)
        with zipfile.ZipFile(BytesIO(function_zips.pack(ROOT, name))) as archive:
            archive.extractall(folder / "code")
        return cls(name, folder, {**environment, "TMPDIR": str(folder / "tmp"), "HOME": str(folder)})

    def handler(self) -> Path:
        return self._script(
            "handler", HANDLER.format(code=str(self.folder / "code"), site=_site(), room=self.name, leave=LEAVE)
        )

    def peer(self, more: str = "") -> Path:
        return self._script("peer", PEER.format(code=str(self.folder / "code"), site=_site(), more=more, leave=LEAVE))

    def write(self, name: str, value: Any) -> Path:
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(value))
        return path

    def script(self, name: str, text: str, **values: str) -> Path:
        """Another script; `code` and `site` are filled in."""
        return self._script(name, text.format(code=str(self.folder / "code"), site=_site(), **values))

    def _script(self, name: str, text: str) -> Path:
        path = self.folder / f"{name}.py"
        path.write_text(text)
        return path


def _site() -> str:
    return sysconfig.get_paths()["purelib"]


def same_imports(loaded: Sequence[str], room: str) -> list[str]:
    """What a peer imports: everything that the handler had loaded when it had answered, but the room's own modules."""
    own = f"functions.{room}"
    return [name for name in loaded if name != own and not name.startswith(f"{own}.")]


def libraries(loaded: Sequence[str]) -> list[str]:
    """The same without anything of ours: what the libraries alone cost."""
    return [name for name in loaded if name.partition(".")[0] not in {"functions", "shared"}]
