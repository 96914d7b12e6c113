"""The documents room itself: its settings, and as whom somebody reads."""

from __future__ import annotations

from shared.domain.core.errors import NotFound
from shared.runtime.http import Room
from shared.runtime.settings import Http, MalwareScan, Uploads
from shared.services.core.transitions import RequestContext
from shared.services.documents.uploads import STAFF_READERS


class Settings(Http, Uploads, MalwareScan):
    """Every room's, the bucket, and the scanner."""


room = Room("documents", Settings)


def reader(document_id: str, *also: str) -> RequestContext:
    """Acts as staff when the caller is staff, else as one of `also`, else as the trainee. Raises `NotFound` for
    nobody."""
    session = room.session
    if session is None:
        raise NotFound(f"There is no document {document_id}.", "Sign in and open it from your documents page.")
    return room.call(next((role for role in (*STAFF_READERS, *also) if role in session.roles), "trainee"))
