"""The host works on the form without signing it: saves a draft, passes it on, declines, says that a signature is none
of theirs. Two doors, one form, answered once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.domain.accounts.account_input import email_address
from shared.domain.core.aggregate import canonical, text_hash
from shared.domain.core.calendar import reached
from shared.domain.core.due_readers import COORDINATORS
from shared.domain.core.errors import Invalid, NotAllowedNow, TooManyTries
from shared.domain.core.machine import Actor as By
from shared.domain.credit_forms.content import read_answers
from shared.domain.credit_forms.due_kinds import CREDIT_NEEDED, CREDIT_TASK
from shared.domain.credit_forms.form import (
    CreditForm,
    DeclineCode,
    Outcome,
    PassedOn,
    SchoolFile,
)
from shared.domain.credit_forms.machine import FormEvent, FormStatus
from shared.domain.credit_forms.policy import by_version
from shared.domain.credit_forms.texts import line, text
from shared.events.credit_form import (
    CreditFormDeclined,
    CreditFormDisputed,
    CreditFormPassedOn,
    CreditFormSaved,
)
from shared.ports import Due, PersonalRecord
from shared.services.core.transitions import retry_on_conflict
from shared.services.credit_forms.host_side import Door, HostSide, same_draft
from shared.services.credit_forms.links import link_record
from shared.services.credit_forms.records import WITH_HOST, Change, form_ref, salted, words_of


@dataclass(frozen=True, kw_only=True)
class CreditAnswers(HostSide):
    def save(self, form_id: str, by: Door, given: Mapping[str, Any], draft_no: int) -> int:
        """Keeps a draft that was begun from `draft_no`; the number that it has now. The same words again change
        nothing.

        Raises `Invalid` with `problems`, `NotAllowedNow` where somebody else saved meanwhile (`draft_no` says which
        one is stored), `TooManyTries` sooner than ten seconds after the last one.
        """

        def decide() -> int:
            loaded, form, who = self._open(form_id, by, FormEvent.SAVE)
            policy, now = by_version(form.policy_version), self.clock.now()
            answers = read_answers(form, given, policy)
            digest = text_hash(canonical(answers.model_dump(mode="json")))
            round = form.round
            if digest == round.draft_hash:
                return round.draft_no
            same_draft(form, draft_no)
            again = round.saved_at and round.saved_at + timedelta(seconds=policy.save_seconds)
            if again and not reached(again, now):
                raise TooManyTries(
                    "A draft was saved a moment ago.", "It is saved again in a few seconds.", retry_after=again
                )
            record = PersonalRecord(
                form_ref(round.contact_id, form.id, f"draft-{round.n}-{round.draft_no + 1}"),
                {"answers": answers.model_dump(mode="json")},
            )
            rounds = form.with_round(
                started_at=round.started_at or now,
                saved_at=now,
                draft_no=round.draft_no + 1,
                draft_ref=record.ref,
                draft_hash=digest,
            )
            event = CreditFormSaved(status=form.status, rounds=rounds)
            dropped = (round.draft_ref,) if round.draft_ref else ()
            change = Change(event, replaced=(record,), dropped=dropped)
            return self.commit(loaded, self._call(who), change).round.draft_no

        return retry_on_conflict(decide)

    def keep_signed_file(self, form_id: str, by: Door, file: SchoolFile) -> None:
        """The school's own form, signed on paper; it was inspected as documents are, and goes to the school with
        ours."""

        def decide() -> None:
            loaded, form, who = self._open(form_id, by, FormEvent.SAVE)
            if form.round.signed_file != file:
                rounds = form.with_round(signed_file=file, started_at=form.round.started_at or self.clock.now())
                self.commit(loaded, self._call(who), Change(CreditFormSaved(status=form.status, rounds=rounds)))

        retry_on_conflict(decide)

    def pass_on(self, form_id: str, by: Door, name: str, email: str) -> CreditForm:
        """To somebody else at the host, with a link of their own: same form, same clock. To the same address again:
        nothing happens. Raises `Invalid` (field "name" or "email"), `NotAllowedNow` after three times."""
        called, address = line(name, 120, "name"), email_address(email)
        if not called:
            raise Invalid("They need a name.", "Write who it goes to.", field="name")

        def decide() -> CreditForm:
            loaded, form, who = self._open(form_id, by, FormEvent.PASSED_ON)
            self._not_the_trainee(form, called, address)
            round, policy = form.round, by_version(form.policy_version)
            if any(words_of(self.store, one.ref).get("email") == address for one in round.passed_on):
                return form
            if len(round.passed_on) >= policy.passes:
                raise NotAllowedNow(
                    f"The form was passed on {policy.passes} times.",
                    "Answer it, or write to us: we send it to somebody else.",
                    state=form.status.value,
                    event=FormEvent.PASSED_ON.value,
                )
            which = f"{round.n}p{len(round.passed_on) + 1}"
            link = link_record(form, which)
            person, digest = salted(
                form_ref(round.contact_id, form.id, f"passed-{which}"), name=called, email=address, by=who.name
            )
            passed = PassedOn(at=self.clock.now(), ref=person.ref, hash=digest, link_ref=link.ref)
            event = CreditFormPassedOn(status=form.status, rounds=form.with_round(passed_on=(*round.passed_on, passed)))
            return self.commit(loaded, self._call(who), Change(event, records=(person, link)))

        return retry_on_conflict(decide)

    def decline(self, form_id: str, by: Door, code: str, words: str = "") -> CreditForm:
        """The host cannot complete it: a coordinator's task in the same transaction. The same answer again changes
        nothing. Raises `Invalid` (field "code" or "words"), `NotAllowedNow`."""
        said = text(words, 1200, "words")

        def decide() -> CreditForm:
            loaded, form, who = self.admitted(form_id, by)
            if form.status is FormStatus.DECLINED and form.round.decline_code == code:
                return form
            self._still_open(form, who, FormEvent.DECLINE)
            status = self.fire(form, FormEvent.DECLINE, By.HOST)
            if code not in tuple(DeclineCode):
                raise Invalid("Say why not.", "Choose one of the list.", field="code")
            if code == DeclineCode.OTHER and not said:
                raise Invalid("We cannot help without knowing why.", "Write a sentence.", field="words")
            now, call = self.clock.now(), self._call(who)
            record = PersonalRecord(
                form_ref(form.round.contact_id, form.id, f"declined-{form.round.n}"), {"text": said}
            )
            rounds = form.with_round(
                outcome=Outcome.DECLINED, answered_at=now, decline_code=DeclineCode(code), words_ref=record.ref
            )
            change = Change(
                CreditFormDeclined(status=status, rounds=rounds),
                due=(Due(CREDIT_TASK, now, "coordinator", COORDINATORS),),
                done=(*WITH_HOST, CREDIT_NEEDED),
                records=(record,),
                also=self.counted(call, form, rounds[-1]),
            )
            return self.commit(loaded, call, change)

        return retry_on_conflict(decide)

    def not_ours(self, form_id: str, by: Door, words: str = "") -> CreditForm:
        """Who was asked says that this signature is none of theirs: nothing is accepted or forwarded until a
        coordinator has settled it. Raises `NotFound` for who it was passed on to, `NotAllowedNow`."""
        said = text(words, 1200, "words")

        def decide() -> CreditForm:
            loaded, form, who = self.admitted(form_id, by)
            if form.disputed_at is not None:
                return form
            status = self.fire(form, FormEvent.NOT_OURS, By.HOST)
            if not who.asked:
                raise NotAllowedNow(
                    "Only who was asked by us can say so.",
                    "Write to us.",
                    state=form.status.value,
                    event=FormEvent.NOT_OURS.value,
                )
            now = self.clock.now()
            ref = form_ref(form.round.contact_id, form.id, f"dispute-{form.version + 1}")
            event = CreditFormDisputed(status=status, disputed_at=now, dispute_ref=ref)
            change = Change(
                event,
                due=(Due(CREDIT_TASK, now, "coordinator", COORDINATORS),),
                records=(PersonalRecord(ref, {"text": said}),),
            )
            return self.commit(loaded, self._call(who), change)

        return retry_on_conflict(decide)
