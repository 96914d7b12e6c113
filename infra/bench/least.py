"""The least number of requests that each operation could be done with, and in a word what is sent beyond it.

How it is counted: one read brings everything whose key is known by then, another one what the first one named; a list
is one query and one read of the states it names; a write is one transaction; what must happen outside (a mail, its
claim before and its mark after, Stripe) is one request each. The answer of a step is its page's resource, so what that
page shows belongs to the step.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Least:
    """`beyond` names the excess: "apart" (keys known together, read one by one), "again" (read before, or just
    written), "kinds" (a list for each kind of due row)."""

    aws: int
    stripe: int
    made_of: str
    beyond: str = ""


LEAST: dict[str, Least] = {
    "search": Least(3, 0, "reader with facts; overlay; seats of the hits", "apart"),
    "program page": Least(1, 0, "reader with facts, program and seats: every key is in the address", "apart"),
    "apply": Least(4, 0, "reader, facts, program, seats, draft; documents and their states; write", "apart, again"),
    "submit": Least(5, 0, "reader and draft; program, facts, seats; documents and their states; write", "apart, again"),
    "approve": Least(
        8,
        0,
        "reviewer and application; program, people, seats; documents, rivals, their states; history; write",
        "apart, again",
    ),
    "sign": Least(3, 0, "reader and application; program; write", "apart, again"),
    "checkout": Least(4, 1, "reader and application; program and person; hold; session noted", "apart, again"),
    "webhook": Least(1, 0, "one conditional put"),
    "settle": Least(
        8,
        1,
        "reservation, application, write; then reservation, other applications and their states, coaches, write",
        "again",
    ),
    "notify": Least(
        18,
        0,
        "reservation, what it names, contact and document; CV; reservation, coach; for each of four mails claim, "
        "send, mark",
        "apart",
    ),
    "empty sweep": Least(2, 0, "one list for each shard of the due index", "kinds"),
    "release": Least(3, 1, "reservation; application; write", "again"),
}
