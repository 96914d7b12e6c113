"""Sending the form to the host (H15: a coordinator, nobody else): the first time, to another contact, again after a
bounce, or back for a correction. Each is a round with 48 hours of its own (H16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.accounts.account_input import email_address
from shared.domain.core.aggregate import text_hash
from shared.domain.core.business_clock import business_time_between
from shared.domain.core.errors import Invalid, NotAllowedNow
from shared.domain.core.machine import Actor as By
from shared.domain.credit_forms.clocks import First, answer_due, comes_first, reminders
from shared.domain.credit_forms.content import Answers, open_questions, prefilled
from shared.domain.credit_forms.due_kinds import (
    CREDIT_ACCEPT,
    CREDIT_FORWARD,
    CREDIT_NEEDED,
    CREDIT_SEND,
    CREDIT_TASK,
)
from shared.domain.credit_forms.form import CreditForm, Outcome, Round, RoundKind
from shared.domain.credit_forms.machine import FormEvent
from shared.domain.credit_forms.policy import by_version
from shared.domain.credit_forms.signing import forbid_trainee
from shared.domain.credit_forms.texts import text
from shared.events.credit_form import CreditFormCorrectionAsked, CreditFormSent
from shared.ports import Catalogue, HostContact, People, PersonalRecord
from shared.services.core.secret_links import secret_at
from shared.services.core.transitions import RequestContext, retry_on_conflict
from shared.services.credit_forms.links import link_record
from shared.services.credit_forms.records import (
    Change,
    CreditForms,
    form_ref,
    seen,
    with_host,
    words_of,
)

EARLIEST = "0"
"""Before every order in a list."""
OURS = (CREDIT_SEND, CREDIT_ACCEPT, CREDIT_FORWARD, CREDIT_TASK, CREDIT_NEEDED)
"""What waits for a coordinator while the host does not have the form."""


def last_form_list(program_id: str) -> str:
    """The list of what was last signed for a program."""
    return f"FORMS#{program_id}"


@dataclass(frozen=True)
class Prepared:
    """What a coordinator sees before it is sent, and nothing of it is written: who could get it, what is filled in,
    what the host still has to answer, when the 48 hours would end if it was sent now, how many business hours they
    hold, and what comes before their end."""

    form: CreditForm
    contacts: tuple[HostContact, ...]
    answers: Answers
    questions: tuple[str, ...]
    due_at: datetime
    reminders: tuple[datetime, ...]
    business_hours: float
    first: First | None


@dataclass(frozen=True, kw_only=True)
class CreditSending(CreditForms):
    people: People
    catalogue: Catalogue

    def prepare(self, call: RequestContext, form_id: str) -> Prepared:
        """Raises `NotFound`, `WrongRole` for one's own."""
        _, form = self.of_staff(call, form_id)
        now, policy = self.clock.now(), by_version(form.policy_version)
        due_at = answer_due(now, policy)
        contacts = self.contacts(form)
        answers = self._filled_in(form, contacts[0] if contacts else None)
        return Prepared(
            form=form,
            contacts=contacts,
            answers=answers,
            questions=open_questions(form, answers),
            due_at=due_at,
            reminders=reminders(due_at, form.zone, policy),
            business_hours=business_time_between(now, due_at) / timedelta(hours=1),
            first=comes_first(form, due_at),
        )

    def contacts(self, form: CreditForm) -> tuple[HostContact, ...]:
        """Those of the host who do forms."""
        return tuple(one for one in self.people.contacts(form.host_id) if "forms" in one.does)

    def send(self, call: RequestContext, form_id: str, version: int, contact_id: str) -> CreditForm:
        """To one of the host's contacts. `version` is the one that was previewed; the same press again changes nothing.

        Raises `NotFound`, `WrongRole` (one's own, or no coordinator), `NotAllowedNow` (changed since; no such contact
        any more; its address came back), `Invalid` (the contact is the trainee).
        """

        def decide() -> CreditForm:
            loaded, form = self.of_staff(call, form_id)
            if self._just_sent(form, RoundKind.FIRST, contact_id):
                return form
            status = self.fire(form, FormEvent.SEND, By(call.actor.role))
            seen(form, version)
            contact = self._contact(form, contact_id)
            round, records = self._round(form, RoundKind.FIRST, contact)
            draft = PersonalRecord(
                form_ref(contact.id, form.id, f"draft-{round.n}-0"),
                {"answers": self._filled_in(form, contact).model_dump(mode="json")},
            )
            round = round.model_copy(update={"draft_ref": draft.ref})
            event = CreditFormSent(status=status, rounds=(round,), send_due_at=None)
            return self._begin(loaded, call, form, event, round, (*records, draft))

        return retry_on_conflict(decide)

    def reroute(self, call: RequestContext, form_id: str, contact_id: str, reason: str) -> CreditForm:
        """To another contact of this host, with a reason: a new round. Raises as `send`, and `Invalid` (field
        "reason")."""
        return self._again(call, form_id, FormEvent.REROUTE, RoundKind.REROUTE, contact_id, reason)

    def resend(self, call: RequestContext, form_id: str, email: str = "", by_phone: bool = False) -> CreditForm:
        """The host's email came back: to the corrected address, which the contact has from now on, or to the same one
        after a call (`by_phone`). The round before counts as undelivered. Raises as `send`, and `Invalid` (field
        "email")."""

        def decide() -> CreditForm:
            loaded, form = self.of_staff(call, form_id)
            if form.rounds and self._just_sent(form, RoundKind.RESEND, form.round.contact_id):
                return form
            status = self.fire(form, FormEvent.RESEND, By(call.actor.role))
            if form.round.undelivered_at is None:
                raise NotAllowedNow(
                    "No email to this host came back.",
                    "Choose another contact, or call the host.",
                    state=form.status.value,
                    event=FormEvent.RESEND.value,
                )
            contact = self._contact(form, form.round.contact_id, bounced=True)
            if not by_phone:
                corrected = email_address(email)
                if corrected == contact.email:
                    raise Invalid("That is the address that came back.", "Correct it, or call the host.", field="email")
                self._not_the_trainee(form, replace(contact, email=corrected))
                contact = replace(contact, email=corrected)
                # The address first: a crash in between leaves the task, and repeating it is harmless.
                self.people.save_host_contact(contact)
            rounds, also = self.given_back(call, form, Outcome.UNDELIVERED)
            before = form.model_copy(update={"rounds": rounds})
            round, records = self._round(before, RoundKind.RESEND, contact)
            round = round.model_copy(update=_draft_of(form.round))
            event = CreditFormSent(status=status, rounds=(*rounds, round), send_due_at=None)
            return self._begin(loaded, call, form, event, round, records, also)

        return retry_on_conflict(decide)

    def correct(self, call: RequestContext, form_id: str, words: str, contact_id: str = "") -> CreditForm:
        """Asks the host to change something, in words: a new round, whose draft is what was signed. To who had it,
        unless `contact_id` names somebody else. Raises as `send`, and `Invalid` (field "words")."""
        return self._again(call, form_id, FormEvent.CORRECT, RoundKind.CORRECTION, contact_id, words)

    # --- parts --------------------------------------------------------------------------------------------------------
    def _again(
        self, call: RequestContext, form_id: str, fired: FormEvent, kind: RoundKind, contact_id: str, words: str
    ) -> CreditForm:
        field = "words" if kind is RoundKind.CORRECTION else "reason"
        said = text(words, 1200, field)

        def decide() -> CreditForm:
            loaded, form = self.of_staff(call, form_id)
            wanted = contact_id or (form.round.contact_id if form.rounds else "")
            if form.rounds and self._just_sent(form, kind, wanted, said):
                return form
            status = self.fire(form, fired, By(call.actor.role))
            if not said:
                raise Invalid("Nobody knows why.", "Write it in a sentence or two.", field=field)
            contact = self._contact(form, wanted)
            if kind is RoundKind.REROUTE and contact.id == form.round.contact_id:
                raise NotAllowedNow(
                    "This contact has the form already.",
                    "Choose another one.",
                    state=form.status.value,
                    event=fired.value,
                )
            rounds, also = self.given_back(call, form, Outcome.TAKEN_BACK)
            before = form.model_copy(update={"rounds": rounds})
            owner = contact.id if kind is RoundKind.CORRECTION else form.trainee_id
            why = PersonalRecord(form_ref(owner, form.id, f"why-{len(rounds) + 1}"), {"text": said})
            round, records = self._round(before, kind, contact, why.ref)
            round, drafts = self._draft(form, round, kind, contact)
            changed: dict[str, Any] = {"status": status, "rounds": (*rounds, round)}
            if kind is RoundKind.CORRECTION:
                changed |= dict.fromkeys(
                    ("accept_due_at", "forward_due_at", "correct_asked_at", "outdated_at", "disputed_at")
                )
            event = (CreditFormCorrectionAsked if kind is RoundKind.CORRECTION else CreditFormSent)(**changed)
            return self._begin(loaded, call, form, event, round, (*records, why, *drafts), also)

        return retry_on_conflict(decide)

    def _just_sent(self, form: CreditForm, kind: RoundKind, contact_id: str, words: str = "") -> bool:
        """The same press again: this very round is open, and untouched by anybody."""
        if not form.rounds or form.round.outcome is not None or form.round.kind is not kind:
            return False
        same = not words or words_of(self.store, form.round.why_ref).get("text") == words
        return same and form.round.contact_id == contact_id and form.round.undelivered_at is None

    def _contact(self, form: CreditForm, contact_id: str, bounced: bool = False) -> HostContact:
        found = next((one for one in self.people.contacts(form.host_id) if one.id == contact_id), None)
        if found is None or "forms" not in found.does:
            raise NotAllowedNow(
                "This contact does no forms, or is gone.",
                "Choose another one of this host.",
                state=form.status.value,
                event=FormEvent.SEND.value,
            )
        if not bounced and self._came_back(form, found):
            raise NotAllowedNow(
                "The email to this address came back.",
                "Correct the address first, or choose another contact.",
                state=form.status.value,
                event=FormEvent.SEND.value,
            )
        self._not_the_trainee(form, found)
        return found

    def _not_the_trainee(self, form: CreditForm, contact: HostContact) -> None:
        trainee = self.people.person(form.trainee_id)
        forbid_trainee(contact.name, contact.email, trainee.name, trainee.email)

    def _came_back(self, form: CreditForm, contact: HostContact) -> bool:
        return any(
            one.contact_hash == _address_hash(secret_at(self.store, one.link_ref), contact)
            for one in form.rounds
            if one.undelivered_at is not None
        )

    def _round(
        self, form: CreditForm, kind: RoundKind, contact: HostContact, why_ref: str | None = None
    ) -> tuple[Round, tuple[PersonalRecord, ...]]:
        now, policy, n = self.clock.now(), by_version(form.policy_version), len(form.rounds) + 1
        if n > policy.rounds:
            raise NotAllowedNow(
                f"The form went out {policy.rounds} times.",
                "Call the host, and close it.",
                state=form.status.value,
                event=FormEvent.SEND.value,
            )
        link = link_record(form, str(n))
        round = Round(
            n=n,
            kind=kind,
            sent_at=now,
            due_at=answer_due(now, policy),
            contact_id=contact.id,
            contact_hash=_address_hash(str(link.body["secret"]), contact),
            link_ref=link.ref,
            why_ref=why_ref,
        )
        return round, (link,)

    def _draft(
        self, form: CreditForm, round: Round, kind: RoundKind, contact: HostContact
    ) -> tuple[Round, tuple[PersonalRecord, ...]]:
        """What the new round begins with: for a correction what was signed, else what was typed so far, kept with who
        gets it now."""
        ref = form.signed.answers_ref if kind is RoundKind.CORRECTION else form.round.draft_ref
        body = words_of(self.store, ref)
        answers = body.get("answers") or self._filled_in(form, contact).model_dump(mode="json")
        draft = PersonalRecord(form_ref(contact.id, form.id, f"draft-{round.n}-0"), {"answers": answers})
        return round.model_copy(update={"draft_ref": draft.ref}), (draft,)

    def _filled_in(self, form: CreditForm, contact: HostContact | None) -> Answers:
        program = self.catalogue.program(form.program_id)
        last = next(iter(self.store.listed(last_form_list(form.program_id), EARLIEST, 1)), {})
        return prefilled(
            form,
            last.get("answers", {}),
            program.specialty,
            program.capacity,
            contact.email if contact else "",
            by_version(form.policy_version),
        )

    def _begin(
        self,
        loaded: Any,
        call: RequestContext,
        form: CreditForm,
        event: Any,
        round: Round,
        records: tuple[PersonalRecord, ...],
        also: tuple[Any, ...] = (),
    ) -> CreditForm:
        due = with_host(form, round, by_version(form.policy_version), self.clock.now())
        return self.commit(loaded, call, Change(event, due=due, done=OURS, records=records, also=also))


def _draft_of(round: Round) -> Mapping[str, Any]:
    """A resent round goes on with the draft that was there."""
    return {"draft_ref": round.draft_ref, "draft_no": round.draft_no, "draft_hash": round.draft_hash}


def _address_hash(secret: str, contact: HostContact) -> str:
    """Which address a link went to, without saying it: salted by the link's own secret."""
    return text_hash(f"{secret}:{contact.email}")
