"""The host is asked (T19, T20): routed by the reviewer, answered from a link in a mail without an account, taken back by the coordinator.

The link answers once: the answer moves the application on, and the link of an application that moved on only explains what happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from shared.domain.aggregate import Actor, text_hash
from shared.domain.application import (
    APPLICATION,
    Application,
    ApplicationEvent,
    ApplicationStatus,
    ReviewClock,
    claim_lapse,
    host_over,
    next_host_step,
    resumed_clock,
)
from shared.domain.errors import Expired, Invalid, NotAllowedNow, NotFound
from shared.domain.guidelines import GuidelineResult
from shared.domain.machine import Actor as By
from shared.domain.policy import by_version
from shared.domain.program import Program
from shared.events.application import ApplicationRouted, HostRecommended, HostTakenBack
from shared.ports import BusinessClock, Catalogue, Due, Loaded, People, Store, Text, Work
from shared.services.applying import STALE, WAITS, application_of, over
from shared.services.reviewing import Reviewing, guideline_results
from shared.services.secret_addresses import lets_in, new_secret, secret_at
from shared.services.steps import Call, decide_again, find, step

FOR_HOSTS = ("status", "step1", "step2_ck", "graduation_year", "languages", "lead_days", "weeks", "cv_language")
"""Of the guidelines, those whose verdicts a host sees before a seat is reserved: nothing about visa or health documents."""
State = Literal["open", "answered", "over", "moved"]


@dataclass(frozen=True)
class HostFile:
    """What the link shows. `state`: open; answered; over (the coordinator decides); moved (decided, withdrawn or taken back). About the
    trainee only while it is open: name, school, dates, and verdicts on this host's own guidelines without what they rest on."""

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
    reviewing: Reviewing
    clock: BusinessClock

    def route(self, call: Call, application_id: str) -> Application:
        """The reviewer who has it asks the host; the review clock stands still. Routing what one has routed changes nothing.

        Raises `NotAllowedNow` also when the host has answered already, `NotFound`.
        """

        def decide() -> Application:
            routed = application_of(self.store.load("APPLICATION", application_id))
            if routed.status is ApplicationStatus.HOST_REVIEW and routed.claimed_by == call.actor.id:
                return routed
            loaded, application, status = self.reviewing.taken_for(call, application_id, ApplicationEvent.ROUTE_TO_HOST)
            if application.host_recommendation is not None:
                raise NotAllowedNow(
                    "The host has answered already.", "Decide now, or ask the trainee.", state=application.status.value,
                    event=ApplicationEvent.ROUTE_TO_HOST.value,
                )  # fmt: skip
            self._ask(call, loaded, application, status)
            return self._read(application_id)[1]

        return decide_again(decide)

    def ask_again(self, call: Call, application_id: str, reason: str) -> Application:
        """The coordinator decides to ask once more, with a reason: a new link and new days for the host, the old link ends.

        Asking again for the same reason changes nothing. Raises `Invalid` (field "why"), `NotAllowedNow`, `NotFound`.
        """
        reason = reason.strip()

        def decide() -> Application:
            loaded, application = self._read(application_id)
            if application.status is ApplicationStatus.HOST_REVIEW and application.asked_again_hash == text_hash(reason):
                return application
            status = ApplicationStatus(APPLICATION.fire(application.status, ApplicationEvent.ASK_AGAIN, By.COORDINATOR).target)
            if not reason:
                raise Invalid("The file needs the reason.", "Write why you ask the host once more.", field="why")
            self._ask(call, loaded, application, status, reason)
            return self._read(application_id)[1]

        return decide_again(decide)

    def open(self, application_id: str, secret: str) -> HostFile:
        """What the link leads to; looking changes nothing. Raises `NotFound`, the same for every wrong link."""
        _, application = self._by_link(application_id, secret)
        program, state = self.catalogue.program(application.program_id), self._state(application)
        if state != "open":
            return HostFile(application, program, state)
        person, facts = self.people.person(application.trainee_id), self.reviewing.facts(application)
        results = guideline_results(program, facts, application, self.clock.now())
        return HostFile(
            application, program, state, person.name, facts.school or "", tuple(one for one in results if one.code in FOR_HOSTS)
        )  # fmt: skip

    def recommend(self, application_id: str, secret: str, answer: Literal["yes", "no"], note: str, correlation_id: str = "") -> HostFile:
        """The host's answer, also after reminders and escalation; a no needs a note. The reviewer has it again for four business hours.

        The same answer again changes nothing. Raises `NotFound`, `Invalid` (field "note"), `Expired` from day 10 on, and `NotAllowedNow`
        for an application that moved on without the host.
        """
        note = note.strip()

        def decide() -> None:
            loaded, application = self._by_link(application_id, secret)
            same = (application.host_recommendation, application.host_note_hash) == (answer, text_hash(note))
            if same:
                return
            state = self._state(application)
            if state == "over":
                raise Expired("The time to answer is over.", "A coordinator decides now; answer the mail if you have something to add.")
            if state != "open":
                raise NotAllowedNow(
                    "Your answer is here already." if state == "answered" else "This application has moved on without your answer.",
                    "You need to do nothing more.", state=application.status.value, event=ApplicationEvent.RECOMMEND_YES.value,
                )  # fmt: skip
            if answer == "no" and not note:
                raise Invalid("Without a reason we cannot explain it.", "Write one or two sentences.", field="note")
            fired = ApplicationEvent.RECOMMEND_YES if answer == "yes" else ApplicationEvent.RECOMMEND_NO
            status = ApplicationStatus(APPLICATION.fire(application.status, fired, By.HOST).target)
            now, ref = self.clock.now(), _ref(application, "host-note", loaded.version)
            due_at, escalate_at, lapses, due = self._resumed(application, now)
            event = HostRecommended(
                status=status, host_recommendation=answer, host_answered_at=now, host_note_ref=ref, host_note_hash=text_hash(note),
                review_due_at=due_at, escalate_at=escalate_at, claim_lapses_at=lapses,
            )  # fmt: skip
            program = self.catalogue.program(application.program_id)
            call = Call(Actor(role="host", id=program.host_id), correlation_id)
            moved = step(loaded, event, call, now, due=due, done=over(ApplicationStatus.HOST_REVIEW, status))
            self.store.commit(Work(steps=(moved,), texts=(Text(ref, {"text": note}),)))

        decide_again(decide)
        return self.open(application_id, secret)

    def take_back(self, call: Call, application_id: str, reason: str) -> Application:
        """The coordinator waits no longer, with a reason: the review goes on, and the host's link explains it. From day 10 on this is the
        coordinator's decision to do without the host; before, the reviewer of a host that decides too asks it again, or declines.

        Taking back what is taken back changes nothing. Raises `Invalid` (field "reason"), `NotAllowedNow`, `NotFound`.
        """
        reason = reason.strip()

        def decide() -> Application:
            loaded, application = self._read(application_id)
            if application.status is ApplicationStatus.IN_REVIEW and application.taken_back_hash == text_hash(reason):
                return application
            status = ApplicationStatus(APPLICATION.fire(application.status, ApplicationEvent.TAKE_BACK, By.COORDINATOR).target)
            if not reason:
                raise Invalid("The file needs the reason.", "Write why you do not wait for the host.", field="reason")
            now, ref = self.clock.now(), _ref(application, "taken-back", loaded.version)
            due_at, escalate_at, lapses, due = self._resumed(application, now)
            event = HostTakenBack(
                status=status, routed_to_host=False, taken_back_ref=ref, taken_back_hash=text_hash(reason), review_due_at=due_at,
                escalate_at=escalate_at, claim_lapses_at=lapses, host_waived=host_over(application, now),
            )  # fmt: skip
            moved = step(loaded, event, call, now, due=due, done=over(ApplicationStatus.HOST_REVIEW, status))
            self.store.commit(Work(steps=(moved,), texts=(Text(ref, {"text": reason}),)))
            return self._read(application_id)[1]

        return decide_again(decide)

    # --- parts ------------------------------------------------------------------------------------------------------------------------
    def _ask(self, call: Call, loaded: Loaded, application: Application, status: ApplicationStatus, again: str = "") -> None:
        """A new link and five days; what was left of the review clock, when it stands still already, stays what it was."""
        now, policy = self.clock.now(), by_version(application.policy_version)
        ref, why = _ref(application, "host-link", loaded.version), _ref(application, "asked-again", loaded.version)
        paused: dict[str, Any] = {}
        if application.status is ApplicationStatus.HOST_REVIEW:
            clock = self._paused(application, now)
            paused = {"review_due_at": clock.due_at, "escalate_at": clock.escalate_at}
        event = ApplicationRouted(
            status=status, routed_to_host=True, routed_at=now, host_due_at=now + timedelta(days=policy.host_promise_days),
            host_decide_at=now + timedelta(days=policy.host_decide_days), host_link_ref=ref, host_reminders=0, host_escalated_at=None,
            host_waived=False, asked_again_ref=why if again else None, asked_again_hash=text_hash(again) if again else None,
            claim_lapses_at=None, **paused,
        )  # fmt: skip
        due = (Due("host", next_host_step(now, now, policy), "host"),)
        done = tuple(kind for kind in WAITS[application.status] if kind not in ("host", STALE))
        texts = (Text(ref, {"secret": new_secret()}), *((Text(why, {"text": again}),) if again else ()))
        self.store.commit(Work(steps=(step(loaded, event, call, now, due=due, done=done),), texts=texts))

    @staticmethod
    def _paused(application: Application, now: datetime) -> ReviewClock:
        """What the review's promises are if it went on now."""
        assert application.routed_at is not None
        return resumed_clock(application, application.routed_at, now)

    def _resumed(self, application: Application, now: datetime) -> tuple[datetime, datetime, datetime, tuple[Due, ...]]:
        """The review goes on: promise, escalation, the reviewer's claim, and their due rows."""
        clock = self._paused(application, now)
        lapses = claim_lapse(now, by_version(application.policy_version))
        due = (
            Due("review", clock.due_at, "reviewer"),
            Due("escalation", clock.escalate_at, "coordinator"),
            Due("claim", lapses, "reviewer"),
        )
        return clock.due_at, clock.escalate_at, lapses, due

    def _state(self, application: Application) -> State:
        if application.status is ApplicationStatus.HOST_REVIEW:
            return "over" if host_over(application, self.clock.now()) else "open"
        return "answered" if application.host_recommendation is not None else "moved"

    def _by_link(self, application_id: str, secret: str) -> tuple[Loaded, Application]:
        loaded = find(self.store, "APPLICATION", application_id)
        application = application_of(loaded) if loaded else None
        if loaded is None or application is None or not lets_in(secret_at(self.store, application.host_link_ref), secret):
            raise NotFound("There is no such link.", "Open the newest mail and use its link unchanged.")
        return loaded, application

    def _read(self, application_id: str) -> tuple[Loaded, Application]:
        loaded = self.store.load("APPLICATION", application_id)
        return loaded, application_of(loaded)


def _ref(application: Application, what: str, version: int) -> str:
    """Under the trainee's account: erasing the trainee ends the link as well."""
    return f"{application.trainee_id}/application:{application.id}:{what}-{version + 1}"
