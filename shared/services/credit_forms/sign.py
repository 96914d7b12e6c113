"""The host signs (section 5 of the design): what is required is there, somebody who may sign has, and what was signed
can be compared for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.core.due_readers import COORDINATORS
from shared.domain.core.instants import iso
from shared.domain.core.machine import Actor as By
from shared.domain.credit_forms.checklist import Read
from shared.domain.credit_forms.clocks import accept_due
from shared.domain.credit_forms.content import Answers, check_complete, read_answers, read_signature
from shared.domain.credit_forms.due_kinds import CREDIT_ACCEPT, CREDIT_NEEDED, CREDIT_TASK
from shared.domain.credit_forms.fingerprint import document, fingerprint
from shared.domain.credit_forms.form import (
    CreditForm,
    Outcome,
    Version,
)
from shared.domain.credit_forms.machine import FormEvent, FormStatus
from shared.domain.credit_forms.policy import by_version
from shared.domain.credit_forms.signing import check_capacity, same_person
from shared.events.credit_form import (
    CreditFormSigned,
)
from shared.ports import Due, IndexEntry, PersonalRecord
from shared.services.core.secret_links import new_secret
from shared.services.core.transitions import retry_on_conflict
from shared.services.credit_forms.host_side import Door, HostSide, same_draft
from shared.services.credit_forms.records import WITH_HOST, Change, form_ref, salted, words_of
from shared.services.credit_forms.send import last_form_list


@dataclass(frozen=True)
class Signer:
    """Where a signature came from; erasable with it."""

    ip: str = ""
    agent: str = ""


def facts_of(form: CreditForm, version: int) -> dict[str, Any]:
    """What is signed besides what people said: frozen at signing."""
    return {
        "number": form.number,
        "version": version,
        "program": form.program_id,
        "start": form.start.isoformat(),
        "end": form.end.isoformat(),
        "weeks": form.weeks,
        "kind": form.experience_type.value,
        "lines": [one.model_dump(mode="json") for one in form.lines],
    }


@dataclass(frozen=True, kw_only=True)
class CreditSigning(HostSide):
    def sign(
        self,
        form_id: str,
        by: Door,
        given: Mapping[str, Any],
        signature: Mapping[str, Any],
        draft_no: int,
        signer: Signer = Signer(),
    ) -> CreditForm:
        """Signs what was typed; late is taken too, and keeps its lateness. The same signature again changes nothing.

        Raises `Invalid` with the fields, `NotAllowedNow` (answered already; ended; another draft is stored).
        """

        def decide() -> CreditForm:
            loaded, form, who = self.admitted(form_id, by)
            signed = read_signature(signature)
            if form.status is FormStatus.RETURNED and self._same_signature(form, signed.name, signed.email):
                return form
            self._still_open(form, who, FormEvent.SIGN)
            policy, now, round = by_version(form.policy_version), self.clock.now(), form.round
            answers = read_answers(form, given, policy)
            self._not_the_trainee(form, signed.name, signed.email)
            lines = check_complete(form, answers, signed, own_file=round.signed_file is not None)
            assert signed.capacity is not None
            assert answers.evaluation_by is not None
            check_capacity(form.signer_rule, signed.capacity)
            same_draft(form, draft_no)
            status = self.fire(form, FormEvent.SIGN, By.HOST)
            n = len(form.versions) + 1
            student, host = self._texts(form, n, answers, lines)
            mark, digest = salted(
                form_ref(round.contact_id, form.id, f"signature-{n}"),
                name=signed.name,
                email=signed.email,
                ip=signer.ip,
                agent=signer.agent[:200],
                sent_to=who.name,
            )
            version = Version(
                n=n,
                round=round.n,
                student_ref=student.ref,
                answers_ref=host.ref,
                answers_sha256=fingerprint(document(facts_of(form, n), student.body, host.body)),
                signature_ref=mark.ref,
                signature_hash=digest,
                capacity=signed.capacity,
                signed_at=now,
                evaluation_by=answers.evaluation_by,
                stranger=not same_person(signed.name, who.name),
                signed_file=round.signed_file,
            )
            rounds = form.with_round(outcome=Outcome.SIGNED, answered_at=now, started_at=round.started_at or now)
            due_at = accept_due(now, policy)
            event = CreditFormSigned(
                status=status, rounds=rounds, versions=(*form.versions, version), accept_due_at=due_at
            )
            call = self._call(who)
            change = Change(
                event,
                due=(Due(CREDIT_ACCEPT, due_at, "coordinator", COORDINATORS),),
                done=(*WITH_HOST, CREDIT_TASK, CREDIT_NEEDED),
                records=(student, host, mark),
                replaced=(self._last(form, answers),),
                dropped=(round.draft_ref,) if round.draft_ref else (),
                also=self.counted(call, form, rounds[-1]),
            )
            return self.commit(loaded, call, change)

        return retry_on_conflict(decide)

    # --- parts --------------------------------------------------------------------------------------------------------
    def _same_signature(self, form: CreditForm, name: str, email: str) -> bool:
        mark = words_of(self.store, form.signed.signature_ref)
        return form.signed.round == form.round.n and (mark.get("name"), mark.get("email")) == (name, email)

    def _texts(
        self, form: CreditForm, n: int, answers: Answers, lines: tuple[Read, ...]
    ) -> tuple[PersonalRecord, PersonalRecord]:
        """The two halves of what is signed: what names the student, and what the host said. Each has a salt, so that
        neither can be guessed from the fingerprint."""
        request = dict(words_of(self.store, form.request_ref))
        request.pop("salt", None)
        person, facts = self.people.person(form.trainee_id), self.people.facts(form.trainee_id)
        student = {
            "name": person.name,
            "school": (facts.school if facts else None) or "",
            "country": (facts.country if facts else None) or "",
            "request": request,
            "salt": new_secret(),
        }
        host = {
            "answers": answers.model_dump(mode="json"),
            "lines": [one.model_dump(mode="json") for one in lines],
            "salt": new_secret(),
        }
        return (
            PersonalRecord(form_ref(form.trainee_id, form.id, f"student-{n}"), student),
            PersonalRecord(form_ref(form.round.contact_id, form.id, f"answers-{n}"), host),
        )

    def _last(self, form: CreditForm, answers: Answers) -> PersonalRecord:
        """What the program's next form is filled in with: the host's own text, listed by program."""
        return PersonalRecord(
            f"{form.round.contact_id}/last-form:{form.program_id}",
            {"answers": answers.model_dump(mode="json")},
            IndexEntry(last_form_list(form.program_id), iso(self.clock.now())),
        )
