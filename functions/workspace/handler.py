"""The workspace: where everybody lands after signing in. It reads; every step is done where its link leads."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.workspace.models import HubView, QueueQuery, QueueView, WorkspaceView
from shared.domain.errors import SignInNeeded
from shared.runtime.http import SIGNED_IN, Room
from shared.runtime.pages.nav import STAFF
from shared.runtime.settings import Http


class Settings(Http):
    """Only what every room needs."""


room = Room("workspace", Settings)


@room.get("/workspace", access=SIGNED_IN, page="workspace.html", title="Workspace")
def show_workspace(query: Annotated[QueueQuery, Query()]) -> WorkspaceView:
    """What the caller owes and is owed: a trainee's rotations and next tasks, or the queue by time left."""
    room.request.expect_query(QueueQuery.model_fields)
    session = room.session
    if session is None:
        raise SignInNeeded("This needs an account.", "Sign in, or create an account; it takes two minutes.")
    workspace, now = room.wiring.workspace, room.wiring.clock.now()
    staff = bool(STAFF & set(session.roles))
    hub = HubView.of(workspace.hub(room.call("trainee")), now) if "trainee" in session.roles else None
    queue = (
        QueueView.of(workspace.queue(room.call("staff"), session.roles), query.view, session.account_id, session.roles) if staff else None
    )
    return WorkspaceView(name=session.name, roles=session.roles, hub=hub, queue=queue)


handler = room.handler()
