"""A trainee's documents, all of them: the index that lists them may be a moment behind, the numbers of the files are
not.

Each sound file holds a claim on its number, and numbers follow one another without a gap. So whatever the index does
not show yet is found by asking for the claim after the last one that it shows (strongly consistent).
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.core.aggregate import AggregateType
from shared.domain.documents.document import Document
from shared.domain.documents.uploads import KINDS
from shared.ports import Store
from shared.services.core.people_records import document_of

READ = 200
"""Of a trainee's documents, newest first: more than anybody may keep (`shared.domain.core.limits`)."""


def number_key(trainee_id: str, kind: str, number: int) -> str:
    """The claim on a number of a kind."""
    return f"document:{trainee_id}:{kind}:{number}"


def documents_of(store: Store, trainee_id: str) -> list[Document]:
    """A trainee's documents, stored, in check and refused, newest first; a refused one that never had a number may show
    a moment later."""
    listed = [document_of(one) for one in store.owned("DOCUMENT", trainee_id, READ)]
    missing = _missing(store, trainee_id, highest_numbers(listed))
    found = {one.id: one for one in (*listed, *missing)}
    # Instants are whole seconds; ids tell files of one second apart.
    return sorted(found.values(), key=lambda one: (one.created_at, one.id), reverse=True)


def latest_number(store: Store, trainee_id: str, kind: str, known: int = 0) -> int:
    """The highest number of a kind that is taken, at least `known`, which is; 0 for none."""
    step = 1
    while store.claimed_by(number_key(trainee_id, kind, known + step)) is not None:
        known, step = known + step, step * 2
    while step > 1:
        step //= 2
        if store.claimed_by(number_key(trainee_id, kind, known + step)) is not None:
            known += step
    return known


def highest_numbers(documents: Sequence[Document]) -> dict[str, int]:
    """Of each kind: how many sound files of it there ever were."""
    found: dict[str, int] = {}
    for one in documents:
        found[one.kind] = max(found.get(one.kind, 0), one.number)
    return found


def _missing(store: Store, trainee_id: str, known: dict[str, int]) -> list[Document]:
    """What lies beyond the known numbers."""
    next_ones = {number_key(trainee_id, kind, known.get(kind, 0) + 1): kind for kind in KINDS}
    beyond = [next_ones[key] for key in store.claimed_by_all(next_ones)]
    owners: set[tuple[AggregateType, str]] = set()
    for kind in beyond:
        first = known.get(kind, 0) + 1
        last = latest_number(store, trainee_id, kind, first)
        numbers = range(max(first, last - READ + 1), last + 1)
        taken = store.claimed_by_all([number_key(trainee_id, kind, number) for number in numbers])
        owners |= {("DOCUMENT", owner) for owner in taken.values()}
    return [document_of(one) for one in store.load_many(owners).values()]
