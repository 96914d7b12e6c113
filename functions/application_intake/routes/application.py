"""A trainee's applications: what if, draft, submit, withdraw (T14-T18); and the page of one application."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.application_intake.models.application import (
    ApplicationView,
    ListView,
    ProspectView,
    SaveRequest,
    StartRequest,
    StartView,
    SubmitRequest,
    WhatIf,
)
from functions.application_intake.room import ONE, PAGE, STAFF, anyone_here, room, trainee
from shared.domain.applications.application_machine import ApplicationStatus
from shared.services.applications.status_text import ApplicationCard


@room.get("/applications", access=trainee, page="list.html", title="My applications")
def my_applications() -> ListView:
    """The caller's applications, newest first."""
    now = room.wiring.clock.now()
    found = room.wiring.application_queries.mine(room.call("trainee"))
    return ListView(applications=tuple(ApplicationCard.of(*one[:2], now, one[2]) for one in found))


@room.get("/applications/start", access=trainee, page="start.html", title="Apply: {prospect.program.name}")
def before_applying(what_if: Annotated[WhatIf, Query()]) -> StartView:
    """What applying would mean for the caller: price, seats, eligibility, guidelines. Writes nothing."""
    room.request.expect_query(WhatIf.model_fields)
    call = room.call("trainee")
    found = room.wiring.prospects.of(
        call.actor.id, what_if.program, what_if.experience_type, what_if.start, what_if.weeks
    )
    return StartView(prospect=ProspectView.of(found))


@room.get(ONE, access=anyone_here, page="application.html", title="{program.name}")
def show_application(application_id: str) -> ApplicationView:
    """One application: its clock and what happened; a draft with its checklist; for staff the verdicts and the decision
    (H12)."""
    files, now, session = room.wiring.application_queries, room.wiring.clock.now(), room.session
    worn = set(session.roles) if session else set()
    call = room.call("trainee")
    # Whoever is staff too sees their own as a trainee.
    if worn & set(STAFF) and not files.owns(call, application_id):
        return ApplicationView.for_staff(files.staff(application_id), now, call.actor.id, worn)
    own = files.own(call, application_id)
    drafting = own.application.status is ApplicationStatus.DRAFT
    upload = (
        room.wiring.document_uploads.upload_form(call.actor.id, "cv", f"/applications/{application_id}")
        if drafting
        else None
    )
    return ApplicationView.of(own, now, upload)


@room.post("/applications", access=trainee, form=StartRequest, shows=show_application, goes_to=PAGE, status=201)
def start(body: StartRequest) -> dict[str, str]:
    """Starts a draft; the same Idempotency-Key names the same draft."""
    return {"application_id": room.wiring.submission.start(room.call("trainee"), room.key(), body.wish()).id}


@room.post(f"{ONE}/save", access=trainee, form=SaveRequest, again=show_application, goes_to=PAGE)
def save(application_id: str, body: SaveRequest) -> None:
    """Changes a draft."""
    emptied = room.request.emptied
    room.wiring.submission.save(room.call("trainee"), application_id, body.changes(emptied), body.school(emptied))


@room.post(f"{ONE}/submit", access=trainee, form=SubmitRequest, again=show_application, goes_to=PAGE)
def submit(application_id: str, body: SubmitRequest) -> None:
    """Sends it to review with a CV (T15): the review clock starts (T18)."""
    emptied = room.request.emptied
    room.wiring.submission.submit(
        room.call("trainee"), application_id, body.changes(emptied), body.document_id, body.school(emptied)
    )


@room.post(f"{ONE}/withdraw", access=trainee, again=show_application, goes_to=PAGE)
def withdraw(application_id: str) -> None:
    """Ends an open application, free of charge."""
    room.wiring.submission.withdraw(room.call("trainee"), application_id)
