"""Writes the quotas and paces as a page, from their data: `python -m infra.build.limits` makes docs/limits.md,
`--check` fails on drift."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from shared.domain.core.limits import LIVES, PACES, QUOTAS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "limits.md"
_HEAD = """# Limits

Made of `shared/domain/core/limits.py` by `python -m infra.build.limits`; change the data, not this page. Each is
counted for one source (an IPv4 address, or the /64 of an IPv6 address), one email address whether or not anybody has
it, one browser that its owner signed in with before, one account, or one person.
"""
_PACES = """## Paces

Beyond one, a call is refused with 429, `Retry-After`, and words that say when to try again.

| Pace | What | For each | At most | In |
|---|---|---|---|---|
"""
_QUOTAS = """## Quotas

Beyond one, a call is refused with 409 and what to do about it: waiting does not help.

| Quota | What | For each | At most | To make room |
|---|---|---|---|---|
"""
_LIVES = """## How long things last

| What | At most |
|---|---|
"""


def render() -> str:
    paces = [
        (
            f"`{one.name}`",
            one.what,
            one.each,
            str(one.most),
            span(one.within) + (", since the last" if one.afresh else ""),
        )
        for one in PACES
    ]
    quotas = [(f"`{one.name}`", one.what, one.each, str(one.most), one.remedy) for one in QUOTAS]
    lives = [(what, span(life)) for what, life in LIVES]
    return "\n".join([_HEAD, _PACES + _table(paces), _QUOTAS + _table(quotas), _LIVES + _table(lives)])


def span(length: timedelta) -> str:
    """`14 days` or `15 minutes`: the largest unit that says it exactly."""
    units = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))
    unit, size = next((name, size) for name, size in units if not length % size)
    number = length // size
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def main(arguments: list[str], page: Path = PAGE) -> int:
    """Exit status 0, or 1 when `--check` finds that the page is not what the data says."""
    if "--check" not in arguments:
        page.write_text(render(), encoding="utf-8")
        return 0
    current = page.read_text(encoding="utf-8") if page.exists() else ""
    if current == render():
        return 0
    print(f"{page} is not what shared/domain/core/limits.py says: run python -m infra.build.limits")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
