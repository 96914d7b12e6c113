"""What somebody may have meant: a mistyped or unfinished word as one of the vocabulary of specialties, and the
specialty that words name.

It only raises what is found anyway, and finds a word that the index knows in no other way; nothing is hidden because of
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from shared.adapters.search.text import words
from shared.domain.programs import specialties
from shared.domain.programs.specialties import Specialty

UNFINISHED_FROM = 4
ONE_FROM, TWO_FROM = 5, 8  # letters from which one or two slips are forgiven
LONGEST = 40
WHO = {"ologist": "ology", "iatrist": "iatry", "iatrician": "iatrics", "etrician": "etrics", "surgeon": "surgery"}
"""How who practises is called, and what: "cardiologist", "pediatrician"."""


def named(found: Sequence[str]) -> Specialty | None:
    """The specialty that the longest run of these words names, whatever stands beside it: "cardiology in chicago"."""
    for length in range(len(found), 0, -1):
        for first in range(len(found) - length + 1):
            specialty = specialties.find(" ".join(found[first : first + length]))
            if specialty is not None:
                return specialty
    return None


@lru_cache(maxsize=4096)
def spelled(word: str) -> str:
    """The vocabulary's word that this one begins or nearly is; itself when it is one, or is near none."""
    known = _known()
    if word in known or not word.isalpha() or not UNFINISHED_FROM <= len(word) <= LONGEST:
        return word
    practised = _practised(word)
    if practised in known:
        return practised
    alike = [one for one in known if _sound(one) == _sound(word)]
    if alike:
        return min(alike)
    longer = [one for one in known if one.startswith(word)]
    if longer:
        return min(longer, key=lambda one: (len(one), one))
    allowed = 2 if len(word) >= TWO_FROM else 1 if len(word) >= ONE_FROM else 0
    # Letters left out, added, changed, or swapped with the next (optimal string alignment).
    near = [(slips, one) for one in known if (slips := _slips(word, one, allowed)) <= allowed]
    return min(near)[1] if near else word


def _slips(word: str, one: str, most: int) -> int:
    """Above `most` it gives up. Imported here: most words are spelled well."""
    from rapidfuzz.distance import OSA

    return OSA.distance(word, one, score_cutoff=most)


def _practised(word: str) -> str:
    """What somebody of this name practises; the word itself for most."""
    one = word.removesuffix("s")
    return next((one.removesuffix(who) + what for who, what in WHO.items() if one.endswith(who)), word)


@cache
def _known() -> frozenset[str]:
    """Every word of every name and alias, short ones apart: what is near two letters is no guess."""
    return frozenset(
        word
        for one in specialties.all()
        for term in (one.name, *one.aliases)
        for word in words(term)
        if len(word) >= UNFINISHED_FROM
    )


@lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    """As it is heard, and as two sides of an ocean write it: "nefrology", "paediatric"."""
    for written, heard in (("ph", "f"), ("ae", "e"), ("oe", "e"), ("y", "i"), ("ck", "k")):
        word = word.replace(written, heard)
    return word
