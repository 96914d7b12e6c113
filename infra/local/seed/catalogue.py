"""The hand-written catalogue: reads `programs/*.yaml` into the domain's own models, and lists the demo accounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import yaml

from infra.local.seed import places
from infra.local.seed.people import DemoPerson, demo_people
from shared.domain.core.errors import Invalid, RotaError
from shared.domain.programs import specialties
from shared.domain.programs.program import Program, Vacation
from shared.ports import Contact

__all__ = ["DemoPerson", "Seed", "closures", "demo_people", "load"]

FOLDER = Path(__file__).with_name("programs")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_T = TypeVar("_T")
REMEDY = "Correct it in the file; README.md beside the programs folder explains the fields."


@dataclass(frozen=True)
class Seed:
    """`contacts`: host id -> the person who receives its mail. They are erasable, so they are not part of a program."""

    programs: tuple[Program, ...]
    contacts: Mapping[str, Contact]


def load(today: date | None = None, coordinator_id: str = "", folder: Path = FOLDER) -> Seed:
    """The catalogue, in the order of its files. Yearly closures become dates from `today` (UTC's today if not given) to
    the end of the third year after, which covers every rotation inside the two-year horizon (H17). `coordinator_id` is
    set on each program (H03). Raises `Invalid`, naming file and program, for an entry that does not fit."""
    today = today or datetime.now(UTC).date()
    programs: dict[str, Program] = {}
    contacts: dict[str, Contact] = {}
    for path in sorted(folder.glob("*.yaml")):
        with _naming(path.name):
            document = yaml.load(path.read_text("utf-8"), Loader=_Loader)  # noqa: S506 (a safe loader, C if there is one)
            hosts, entries = document["hosts"], document["programs"]
            for host_id, host in hosts.items():
                _once(contacts, host_id, Contact(host_id=host_id, **host["manager"]))
        for entry in entries:
            with _naming(f"{path.name}, program {entry.get('id')}"):
                _once(programs, entry["id"], _program(entry, hosts, today, coordinator_id))
    return Seed(programs=tuple(programs.values()), contacts=contacts)


def closures(ranges: Iterable[str], today: date) -> Iterator[Vacation]:
    """Yearly `MM-DD/MM-DD` ranges as dated vacations, those that are over before `today` left out. An end before its
    start lies in the next year. Raises `ValueError` for a day that does not exist in every year."""
    for text in ranges:
        first, last = text.split("/")
        for year in range(today.year - 1, today.year + 4):
            vacation = Vacation(
                first=date.fromisoformat(f"{year}-{first}"),
                last=date.fromisoformat(f"{year + (last < first)}-{last}"),
            )
            if vacation.last >= today:
                yield vacation


def _program(entry: Mapping[str, Any], hosts: Mapping[str, Any], today: date, coordinator_id: str) -> Program:
    fields = {name: value for name, value in entry.items() if name not in ("zip", "closed")}
    specialties.get(entry["specialty"])
    return Program.model_validate(
        {
            **fields,
            "host_kind": hosts[entry["host_id"]]["kind"],
            "place": places.place(entry["zip"]),
            "vacations": tuple(closures(entry.get("closed", ()), today)),
            "coordinator_id": coordinator_id,
        }
    )


@contextmanager
def _naming(where: str) -> Iterator[None]:
    """Turns whatever is wrong with an entry into one refusal that says where it is."""
    try:
        yield
    except KeyError as error:
        raise Invalid(f"{where}: {error} is missing.", REMEDY) from error
    except (RotaError, yaml.YAMLError, TypeError, ValueError) as error:  # pydantic's ValidationError is a ValueError
        raise Invalid(f"{where}: {error}", REMEDY) from error


def _once(into: dict[str, _T], key: str, value: _T) -> None:
    if key in into:
        raise ValueError(f"the id “{key}” is used twice")
    into[key] = value
