"""From words to tantivy queries, built from objects: nothing a person types is ever parsed as syntax.

Every word that tells programs apart must be found (AND); where it is found decides the rank. A word that the index
knows neither whole nor as a beginning may have one typo; a word that it knows is taken at its word, so that "Austin"
does not bring "Justin". A word that no program has in any way is left out, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import tantivy
from tantivy import Occur, Query

from shared.adapters.search.schema import ANYTHING, PHRASED
from shared.adapters.search.spelling import named, spelled
from shared.adapters.search.text import EMPTY, words
from shared.domain.programs import specialties
from shared.domain.programs.specialties import Specialty

WHOLE = {"specialty_words": 6.0, "alias_words": 4.0, "name_words": 4.0, "place_words": 4.0, "other_words": 1.0}
BEGINNING = {"specialty_words": 1.6, "alias_words": 1.0, "name_words": 1.0, "place_words": 1.0, ANYTHING: 0.3}
TYPO = {"specialty_words": 1.4, "alias_words": 0.9, "name_words": 0.8, "place_words": 0.9, ANYTHING: 0.3}
MEANT = {"specialty_words": 3.0, "alias_words": 2.0, "name_words": 1.0, ANYTHING: 0.3}
PHRASE = {"specialty_words": 6.0, "alias_words": 5.0, "name_words": 3.0}
NAMED_SPECIALTY = 40.0
TIE = 0.15  # how much the weaker fields of one word add: enough to order, not enough to add up to a better field
PREFIX_FROM = 4  # letters; shorter words that the index knows ("ca", "icu") mean themselves
TYPO_FROM = 4
TYPO_UNTIL = 40


class TextQuery(NamedTuple):
    """`query` scores what is found; `left_out` are the words that no program has."""

    query: Query
    left_out: tuple[str, ...]


def text_query(searcher: tantivy.Searcher, schema: tantivy.Schema, found: Sequence[str]) -> TextQuery:
    """All programs that have all of these words that tell programs apart, scored. Where no program has any of them,
    nothing is found, and nothing is left out."""
    meant = named([spelled(word) for word in found]) or named(found)
    wanted = [(word, _word(searcher, schema, word)) for word in _telling(found, meant)]
    left_out = tuple(word for word, query in wanted if query is None)
    parts = [(Occur.Must, query) for _, query in wanted if query is not None]
    if not parts:
        return TextQuery(Query.empty_query(), ())
    if len(parts) > 1:
        told = [word for word, query in wanted if query is not None]
        parts += [
            (Occur.Should, Query.boost_query(Query.phrase_query(schema, name, told, 1), PHRASE[name]))
            for name in PHRASED
        ]
    if meant is not None:
        is_it = Query.term_query(schema, "own_specialty", meant.slug)
        parts.append((Occur.Should, Query.const_score_query(is_it, NAMED_SPECIALTY)))
    return TextQuery(Query.boolean_query(parts), left_out)


def _telling(found: Sequence[str], meant: Specialty | None) -> Sequence[str]:
    """The words that tell one program from another; all of them, where none does."""
    of_name = {word for term in specialties.terms(meant) for word in words(term)} if meant else set()
    return [word for word in found if word not in EMPTY or word in of_name] or found


def _word(searcher: tantivy.Searcher, schema: tantivy.Schema, word: str) -> Query | None:
    """None where no program has it, in any way."""
    known = searcher.doc_freq(ANYTHING, word) > 0
    begins = len(searcher.terms_with_prefix(ANYTHING, word, limit=2)) > known
    found = (
        [Query.boost_query(Query.term_query(schema, name, word), boost) for name, boost in WHOLE.items()]
        if known
        else []
    )
    if begins and (len(word) >= PREFIX_FROM or not known):
        found += [_like(schema, name, word, boost, distance=0, prefix=True) for name, boost in BEGINNING.items()]
    elif not known and (meant := spelled(word)) != word and searcher.doc_freq(ANYTHING, meant):
        found += [Query.boost_query(Query.term_query(schema, name, meant), boost) for name, boost in MEANT.items()]
    elif not known and TYPO_FROM <= len(word) <= TYPO_UNTIL and word.isalpha():
        found += [_like(schema, name, word, boost, distance=1, prefix=name == ANYTHING) for name, boost in TYPO.items()]
        if not searcher.search(_like(schema, ANYTHING, word, 1.0, distance=1, prefix=True), 1, False).hits:
            return None
    return Query.disjunction_max_query(found, TIE) if found else None


def _like(schema: tantivy.Schema, name: str, word: str, score: float, *, distance: int, prefix: bool) -> Query:
    return Query.const_score_query(Query.fuzzy_term_query(schema, name, word, distance, True, prefix), score)
