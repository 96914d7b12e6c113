"""The documents that a host asks of one application, with where each stands: while it is applied for, and after the
seat is paid until the rotation is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.domain.applications.application import Application
from shared.domain.documents.checklist import ChecklistItem, checklist
from shared.domain.documents.document import Document
from shared.domain.programs.program import Program
from shared.ports import People, Store


def asked_documents(
    store: Store, people: People, application: Application, program: Program, documents: Sequence[Document]
) -> tuple[ChecklistItem, ...]:
    """The documents that the host asked for on the day of submission, held against the application's dates."""
    rules, facts = application.guidelines or program.guidelines, people.facts(application.trainee_id)
    wanted = (rules.documents, program.required_documents, facts, documents, application.start, application.weeks)
    return with_reasons(store, checklist(*wanted))


def with_reasons(store: Store, lines: Iterable[ChecklistItem]) -> tuple[ChecklistItem, ...]:
    """With the reviewer's words about those that do not count, as long as they are not erased."""
    return tuple(
        one.model_copy(update={"why": _words(store, one.reason_ref), "reason_ref": None}) if one.reason_ref else one
        for one in lines
    )


def _words(store: Store, ref: str) -> str:
    found = store.text(ref)
    return str(found["text"]) if found else ""
