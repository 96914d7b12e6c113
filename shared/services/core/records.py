"""How an application is read from what is stored, and where the texts about it are kept."""

from __future__ import annotations

from shared.domain.applications.application import (
    Application,
)
from shared.ports import Stored


def application_of(loaded: Stored) -> Application:
    return Application.model_validate(loaded.state)


def text_ref(application: Application, what: str, version: int | None = None) -> str:
    """Where `what` is kept: under the trainee's account, so that erasing the trainee erases it (and ends a link). What
    may be written more than once is a text of its own each time, named by the version that it brings."""
    again = "" if version is None else f"-{version + 1}"
    return f"{application.trainee_id}/application:{application.id}:{what}{again}"
