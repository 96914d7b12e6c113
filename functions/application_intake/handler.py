"""The applications room: what if, draft, submit, withdraw; and for reviewers claim, approve, reject (T14-T20, H11,
H12)."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.application_intake.deciding import ApproveRequest, CheckRequest, RejectRequest
from functions.application_intake.models import (
    ApplicationView,
    ListView,
    ProspectView,
    SaveRequest,
    StartRequest,
    StartView,
    SubmitRequest,
    WhatIf,
)
from functions.application_intake.talk import (
    AskAgainRequest,
    AskRequest,
    HostMailRequest,
    RecommendRequest,
    RecommendView,
    ReplyRequest,
    TakeBackRequest,
)
from shared.domain.applications.application import ApplicationStatus
from shared.runtime.http import ANYONE, Room, roles
from shared.runtime.settings import Http, Search, Uploads
from shared.services.applications.host_review import Manager
from shared.services.applications.status_text import ApplicationCard

STAFF = ("reviewer", "coordinator", "admin")


class Settings(Http, Uploads, Search):
    """The upload bucket: a draft's page carries the form that sends a CV there. The search bucket: who is declined is
    shown what else is open."""


room = Room("application_intake", Settings)
trainee, reviewer, anyone_here = roles("trainee"), roles("reviewer"), roles("trainee", *STAFF)
coordinator, host = roles("coordinator"), roles("host")
ONE, PAGE = "/applications/<application_id>", "/applications/{application_id}"


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
    found = room.wiring.application_queries.prospect(
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


@room.post(f"{ONE}/claim", access=reviewer, again=show_application, goes_to=PAGE)
def claim(application_id: str) -> None:
    """Takes it from the queue for four business hours."""
    room.wiring.review.claim(room.call("reviewer"), application_id)


@room.post(f"{ONE}/ask", access=reviewer, form=AskRequest, again=show_application, goes_to=PAGE)
def ask(application_id: str, body: AskRequest) -> None:
    """Asks the trainee something; the review clock stands still until they answer, for 14 days at most."""
    room.wiring.information_requests.ask(room.call("reviewer"), application_id, body.question)


@room.post(f"{ONE}/reply", access=trainee, form=ReplyRequest, again=show_application, goes_to=PAGE)
def reply(application_id: str, body: ReplyRequest) -> None:
    """Answers the reviewer's question; the review clock goes on with what was left."""
    room.wiring.information_requests.reply(room.call("trainee"), application_id, body.answer, body.newest_cv)


@room.post(f"{ONE}/route", access=reviewer, again=show_application, goes_to=PAGE)
def route(application_id: str) -> None:
    """Asks the host by mail (T19); the review clock stands still, and the host has five days (T20)."""
    room.wiring.host_review.route(room.call("reviewer"), application_id)


@room.post(f"{ONE}/host-mail", access=coordinator, form=HostMailRequest, again=show_application, goes_to=PAGE)
def settle_host_mail(application_id: str, body: HostMailRequest) -> None:
    """Ends the task of a mail that did not reach the host: sent again to the corrected address, or asked by phone."""
    call = room.call("coordinator")
    if body.answer == "again":
        room.wiring.email_reports.send_again(call, "APPLICATION", application_id, body.email)
    else:
        room.wiring.email_reports.told(call, "APPLICATION", application_id)


@room.post(f"{ONE}/take-back", access=coordinator, form=TakeBackRequest, again=show_application, goes_to=PAGE)
def take_back(application_id: str, body: TakeBackRequest) -> None:
    """Waits for the host no longer: the reviewer decides without it."""
    room.wiring.host_review.take_back(room.call("coordinator"), application_id, body.reason)


@room.post(f"{ONE}/ask-again", access=coordinator, form=AskAgainRequest, again=show_application, goes_to=PAGE)
def ask_again(application_id: str, body: AskAgainRequest) -> None:
    """Asks a silent host once more: a new link, and five days again."""
    room.wiring.host_review.ask_again(room.call("coordinator"), application_id, body.why)


@room.get(
    f"{ONE}/recommend/<secret>", access=ANYONE, page="recommend.html", title="Recommend a trainee: {program_name}"
)
def recommendation(application_id: str, secret: str) -> RecommendView:
    """What the link in a host's mail asks, without an account. Looking changes nothing: mail scanners open links
    too."""
    return RecommendView.of(room.wiring.host_review.open(application_id, secret))


@room.post(
    f"{ONE}/recommend/<secret>",
    access=ANYONE,
    form=RecommendRequest,
    again=recommendation,
    page="recommend.html",
    title="Recommend a trainee: {program_name}",
)
def recommend(application_id: str, secret: str, body: RecommendRequest) -> None:
    """The host's answer, once; the reviewer decides."""
    room.wiring.host_review.recommend(application_id, secret, body.answer, body.note, room.request.id)


def _manager() -> Manager:
    session = room.session
    return Manager(room.call("host").actor.id, session.hosts if session else ())


@room.get(f"{ONE}/recommend", access=host, page="recommend.html", title="Recommend a trainee: {program_name}")
def question(application_id: str) -> RecommendView:
    """The same question for a host manager who is signed in; another host's application is as none."""
    return RecommendView.of(room.wiring.host_review.open(application_id, _manager()), signed_in=True)


@room.post(
    f"{ONE}/recommend",
    access=host,
    form=RecommendRequest,
    again=question,
    goes_to="/applications/{application_id}/recommend",
)
def answer(application_id: str, body: RecommendRequest) -> None:
    """The host's answer, once, whichever way it came; the reviewer decides."""
    room.wiring.host_review.recommend(application_id, _manager(), body.answer, body.note, room.request.id)


@room.post(
    f"{ONE}/documents/<document_id>/check", access=reviewer, form=CheckRequest, again=show_application, goes_to=PAGE
)
def check_document(application_id: str, document_id: str, body: CheckRequest) -> None:
    """Notes what a document says once it was read: whether it counts, and its dates."""
    room.wiring.document_check.check(room.call("reviewer"), application_id, document_id, body.check(), body.why)


@room.post(f"{ONE}/approve", access=reviewer, form=ApproveRequest, again=show_application, goes_to=PAGE)
def approve(application_id: str, body: ApproveRequest) -> None:
    """Approves with every guideline met or overridden with a reason (H12), and opens the offer."""
    room.wiring.review.approve(room.call("reviewer"), application_id, body.chosen(), body.step1_verified)


@room.post(f"{ONE}/reject", access=reviewer, form=RejectRequest, again=show_application, goes_to=PAGE)
def reject(application_id: str, body: RejectRequest) -> None:
    """Ends it with a reason that the trainee reads."""
    room.wiring.review.reject(room.call("reviewer"), application_id, body.code, body.reason)


handler = room.handler()
