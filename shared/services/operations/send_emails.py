"""Mails from events, each claimed before it is sent, so that no replay, repeat or crash sends the host's mail twice
(H13).

A claim that nobody finished means that a worker died between claiming and recording. A trainee's mail is sent again
then (a second receipt is better than none, and it carries the same id); the host's is not: it becomes a coordinator's
due item. A fresh claim means that another delivery of the same event is being served at this moment: this one comes
back later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.accounts.account import AccountStatus
from shared.domain.applications.application import (
    Application,
    ApplicationStatus,
    host_over,
    in_line,
    offer_over,
    reply_over,
)
from shared.domain.core import due_kinds
from shared.domain.core.aggregate import Actor
from shared.domain.core.calendar import local_date, reached, start_of_day
from shared.domain.core.errors import Busy, OutcomeUnknown, RotaError
from shared.domain.core.policy import by_version
from shared.domain.documents.uploads import download_name
from shared.domain.email.email_names import tag_of
from shared.domain.money.fees import quote
from shared.domain.programs.program import Program, ProgramStatus
from shared.domain.reservations import partners
from shared.domain.reservations.reservation import Reservation
from shared.domain.seats.waitlist import WaitlistStatus
from shared.events.envelope import Envelope
from shared.events.reservation import HostMailUncertain
from shared.ports import (
    Attachment,
    BusinessClock,
    Catalogue,
    Contact,
    Due,
    Email,
    FileStore,
    Ids,
    Links,
    Mailer,
    Outbox,
    People,
    Person,
    Store,
    UnitOfWork,
)
from shared.services.accounts.emails import AccountMails
from shared.services.accounts.host_manager_emails import HostAccountMails
from shared.services.applications import email_texts as applied
from shared.services.core.people_records import account_of, document_of
from shared.services.core.secret_links import secret_at
from shared.services.core.transitions import RequestContext, find, retry_on_conflict, transition
from shared.services.documents.cv_links import LINK_DAYS, CvLinks
from shared.services.email.outgoing import OutgoingEmail
from shared.services.email.text import EmailText
from shared.services.programs.host_index import HostIndex
from shared.services.reservations import email_texts as reserved
from shared.services.reservations.preparation import PREPARING, Preparation
from shared.services.search.emails import SearchMails
from shared.services.seats.line import standing_of
from shared.services.waitlist import email_texts

ATTACH_BYTES = 6_000_000
HTML = Callable[[EmailText], str]


@dataclass(frozen=True)
class SendEmails:
    store: Store
    people: People
    catalogue: Catalogue
    links: Links
    outbox: Outbox
    mailer: Mailer
    file_store: FileStore
    clock: BusinessClock
    ids: Ids
    html: HTML
    public_url: str

    def notify(self, event: Envelope) -> None:
        """Sends what the event calls for; nothing to somebody who was erased.

        One mail's failure keeps no other from going out; afterwards it is raised, and the event comes back: `Busy` when
        a mail could not be handed over, `OutcomeUnknown` when the answer was lost.
        """
        composers: dict[str, tuple[Callable[[Envelope], OutgoingEmail | None], ...]] = {
            **AccountMails(self.store, self.people, self.links, self.clock, self.public_url).composers(),
            **HostAccountMails(
                self.store, self.people, self.catalogue, self.links, self.clock, self.public_url
            ).composers(),
            **SearchMails(self.store, self.people, self.catalogue, self.clock, self.public_url).composers(),
            "ApplicationSubmitted.v1": (self._submitted,),
            "InformationRequested.v1": (self._asked,),
            "ReplyReminded.v1": (self._asked,),
            "ApplicationRouted.v1": (self._routed, self._host_asked),
            "HostReminded.v1": (self._host_asked,),
            "HostAskAgain.v1": (self._host_asked,),
            "ApplicationApproved.v1": (self._approved,),
            "ApplicationRejected.v1": (self._rejected,),
            "ApplicationExpired.v1": (self._expired,),
            "ApplicationClosed.v1": (self._expired,),
            "ApplicationWithdrawn.v1": (self._withdrawn,),
            "WaitlistJoined.v1": (self._waitlist_joined,),
            "WaitlistOffered.v1": (self._waitlist_offered,),
            "WaitlistEnded.v1": (self._waitlist_ended,),
            "ReservationConfirmed.v1": (self._reserved, self._reserved_for_host),
            "HostMailAgain.v1": (self._reserved_for_host,),
            "CoachMatched.v1": (self._coach, self._trainee_for_coach),
            "RefundDue.v1": (self._refund_due,),
            "ReservationRefunded.v1": (self._refunded,),
            "SecondPaymentRefunded.v1": (self._second_refunded,),
            "PreparationReminded.v1": (self._prepare,),
            "PartnerSuggested.v1": (self._partner,),
        }
        if self._erased(event):
            return
        failures: list[RotaError] = []
        for compose in composers[event.type]:
            try:
                self._send_once(event, compose(event))
            except RotaError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    # --- sending ------------------------------------------------------------------------------------------------------
    def _send_once(self, event: Envelope, mail: OutgoingEmail | None) -> None:
        if mail is None:
            return
        mail_id = f"{event.id}:{mail.kind}"
        claim = self.outbox.claim(mail_id, self.ids.new(), self.clock.now())
        if claim == "sent":
            return
        if claim == "pending":
            raise Busy("This mail is being sent at this moment.", "The event is looked at again.")
        if claim == "unknown" and mail.once:
            self._surface(event, mail_id)
            return
        try:
            provider_id = self.mailer.send(self._message(mail, mail_id))
        except OutcomeUnknown:
            if not mail.once:
                raise
            self._surface(event, mail_id)
        except Busy:
            self.outbox.unclaim(mail_id)
            raise
        else:
            self.outbox.sent(mail_id, provider_id)

    def _message(self, mail: OutgoingEmail, mail_id: str) -> Email:
        domain = self.public_url.split("//")[-1].split(":")[0]
        message_id = f"<{hashlib.sha256(mail_id.encode()).hexdigest()[:32]}@{domain}>"
        return Email(
            mail.to,
            mail.letter.subject,
            mail.letter.text(),
            self.html(mail.letter),
            message_id,
            mail.attachments,
            tag_of(mail_id),
        )

    def _surface(self, event: Envelope, mail_id: str) -> None:
        """A coordinator asks the host whether the mail came, instead of us sending a second one."""
        retry_on_conflict(lambda: self._note(event, mail_id))

    def _note(self, event: Envelope, mail_id: str) -> None:
        loaded = self.store.load("RESERVATION", event.subject.id)
        if loaded.state.get("uncertain_mail") == mail_id:
            return
        call = RequestContext(Actor(role="system", id="notifications"), event.correlation_id, event.id)
        now = self.clock.now()
        noted = HostMailUncertain(
            status=loaded.state["status"], uncertain_mail=mail_id, mail_trouble="unknown", mail_trouble_at=now
        )
        self.store.commit(
            UnitOfWork(
                transitions=(transition(loaded, noted, call, now, due=(Due(due_kinds.MAIL, now, "coordinator"),)),)
            )
        )

    def _erased(self, event: Envelope) -> bool:
        """Whether nobody is left to write to. The account says so before the first personal item goes."""
        owner = event.subject.id
        if event.subject.kind != "ACCOUNT":
            owner = str(self.store.load(event.subject.kind, event.subject.id).state["trainee_id"])  # type: ignore[arg-type]
        return account_of(self.store.load("ACCOUNT", owner)).status is AccountStatus.ERASED

    # --- composing ----------------------------------------------------------------------------------------------------
    def _application(self, event: Envelope) -> tuple[Person, Application, Program]:
        application = Application.model_validate(self.store.load("APPLICATION", event.subject.id).state)
        return self.people.person(application.trainee_id), application, self.catalogue.program(application.program_id)

    def _submitted(self, event: Envelope) -> OutgoingEmail:
        person, application, program = self._application(event)
        policy = by_version(application.policy_version)
        return OutgoingEmail(
            "received",
            person.email,
            applied.application_received(person, application, program, policy, self.public_url),
        )

    def _asked(self, event: Envelope) -> OutgoingEmail | None:
        """The question and its reminder; nothing once it is answered, over, or another one was asked since."""
        person, application, program = self._application(event)
        ref = application.question_ref
        asks_it = event.type != "InformationRequested.v1" or event.data["question_ref"] == ref
        if (
            application.status is not ApplicationStatus.NEEDS_INFO
            or reply_over(application, self.clock.now())
            or not ref
            or not asks_it
        ):
            return None
        question, again = str((self.store.text(ref) or {}).get("text", "")), event.type == "ReplyReminded.v1"
        letter = applied.information_requested(person, application, program, question, self.public_url, again)
        return OutgoingEmail("reminder" if again else "question", person.email, letter)

    def _routed(self, event: Envelope) -> OutgoingEmail | None:
        person, application, program = self._application(event)
        if application.status is not ApplicationStatus.HOST_REVIEW:
            return None
        policy = by_version(application.policy_version)
        return OutgoingEmail(
            "with-host",
            person.email,
            applied.with_the_host(person, application, program, policy, self.public_url),
        )

    def _host_asked(self, event: Envelope) -> OutgoingEmail | None:
        """With the CV, which the host may see from here on; nothing once it answered, or nobody waits for it any
        more."""
        person, application, program = self._application(event)
        secret = secret_at(self.store, application.host_link_ref)
        if (
            application.status is not ApplicationStatus.HOST_REVIEW
            or host_over(application, self.clock.now())
            or not secret
        ):
            return None
        contact = self._contact(program)
        link = f"{self.public_url}/applications/{application.id}/recommend/{secret}"
        reminder = int(event.data["host_reminders"])
        attachments, cv = self._cv(event, application, person)
        desk = f"{self.public_url}/workspace" if HostIndex(self.store, self.catalogue).signs_in(program.host_id) else ""
        letter = applied.recommendation_wanted(contact, person, application, program, link, reminder, cv, desk)
        return OutgoingEmail("host-asked", contact.email, letter, attachments)

    def _contact(self, program: Program) -> Contact:
        contact = self.people.contact(program.host_id)
        if contact is None:
            raise Busy(f"Host {program.host_id} has no contact.", "Enter one; the mail is tried again.")
        return contact

    def _approved(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing once the offer has ended one way or the other: a replay sends nobody to a page that says no."""
        person, application, program = self._application(event)
        if (
            application.status is not ApplicationStatus.APPROVED
            or application.start is None
            or offer_over(application, self.clock.now())
        ):
            return None
        today, policy = local_date(self.clock.now(), program.place.zone), by_version(application.policy_version)
        plan = quote(program, application.start, application.weeks, today, policy, application.total_cents)
        return OutgoingEmail(
            "approved",
            person.email,
            applied.application_approved(person, application, program, plan, self.public_url),
        )

    def _rejected(self, event: Envelope) -> OutgoingEmail:
        person, application, program = self._application(event)
        reason = (self.store.text(application.decision_reason_ref) if application.decision_reason_ref else None) or {}
        programs = self.catalogue.programs(application.alternatives) if application.alternatives else {}
        others = [
            programs[id]
            for id in application.alternatives
            if id in programs and programs[id].status is ProgramStatus.LIVE
        ]
        letter = applied.application_rejected(person, program, str(reason.get("text", "")), self.public_url, others)
        return OutgoingEmail("rejected", person.email, letter)

    def _expired(self, event: Envelope) -> OutgoingEmail:
        person, application, program = self._application(event)
        return OutgoingEmail(
            "expired",
            person.email,
            applied.application_expired(person, application, program, self.public_url),
        )

    def _withdrawn(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing to who withdrew it themselves."""
        instead = find(self.store, "RESERVATION", event.data.get("reserved_instead"))
        if instead is None:
            return None
        person, application, program = self._application(event)
        kept = Reservation.model_validate(instead.state)
        other = self.catalogue.program(kept.program_id)
        letter = reserved.application_withdrawn(person, application, program, kept, other, self.public_url)
        return OutgoingEmail("withdrawn", person.email, letter)

    def _waitlist_joined(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing once the place is gone: what came of it is said by its own mail."""
        person, application, program = self._application(event)
        place = standing_of(self.store, application).place
        if not in_line(application) or application.waitlist_joins != event.data["waitlist_joins"] or not place:
            return None
        policy = by_version(application.policy_version)
        letter = email_texts.joined(person, application, program, place, policy, self.public_url)
        return OutgoingEmail("waitlist-joined", person.email, letter)

    def _waitlist_offered(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing once that seat is paid, given back or over."""
        person, application, program = self._application(event)
        same = application.live_reservation_id == event.data["live_reservation_id"]
        until = application.waitlist_until if same and application.waitlist is WaitlistStatus.OFFERED else None
        if until is None or reached(until, self.clock.now()):
            return None
        return OutgoingEmail(
            "waitlist-offered", person.email, email_texts.seat_held(person, application, program, self.public_url)
        )

    def _waitlist_ended(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing to who left, or waits again; nor once the offer itself is over, which has its own mail."""
        person, application, program = self._application(event)
        lapsed = event.data["waitlist"] == WaitlistStatus.LAPSED and application.waitlist is WaitlistStatus.LAPSED
        if (
            not lapsed
            or application.status is not ApplicationStatus.APPROVED
            or offer_over(application, self.clock.now())
        ):
            return None
        letter = email_texts.ended(person, application, program, self.clock.now(), self.public_url)
        return OutgoingEmail("waitlist-ended", person.email, letter)

    def _reservation(self, event: Envelope) -> tuple[Person, Reservation, Program]:
        reservation = Reservation.model_validate(self.store.load("RESERVATION", event.subject.id).state)
        return self.people.person(reservation.trainee_id), reservation, self.catalogue.program(reservation.program_id)

    def _reserved(self, event: Envelope) -> OutgoingEmail:
        person, reservation, program = self._reservation(event)
        policy = by_version(reservation.policy_version)
        return OutgoingEmail(
            "reserved",
            person.email,
            reserved.seat_reserved(person, reservation, program, policy, self.public_url),
        )

    def _coach(self, event: Envelope) -> OutgoingEmail | None:
        person, reservation, program = self._reservation(event)
        coach = self._coach_of(reservation)
        if coach is None:
            return None
        return OutgoingEmail(
            "coach", person.email, reserved.coach_matched(person, coach, reservation, program, self.public_url)
        )

    def _trainee_for_coach(self, event: Envelope) -> OutgoingEmail | None:
        person, reservation, program = self._reservation(event)
        coach = self._coach_of(reservation)
        if coach is None:
            return None
        return OutgoingEmail(
            "for-coach",
            coach.email,
            reserved.trainee_for_coach(coach, person, reservation, program, self.public_url),
        )

    def _coach_of(self, reservation: Reservation) -> Person | None:
        """None before one is matched, and once the coach has left and was erased."""
        return self.people.persons([reservation.coach_id]).get(reservation.coach_id) if reservation.coach_id else None

    def _reserved_for_host(self, event: Envelope) -> OutgoingEmail:
        person, reservation, program = self._reservation(event)
        contact = self._contact(program)
        application = Application.model_validate(self.store.load("APPLICATION", reservation.application_id).state)
        attachments, link = self._cv(event, application, person)
        facts = self.people.facts(person.account_id)
        letter = reserved.host_reserved(contact, person, facts, application, reservation, program, link, LINK_DAYS)
        return OutgoingEmail("host", contact.email, letter, attachments, once=True)

    def _cv(self, event: Envelope, application: Application, person: Person) -> tuple[tuple[Attachment, ...], str]:
        """The CV as an attachment, or as an address of ours above 6 MB (a mail is limited to 10 MB after encoding).

        Raises `Busy` when it is not there or not the one that was applied with: the host never gets another file than
        the reviewer saw.
        """
        document = document_of(self.store.load("DOCUMENT", application.cv_document_id or ""))
        name = download_name(document.kind, document.number, document.content_type, person.name)
        stored = self.file_store.read(document.key)
        if stored is None:
            raise Busy("The CV cannot be read.", "The mail is tried again.")
        if hashlib.sha256(stored.content).hexdigest() != application.cv_sha256:
            raise Busy("The CV is not the one that was applied with.", "A person must look at this case.")
        if len(stored.content) > ATTACH_BYTES:
            made = CvLinks(
                store=self.store,
                people=self.people,
                file_store=self.file_store,
                clock=self.clock,
                public_url=self.public_url,
            ).make(event.subject.kind, event.subject.id, event.seq, person.account_id, document.id)
            return (), made
        return (Attachment(name, document.content_type, stored.content),), ""

    def _refund_due(self, event: Envelope) -> OutgoingEmail:
        person, reservation, program = self._reservation(event)
        return OutgoingEmail(
            "refund-due", person.email, reserved.refund_due(person, reservation, program, self.public_url)
        )

    def _refunded(self, event: Envelope) -> OutgoingEmail:
        person, reservation, program = self._reservation(event)
        return OutgoingEmail("refunded", person.email, reserved.refunded(person, reservation, program, self.public_url))

    def _second_refunded(self, event: Envelope) -> OutgoingEmail:
        """What the event says: by now there may have been a third."""
        person, reservation, program = self._reservation(event)
        cents, refund_id = int(event.data["second_refund_cents"]), str(event.data["second_refund_id"])
        coach = self._coach_of(reservation)
        letter = reserved.second_payment_refunded(
            person, reservation, program, cents, refund_id, coach, self.public_url
        )
        return OutgoingEmail("second-refunded", person.email, letter)

    def _prepare(self, event: Envelope) -> OutgoingEmail | None:
        """H20: what is open by now; nothing when all is done, or the rotation is called off or has begun."""
        person, reservation, program = self._reservation(event)
        listed = Preparation(store=self.store, catalogue=self.catalogue, clock=self.clock).tasks(reservation, program)
        still = tuple(task for task in listed if task.done_at is None)
        begun = reached(start_of_day(reservation.start, program.place.zone), self.clock.now())
        if not still or begun or reservation.status not in PREPARING:
            return None
        letter = reserved.preparation(person, reservation, program, still, self._coach_of(reservation), self.public_url)
        return OutgoingEmail("prepare", person.email, letter)

    def _partner(self, event: Envelope) -> OutgoingEmail | None:
        """T31: the partner of this event; nothing once the coach is gone, or the partner left the directory."""
        person, reservation, program = self._reservation(event)
        partner, coach = partners.find(str(event.data["suggestions"][-1]["partner_id"])), self._coach_of(reservation)
        if partner is None or coach is None or reservation.status not in PREPARING:
            return None
        return OutgoingEmail(
            "partner",
            person.email,
            reserved.partner_suggested(person, coach, partner, reservation, program, self.public_url),
        )
