"""Words: the one way in which both programs and queries become terms, so that they meet.

No query syntax is parsed anywhere: a query is a list of words, whatever else it contains is white space.
"""

from __future__ import annotations

import re
import unicodedata

from shared.domain.core.errors import Invalid
from shared.domain.search.query import MAX_TEXT, MAX_WORDS

_WORD = re.compile(r"[^\W_]+")
_JOINED = re.compile(r"[.'’ʼ`]")
# As signs and maps write them: "Saint Louis" and "St. Louis" are one city.
_SHORT = {"saint": "st", "sainte": "ste", "fort": "ft", "mount": "mt"}
# Words that people type between the words they mean. They are dropped from queries unless nothing else is there ("IN",
# "OR").
_SMALL = frozenset({"a", "an", "and", "at", "by", "for", "from", "in", "near", "of", "on", "or", "the", "to", "with"})

_EMPTY = """
america american available best clerkship clerkships clinical elective electives experience experiences externship
externships find fmg good i im img imgs internship internships looking me medical my need opportunities opportunity
placement placements please program programs rotation rotations search searching some states student students training
united us usa usce want
"""
EMPTY = frozenset(_EMPTY.split())
"""What is true of every program, or of none: said in a search, these words tell no program from another. One that is
part of a specialty's name there ("medical oncology") tells them apart."""


def words(text: str) -> list[str]:
    """Lower case, without accents; "E.N.T." and "St. Mary's" are "ent" and "st marys", other punctuation separates."""
    bare = _JOINED.sub("", text.replace("&", " and ")).casefold()
    if not bare.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", bare).casefold() if not unicodedata.combining(c))
    return [_SHORT.get(word, word) for word in _WORD.findall(bare)]


def query_words(text: str) -> list[str]:
    """The words that a program must have, each once; [] for blank text. Raises `Invalid` (field `text`) if it cannot be
    searched."""
    if len(text) > MAX_TEXT:
        raise Invalid(
            f"The search text has {len(text)} characters; {MAX_TEXT} are possible.",
            "Use the few words that matter most.",
            field="text",
        )
    found = list(dict.fromkeys(words(text)))
    if not found and text.strip():
        raise Invalid(
            "The search text has no letter and no digit.",
            "Type a specialty, a city, a state or a ZIP code.",
            field="text",
        )
    found = [word for word in found if word not in _SMALL] or found
    if len(found) > MAX_WORDS:
        raise Invalid(
            f"The search text has {len(found)} words; {MAX_WORDS} are possible.",
            "Use the few words that matter most.",
            field="text",
        )
    return found
