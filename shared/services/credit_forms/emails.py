"""The emails about a credit form: to the trainee, the host, the school, and the staff who owe the next step. No request
and no reminder goes out once the form was answered, taken back or is void."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.accounts.account import AccountStatus
from shared.domain.credit_forms.clocks import comes_first
from shared.domain.credit_forms.form import CreditForm, Outcome, Round
from shared.domain.credit_forms.machine import AT_SCHOOL, FormStatus
from shared.domain.programs import specialties
from shared.domain.programs.program import Program
from shared.events.credit_form import (
    CreditFormAsked,
    CreditFormBreached,
    CreditFormClosed,
    CreditFormCorrectionAsked,
    CreditFormDeclined,
    CreditFormEscalated,
    CreditFormForwarded,
    CreditFormLateNoted,
    CreditFormMissingReminded,
    CreditFormPassedOn,
    CreditFormReceived,
    CreditFormReminded,
    CreditFormRequested,
    CreditFormSent,
    CreditFormSigned,
    CreditFormVoided,
    CreditFormWithdrawn,
)
from shared.events.envelope import Envelope
from shared.ports import Attachment, BusinessClock, Catalogue, FileStore, HostContact, People, Person, Store
from shared.services.core.people_records import account_of
from shared.services.credit_forms import email_texts
from shared.services.credit_forms.links import link_path
from shared.services.credit_forms.records import form_of, words_of
from shared.services.email.outgoing import OutgoingEmail, Recipient, to_person
from shared.services.email.rule import EmailRule
from shared.services.email.text import EmailText

MOST_ATTACHED = 6_000_000
"""Bytes: above that the school gets the link alone."""
SCHOOL = "SCHOOL"


@dataclass(frozen=True)
class CreditFormEmails:
    store: Store
    people: People
    catalogue: Catalogue
    clock: BusinessClock
    file_store: FileStore
    public_url: str

    def about(self, event: Envelope) -> tuple[str, ...]:
        return (str(self.store.load("CREDIT_FORM", event.subject.id).state["trainee_id"]),)

    # --- to the trainee -----------------------------------------------------------------------------------------------
    def requested(self, event: Envelope) -> OutgoingEmail | None:
        form, program, trainee = self._read(event)
        if form.status is not FormStatus.REQUESTED:
            return None
        return self._trainee(
            trainee, program, email_texts.requested(trainee.name, form, program, self.public_url, trainee.zone)
        )

    def asked(self, event: Envelope) -> OutgoingEmail | None:
        """The question of this event, or for a reminder the one that is open."""
        form, program, trainee = self._read(event)
        if form.status is not FormStatus.INCOMPLETE or event.data.get("ask_ref", form.ask_ref) != form.ask_ref:
            return None
        words = str(words_of(self.store, form.ask_ref).get("text", ""))
        again = event.type == CreditFormMissingReminded.TYPE
        text = email_texts.missing(trainee.name, form, program, self.public_url, words, again)
        return self._trainee(trainee, program, text)

    def with_host(self, event: Envelope) -> OutgoingEmail | None:
        form, program, trainee = self._read(event)
        if not self._still_open(form, event):
            return None
        first = comes_first(form, form.round.due_at)
        text = email_texts.with_host(trainee.name, form, program, self.public_url, trainee.zone, first)
        return self._trainee(trainee, program, text)

    def late(self, event: Envelope) -> OutgoingEmail | None:
        form, program, trainee = self._read(event)
        if not self._still_open(form, event):
            return None
        text = email_texts.late(trainee.name, form, program, self.public_url, trainee.zone)
        return self._trainee(trainee, program, text)

    def signed(self, event: Envelope) -> OutgoingEmail:
        form, program, trainee = self._read(event)
        return self._trainee(trainee, program, email_texts.signed(trainee.name, form, program, self.public_url))

    def declined(self, event: Envelope) -> OutgoingEmail:
        """Without the host's words (C49)."""
        form, program, trainee = self._read(event)
        return self._trainee(trainee, program, email_texts.declined(trainee.name, form, program, self.public_url))

    def closed(self, event: Envelope) -> OutgoingEmail:
        form, program, trainee = self._read(event)
        return self._trainee(trainee, program, email_texts.closed(trainee.name, form, program, self.public_url))

    def ended_missing(self, event: Envelope) -> OutgoingEmail | None:
        """To who did not answer; nothing to who took it back themselves."""
        form, program, trainee = self._read(event)
        if event.data["end_code"] != "missing":
            return None
        return self._trainee(trainee, program, email_texts.ended_missing(trainee.name, form, program, self.public_url))

    def forwarded(self, event: Envelope) -> OutgoingEmail:
        form, program, trainee = self._read(event)
        text = email_texts.forwarded(trainee.name, form, program, self.public_url, form.signed.n > 1)
        return self._trainee(trainee, program, text)

    def received(self, event: Envelope) -> OutgoingEmail:
        form, program, trainee = self._read(event)
        return self._trainee(trainee, program, email_texts.received(trainee.name, form, program, self.public_url))

    # --- to the host --------------------------------------------------------------------------------------------------
    def host_asked(self, event: Envelope) -> OutgoingEmail | None:
        form, program, trainee = self._read(event)
        contact = self._contact(form, event)
        if contact is None:
            return None
        why = ""
        if event.type == CreditFormCorrectionAsked.TYPE:
            why = str(words_of(self.store, form.round.why_ref).get("text", ""))
        first, link = comes_first(form, form.round.due_at), self._link(form, form.round.link_ref)
        text = email_texts.host_asked(contact.name, trainee.name, form, program, link, first, why)
        return self._host(contact, program, text)

    def host_reminded(self, event: Envelope) -> OutgoingEmail | None:
        form, program, trainee = self._read(event)
        contact = self._contact(form, event)
        if contact is None:
            return None
        link = self._link(form, form.round.link_ref)
        text = email_texts.host_reminded(contact.name, trainee.name, form, program, link, event.occurred_at)
        return self._host(contact, program, text)

    def host_late(self, event: Envelope) -> OutgoingEmail | None:
        """Of a breach by day, or of the morning after one by night."""
        form, program, trainee = self._read(event)
        contact = self._contact(form, event)
        if contact is None or event.data["rounds"][-1].get("late_noted_at") is None:
            return None
        link = self._link(form, form.round.link_ref)
        return self._host(contact, program, email_texts.host_late(contact.name, trainee.name, form, program, link))

    def passed_on(self, event: Envelope) -> OutgoingEmail | None:
        form, program, trainee = self._read(event)
        if not self._still_open(form, event):
            return None
        passed = form.round.passed_on[len(event.data["rounds"][-1]["passed_on"]) - 1]
        person = words_of(self.store, passed.ref)
        if not person:
            return None
        name, by = str(person["name"]), str(person["by"])
        text = email_texts.passed_on(name, by, trainee.name, form, program, self._link(form, passed.link_ref))
        return OutgoingEmail(
            Recipient("PASSED_ON", form.id, str(person["email"])), text, reply_to=self._reply_to(program)
        )

    def copy_asked(self, event: Envelope) -> OutgoingEmail | None:
        """To who was asked, with the way to say that it was not them."""
        form, program, trainee = self._read(event)
        version = form.versions[len(event.data["versions"]) - 1]
        round = form.rounds[version.round - 1]
        contact, mark = self._contact_of(form, round), words_of(self.store, version.signature_ref)
        if contact is None or not mark:
            return None
        mine, link = contact.email == mark["email"], self._link(form, round.link_ref)
        text = email_texts.copy(contact.name, trainee.name, form, program, link, str(mark["name"]), mine)
        return self._host(contact, program, text)

    def copy_signer(self, event: Envelope) -> OutgoingEmail | None:
        """To the address that was typed, where it is not the one that was asked."""
        form, program, trainee = self._read(event)
        version = form.versions[len(event.data["versions"]) - 1]
        contact = self._contact_of(form, form.rounds[version.round - 1])
        mark = words_of(self.store, version.signature_ref)
        if not mark or (contact and contact.email == mark["email"]):
            return None
        text = email_texts.copy(str(mark["name"]), trainee.name, form, program, "", "", True)
        return OutgoingEmail(Recipient("SIGNER", form.id, str(mark["email"])), text, reply_to=self._reply_to(program))

    def not_needed(self, event: Envelope) -> OutgoingEmail | None:
        """Only to who had an open form."""
        form, program, trainee = self._read(event)
        if not form.rounds or form.round.outcome not in (Outcome.TAKEN_BACK, Outcome.VOID):
            return None
        contact = self._contact_of(form, form.round)
        if contact is None:
            return None
        return self._host(contact, program, email_texts.not_needed(contact.name, trainee.name, form, program))

    # --- to staff -----------------------------------------------------------------------------------------------------
    def overdue(self, event: Envelope) -> OutgoingEmail | None:
        form, program, _ = self._read(event)
        coordinator = self._coordinator(program)
        if coordinator is None or not self._still_open(form, event):
            return None
        return OutgoingEmail(
            to_person(coordinator), email_texts.overdue(coordinator.name, form, program, self.public_url)
        )

    def escalated(self, event: Envelope) -> Sequence[OutgoingEmail] | None:
        """To the coordinator and every admin, each once."""
        form, program, _ = self._read(event)
        if not self._still_open(form, event):
            return None
        round, zone = form.round, form.zone
        phones = tuple((one.name, one.phone or one.email) for one in self.people.contacts(form.host_id))
        sent = (
            f"Sent {email_texts.clock(round.sent_at, zone)}.",
            *(f"Reminded {email_texts.clock(at, zone)}." for at in round.reminded),
            *((f"Came back {email_texts.clock(round.undelivered_at, zone)}.",) if round.undelivered_at else ()),
            *((f"Begun {email_texts.clock(round.started_at, zone)}.",) if round.started_at else ()),
        )
        coordinator = self._coordinator(program)
        people = {one.account_id: one for one in (*((coordinator,) if coordinator else ()), *self._admins())}
        return [
            OutgoingEmail(to_person(one), email_texts.escalated(one.name, form, program, self.public_url, phones, sent))
            for one in people.values()
        ]

    # --- to the school ------------------------------------------------------------------------------------------------
    def to_school(self, event: Envelope) -> OutgoingEmail | None:
        """Of this event's forwarding, with the PDF and the host's signed file as far as they fit."""
        form, program, trainee = self._read(event)
        sent = form.forwardings[len(event.data["forwardings"]) - 1]
        address, request = words_of(self.store, sent.address_ref), words_of(self.store, form.request_ref)
        if not address or form.status not in AT_SCHOOL or sent.version != form.signed.n:
            return None
        files = self._files(form)
        attached = sum(len(one.content) for one in files) <= MOST_ATTACHED
        specialty = specialties.get(program.specialty).name
        text = email_texts.to_school(
            str(request.get("contact", "colleague")),
            trainee.name,
            specialty,
            form,
            program,
            self._link(form, sent.link_ref, "school"),
            attached,
        )
        to = Recipient(SCHOOL, form.id, str(address["email"]))
        return OutgoingEmail(to, text, files if attached else (), reply_to=self._reply_to(program))

    def disregard(self, event: Envelope) -> OutgoingEmail | None:
        form, program, trainee = self._read(event)
        if not form.forwardings:
            return None
        address = words_of(self.store, form.forwardings[-1].address_ref)
        if not address:
            return None
        name = str(words_of(self.store, form.request_ref).get("contact", "colleague"))
        text = email_texts.disregard(name, trainee.name, form, program)
        return OutgoingEmail(Recipient(SCHOOL, form.id, str(address["email"])), text, reply_to=self._reply_to(program))

    # --- parts --------------------------------------------------------------------------------------------------------
    def _read(self, event: Envelope) -> tuple[CreditForm, Program, Person]:
        form = form_of(self.store.load("CREDIT_FORM", event.subject.id))
        return form, self.catalogue.program(form.program_id), self.people.person(form.trainee_id)

    def _still_open(self, form: CreditForm, event: Envelope) -> bool:
        """The round of the event still waits for the host."""
        return form.status is FormStatus.SENT and len(event.data["rounds"]) == len(form.rounds)

    def _contact(self, form: CreditForm, event: Envelope) -> HostContact | None:
        """Who has it now; None once it was answered, taken back, sent again, or the contact was erased."""
        return self._contact_of(form, form.round) if self._still_open(form, event) else None

    def _contact_of(self, form: CreditForm, round: Round) -> HostContact | None:
        return next((one for one in self.people.contacts(form.host_id) if one.id == round.contact_id), None)

    def _link(self, form: CreditForm, ref: str, door: str = "answer") -> str:
        return f"{self.public_url}{link_path(self.store, form, ref, door)}"

    def _files(self, form: CreditForm) -> tuple[Attachment, ...]:
        version, found = form.signed, []
        pdf = self.file_store.read(version.pdf_key) if version.pdf_key else None
        if pdf:
            found.append(Attachment(f"{form.number} version {version.n}.pdf", "application/pdf", pdf.content))
        own = self.file_store.read(version.signed_file.key) if version.signed_file else None
        if own and version.signed_file:
            kind = version.signed_file.content_type
            found.append(Attachment(f"{form.number} school form.{kind.rpartition('/')[2]}", kind, own.content))
        return tuple(found)

    def _coordinator(self, program: Program) -> Person | None:
        id = program.coordinator_id
        return self.people.persons([id]).get(id) if id else None

    def _admins(self) -> list[Person]:
        stored = self.store.load_many(("ACCOUNT", id) for id in self.store.staff())
        accounts = [account_of(one) for one in stored.values()]
        ids = [one.id for one in accounts if one.status is AccountStatus.ACTIVE and "admin" in one.roles]
        return list(self.people.persons(ids).values())

    def _reply_to(self, program: Program) -> str:
        """A coordinator reads the answer."""
        coordinator = self._coordinator(program)
        return coordinator.email if coordinator else ""

    def _trainee(self, person: Person, program: Program, text: EmailText) -> OutgoingEmail:
        return OutgoingEmail(to_person(person), text, reply_to=self._reply_to(program))

    def _host(self, contact: HostContact, program: Program, text: EmailText) -> OutgoingEmail:
        return OutgoingEmail(Recipient("HOST", contact.host_id, contact.email), text, reply_to=self._reply_to(program))


_E = CreditFormEmails
EMAILS = (
    EmailRule(CreditFormRequested, "requested", _E, _E.requested),
    EmailRule(CreditFormAsked, "missing", _E, _E.asked),
    EmailRule(CreditFormMissingReminded, "missing", _E, _E.asked),
    EmailRule(CreditFormSent, "host-form", _E, _E.host_asked),
    EmailRule(CreditFormSent, "with-host", _E, _E.with_host),
    EmailRule(CreditFormCorrectionAsked, "host-form", _E, _E.host_asked),
    EmailRule(CreditFormReminded, "host-reminder", _E, _E.host_reminded),
    EmailRule(CreditFormPassedOn, "passed-on", _E, _E.passed_on),
    EmailRule(CreditFormSigned, "signed", _E, _E.signed),
    EmailRule(CreditFormSigned, "copy-asked", _E, _E.copy_asked),
    EmailRule(CreditFormSigned, "copy-signer", _E, _E.copy_signer),
    EmailRule(CreditFormDeclined, "declined", _E, _E.declined),
    EmailRule(CreditFormBreached, "overdue", _E, _E.overdue),
    EmailRule(CreditFormBreached, "late", _E, _E.late),
    EmailRule(CreditFormBreached, "host-late", _E, _E.host_late),
    EmailRule(CreditFormLateNoted, "host-late", _E, _E.host_late),
    EmailRule(CreditFormEscalated, "escalated", _E, _E.escalated),
    EmailRule(CreditFormForwarded, "school-form", _E, _E.to_school),
    EmailRule(CreditFormForwarded, "forwarded", _E, _E.forwarded),
    EmailRule(CreditFormReceived, "received", _E, _E.received),
    EmailRule(CreditFormWithdrawn, "not-needed", _E, _E.not_needed),
    EmailRule(CreditFormWithdrawn, "ended", _E, _E.ended_missing),
    EmailRule(CreditFormClosed, "closed", _E, _E.closed),
    EmailRule(CreditFormVoided, "not-needed", _E, _E.not_needed),
    EmailRule(CreditFormVoided, "disregard", _E, _E.disregard),
)
