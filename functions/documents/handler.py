"""Documents: a form that uploads straight to the bucket, what became of the file, and a short-lived link to read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response

from functions.documents.arrivals import Arrivals
from functions.documents.models import HOME, DocumentList, DocumentPage, DocumentView, UploadRequest, UploadView
from shared.domain.core.errors import NotFound
from shared.runtime.http import ANYONE, Room, roles
from shared.runtime.http.answers import PROBLEM
from shared.runtime.http.paths import local_path
from shared.runtime.settings import Http, Uploads
from shared.services.core.transitions import RequestContext

READERS = ("reviewer", "coordinator", "coach")


class Settings(Http, Uploads):
    """Every room's, and the bucket."""


room = Room("documents", Settings)
arrivals = Arrivals("documents", lambda key, event_id: room.wiring.document_uploads.register(key, event_id))


@room.get("/documents", access=roles("trainee"), page="documents.html", title="Your documents")
def documents() -> DocumentList:
    """The caller's documents, newest first, and the kinds that may be uploaded."""
    return DocumentList.of(room.wiring.document_uploads.of(room.call("trainee").actor.id))


@room.post(
    "/documents/uploads",
    access=roles("trainee"),
    form=UploadRequest,
    again=documents,
    page="upload.html",
    title="Upload: {name}",
)
def upload(body: UploadRequest) -> UploadView:
    """A presigned form for one file. Nothing is recorded before the file is there."""
    trainee = room.call("trainee").actor.id
    return UploadView.of(room.wiring.document_uploads.upload_form(trainee, body.kind, local_path(body.next, HOME)))


@room.get("/documents/<document_id>", access=roles("trainee", *READERS), page="document.html", title="{name}")
def document(document_id: str, next: str = "") -> DocumentPage:
    """One document, stored or refused with the reason; the caller's own, or anybody's for staff who review."""
    call = _reader(document_id)
    found = room.wiring.document_uploads.document(call, document_id)
    mine = found.trainee_id == call.actor.id
    return DocumentPage(**dict(DocumentView.of(found)), mine=mine, next=local_path(next, ""))


@room.get("/documents/<document_id>/file", access=roles("trainee", "host", *READERS), answers={303: ()})
def file(document_id: str) -> Response[str]:
    """303 to a signed address of the file that works for a minute; for host managers the CV of who waits for their
    host's answer, or has a seat there."""
    hosts = room.session.hosts if room.session and "host" in room.session.roles else ()
    link = room.wiring.document_uploads.link(_reader(document_id, "host"), document_id, hosts)
    return Response(303, "text/plain", "", headers={"Location": link})


@room.get("/documents/<document_id>/received", access=roles("trainee"), answers={303: (), 409: (PROBLEM,)})
def received(document_id: str, kind: str, next: str = HOME) -> Response[str]:
    """Where the bucket sends the browser: looks at the file now, then 303 to `next`, or to the document when it was
    refused."""
    found = room.wiring.document_uploads.received(room.call("trainee").actor.id, document_id, kind)
    then = local_path(next, HOME)
    if not found.stored:
        then = f"/documents/{found.id}?{urlencode({'next': then})}"
    return Response(303, "text/plain", "", headers={"Location": then})


@room.get("/documents/shared/<secret>", access=ANYONE, answers={303: ()})
def shared(secret: str) -> Response[str]:
    """303 to a signed address of a CV that works for a minute, for a host that has the address from its mail (H13,
    T19)."""
    link = room.wiring.cv_links.open(secret)
    return Response(303, "text/plain", "", headers={"Location": link, "Cache-Control": "private, no-store"})


def _reader(document_id: str, *also: str) -> RequestContext:
    """Acts as staff when the caller is staff, else as one of `also`, else as the trainee. Raises `NotFound` for
    nobody."""
    session = room.session
    if session is None:
        raise NotFound(f"There is no document {document_id}.", "Sign in and open it from your documents page.")
    return room.call(next((role for role in (*READERS, *also) if role in session.roles), "trainee"))


_http = room.handler()


def handler(event: Mapping[str, Any], context: Any) -> Any:
    """API Gateway's requests go to the room, a queue's batch to the arrivals."""
    return arrivals.answer(event, context) if "Records" in event else _http(event, context)
