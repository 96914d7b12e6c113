"""A coordinator reads what came back: accepts it, lets it stand, or closes what the host cannot do."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.core.errors import Invalid, NotAllowedNow
from shared.domain.core.machine import Actor as By
from shared.domain.credit_forms.clocks import forward_due
from shared.domain.credit_forms.due_kinds import CREDIT_ACCEPT, CREDIT_FORWARD, CREDIT_TASK
from shared.domain.credit_forms.form import CreditForm
from shared.domain.credit_forms.machine import FormEvent, FormStatus
from shared.domain.credit_forms.policy import by_version
from shared.domain.credit_forms.signing import CHECKS
from shared.domain.credit_forms.texts import text
from shared.events.credit_form import CreditFormAccepted, CreditFormClosed, CreditFormFiled, CreditFormKept
from shared.ports import PersonalRecord
from shared.services.core.transitions import RequestContext, retry_on_conflict
from shared.services.credit_forms.records import (
    ALL_KINDS,
    Change,
    CreditForms,
    coordinators,
    form_ref,
    seen,
    slot_key,
)


@dataclass(frozen=True, kw_only=True)
class CreditAcceptance(CreditForms):
    def accept(self, call: RequestContext, form_id: str, version: int, checked: str = "") -> CreditForm:
        """`version` is the form as it was read; `checked` says how a coordinator made sure who a stranger is. Accepted
        before: nothing happens.

        Raises `NotFound`, `WrongRole`, `NotAllowedNow` (the PDF is not there yet; disputed; outdated; changed since),
        `Invalid` (field "checked").
        """

        def decide() -> CreditForm:
            loaded, form = self.of_staff(call, form_id)
            if form.status is FormStatus.ACCEPTED:
                return form
            status = self.fire(form, FormEvent.ACCEPT, By(call.actor.role))
            undisputed(form, FormEvent.ACCEPT)
            seen(form, version)
            if form.signed.pdf_key is None:
                raise _refused(form, FormEvent.ACCEPT, "The PDF is being made.", "Try again in a minute.")
            if form.signed.stranger and checked not in CHECKS:
                raise Invalid(
                    "The name is not the one that we asked.",
                    "Find out who signed, and say how you did.",
                    field="checked",
                )
            now, policy = self.clock.now(), by_version(form.policy_version)
            due_at = forward_due(now, form.needed_at, policy)
            event = CreditFormAccepted(
                status=status,
                versions=form.with_version(form.signed.n, checked=checked or None),
                accept_due_at=None,
                forward_due_at=due_at,
            )
            change = Change(event, due=(coordinators(CREDIT_FORWARD, due_at),), done=(CREDIT_ACCEPT, CREDIT_TASK))
            return self.commit(loaded, call, change)

        return retry_on_conflict(decide)

    def keep(self, call: RequestContext, form_id: str, reason: str) -> CreditForm:
        """A disputed or outdated form stands, with a reason. Raises `NotAllowedNow` where it is neither, `Invalid`
        (field "reason")."""
        said = text(reason, 1200, "reason")

        def decide() -> CreditForm:
            loaded, form = self.of_staff(call, form_id)
            status = self.fire(form, FormEvent.KEEP, By(call.actor.role))
            if form.disputed_at is None and form.outdated_at is None:
                if form.kept_ref is not None:
                    return form
                raise _refused(form, FormEvent.KEEP, "Nothing is in question.", "You need to do nothing here.")
            if not said:
                raise Invalid("The file needs the reason.", "Write why it stands.", field="reason")
            ref = form_ref(form.trainee_id, form.id, f"kept-{form.version + 1}")
            event = CreditFormKept(status=status, kept_ref=ref, outdated_at=None, disputed_at=None)
            done = () if form.correct_asked_at else (CREDIT_TASK,)
            change = Change(event, done=done, records=(PersonalRecord(ref, {"text": said}),))
            return self.commit(loaded, call, change)

        return retry_on_conflict(decide)

    def close(self, call: RequestContext, form_id: str, reason: str) -> CreditForm:
        """What no contact of the host can complete, with a reason that the trainee does not read. Closed before:
        nothing happens. Raises `NotAllowedNow`, `Invalid` (field "reason")."""
        said = text(reason, 1200, "reason")

        def decide() -> CreditForm:
            loaded, form = self.of_staff(call, form_id)
            if form.status is FormStatus.CLOSED:
                return form
            status = self.fire(form, FormEvent.CLOSE, By(call.actor.role))
            if not said:
                raise Invalid("The file needs the reason.", "Write why it ends here.", field="reason")
            ref = form_ref(form.trainee_id, form.id, "closed")
            event = CreditFormClosed(
                status=status, rounds=form.rounds, ended_at=self.clock.now(), end_code="closed", end_ref=ref
            )
            change = Change(
                event, done=ALL_KINDS, records=(PersonalRecord(ref, {"text": said}),), released=(slot_key(form),)
            )
            return self.commit(loaded, call, change)

        return retry_on_conflict(decide)

    def file(self, call: RequestContext, form_id: str, version: int, key: str, sha256: str) -> CreditForm:
        """The document worker stored the PDF of a signed version. Stored before: nothing happens."""

        def decide() -> CreditForm:
            loaded, form = self.load(form_id)
            if form.versions[version - 1].pdf_sha256 == sha256:
                return form
            status = self.fire(form, FormEvent.FILE, By.SYSTEM)
            event = CreditFormFiled(status=status, versions=form.with_version(version, pdf_key=key, pdf_sha256=sha256))
            return self.commit(loaded, call, Change(event))

        return retry_on_conflict(decide)


def undisputed(form: CreditForm, event: FormEvent) -> None:
    """Raises `NotAllowedNow` while somebody has to settle it."""
    if form.disputed_at is not None:
        raise _refused(form, event, "Who was asked says that it was not them.", "Settle that first.")
    if form.outdated_at is not None:
        raise _refused(form, event, "The rotation is not as it was signed.", "Ask for a correction, or let it stand.")


def _refused(form: CreditForm, event: FormEvent, detail: str, remedy: str) -> NotAllowedNow:
    return NotAllowedNow(detail, remedy, state=form.status.value, event=event.value)
