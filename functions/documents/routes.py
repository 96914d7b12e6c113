"""A form that uploads straight to the bucket, what became of the file, and a short-lived link to read it."""

from __future__ import annotations

from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response

from functions.documents.models import (
    HOME,
    DocumentList,
    DocumentPage,
    DocumentView,
    OpeningView,
    UploadRequest,
    UploadView,
)
from functions.documents.room import reader, room
from shared.runtime.http import ANYONE, roles
from shared.runtime.http.answers import PROBLEM
from shared.runtime.http.paths import local_path
from shared.services.documents.uploads import STAFF_READERS


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
    return UploadView.of(room.wiring.upload_forms.asked_for(trainee, body.kind, local_path(body.next, HOME)))


@room.get("/documents/<document_id>", access=roles("trainee", *STAFF_READERS), page="document.html", title="{name}")
def document(document_id: str, next: str = "") -> DocumentPage:
    """One document, stored, in check, or refused with the reason; the caller's own, or for staff that of a trainee
    whose case they have."""
    call = reader(document_id)
    found = room.wiring.document_uploads.document(call, document_id)
    mine = found.trainee_id == call.actor.id
    openings = tuple(OpeningView.of(one, mine) for one in room.wiring.document_uploads.openings(found))
    return DocumentPage(**dict(DocumentView.of(found)), mine=mine, next=local_path(next, ""), openings=openings)


@room.get(
    "/documents/<document_id>/file",
    access=roles("trainee", "host", *STAFF_READERS),
    answers={303: (), 409: (PROBLEM,)},
)
def file(document_id: str) -> Response[str]:
    """303 to a signed address of the file that works for a minute; for host managers the CV of who waits for their
    host's answer, or has a seat there. That staff open a passport, a visa or a record of health or background is noted
    in the case. 409 while the file is checked for malware."""
    hosts = room.session.hosts if room.session and "host" in room.session.roles else ()
    link = room.wiring.document_uploads.link(reader(document_id, "host"), document_id, hosts)
    return Response(303, "text/plain", "", headers={"Location": link})


@room.get("/documents/<document_id>/received", access=roles("trainee"), answers={303: (), 409: (PROBLEM,)})
def received(document_id: str, kind: str, next: str = HOME) -> Response[str]:
    """Where the bucket sends the browser: looks at the file now, then 303 to `next`, or to the document when it was
    refused or is still checked for malware."""
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
