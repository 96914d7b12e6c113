"""The judged catalogue, the two rankings that are compared on one index, and the figure that compares them: nDCG@10."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

import tantivy

from infra.local.seed import catalogue, generator
from shared.adapters.search.builder import build
from shared.adapters.search.index import TantivyIndex
from shared.adapters.search.schema import ANYTHING, TEXT
from shared.adapters.search.text import words
from shared.domain.programs.program import Program
from shared.domain.search.query import Overlay, Projection, SearchQuery
from tests.judged.grades import Judged, grade

TODAY = date(2026, 11, 21)
GENERATED = 400
DEPTH = 10
Ranking = Callable[[str], list[str]]
"""From a text to program ids, best first, at most ten."""


def programs() -> tuple[Program, ...]:
    return (*catalogue.load(TODAY).programs, *generator.programs(GENERATED))


def indexed(found: Iterable[Program], directory: Path) -> None:
    """Every program without a seat: ranking by relevance does not look at seats."""
    build((Projection(program=program) for program in found), directory)


def ours(directory: Path) -> Ranking:
    index = TantivyIndex.open(directory)
    return lambda text: [
        hit.program_id for hit in index.search(SearchQuery(text=text, limit=DEPTH), Overlay(), TODAY).hits
    ]


def raw(directory: Path, fields: Sequence[str] = TEXT) -> Ranking:
    """tantivy as it comes: its parser over the text fields, OR, BM25. It is given the words as the index holds them, so
    that neither accents nor punctuation count against it."""
    index = tantivy.Index.open(str(directory))
    index.config_reader("manual")
    searcher = index.searcher()

    def rank(text: str) -> list[str]:
        query = index.parse_query(" ".join(words(text)), list(fields))
        cards = (searcher.doc(address)["card"][0] for _, address in searcher.search(query, DEPTH, False).hits)
        return [json.loads(card)["program_id"] for card in cards]

    return rank


def raws(directory: Path) -> tuple[Ranking, Ranking]:
    """Two ways to take the defaults: each field on its own, or the one field that holds all words."""
    return raw(directory), raw(directory, [ANYTHING])


def ndcg(grades: Sequence[int], ideal: Sequence[int]) -> float:
    """nDCG@10 of a list by its grades; `ideal` are those of the whole catalogue in any order. `ValueError` if nothing
    is relevant."""
    best = _gain(sorted(ideal, reverse=True))
    if not best:
        raise ValueError("nothing in the catalogue is relevant, so no order is better than another")
    return _gain(grades) / best


def scores(rank: Ranking, queries: Iterable[Judged], found: Iterable[Program]) -> list[float]:
    """nDCG@10 of each query, in their order. A program that is ranked twice counts once."""
    by_id = {program.id: program for program in found}
    return [
        ndcg(
            [grade(judged, by_id[id]) for id in dict.fromkeys(rank(judged.text))],
            [grade(judged, program) for program in by_id.values()],
        )
        for judged in queries
    ]


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:DEPTH]))
