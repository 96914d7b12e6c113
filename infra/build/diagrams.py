"""Draws the state machines and the table of due rows from their data: `python -m infra.build.diagrams` writes
docs/state-machines.md, `--check` fails on drift."""

from __future__ import annotations

import sys
from pathlib import Path

from shared.domain.accounts.account import ACCOUNT
from shared.domain.applications.application_machine import APPLICATION
from shared.domain.core.machine import NEW, Arrow, Machine
from shared.domain.documents.document import DOCUMENT
from shared.domain.reservations.reservation import RESERVATION
from shared.domain.seats.waitlist import WAITLIST
from shared.services.contexts import due_rules

MACHINES = (APPLICATION, RESERVATION, WAITLIST, ACCOUNT, DOCUMENT)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "state-machines.md"
_HEAD = """# State machines

Drawn from the data in `shared/domain` by `python -m infra.build.diagrams`; change the data, not this page.
What is not an arrow is refused: `not-allowed-now` when the state has no such event, `wrong-role` when somebody else's
role has it. What leaves an account's status as it is (its roles, a password, an address, a second factor) is no
arrow.
"""


def render() -> str:
    """The whole page: a Mermaid diagram and a table of arrows per machine, then every kind of due row."""
    return "\n".join([_HEAD, *(_section(machine) for machine in MACHINES), _waits()])


def _section(machine: Machine) -> str:
    rows = [_row(arrow) for arrow in machine.arrows]
    head = "| From | Event | Who | Guard | To | Effects |\n|---|---|---|---|---|---|"
    return (
        f"## {machine.name.capitalize()}\n\n```mermaid\n{machine.to_mermaid()}\n```\n\n{head}\n"
        + "\n".join(rows)
        + "\n"
    )


def _row(arrow: Arrow) -> str:
    source = "-" if arrow.source == NEW else arrow.source
    cells = (source, arrow.event, ", ".join(sorted(arrow.actors)), arrow.guard, arrow.target, "; ".join(arrow.effects))
    return "| " + " | ".join(cells) + " |"


def _waits() -> str:
    rows = [
        (f"`{rule.kind}`", ", ".join(rule.of), " or ".join(rule.who), rule.means, rule.reader)
        for rule in due_rules().values()
    ]
    head = "| Due row | Of | Who owes the next step | At its instant | Read by |\n|---|---|---|---|---|"
    return f"## What waits\n\n{head}\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


def main(arguments: list[str], page: Path = PAGE) -> int:
    """Exit status 0, or 1 when `--check` finds that the page is not what the data says."""
    if "--check" not in arguments:
        page.write_text(render(), encoding="utf-8")
        return 0
    if page.exists() and page.read_text(encoding="utf-8") == render():
        return 0
    sys.stderr.write("docs/state-machines.md is out of date: run `python -m infra.build.diagrams`\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
