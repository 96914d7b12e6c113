"""Search against raw tantivy and SQLite FTS5: the same questions in turns, after all three have given the same answers.

What is timed of ours is `TantivyIndex.search()`: the text is parsed, the overlay applied, the page and all facets made.
Raw tantivy answers from the same version and overlay (`search_overlay`); beside it, without a bound, from an index that
knows every seat (`search_tantivy`), as SQLite does (`search_sqlite`).
"""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tantivy import Query

from infra.bench import search_sqlite, search_tantivy, search_version
from infra.bench.measure import Ratio, in_turns, percentile, processor_seconds
from infra.bench.search_answers import Answer, Disagreement, compare
from infra.bench.search_catalogue import TODAY, Catalogue, Question, catalogue, questions
from infra.bench.search_overlay import RawWithOverlay
from infra.bench.search_rows import Row, rows
from infra.bench.search_sqlite import Fts5
from infra.bench.search_tantivy import RawTantivy
from shared.adapters.search.builder import documents, write
from shared.adapters.search.index import TantivyIndex
from shared.adapters.search.terms import text_query
from shared.adapters.search.text import query_words

P50_BOUND, P99_BOUND, COLD_BOUND = 1.3, 0.2, 1.3
ROUNDS, FEW_ROUNDS, COLD_ROUNDS = 7, 2, 15
SIZES = {5_000: 3, 100_000: 1}
"""Programs, and how many rounds SQLite is asked: it takes its time."""
AGREED = 60
"""So many questions are compared; all of them are timed."""
Ask = Callable[[], object]
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Engines:
    """One catalogue in three indexes under `folder`."""

    folder: Path
    found: Catalogue
    ours: TantivyIndex
    raw: RawWithOverlay
    knowing: RawTantivy
    sqlite: Fts5
    reopen: Callable[[], RawWithOverlay]

    @classmethod
    def built(cls, number: int, folder: Path) -> Engines:
        found = catalogue(number)
        documented = documents(found.before)
        write(documented, folder / "ours")
        prepared = list(rows(documented, found.after))
        search_version.build(documented, folder / "version")
        raw = raw_on(folder / "version", found, documented, prepared)
        search_tantivy.build(prepared, folder / "raw")
        search_sqlite.build(prepared, folder / "sqlite")
        return cls(
            folder,
            found,
            TantivyIndex.open(folder / "ours"),
            raw(),
            RawTantivy(folder / "raw"),
            Fts5(folder / "sqlite"),
            raw,
        )

    def close(self) -> None:
        self.sqlite.close()

    def ask_ours(self, question: Question) -> Ask:
        return lambda: self.ours.search(question.query, self.found.overlay, TODAY)

    @staticmethod
    def ask_raw(raw: RawTantivy, question: Question) -> Ask:
        """The words are made a query beforehand: parsing is ours alone."""
        query = scored(raw, question)
        return lambda: raw.answer(question.query, query)

    def ask_sqlite(self, question: Question) -> Ask:
        return lambda: self.sqlite.answer(question.query)

    def agree(self, asked: Sequence[Question]) -> None:
        """Raises `Disagreement`. SQLite scores words in its own way, so there only their number is compared."""
        for question in asked:
            ours = Answer.of(self.ours.search(question.query, self.found.overlay, TODAY))
            said = question.query.model_dump(mode="json", exclude_defaults=True)
            compare(f"tantivy, {said}", ours, _answer(self.ask_raw(self.raw, question)))
            compare(f"tantivy that knows today, {said}", ours, _answer(self.ask_raw(self.knowing, question)))
            if not question.misspelt:
                compare(f"SQLite, {said}", ours, _answer(self.ask_sqlite(question)), order=not question.query.text)


def raw_on(
    directory: Path, found: Catalogue, documented: Sequence[Document], prepared: Sequence[Row]
) -> Callable[[], RawWithOverlay]:
    """How the peer opens the version; what it needs to know of the changed programs is worked out here, once."""
    changed = found.overlay.by_program()
    before = list(rows([document for document in documented if document["id"] in changed], found.before))
    now = [row for row in prepared if row.program.id in changed]
    starts = [row.starts for row in sorted(prepared, key=lambda row: row.price_rank)]
    return lambda: RawWithOverlay(directory, before, now, starts)


def scored(raw: RawTantivy, question: Question) -> Query | None:
    words = query_words(question.query.text)
    return text_query(raw.searcher, raw.schema, words).query if words else None


def _answer(ask: Ask) -> Answer:
    answer = ask()
    if not isinstance(answer, Answer):
        raise Disagreement(f"no answer but {answer!r}")
    return answer


@contextmanager
def prepared(number: int) -> Iterator[tuple[Engines, list[Question]]]:
    """The engines over so many programs, and all questions. Raises `Disagreement` before anything is timed."""
    with (
        tempfile.TemporaryDirectory(prefix="rota-bench-search-") as folder,
        closing(Engines.built(number, Path(folder))) as engines,
    ):
        asked = questions([projection.program for projection in engines.found.before])
        engines.agree(asked[:AGREED])
        yield engines, asked


def measure(engines: Engines, asked: Sequence[Question], number: int) -> Iterator[Ratio]:
    """p50 beside raw tantivy, p99 beside SQLite, and cold open with the first query."""
    mine = [engines.ask_ours(one) for one in asked]
    raw = [engines.ask_raw(engines.raw, one) for one in asked]
    yield compared(f"search p50 / raw tantivy, {number:,}", mine, raw, 50, P50_BOUND, ROUNDS)
    knowing = [engines.ask_raw(engines.knowing, one) for one in asked]
    yield compared(
        f"search p50 / raw tantivy on an index that knows every seat, {number:,}", mine, knowing, 50, 0, FEW_ROUNDS
    )
    spelt = [question for question in asked if not question.misspelt]
    mine, sqlite = [engines.ask_ours(one) for one in spelt], [engines.ask_sqlite(one) for one in spelt]
    yield compared(f"search p99 / SQLite FTS5, {number:,}", mine, sqlite, 99, P99_BOUND, SIZES.get(number, 1))
    yield cold(engines, asked[0], f"cold open and first query / raw tantivy, {number:,}")


def memory(engines: Engines, question: Question) -> tuple[int, int]:
    """Bytes of the version on disk, and what a process holds that has opened it and asked once; tantivy's files are
    mapped, not held."""
    tracemalloc.start()
    try:
        index = TantivyIndex.open(engines.folder / "ours")
        index.search(question.query, engines.found.overlay, TODAY)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return sum(path.stat().st_size for path in (engines.folder / "ours").iterdir()), held


def compared(name: str, ours: Sequence[Ask], peer: Sequence[Ask], percent: int, bound: float, rounds: int) -> Ratio:
    """A percentile over all questions, round by round."""
    mine, others = by_round(ours, peer, rounds)
    return Ratio(
        name, [percentile(times, percent) for times in mine], [percentile(times, percent) for times in others], bound
    )


def by_round(ours: Sequence[Ask], peer: Sequence[Ask], rounds: int) -> tuple[list[list[float]], list[list[float]]]:
    """Processor seconds of each question by round, ours and the peer's; each is asked of both, in turns, before the
    next one."""
    pairs = [
        in_turns((partial(processor_seconds, mine), partial(processor_seconds, other)), rounds)
        for mine, other in zip(ours, peer, strict=True)
    ]
    by_side = [[list(times) for times in zip(*(pair[side] for pair in pairs), strict=True)] for side in (0, 1)]
    return by_side[0], by_side[1]


def cold(engines: Engines, question: Question, name: str) -> Ratio:
    """A version that was not open before: opened, and asked once."""

    def ours() -> object:
        return TantivyIndex.open(engines.folder / "ours").search(question.query, engines.found.overlay, TODAY)

    def raw() -> object:
        opened = engines.reopen()
        return opened.answer(question.query, scored(opened, question))

    mine, peer = in_turns((partial(processor_seconds, ours), partial(processor_seconds, raw)), COLD_ROUNDS)
    return Ratio(name, mine, peer, COLD_BOUND)
