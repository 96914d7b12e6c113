"""What a running local stack tells others about itself: written by `make run`, read by `make clock`, the demo, tests
and tools."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from infra.local.stack.child_process import StackError
from infra.local.stack.ministack import Aws

FILE = "stack.json"


@dataclass(frozen=True)
class StackInfo:
    """Addresses are without a trailing slash. `functions` maps a room to its function's name."""

    public_url: str
    aws_url: str
    stripe_url: str
    state_dir: str
    clock_file: str
    outputs: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)

    @property
    def aws(self) -> Aws:
        return Aws(self.aws_url)

    def save(self) -> None:
        """Writes it where `load` finds it."""
        path = Path(self.state_dir) / FILE
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self), indent=2))
        os.replace(draft, path)

    def forget(self) -> None:
        (Path(self.state_dir) / FILE).unlink(missing_ok=True)


def load(state_dir: Path) -> StackInfo:
    """The stack running from `state_dir`. Raises `StackError` when none is."""
    path = state_dir / FILE
    if not path.exists():
        raise StackError(f"No local stack is running from {state_dir}. Start it with: make run")
    return StackInfo(**json.loads(path.read_text()))
