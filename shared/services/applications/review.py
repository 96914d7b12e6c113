"""A reviewer decides (H11, H12, T17, T18): claim, approve with every guideline's result, or reject with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.applications.application import (
    APPLICATION,
    Application,
    ApplicationEvent,
    ApplicationStatus,
    GuidelineOutcome,
    Override,
    offer_expiry,
)
from shared.domain.applications.clocks import as_of
from shared.domain.applications.due_kinds import OFFER
from shared.domain.applications.guards import can_approve
from shared.domain.core.calendar import local_date
from shared.domain.core.errors import Invalid, NotAllowedNow, NotFound
from shared.domain.core.machine import Actor
from shared.domain.core.policy import by_version
from shared.domain.core.self_decision import forbid_self_decision
from shared.domain.documents.checklist import with_documents
from shared.domain.programs.guidelines import GuidelineResult, GuidelineVerdict, check
from shared.domain.programs.program import Program
from shared.domain.trainees.trainee import StepResult, TraineeFacts
from shared.events.application import ApplicationApproved, ApplicationClaimed, ApplicationRejected
from shared.ports import BusinessClock, Catalogue, Due, People, Store, Stored, UnitOfWork
from shared.services.applications.review_clock import claim_due_row, claim_expiry
from shared.services.applications.submission import WAITS, releases_of
from shared.services.applications.trainee_documents import documents_of
from shared.services.core.kept_texts import kept_text
from shared.services.core.records import application_of, text_ref
from shared.services.core.transitions import RequestContext, retry_on_conflict, state_after, transition
from shared.services.search.alternatives import Alternatives, Found

REJECT_CODES: Mapping[str, str] = {
    "guideline_not_met": "A guideline of the host is not met",
    "documents_unclear": "The documents leave questions open",
    "not_a_fit": "Your experience does not fit this rotation",
    "start_not_possible": "This start is not possible any more",
    "other": "Another reason",
}
"""Why an application was not accepted, in the words that the trainee reads; the reviewer's own text stands beside
it."""


@dataclass(frozen=True)
class Overriding:
    """H12: the reviewer accepts in spite of the guideline `code`, because of `reason`."""

    code: str
    reason: str


def guideline_results(
    program: Program, facts: TraineeFacts, application: Application, today_at_site: datetime
) -> list[GuidelineResult]:
    """H12: every guideline for this application. Both the rules and the days of notice are those of the day on which
    it was submitted: what a host asks of trainees from tomorrow on is no promise broken today."""
    assert application.start is not None  # submitted, so it has one
    seen_on = application.submitted_at or today_at_site
    rules = application.guidelines or program.guidelines
    return check(rules, facts, application.start, application.weeks, local_date(seen_on, program.place.zone))


@dataclass(frozen=True, kw_only=True)
class Review:
    store: Store
    people: People
    catalogue: Catalogue
    clock: BusinessClock
    alternatives: Alternatives

    def claim(self, call: RequestContext, application_id: str) -> Application:
        """The reviewer takes it for 4 business hours. Claiming what one has changes nothing; a colleague's is
        `NotAllowedNow`, one's own `WrongRole`."""

        def decide() -> Application:
            loaded, application = self.sent(call, application_id)
            if self._mine(application, call):
                return application
            if application.status is ApplicationStatus.IN_REVIEW:
                raise self._taken(application, ApplicationEvent.CLAIM)
            status = _fire(application, ApplicationEvent.CLAIM)
            now = self.clock.now()
            lapses = claim_expiry(application, now)
            event = ApplicationClaimed(status=status, claimed_by=call.actor.id, claim_lapses_at=lapses)
            moved = transition(loaded, event, call, now, due=(claim_due_row(lapses),))
            self.store.commit(UnitOfWork(transitions=(moved,)))
            return Application.model_validate(state_after(moved))

        return retry_on_conflict(decide)

    def approve(
        self,
        call: RequestContext,
        application_id: str,
        overrides: Sequence[Overriding] = (),
        step1_verified: bool = False,
    ) -> Application:
        """Approves and opens the offer (7 days, or 72 hours for a start less than 60 days away). Only the reviewer who
        claimed it.

        `step1_verified` says that the reviewer saw the trainee's Step 1 score report; the profile keeps it. Approving
        again what this reviewer approved changes nothing. Raises `GuidelineFailed`, `NotEligible`, `Invalid` or
        `NotAllowedNow`.
        """
        return retry_on_conflict(lambda: self._approve(call, application_id, overrides, step1_verified))

    def reject(self, call: RequestContext, application_id: str, code: str, reason: str) -> Application:
        """Ends it with a code of `REJECT_CODES` and the reviewer's words, which the trainee reads, and with three
        alternatives.

        Raises `Invalid`, `NotAllowedNow`; never because no alternative could be found.
        """

        def decide() -> Application:
            loaded, application = self.sent(call, application_id)
            if application.status is ApplicationStatus.REJECTED and application.decided_by == call.actor.id:
                return application
            status = self.deciding(application, call, ApplicationEvent.REJECT)
            if code not in REJECT_CODES:
                raise Invalid(
                    "This is not one of the reasons.", f"Choose one of {', '.join(REJECT_CODES)}.", field="code"
                )
            if not reason.strip():
                raise Invalid("The trainee needs to know why.", "Write one or two sentences.", field="reason")
            now, others = self.clock.now(), self._alternatives(application)
            kept = kept_text(text_ref(application, "rejection"), reason.strip())
            event = ApplicationRejected(
                status=status,
                decided_by=call.actor.id,
                decided_at=now,
                decision_code=code,
                decision_reason_ref=kept.ref,
                decision_reason_hash=kept.hash,
                alternatives=others.ids,
                alternatives_searched=others.searched,
            )
            moved = transition(loaded, event, call, now, done=WAITS[ApplicationStatus.IN_REVIEW])
            self.store.commit(
                UnitOfWork(
                    transitions=(moved,),
                    released_keys=releases_of(application),
                    records=(kept.record,),
                )
            )
            return Application.model_validate(state_after(moved))

        return retry_on_conflict(decide)

    def sent(self, call: RequestContext, application_id: str) -> tuple[Stored, Application]:
        """The application as stored and as it is now. Staff see what was submitted; a draft is the trainee's own
        business and does not exist for them. Nobody reviews their own."""
        loaded = self.store.load("APPLICATION", application_id)
        application = as_of(application_of(loaded), self.clock.now())
        forbid_self_decision(call.actor, application.trainee_id)
        if application.submitted_at is None:
            raise NotFound(
                f"There is no application {application_id}.", "Check the address, or start again from the queue."
            )
        return loaded, application

    def deciding(self, application: Application, call: RequestContext, event: ApplicationEvent) -> ApplicationStatus:
        """The state a decision leads to. Raises `NotAllowedNow` for one that waits to be claimed, or that a colleague
        has."""
        if application.status is ApplicationStatus.SUBMITTED:
            raise NotAllowedNow(
                "Nobody has taken this application yet.",
                "Take it first, then decide.",
                state=application.status.value,
                event=event.value,
            )
        status = _fire(application, event)
        if not self._mine(application, call):
            raise self._taken(application, event)
        return status

    def facts(self, application: Application) -> TraineeFacts:
        """What rules may know of the applicant: the profile and which documents are stored. Raises `NotFound` when both
        are erased."""
        return self._with_documents(application, self._profile(application))

    # --- parts --------------------------------------------------------------------------------------------------------
    def _profile(self, application: Application) -> TraineeFacts:
        facts = self.people.facts(application.trainee_id)
        if facts is None:
            raise NotFound(
                "The applicant's profile is gone.", "They may have asked to be erased; reject the application."
            )
        return facts

    def _with_documents(self, application: Application, profile: TraineeFacts) -> TraineeFacts:
        return with_documents(profile, documents_of(self.store, application.trainee_id))

    def _alternatives(self, application: Application) -> Found:
        facts = self.people.facts(application.trainee_id)
        return self.alternatives.find(application, self.catalogue.program(application.program_id), facts)

    def _approve(
        self, call: RequestContext, application_id: str, overrides: Sequence[Overriding], step1_verified: bool
    ) -> Application:
        loaded, application = self.sent(call, application_id)
        if application.status is ApplicationStatus.APPROVED and application.decided_by == call.actor.id:
            return application
        status = self.deciding(application, call, ApplicationEvent.APPROVE)
        program, policy, now = (
            self.catalogue.program(application.program_id),
            by_version(application.policy_version),
            self.clock.now(),
        )
        profile = self._profile(application)
        facts = self._with_documents(application, profile)
        if step1_verified:
            facts = _with_step1(facts)
        results = guideline_results(program, facts, application, now)
        _require_sensible(overrides, results)
        today = local_date(now, program.place.zone)
        can_approve(application, program, facts, results, [one.code for one in overrides], today, policy)
        assert application.start is not None
        expires = offer_expiry(now, application.start, policy, program.place.zone)
        texts = [kept_text(text_ref(application, f"override:{one.code}"), one.reason.strip()) for one in overrides]
        event = ApplicationApproved(
            status=status,
            guideline_results=tuple(GuidelineOutcome(code=one.code, verdict=one.verdict) for one in results),
            overrides=tuple(
                Override(code=one.code, reason_ref=text.ref, reason_hash=text.hash)
                for one, text in zip(overrides, texts, strict=True)
            ),
            step1_checked=step1_verified,
            decided_by=call.actor.id,
            decided_at=now,
            offer_expires_at=expires,
        )
        if step1_verified and not profile.step1_verified:
            # Before the commit: a crash in between leaves a true statement behind, never an approval without its
            # ground.
            self.people.save_facts(application.trainee_id, _with_step1(profile))
        due = (Due(OFFER, expires, "trainee"),)
        moved = transition(loaded, event, call, now, due=due, done=WAITS[ApplicationStatus.IN_REVIEW])
        self.store.commit(UnitOfWork(transitions=(moved,), records=tuple(text.record for text in texts)))
        return Application.model_validate(state_after(moved))

    @staticmethod
    def _mine(application: Application, call: RequestContext) -> bool:
        return application.status is ApplicationStatus.IN_REVIEW and application.claimed_by == call.actor.id

    @staticmethod
    def _taken(application: Application, event: ApplicationEvent) -> NotAllowedNow:
        return NotAllowedNow(
            "Another reviewer has taken this application.",
            "It comes back to the queue when they decide or when their time is up.",
            state=application.status.value,
            event=event.value,
        )


def _fire(application: Application, event: ApplicationEvent) -> ApplicationStatus:
    return ApplicationStatus(APPLICATION.fire(application.status, event, Actor.REVIEWER).target)


def _with_step1(facts: TraineeFacts) -> TraineeFacts:
    """Raises `Invalid` when the profile does not even say that Step 1 was passed: there is nothing to verify."""
    if facts.step1 is not StepResult.PASSED:
        raise Invalid(
            "The profile does not say that Step 1 was passed.",
            "Ask the trainee to correct the profile first.",
            field="step1_verified",
        )
    return facts.model_copy(update={"step1_verified": True})


def _require_sensible(overrides: Sequence[Overriding], results: Sequence[GuidelineResult]) -> None:
    """An override names a guideline that is not met, once, with a reason. Raises `Invalid` (field "overrides")."""
    unmet = {one.code for one in results if one.verdict is not GuidelineVerdict.MET}
    codes = [one.code for one in overrides]
    if len(codes) != len(set(codes)) or not set(codes) <= unmet:
        raise Invalid(
            "An override names something that is not an open guideline.",
            "Override only what is not met, each once.",
            field="overrides",
        )
    if any(not one.reason.strip() for one in overrides):
        raise Invalid(
            "An override needs a reason.", "Write why you accept in spite of this guideline.", field="overrides"
        )
