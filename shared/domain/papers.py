"""What a document says about itself, once a reviewer has read it: its dates, its language, whether it counts. Pure.

Dates are those printed on the paper (the site's calendar, no zone). A paper that does not count stands as if it had not been uploaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from shared.domain.errors import Invalid
from shared.domain.trainee import DocumentFact, TraineeFacts

ACCEPTED, DECLINED = "accepted", "declined"
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
    """What a reviewer read. `issued`, `expires`: as printed, None when there is none; `language` an English name or ""."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    verdict: Literal["accepted", "declined"]
    issued: date | None = None
    expires: date | None = None
    language: str = ""


def require_sensible(check: Check, today: date) -> None:
    """Raises `Invalid` with `field` for dates that cannot stand on one paper that exists today."""
    if check.issued is not None and not OLDEST <= check.issued <= today:
        raise Invalid("A document that is here was issued by today.", "Look at its date of issue again.", field="issued")
    if check.expires is not None and check.expires < max(check.issued or OLDEST, OLDEST):
        raise Invalid("A document does not expire before it was issued.", "Look at both dates again.", field="expires")


def evidence_for(code: str) -> tuple[str, ...]:
    """The kinds of documents to read for this guideline."""
    return (code.removeprefix("document:"),) if code.startswith("document:") else EVIDENCE.get(code, ())


def with_papers(facts: TraineeFacts, documents: Sequence[Mapping[str, Any]]) -> TraineeFacts:
    """The profile with its owner's documents (their states): of each kind the newest that was not declined counts.

    What a reviewer read replaces what the profile says of that kind; what nobody read yet is added where the profile says nothing.
    """
    known = {fact.kind: fact for fact in facts.documents}
    read: list[DocumentFact] = []
    for kind in sorted({str(state["kind"]) for state in documents if state["status"] == "STORED"}):
        newest = newest_that_counts(documents, kind)
        if newest is not None and newest.get("checked") == ACCEPTED:
            language = str(newest.get("language") or (known[kind].language if kind in known else ""))
            read.append(
                DocumentFact(kind=kind, accepted=True, issued=newest.get("issued"), expires=newest.get("expires"), language=language)
            )
        elif newest is not None and kind not in known:
            read.append(DocumentFact(kind=kind))
    replaced = {fact.kind for fact in read}
    kept = tuple(fact for fact in facts.documents if fact.kind not in replaced)
    return facts.model_copy(update={"documents": (*kept, *read)})


def newest_that_counts(documents: Iterable[Mapping[str, Any]], kind: str) -> Mapping[str, Any] | None:
    found = [one for one in documents if one["kind"] == kind and one["status"] == "STORED" and one.get("checked") != DECLINED]
    return max(found, key=lambda state: int(state["number"]), default=None)
