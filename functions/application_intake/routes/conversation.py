"""Questions between reviewer, trainee and host (T18-T20), and the host's answer by link or signed in."""

from __future__ import annotations

from functions.application_intake.models.conversation import (
    AskAgainRequest,
    AskRequest,
    RecommendRequest,
    RecommendView,
    ReplyRequest,
    TakeBackRequest,
)
from functions.application_intake.room import ONE, PAGE, coordinator, host, reviewer, room, trainee
from functions.application_intake.routes.application import asking_host, show_application
from shared.runtime.http import ANYONE
from shared.runtime.http.email_trouble import EmailTroubleRequest
from shared.services.applications.host_review import Manager


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
    """Asks the host by email (T19); the review clock stands still, and the host has five days (T20)."""
    room.wiring.host_review.route(room.call("reviewer"), application_id)


@room.post(f"{ONE}/host-mail", access=coordinator, form=EmailTroubleRequest, again=show_application, goes_to=PAGE)
def end_email_trouble(application_id: str, body: EmailTroubleRequest) -> None:
    """Ends the task of an email that did not reach the host: sent again to the corrected address, or asked by phone."""
    body.end(room.wiring.emails_in_trouble, room.call("coordinator"), asking_host(application_id))


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
    """What the link in a host's email asks, without an account. Looking changes nothing: email scanners open links
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
