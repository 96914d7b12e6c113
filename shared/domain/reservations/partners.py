"""T31: the directory of partners for housing, transportation and insurance. Always suggestions: nobody has to use
one, and no price of Rota's contains one. The entries are data; an entry is never renamed, because suggestions keep
its id."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict, TypeAdapter

from shared.domain.core.errors import Invalid
from shared.domain.reservations.preparation import PrepKind


class Partner(BaseModel):
    """`kind` is the item of the preparation list that it may help with; `where` and `what` are shown as they stand."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    kind: PrepKind
    name: str
    what: str
    where: str
    contact: str


@cache
def directory() -> tuple[Partner, ...]:
    """Every partner, in the order of the file."""
    text = resources.files(__package__).joinpath("data", "partners.json").read_text(encoding="utf-8")
    return TypeAdapter(tuple[Partner, ...]).validate_python(json.loads(text))


def find(partner_id: str) -> Partner | None:
    """None for an entry that has left the directory."""
    return next((one for one in directory() if one.id == partner_id), None)


def get(partner_id: str) -> Partner:
    """Raises `Invalid` (field "partner_id") for one that is not in the directory."""
    found = find(partner_id)
    if found is None:
        raise Invalid("This partner is not in our directory.", "Choose one from the list.", field="partner_id")
    return found
