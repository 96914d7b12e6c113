"""The workspace: where everybody lands after signing in. It reads; every step is done where its link leads."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.workspace.guidelines import GuidelinesRequest, GuidelinesView
from functions.workspace.hosts import TodayView
from functions.workspace.models import HubView, QueueQuery, QueueView, WorkspaceView
from shared.domain.core.errors import SignInNeeded
from shared.runtime.http import SIGNED_IN, Room, roles
from shared.runtime.pages.nav import STAFF
from shared.runtime.settings import Http


class Settings(Http):
    """Only what every room needs."""


room = Room("workspace", Settings)
coordinator = roles("coordinator")
GUIDELINES = "/workspace/programs/<program_id>/guidelines"


@room.get("/workspace", access=SIGNED_IN, page="workspace.html", title="Workspace")
def show_workspace(query: Annotated[QueueQuery, Query()]) -> WorkspaceView:
    """What the caller owes and is owed: a trainee's rotations and next tasks, the queue by time left, or what a host is
    asked."""
    room.request.expect_query(QueueQuery.model_fields)
    session = room.session
    if session is None:
        raise SignInNeeded("This needs an account.", "Sign in, or create an account; it takes two minutes.")
    workspace, now = room.wiring.workspace, room.wiring.clock.now()
    staff = bool(STAFF & set(session.roles))
    hub = HubView.of(workspace.hub(room.call("trainee")), now) if "trainee" in session.roles else None
    queue = (
        QueueView.of(workspace.queue(room.call("staff"), session.roles), query.view, session.account_id, session.roles)
        if staff
        else None
    )
    host = (
        TodayView.of(room.wiring.host_queries.desk(session.hosts, session.account_id))
        if "host" in session.roles
        else None
    )
    return WorkspaceView(name=session.name, roles=session.roles, hub=hub, queue=queue, host=host)


@room.get(GUIDELINES, access=coordinator, page="guidelines.html", title="Guidelines: {program_name}")
def show_guidelines(program_id: str, saved: bool = False) -> GuidelinesView:
    """What a host asks of trainees (H12), what is odd about it, and what it means for those who applied in the last
    year."""
    return GuidelinesView.of(room.wiring.guideline_changes.show(program_id), saved=saved)


@room.post(
    f"{GUIDELINES}/preview",
    access=coordinator,
    form=GuidelinesRequest,
    again=show_guidelines,
    page="guidelines.html",
    title="Guidelines: {program_name}",
)
def preview_guidelines(program_id: str, body: GuidelinesRequest) -> GuidelinesView:
    """What these guidelines would have meant for past applicants. Writes nothing."""
    return GuidelinesView.of(room.wiring.guideline_changes.preview(program_id, body.guidelines()), previewed=True)


@room.post(
    GUIDELINES,
    access=coordinator,
    form=GuidelinesRequest,
    again=show_guidelines,
    goes_to="/workspace/programs/{program_id}/guidelines?saved=1",
)
def change_guidelines(program_id: str, body: GuidelinesRequest) -> None:
    """These guidelines count from now on; applications that were sent keep those of their day."""
    room.wiring.guideline_changes.change(room.call("coordinator"), program_id, body.guidelines(), body.version)


handler = room.handler()
