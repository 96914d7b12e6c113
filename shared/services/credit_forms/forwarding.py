"""The accepted form goes to the school, and the registrar's side of it: received, please correct, and whether a file is
the one that was signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.domain.accounts.account_input import email_address
from shared.domain.core.aggregate import Actor
from shared.domain.core.calendar import reached
from shared.domain.core.errors import Expired, Invalid, NotFound
from shared.domain.core.machine import Actor as By
from shared.domain.credit_forms.clocks import link_ends_at
from shared.domain.credit_forms.due_kinds import CREDIT_ACCEPT, CREDIT_FORWARD, CREDIT_NEEDED, CREDIT_TASK
from shared.domain.credit_forms.form import CreditForm, Forwarding
from shared.domain.credit_forms.machine import ENDED, FormEvent, FormStatus
from shared.domain.credit_forms.numbers import read_number
from shared.domain.credit_forms.policy import by_version
from shared.domain.credit_forms.signing import forbid_trainee
from shared.domain.credit_forms.texts import text
from shared.events.credit_form import CreditFormCorrectionWanted, CreditFormForwarded, CreditFormReceived
from shared.ports import People, PersonalRecord, Stored
from shared.services.core.transitions import RequestContext, retry_on_conflict
from shared.services.credit_forms.acceptance import undisputed
from shared.services.credit_forms.links import link_record, school_side
from shared.services.credit_forms.records import (
    Change,
    CreditForms,
    coordinators,
    form_ref,
    salted,
    seen,
    words_of,
)


@dataclass(frozen=True)
class Compared:
    """Whether a file is ours. `same`: of `version`; `replaced` by a newer one at `at`; `void` since `at`; `unknown`:
    not a file of ours. No name is in it."""

    verdict: Literal["same", "replaced", "void", "unknown"]
    version: int = 0
    at: datetime | None = None
    by_version: int = 0


@dataclass(frozen=True, kw_only=True)
class CreditForwarding(CreditForms):
    people: People

    def forward(
        self, call: RequestContext, form_id: str, version: int, email: str = "", reason: str = ""
    ) -> CreditForm:
        """To the address of the request, or to another one with a reason. The same press again changes nothing, unless
        the email before came back.

        Raises `NotFound`, `WrongRole`, `NotAllowedNow` (disputed, outdated, changed since), `Invalid` (field "email" or
        "reason"; the address is the trainee's).
        """

        def decide() -> CreditForm:
            loaded, form = self.of_staff(call, form_id)
            recorded = str(words_of(self.store, form.request_ref).get("email", ""))
            address = email_address(email) if email.strip() else recorded
            if form.forwardings and self._just_forwarded(form, address):
                return form
            status = self.fire(form, FormEvent.FORWARD, By(call.actor.role))
            undisputed(form, FormEvent.FORWARD)
            seen(form, version)
            if address != recorded and not reason.strip():
                raise Invalid(
                    "This is not the address that the trainee gave.", "Write why it goes there.", field="reason"
                )
            trainee = self.people.person(form.trainee_id)
            forbid_trainee("", address, trainee.name, trainee.email)
            n, now = len(form.forwardings) + 1, self.clock.now()
            link = link_record(form, f"s{n}")
            record, digest = salted(
                form_ref(form.trainee_id, form.id, f"school-{n}"), email=address, reason=text(reason, 1200, "reason")
            )
            sent = Forwarding(
                n=n,
                version=form.signed.n,
                at=now,
                address_ref=record.ref,
                address_hash=digest,
                link_ref=link.ref,
            )
            event = CreditFormForwarded(status=status, forwardings=(*form.forwardings, sent), forward_due_at=None)
            silent = form.needed_at - timedelta(hours=by_version(form.policy_version).needed_hours)
            # A school that says nothing is a coordinator's item a day before it needs the form.
            due = (coordinators(CREDIT_NEEDED, silent),) if silent > now else ()
            change = Change(
                event,
                due=due,
                done=(CREDIT_FORWARD, CREDIT_ACCEPT, CREDIT_TASK, CREDIT_NEEDED),
                records=(record, link),
            )
            return self.commit(loaded, call, change)

        return retry_on_conflict(decide)

    # --- the registrar ------------------------------------------------------------------------------------------------
    def open(self, form_id: str, secret: str) -> tuple[CreditForm, Forwarding]:
        """Looking changes nothing. Raises `NotFound`, the same for every wrong link; `Expired` six months after the
        rotation."""
        _, form, n = self._school(form_id, secret)
        return form, form.forwardings[n - 1]

    def received(self, form_id: str, secret: str) -> CreditForm:
        """The school has it. Said before: nothing happens."""

        def decide() -> CreditForm:
            loaded, form, n = self._school(form_id, secret)
            return self._received(loaded, form, RequestContext(Actor(role="school", id=f"{form.id}-s{n}")), n)

        return retry_on_conflict(decide)

    def received_by_note(self, call: RequestContext, form_id: str, note: str) -> CreditForm:
        """A coordinator knows that the school has it, and says how. Raises `Invalid` (field "note")."""

        def decide() -> CreditForm:
            loaded, form = self.of_staff(call, form_id)
            said = text(note, 1200, "note")
            if not said:
                raise Invalid("The file needs to say how you know.", "Write who told you.", field="note")
            return self._received(loaded, form, call, len(form.forwardings), said)

        return retry_on_conflict(decide)

    def please_correct(self, form_id: str, secret: str, words: str) -> CreditForm:
        """The registrar's words go to a coordinator. The same words again change nothing. Raises `Invalid` (field
        "words"), `NotAllowedNow`."""

        def decide() -> CreditForm:
            loaded, form, n = self._school(form_id, secret)
            call = RequestContext(Actor(role="school", id=f"{form.id}-s{n}"))
            return self._correct(loaded, form, call, words)

        return retry_on_conflict(decide)

    def compare(self, form: CreditForm, sha256: str) -> Compared:
        """Whether a file with this SHA-256 is one of the form's; also after everything else was erased."""
        for one in form.versions:
            files = (one.pdf_sha256, one.signed_file.sha256 if one.signed_file else None)
            if sha256.lower() not in files:
                continue
            if form.status in ENDED:
                return Compared("void", one.n, form.ended_at)
            newer = form.versions[one.n :]
            return Compared("replaced", one.n, newer[0].signed_at, newer[-1].n) if newer else Compared("same", one.n)
        return Compared("unknown")

    def by_number(self, typed: str) -> CreditForm:
        """For strangers: who shows it shows no name. Raises `Invalid` (field "number"), `NotFound`."""
        number = read_number(typed)
        form_id = self.store.claimed_by(f"credit-number:{number}")
        if form_id is None:
            raise NotFound(f"There is no form {number}.", "Compare the number with your paper.")
        return self.load(form_id)[1]

    # --- parts --------------------------------------------------------------------------------------------------------
    def _school(self, form_id: str, secret: str) -> tuple[Stored, CreditForm, int]:
        loaded, form = self.load(form_id)
        n = school_side(self.store, form, secret)
        if reached(link_ends_at(form, by_version(form.policy_version)), self.clock.now()):
            raise Expired("This link ended six months after the rotation.", "Compare your file by its number.")
        return loaded, form, n

    def _just_forwarded(self, form: CreditForm, address: str) -> bool:
        last = form.forwardings[-1]
        same = words_of(self.store, last.address_ref).get("email") == address
        return same and last.version == form.signed.n and last.undelivered_at is None and form.status in _THERE

    def _received(self, loaded: Stored, form: CreditForm, call: RequestContext, n: int, note: str = "") -> CreditForm:
        if form.status is FormStatus.RECEIVED:
            return form
        status = self.fire(form, FormEvent.RECEIVED, By(call.actor.role))
        event = CreditFormReceived(status=status, forwardings=form.with_forwarding(n, received_at=self.clock.now()))
        records = (PersonalRecord(form_ref(form.trainee_id, form.id, f"received-{n}"), {"text": note}),) if note else ()
        return self.commit(loaded, call, Change(event, done=(CREDIT_NEEDED,), records=records))

    def _correct(self, loaded: Stored, form: CreditForm, call: RequestContext, words: str) -> CreditForm:
        said = text(words, 1200, "words")
        if form.correct_asked_at and words_of(self.store, form.correct_ref).get("text") == said:
            return form
        status = self.fire(form, FormEvent.PLEASE_CORRECT, By(call.actor.role))
        if not said:
            raise Invalid("We need to know what is wrong.", "Write it in a sentence or two.", field="words")
        now = self.clock.now()
        ref = form_ref(form.trainee_id, form.id, f"school-words-{form.version + 1}")
        event = CreditFormCorrectionWanted(status=status, correct_asked_at=now, correct_ref=ref)
        change = Change(
            event,
            due=(coordinators(CREDIT_TASK, now),),
            done=(CREDIT_NEEDED,),
            records=(PersonalRecord(ref, {"text": said}),),
        )
        return self.commit(loaded, call, change)


_THERE = (FormStatus.FORWARDED, FormStatus.RECEIVED)
