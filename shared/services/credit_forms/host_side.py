"""The host's side of a form: who comes in by which door, what they find, and what every step of theirs shares. Looking
changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import NotAllowedNow
from shared.domain.core.machine import Actor as By
from shared.domain.credit_forms.content import Answers
from shared.domain.credit_forms.form import (
    CreditForm,
    Round,
)
from shared.domain.credit_forms.machine import SIGNED, FormEvent, FormStatus
from shared.domain.credit_forms.signing import forbid_trainee
from shared.ports import People, Stored
from shared.services.core.transitions import RequestContext
from shared.services.credit_forms.links import Answerer, HostManager, host_side
from shared.services.credit_forms.records import CreditForms, words_of

Door = str | HostManager
Standing = Literal["open", "replaced", "answered", "over"]
"""What a link finds: the open round; a round that another one took the place of; answered; ended without an answer."""


@dataclass(frozen=True)
class HostForm:
    """What the host is shown. `answers` are the draft, or what was filled in; `own_words` of the school are in
    `request`."""

    form: CreditForm
    who: Answerer
    standing: Standing
    answers: Answers
    request: Mapping[str, Any]
    student: str
    why: str = ""


def standing_of(form: CreditForm, round: Round) -> Standing:
    if round.n != form.round.n:
        return "replaced"
    if form.status is FormStatus.SENT:
        return "open"
    return "answered" if form.status in (*SIGNED, FormStatus.DECLINED) else "over"


@dataclass(frozen=True, kw_only=True)
class HostSide(CreditForms):
    people: People

    def open(self, form_id: str, by: Door) -> HostForm:
        """Raises `NotFound`, the same for every wrong link."""
        _, form, who = self.admitted(form_id, by)
        draft = words_of(self.store, who.round.draft_ref).get("answers", {})
        person = self.people.persons([form.trainee_id]).get(form.trainee_id)
        return HostForm(
            form=form,
            who=who,
            standing=standing_of(form, who.round),
            answers=Answers.model_validate(draft),
            request=words_of(self.store, form.request_ref),
            student=person.name if person else "",
            why=str(words_of(self.store, who.round.why_ref).get("text", "")),
        )

    # --- parts --------------------------------------------------------------------------------------------------------
    def admitted(self, form_id: str, by: Door) -> tuple[Stored, CreditForm, Answerer]:
        loaded, form = self.load(form_id)
        return loaded, form, host_side(self.store, self.people, form, by)

    def _open(self, form_id: str, by: Door, event: FormEvent) -> tuple[Stored, CreditForm, Answerer]:
        loaded, form, who = self.admitted(form_id, by)
        self._still_open(form, who, event)
        self.fire(form, event, By.HOST)
        return loaded, form, who

    def _still_open(self, form: CreditForm, who: Answerer, event: FormEvent) -> None:
        detail = {
            "open": "",
            "replaced": "This link is of an earlier sending; a newer one took its place.",
            "answered": "This form is answered already.",
            "over": "This form is not needed any more.",
        }[standing_of(form, who.round)]
        if detail:
            raise NotAllowedNow(
                detail,
                "Nothing of yours was lost: it is shown here for you to copy.",
                state=form.status.value,
                event=event.value,
            )

    def _not_the_trainee(self, form: CreditForm, name: str, email: str) -> None:
        trainee = self.people.person(form.trainee_id)
        forbid_trainee(name, email, trainee.name, trainee.email)

    @staticmethod
    def _call(who: Answerer) -> RequestContext:
        return RequestContext(Actor(role="host", id=who.actor_id))


def same_draft(form: CreditForm, draft_no: int) -> None:
    if draft_no != form.round.draft_no:
        raise NotAllowedNow(
            "Somebody saved this form after you opened it.",
            "Both are shown: take over what you need, and go on from there.",
            state=form.status.value,
            event="draft",
            draft_no=form.round.draft_no,
        )
