"""How an application, a reservation and a program are read from what is stored, and where the texts about an
application are kept."""

from __future__ import annotations

from datetime import datetime

from shared.domain.applications.application import Application
from shared.domain.core.aggregate import text_hash
from shared.domain.core.instants import parse
from shared.domain.core.text_ref import TextRef
from shared.domain.programs.program import Program, program_from
from shared.domain.reservations.reservation import Reservation
from shared.ports import PersonalRecord, Store, Stored


def application_of(loaded: Stored) -> Application:
    return Application.model_validate(loaded.state)


def reservation_of(loaded: Stored) -> Reservation:
    return Reservation.model_validate(loaded.state)


def program_of(loaded: Stored) -> Program:
    return program_from(loaded.state)


def guidelines_changed_at(loaded: Stored) -> datetime | None:
    """When the host last changed what a program asks; None for what it was published with."""
    changed_at = loaded.state.get("guidelines_changed_at")
    return parse(changed_at) if changed_at else None


def text_ref(application: Application, what: str, version: int | None = None) -> str:
    """Where `what` is kept: under the trainee's account, so that erasing the trainee erases it (and ends a link). What
    may be written more than once is a text of its own each time, named by the version that it brings."""
    again = "" if version is None else f"-{version + 1}"
    return f"{application.trainee_id}/application:{application.id}:{what}{again}"


def erasable(
    application: Application, what: str, words: str, version: int | None = None
) -> tuple[TextRef, PersonalRecord]:
    """`words` as an event names them, and the item that keeps them until they are erased; see `text_ref`."""
    ref = text_ref(application, what, version)
    return TextRef(ref=ref, hash=text_hash(words)), PersonalRecord(ref, {"text": words})


def kept_words(store: Store, at: TextRef | str | None) -> str | None:
    """The words kept there; None where nothing was, and once they are erased."""
    ref = at.ref if isinstance(at, TextRef) else at
    found = store.text(ref) if ref else None
    return str(found["text"]) if found else None
