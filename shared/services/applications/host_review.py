"""The host is asked (T19, T20): routed by the reviewer, answered from a link in a mail or signed in, taken back by the
coordinator.

Both ways lead to one question that is answered once: the answer moves the application on, and of an application that
moved on the link and the manager's page only explain what happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.domain.applications.application import (
    APPLICATION,
    Application,
    ApplicationEvent,
    ApplicationStatus,
    host_over,
)
from shared.domain.applications.clocks import as_of, host_times, next_host_step
from shared.domain.applications.due_kinds import HOST, STALE, WITH_HOST
from shared.domain.core.aggregate import Actor
from shared.domain.core.due_readers import WATCHED
from shared.domain.core.errors import Expired, Invalid, NotAllowedNow, NotFound
from shared.domain.core.machine import Actor as By
from shared.domain.core.policy import by_version
from shared.domain.core.self_decision import forbid_self_decision
from shared.domain.hosts.host_question import State, question_state
from shared.domain.programs.guidelines import GuidelineResult
from shared.domain.programs.program import Program
from shared.events.application import ApplicationRouted, HostRecommended, HostTakenBack
from shared.ports import BusinessClock, Catalogue, Due, People, PersonalRecord, Store, Stored, UnitOfWork
from shared.services.applications.review import Review, guideline_results
from shared.services.applications.review_clock import ResumedReview, resume_review
from shared.services.applications.submission import WAITS, due_kinds_ended
from shared.services.core.kept_texts import kept_text, says
from shared.services.core.records import application_of, text_ref
from shared.services.core.secret_links import new_secret, secret_at, secret_matches
from shared.services.core.transitions import RequestContext, find, retry_on_conflict, state_after, transition
from shared.services.programs.host_index import asked_listing

FOR_HOSTS = ("status", "step1", "step2_ck", "graduation_year", "languages", "lead_days", "weeks", "cv_language")
"""Of the guidelines, those whose verdicts a host sees before a seat is reserved: nothing about visa or health
documents."""


@dataclass(frozen=True)
class Manager:
    """A host manager who is signed in: their account, and the hosts that they act for."""

    account_id: str
    hosts: tuple[str, ...]


@dataclass(frozen=True)
class HostFile:
    """What the host is shown. `state`: open; answered; over (the coordinator decides); moved (decided, withdrawn or
    taken back). About the trainee only while it is open: name, school, dates, and verdicts on this host's own
    guidelines without what they rest on."""

    application: Application
    program: Program
    state: State
    applicant: str = ""
    school: str = ""
    guidelines: tuple[GuidelineResult, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HostReview:
    store: Store
    people: People
    catalogue: Catalogue
    review: Review
    clock: BusinessClock

    def route(self, call: RequestContext, application_id: str) -> Application:
        """The reviewer who has it asks the host; the review clock stands still. Routing what one has routed changes
        nothing.

        Raises `NotAllowedNow` also when the host has answered already, or the application closes too soon, `NotFound`.
        """

        def decide() -> Application:
            loaded, application = self.review.sent(call, application_id)
            if application.status is ApplicationStatus.HOST_REVIEW and application.claimed_by == call.actor.id:
                return application
            status = self.review.deciding(application, call, ApplicationEvent.ROUTE_TO_HOST)
            if application.host_recommendation is not None:
                raise NotAllowedNow(
                    "The host has answered already.",
                    "Decide now, or ask the trainee.",
                    state=application.status.value,
                    event=ApplicationEvent.ROUTE_TO_HOST.value,
                )
            return self._ask(call, loaded, application, status)

        return retry_on_conflict(decide)

    def ask_again(self, call: RequestContext, application_id: str, reason: str) -> Application:
        """The coordinator decides to ask once more, with a reason: a new link and new days for the host, the old link
        ends.

        Asking again for the same reason changes nothing while the host can still answer. Raises `Invalid` (field
        "why"), `NotAllowedNow` (also when the application closes too soon), `NotFound`.
        """
        reason = reason.strip()

        def decide() -> Application:
            loaded, application = self._others(call, application_id)
            same = application.status is ApplicationStatus.HOST_REVIEW and says(
                self.store, application.asked_again_ref, reason
            )
            if same and not host_over(application, self.clock.now()):
                return application
            status = ApplicationStatus(
                APPLICATION.fire(application.status, ApplicationEvent.ASK_AGAIN, By.COORDINATOR).target
            )
            if not reason:
                raise Invalid("The file needs the reason.", "Write why you ask the host once more.", field="why")
            return self._ask(call, loaded, application, status, reason)

        return retry_on_conflict(decide)

    def open(self, application_id: str, by: str | Manager) -> HostFile:
        """What the secret of a link, or being signed in, leads to; looking changes nothing. Raises `NotFound`, the same
        for every wrong link, and for another host's application as for none at all."""
        _, application = self._admitted(application_id, by)
        program, state = self.catalogue.program(application.program_id), question_state(application, self.clock.now())
        if state != "open":
            return HostFile(application, program, state)
        person, facts = self.people.person(application.trainee_id), self.review.facts(application)
        results = guideline_results(program, facts, application, self.clock.now())
        return HostFile(
            application,
            program,
            state,
            person.name,
            facts.school or "",
            tuple(one for one in results if one.code in FOR_HOSTS),
        )

    def recommend(
        self, application_id: str, by: str | Manager, answer: Literal["yes", "no"], note: str, correlation_id: str = ""
    ) -> State:
        """The host's answer, also after reminders and escalation; a no needs a note. The reviewer has it again for four
        business hours. How the question stands afterwards.

        The same answer again changes nothing. Raises `NotFound`, `Invalid` (field "note"), `Expired` from day 10 on,
        and `NotAllowedNow` for an application that moved on without the host.
        """
        note = note.strip()

        def decide() -> State:
            loaded, application = self._admitted(application_id, by)
            same = application.host_recommendation == answer and says(self.store, application.host_note_ref, note)
            state = question_state(application, self.clock.now())
            if same:
                return state
            if state == "over":
                raise Expired(
                    "The time to answer is over.",
                    "A coordinator decides now; answer the mail if you have something to add.",
                )
            if state != "open":
                raise NotAllowedNow(
                    "Your answer is here already."
                    if state == "answered"
                    else "This application has moved on without your answer.",
                    "You need to do nothing more.",
                    state=application.status.value,
                    event=ApplicationEvent.RECOMMEND_YES.value,
                )
            if answer == "no" and not note:
                raise Invalid("Without a reason we cannot explain it.", "Write one or two sentences.", field="note")
            fired = ApplicationEvent.RECOMMEND_YES if answer == "yes" else ApplicationEvent.RECOMMEND_NO
            status = ApplicationStatus(APPLICATION.fire(application.status, fired, By.HOST).target)
            now, kept = self.clock.now(), kept_text(text_ref(application, "host-note", loaded.version), note)
            again = self._goes_on(application, now)
            event = HostRecommended(
                status=status,
                host_recommendation=answer,
                host_answered_at=now,
                host_note_ref=kept.ref,
                host_note_hash=kept.hash,
                mail_trouble=None,
                mail_trouble_at=None,
                **again.fields,
            )
            who = by.account_id if isinstance(by, Manager) else self.catalogue.program(application.program_id).host_id
            call = RequestContext(Actor(role="host", id=who), correlation_id)
            moved = transition(
                loaded, event, call, now, due=again.due, done=due_kinds_ended(ApplicationStatus.HOST_REVIEW, status)
            )
            self.store.commit(UnitOfWork(transitions=(moved,), records=(kept.record,)))
            return question_state(Application.model_validate(state_after(moved)), now)

        return retry_on_conflict(decide)

    def take_back(self, call: RequestContext, application_id: str, reason: str) -> Application:
        """The coordinator waits no longer, with a reason: the review goes on, and the host's link explains it. From day
        10 on this is the coordinator's decision to do without the host; before, the reviewer of a host that decides too
        asks it again, or declines.

        Taking back what is taken back changes nothing. Raises `Invalid` (field "reason"), `NotAllowedNow`, `NotFound`.
        """
        reason = reason.strip()

        def decide() -> Application:
            loaded, application = self._others(call, application_id)
            taken_back = application.status is ApplicationStatus.IN_REVIEW
            if taken_back and says(self.store, application.taken_back_ref, reason):
                return application
            status = ApplicationStatus(
                APPLICATION.fire(application.status, ApplicationEvent.TAKE_BACK, By.COORDINATOR).target
            )
            if not reason:
                raise Invalid("The file needs the reason.", "Write why you do not wait for the host.", field="reason")
            now, kept = self.clock.now(), kept_text(text_ref(application, "taken-back", loaded.version), reason)
            again = self._goes_on(application, now)
            event = HostTakenBack(
                status=status,
                routed_to_host=False,
                taken_back_ref=kept.ref,
                taken_back_hash=kept.hash,
                host_waived=host_over(application, now),
                mail_trouble=None,
                mail_trouble_at=None,
                **again.fields,
            )
            moved = transition(
                loaded, event, call, now, due=again.due, done=due_kinds_ended(ApplicationStatus.HOST_REVIEW, status)
            )
            self.store.commit(UnitOfWork(transitions=(moved,), records=(kept.record,)))
            return Application.model_validate(state_after(moved))

        return retry_on_conflict(decide)

    # --- parts --------------------------------------------------------------------------------------------------------
    def _ask(
        self, call: RequestContext, loaded: Stored, application: Application, status: ApplicationStatus, again: str = ""
    ) -> Application:
        """A new link and five days, or fewer before it closes; what was left of the review clock, when it stands still
        already, stays. The application afterwards."""
        now, policy = self.clock.now(), by_version(application.policy_version)
        until = host_times(application, now, policy)
        ref = text_ref(application, "host-link", loaded.version)
        kept = kept_text(text_ref(application, "asked-again", loaded.version), again) if again else None
        left = self._goes_on(application, now).fields if application.status is ApplicationStatus.HOST_REVIEW else {}
        event = ApplicationRouted(
            status=status,
            routed_to_host=True,
            routed_at=now,
            host_due_at=until.due_at,
            host_decide_at=until.decide_at,
            host_link_ref=ref,
            host_reminders=0,
            host_escalated_at=None,
            host_waived=False,
            mail_trouble=None,
            mail_trouble_at=None,
            asked_again_ref=kept.ref if kept else None,
            asked_again_hash=kept.hash if kept else None,
            **(left | {"claim_lapses_at": None}),
        )
        due = (
            Due(HOST, next_host_step(now, until.decide_at, now, policy), "host"),
            Due(WITH_HOST, until.due_at, "host", WATCHED),
        )
        done = tuple(kind for kind in WAITS[application.status] if kind not in (HOST, WITH_HOST, STALE))
        listing = asked_listing(self.catalogue.program(application.program_id).host_id, application.id, now)
        link = PersonalRecord(ref, {"secret": new_secret(), "application_id": application.id}, listing)
        texts = (link, *((kept.record,) if kept else ()))
        moved = transition(loaded, event, call, now, due=due, done=done)
        self.store.commit(UnitOfWork(transitions=(moved,), records=texts))
        return Application.model_validate(state_after(moved))

    @staticmethod
    def _goes_on(application: Application, now: datetime) -> ResumedReview:
        """What the review is if it went on now."""
        assert application.routed_at is not None
        return resume_review(application, application.routed_at, now)

    def _admitted(self, application_id: str, by: str | Manager) -> tuple[Stored, Application]:
        if isinstance(by, str):
            return self._by_link(application_id, by)
        loaded, application = self._found(application_id)
        # What this host was never asked is none of its business yet.
        asked = application is not None and application.routed_at is not None
        if (
            loaded is None
            or application is None
            or not asked
            or self.catalogue.program(application.program_id).host_id not in by.hosts
        ):
            raise NotFound(f"There is no application {application_id}.", "Open it from your page.")
        forbid_self_decision(Actor(role="host", id=by.account_id), application.trainee_id)
        return loaded, application

    def _by_link(self, application_id: str, secret: str) -> tuple[Stored, Application]:
        loaded, application = self._found(application_id)
        if (
            loaded is None
            or application is None
            or not secret_matches(secret_at(self.store, application.host_link_ref), secret)
        ):
            raise NotFound("There is no such link.", "Open the newest mail and use its link unchanged.")
        return loaded, application

    def _others(self, call: RequestContext, application_id: str) -> tuple[Stored, Application]:
        """Nobody is the coordinator of their own."""
        loaded, application = self._read(application_id)
        forbid_self_decision(call.actor, application.trainee_id)
        return loaded, application

    def _read(self, application_id: str) -> tuple[Stored, Application]:
        loaded = self.store.load("APPLICATION", application_id)
        return loaded, as_of(application_of(loaded), self.clock.now())

    def _found(self, application_id: str) -> tuple[Stored | None, Application | None]:
        loaded = find(self.store, "APPLICATION", application_id)
        return loaded, as_of(application_of(loaded), self.clock.now()) if loaded else None
