"""A reviewer reads a document and says what it is: it counts with its dates, or it does not, with a reason (product.md
3d)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.applications.application import ApplicationEvent
from shared.domain.core.calendar import local_date
from shared.domain.core.errors import Invalid, NotFound
from shared.domain.documents.checklist import DECLINED, Check, require_sensible
from shared.domain.documents.document import DocumentEvent, document_status_after
from shared.events.people import DocumentChecked
from shared.ports import BusinessClock, Store, UnitOfWork
from shared.services.applications.review import Review
from shared.services.core.kept_texts import kept_text, says
from shared.services.core.people_records import document_of
from shared.services.core.transitions import RequestContext, find, retry_on_conflict, transition


@dataclass(frozen=True, kw_only=True)
class DocumentCheck:
    store: Store
    review: Review
    clock: BusinessClock

    def check(
        self, call: RequestContext, application_id: str, document_id: str, check: Check, reason: str = ""
    ) -> None:
        """The reviewer who has the application reads one of its trainee's documents; the same again changes nothing,
        another time it replaces what was said. A paper that does not count needs a reason, which the trainee reads.

        Raises `Invalid` (field "issued", "expires" or "why"), `NotAllowedNow`, `NotFound`.
        """
        reason = reason.strip()

        def decide() -> None:
            # Whoever may approve may read: the arrow is only looked up, nothing moves.
            _, application = self.review.sent(call, application_id)
            self.review.deciding(application, call, ApplicationEvent.APPROVE)
            loaded = find(self.store, "DOCUMENT", document_id)
            document = document_of(loaded) if loaded else None
            if (
                loaded is None
                or document is None
                or document.trainee_id != application.trainee_id
                or not document.stored
            ):
                raise NotFound("There is no such document in this application.", "Reload the page.")
            now = self.clock.now()
            require_sensible(check, local_date(now, "UTC"))
            if check.verdict == DECLINED and not reason:
                raise Invalid("The trainee needs to know why it does not count.", "Write one sentence.", field="why")
            ref = f"{application.trainee_id}/document:{document_id}:check-{loaded.version + 1}"
            kept = kept_text(ref, reason) if reason else None
            verdict = DocumentEvent.DECLINE if check.verdict == DECLINED else DocumentEvent.ACCEPT
            event = DocumentChecked(
                status=document_status_after(document.status, verdict, call.actor.role),
                checked=check.verdict,
                issued=check.issued,
                expires=check.expires,
                language=check.language,
                checked_by=call.actor.id,
                checked_at=now,
                check_reason_ref=kept.ref if kept else None,
                check_reason_hash=kept.hash if kept else None,
            )
            said, held = {"checked", "issued", "expires", "language"}, document.check_reason_ref
            same = says(self.store, held, reason) if reason else held is None
            if same and event.model_dump(include=said) == document.model_dump(include=said):
                return
            texts = (kept.record,) if kept else ()
            self.store.commit(UnitOfWork(transitions=(transition(loaded, event, call, now),), records=texts))

        retry_on_conflict(decide)
