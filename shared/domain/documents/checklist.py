"""What a document says about itself, once a reviewer has read it: its dates, its language, whether it counts. Pure.

Dates are those printed on the paper (the site's calendar, no zone). A paper that does not count stands as if it had not
been uploaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.domain.core.errors import Invalid
from shared.domain.documents.document import Document, Verdict
from shared.domain.documents.rules import DocumentRule, document_name
from shared.domain.trainees.trainee import DocumentFact, TraineeFacts, TraineeStatus

ACCEPTED: Verdict = "accepted"
DECLINED: Verdict = "declined"
OLDEST = date(1950, 1, 1)
EVIDENCE: Mapping[str, tuple[str, ...]] = {
    "status": ("good_standing_letter", "transcript", "diploma"),
    "step1": ("usmle_score_report", "ecfmg_status_report"),
    "step2_ck": ("usmle_score_report", "ecfmg_status_report"),
    "graduation_year": ("diploma", "transcript", "mspe"),
    "languages": ("language_certificate",),
    "visa": ("visa", "passport"),
    "cv_language": ("cv",),
}
"""Which kinds of documents a reviewer reads for a guideline that is no document rule itself."""


class Check(BaseModel):
    """What a reviewer read. `issued`, `expires`: as printed, None when there is none; `language` an English name or
    ""."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    verdict: Verdict
    issued: date | None = None
    expires: date | None = None
    language: str = ""


def require_sensible(check: Check, today: date) -> None:
    """Raises `Invalid` with `field` for dates that cannot stand on one paper that exists today."""
    if check.issued is not None and not OLDEST <= check.issued <= today:
        raise Invalid(
            "A document that is here was issued by today.", "Look at its date of issue again.", field="issued"
        )
    if check.expires is not None and check.expires < max(check.issued or OLDEST, OLDEST):
        raise Invalid("A document does not expire before it was issued.", "Look at both dates again.", field="expires")


def evidence_for(code: str) -> tuple[str, ...]:
    """The kinds of documents to read for this guideline."""
    return (code.removeprefix("document:"),) if code.startswith("document:") else EVIDENCE.get(code, ())


def with_documents(facts: TraineeFacts, documents: Sequence[Document]) -> TraineeFacts:
    """The profile with its owner's documents: of each kind the newest stored one that was not declined counts.

    What a reviewer read replaces what the profile says of that kind; what nobody read yet is added where the profile
    says nothing.
    """
    known = {fact.kind: fact for fact in facts.documents}
    read: list[DocumentFact] = []
    for kind in sorted({one.kind for one in documents if one.stored}):
        latest = newest_that_counts(documents, kind)
        if latest is not None and latest.checked == ACCEPTED:
            language = latest.language or (known[kind].language if kind in known else "")
            read.append(
                DocumentFact(
                    kind=kind,
                    accepted=True,
                    issued=latest.issued,
                    expires=latest.expires,
                    language=language,
                )
            )
        elif latest is not None and kind not in known:
            read.append(DocumentFact(kind=kind))
    replaced = {fact.kind for fact in read}
    kept = tuple(fact for fact in facts.documents if fact.kind not in replaced)
    return facts.model_copy(update={"documents": (*kept, *read)})


def newest_that_counts(documents: Iterable[Document], kind: str) -> Document | None:
    return newest(one for one in documents if one.kind == kind and one.counts)


def newest(documents: Iterable[Document]) -> Document | None:
    """The one with the highest number, which counts per kind; None among none."""
    return max(documents, key=lambda one: one.number, default=None)


# --- the trainee's checklist ------------------------------------------------------------------------------------------
State = Literal["missing", "declined", "uploaded", "accepted", "too_old", "too_short", "undated"]


class ChecklistItem(BaseModel):
    """A document that an application needs, held against the rotation's dates. `needed_by`: to apply, before approval,
    or before the rotation is cleared. `issued_from` and `valid_until` are what the rule asks of its dates, None when it
    asks nothing or no start is chosen.

    `why` a declined one does not count is an erasable text, named by `reason_ref`; whoever reads the checklist fills it
    in. `state`: too_old and too_short are read and do not fit these dates; undated: read, and the date that the rule
    asks about is not on it.
    """

    model_config = ConfigDict(frozen=True)
    kind: str
    name: str
    needed_by: Literal["apply", "approval", "clearance"]
    state: State
    issued: date | None = None
    expires: date | None = None
    issued_from: date | None = None
    valid_until: date | None = None
    reason_ref: str | None = None
    why: str = ""


def checklist(
    rules: Sequence[DocumentRule],
    required: Iterable[str],
    facts: TraineeFacts | None,
    documents: Sequence[Document],
    start: date | None,
    weeks: int,
) -> tuple[ChecklistItem, ...]:
    """T15, T16: what the application itself needs first, then the host's document rules in their order, each with where
    it stands."""
    ruled = {rule.kind for rule in rules}
    first = [DocumentRule(kind=kind) for kind in required if kind not in ruled]
    known = with_documents(
        facts or TraineeFacts(trainee_status=TraineeStatus.STUDENT), documents
    )  # only its documents are looked at
    lines = []
    for rule in (*first, *rules):
        fact = known.document(rule.kind)
        oldest = start - timedelta(days=rule.max_age_days) if start and rule.max_age_days is not None else None
        last = start + timedelta(days=7 * weeks - 1) if start and rule.must_cover else None
        declined = _declined(documents, rule.kind)
        state = _state(rule, fact, oldest, last, declined is not None)
        lines.append(
            ChecklistItem(
                kind=rule.kind,
                name=sentence(rule.kind),
                needed_by="apply" if rule.kind in required else rule.needed_by.value,
                state=state,
                issued=fact.issued if fact else None,
                expires=fact.expires if fact else None,
                issued_from=oldest,
                valid_until=last,
                reason_ref=declined.check_reason_ref if declined and state == "declined" else None,
            )
        )
    return tuple(lines)


def _declined(documents: Iterable[Document], kind: str) -> Document | None:
    return newest(one for one in documents if one.kind == kind and one.checked == DECLINED)


def _state(
    rule: DocumentRule, fact: DocumentFact | None, oldest: date | None, last: date | None, declined: bool
) -> State:
    if fact is None:
        return "declined" if declined else "missing"
    if not fact.accepted:
        return "uploaded"
    if (rule.max_age_days is not None and fact.issued is None) or (rule.must_cover and fact.expires is None):
        return "undated"
    if oldest is not None and fact.issued is not None and fact.issued < oldest:
        return "too_old"
    if last is not None and fact.expires is not None and fact.expires < last:
        return "too_short"
    return "accepted"


def sentence(kind: str) -> str:
    words = document_name(kind)
    return words[:1].upper() + words[1:]
