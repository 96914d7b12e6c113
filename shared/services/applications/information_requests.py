"""A reviewer asks, the trainee answers (issue 3, "Reviewing"): the review clock stands still in between and goes on
with what was left."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.applications.application import (
    APPLICATION,
    Application,
    ApplicationEvent,
    ApplicationStatus,
)
from shared.domain.applications.clocks import reply_times, require_running
from shared.domain.applications.due_kinds import ASKED, REPLY, REPLY_REMINDER
from shared.domain.core.due_readers import WATCHED
from shared.domain.core.errors import Invalid
from shared.domain.core.machine import Actor
from shared.domain.core.policy import by_version
from shared.events.application import InformationGiven, InformationRequested
from shared.ports import BusinessClock, Due, Store, UnitOfWork
from shared.services.applications.review import Review
from shared.services.applications.review_clock import resume_review
from shared.services.applications.submission import due_kinds_ended, own_application
from shared.services.applications.trainee_documents import documents_of, newest_cv
from shared.services.core.kept_texts import kept_text, says
from shared.services.core.records import text_ref
from shared.services.core.transitions import RequestContext, retry_on_conflict, state_after, transition


@dataclass(frozen=True, kw_only=True)
class InformationRequests:
    store: Store
    review: Review
    clock: BusinessClock

    def ask(self, call: RequestContext, application_id: str, question: str) -> Application:
        """The reviewer who has it asks; the trainee has 14 days, or until shortly before it closes, and is reminded
        half-way. Asking the same again changes nothing.

        Raises `Invalid` (field "question"), `NotAllowedNow` (also when it closes too soon), `NotFound`.
        """
        question = question.strip()

        def decide() -> Application:
            loaded, application = self.review.sent(call, application_id)
            mine = application.status is ApplicationStatus.NEEDS_INFO and application.claimed_by == call.actor.id
            if mine and says(self.store, application.question_ref, question):
                return application
            status = self.review.deciding(application, call, ApplicationEvent.ASK)
            if not question:
                raise Invalid("There is no question yet.", "Write what you need to know or to see.", field="question")
            now, policy = self.clock.now(), by_version(application.policy_version)
            until = reply_times(application, now, policy)
            kept = kept_text(text_ref(application, "question", loaded.version), question)
            event = InformationRequested(
                status=status,
                asked_at=now,
                question_ref=kept.ref,
                question_hash=kept.hash,
                reply_due_at=until.due_at,
                claim_lapses_at=None,
                reminded_at=None,
            )
            due = (
                Due(REPLY, until.due_at, "trainee"),
                Due(ASKED, until.due_at, "trainee", WATCHED),
                Due(REPLY_REMINDER, until.remind_at, "system"),
            )
            moved = transition(
                loaded, event, call, now, due=due, done=due_kinds_ended(ApplicationStatus.IN_REVIEW, status)
            )
            self.store.commit(UnitOfWork(transitions=(moved,), records=(kept.record,)))
            return Application.model_validate(state_after(moved))

        return retry_on_conflict(decide)

    def reply(self, call: RequestContext, application_id: str, answer: str, newest: bool = False) -> Application:
        """The trainee answers; with `newest` the newest stored CV takes the place of the one that was sent. The
        reviewer who asked has it again for four business hours, and the review clock goes on. Answering the same again
        changes nothing.

        Raises `Invalid` (field "answer"), `Expired` from the last moment on, `NotAllowedNow`, `NotFound`.
        """
        answer = answer.strip()

        def decide() -> Application:
            now = self.clock.now()
            loaded, application = own_application(self.store, call, application_id, now)
            if application.status is ApplicationStatus.IN_REVIEW and says(self.store, application.reply_ref, answer):
                return application
            require_running(application)
            status = ApplicationStatus(
                APPLICATION.fire(application.status, ApplicationEvent.REPLY, Actor.TRAINEE).target
            )
            if not answer:
                raise Invalid("There is no answer yet.", "Answer in a few sentences.", field="answer")
            assert application.asked_at is not None
            again = resume_review(application, application.asked_at, now)
            kept = kept_text(text_ref(application, "reply", loaded.version), answer)
            event = InformationGiven(
                status=status,
                replied_at=now,
                reply_ref=kept.ref,
                reply_hash=kept.hash,
                reply_due_at=None,
                **again.fields,
                **(self._newest_cv(application) if newest else {}),
            )
            moved = transition(
                loaded, event, call, now, due=again.due, done=due_kinds_ended(ApplicationStatus.NEEDS_INFO, status)
            )
            self.store.commit(UnitOfWork(transitions=(moved,), records=(kept.record,)))
            return Application.model_validate(state_after(moved))

        return retry_on_conflict(decide)

    def _newest_cv(self, application: Application) -> dict[str, str]:
        cv = newest_cv(documents_of(self.store, application.trainee_id))
        return {"cv_document_id": cv.document_id, "cv_sha256": cv.sha256} if cv else {}
