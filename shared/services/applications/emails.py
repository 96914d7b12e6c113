"""The emails about an application: to its trainee, and to the host that is asked."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.applications.application import Application, host_over, offer_over, reply_over
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.core.calendar import local_date
from shared.domain.core.policy import by_version
from shared.domain.core.text_ref import TextRef
from shared.domain.money.fees import quote
from shared.domain.programs.program import Program, ProgramStatus
from shared.events.application import (
    ApplicationApproved,
    ApplicationClosed,
    ApplicationExpired,
    ApplicationRejected,
    ApplicationRouted,
    ApplicationSubmitted,
    HostAskAgain,
    HostReminded,
    InformationRequested,
    ReplyReminded,
)
from shared.events.envelope import Envelope
from shared.ports import BusinessClock, Catalogue, People, Person, Store
from shared.services.applications import email_texts
from shared.services.applications.cv_links import CvLinks
from shared.services.core.records import application_of, kept_words
from shared.services.core.secret_links import secret_at
from shared.services.email.outgoing import OutgoingEmail, host_contact, to_host, to_person
from shared.services.email.rule import EmailRule
from shared.services.programs.host_index import HostIndex

Case = tuple[Person, Application, Program]


def case_of(store: Store, people: People, catalogue: Catalogue, event: Envelope) -> Case:
    """Whose application the event is about, the application as it is now, and its program."""
    application = application_of(store.load("APPLICATION", event.subject.id))
    return people.person(application.trainee_id), application, catalogue.program(application.program_id)


def trainee_of(store: Store, event: Envelope) -> tuple[str, ...]:
    """Whom the emails of an application or a reservation are about."""
    return (str(store.load(event.subject.kind, event.subject.id).state["trainee_id"]),)


@dataclass(frozen=True, kw_only=True)
class ApplicationEmails:
    store: Store
    people: People
    catalogue: Catalogue
    clock: BusinessClock
    cv_links: CvLinks
    host_index: HostIndex
    public_url: str

    def about(self, event: Envelope) -> tuple[str, ...]:
        return trainee_of(self.store, event)

    def submitted(self, event: Envelope) -> OutgoingEmail:
        person, application, program = self._case(event)
        policy = by_version(application.policy_version)
        text = email_texts.application_received(person, application, program, policy, self.public_url)
        return OutgoingEmail(to_person(person), text)

    def information_requested(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing once it is answered, over, or another question was asked since."""
        return self._question(event, str(event.data["question"]["text"]["ref"]))

    def reply_reminded(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing once it is answered or over."""
        return self._question(event)

    def routed(self, event: Envelope) -> OutgoingEmail | None:
        person, application, program = self._case(event)
        if application.status is not ApplicationStatus.HOST_REVIEW:
            return None
        policy = by_version(application.policy_version)
        text = email_texts.with_the_host(person, application, program, policy, self.public_url)
        return OutgoingEmail(to_person(person), text)

    def host_asked(self, event: Envelope) -> OutgoingEmail | None:
        """With the CV, which the host may see from here on; nothing once it answered, or nobody waits for it any
        more."""
        person, application, program = self._case(event)
        secret = secret_at(self.store, application.host.link_ref) if application.host else None
        if (
            application.status is not ApplicationStatus.HOST_REVIEW
            or host_over(application, self.clock.now())
            or not secret
        ):
            return None
        contact = host_contact(self.people, program)
        link = f"{self.public_url}/applications/{application.id}/recommend/{secret}"
        attachments, cv = self.cv_links.for_email(event, application, person)
        desk = f"{self.public_url}/workspace" if self.host_index.signs_in(program.host_id) else ""
        text = email_texts.recommendation_wanted(
            contact, person, application, program, link, int(event.data["host"]["reminders"]), cv, desk
        )
        return OutgoingEmail(to_host(contact), text, attachments)

    def approved(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing once the offer has ended one way or the other: a replay sends nobody to a page that says no."""
        person, application, program = self._case(event)
        if (
            application.status is not ApplicationStatus.APPROVED
            or application.start is None
            or application.submitted is None
            or offer_over(application, self.clock.now())
        ):
            return None
        today, policy = local_date(self.clock.now(), program.place.zone), by_version(application.policy_version)
        plan = quote(program, application.start, application.weeks, today, policy, application.submitted.total_cents)
        text = email_texts.application_approved(person, application, program, plan, self.public_url)
        return OutgoingEmail(to_person(person), text)

    def rejected(self, event: Envelope) -> OutgoingEmail:
        person, application, program = self._case(event)
        rejection = application.rejection
        reason, wanted = (self._text(rejection.reason), rejection.alternatives) if rejection else ("", ())
        programs = self.catalogue.programs(wanted) if wanted else {}
        others = [programs[id] for id in wanted if id in programs and programs[id].status is ProgramStatus.LIVE]
        text = email_texts.application_rejected(person, program, reason, self.public_url, others)
        return OutgoingEmail(to_person(person), text)

    def expired(self, event: Envelope) -> OutgoingEmail:
        person, application, program = self._case(event)
        text = email_texts.application_expired(person, application, program, self.public_url)
        return OutgoingEmail(to_person(person), text)

    # --- parts --------------------------------------------------------------------------------------------------------
    def _case(self, event: Envelope) -> Case:
        return case_of(self.store, self.people, self.catalogue, event)

    def _text(self, at: TextRef) -> str:
        """Empty once erased."""
        return kept_words(self.store, at) or ""

    def _question(self, event: Envelope, asked: str = "") -> OutgoingEmail | None:
        """The question of this event, or for a reminder the one that is open."""
        person, application, program = self._case(event)
        waits = application.status is ApplicationStatus.NEEDS_INFO and not reply_over(application, self.clock.now())
        open_one = application.question
        if not waits or open_one is None or asked not in ("", open_one.text.ref):
            return None
        question = self._text(open_one.text)
        text = email_texts.information_requested(person, application, program, question, self.public_url, not asked)
        return OutgoingEmail(to_person(person), text)


EMAILS = (
    EmailRule(ApplicationSubmitted, "received", ApplicationEmails, ApplicationEmails.submitted),
    EmailRule(InformationRequested, "question", ApplicationEmails, ApplicationEmails.information_requested),
    EmailRule(ReplyReminded, "reminder", ApplicationEmails, ApplicationEmails.reply_reminded),
    EmailRule(ApplicationRouted, "with-host", ApplicationEmails, ApplicationEmails.routed),
    EmailRule(ApplicationRouted, "host-asked", ApplicationEmails, ApplicationEmails.host_asked),
    EmailRule(HostReminded, "host-asked", ApplicationEmails, ApplicationEmails.host_asked),
    EmailRule(HostAskAgain, "host-asked", ApplicationEmails, ApplicationEmails.host_asked),
    EmailRule(ApplicationApproved, "approved", ApplicationEmails, ApplicationEmails.approved),
    EmailRule(ApplicationRejected, "rejected", ApplicationEmails, ApplicationEmails.rejected),
    EmailRule(ApplicationExpired, "expired", ApplicationEmails, ApplicationEmails.expired),
    EmailRule(ApplicationClosed, "expired", ApplicationEmails, ApplicationEmails.expired),
)
