"""What Rota's mails say: one structure behind the text and the HTML, so that both always say the same, in the pages'
own words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.domain.programs.program import ExperienceType, Program

SIGNED = "Rota, a marketplace for clinical rotations in the United States"
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class EmailText:
    """`facts` are label and value pairs, `links` a list of (label, address). `action` is the one thing to do: (label,
    address)."""

    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    facts: Facts = ()
    action: tuple[str, str] | None = None
    closing: str = SIGNED
    links: tuple[tuple[str, str], ...] = ()

    def text(self) -> str:
        """The plain-text part."""
        blocks = [self.greeting, *self.paragraphs]
        if self.facts:
            width = max(len(label) for label, _ in self.facts)
            blocks.append("\n".join(f"{label + ':':<{width + 2}}{value}" for label, value in self.facts))
        blocks += [f"{label}:\n{address}" for label, address in self.links]
        if self.action:
            blocks.append(f"{self.action[0]}:\n{self.action[1]}")
        return "\n\n".join([*blocks, f"-- \n{self.closing}"]) + "\n"


# --- how dates and lengths are written: as on the pages ---------------------------------------------------------------
def day(value: date) -> str:
    """`Mon 1 March 2027`."""
    return f"{value:%a} {value.day} {value:%B %Y}"


def moment(value: datetime, zone: str, before: str = "") -> str:
    """`Fri 15 January 2027, 23:59 Chicago`: seconds are cut, never rounded up. `before` stands before the place."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local:%H:%M} {before}{zone.rpartition('/')[2].replace('_', ' ')}"


def both(value: datetime, zone: str, own: str) -> str:
    """At the site, and for the reader where their clock shows another time."""
    here = moment(value, zone)
    same = value.astimezone(ZoneInfo(zone)).utcoffset() == value.astimezone(ZoneInfo(own)).utcoffset()
    return here if same else f"{here} ({moment(value, own, 'for you in ')})"


def span(start: date, weeks: int) -> str:
    """`Mon 1 March to Sun 28 March 2027 (4 weeks)`; both years where they differ (T11)."""
    last = start + timedelta(weeks=weeks, days=-1)
    year = "" if start.year == last.year else f" {start.year}"
    return f"{start:%a} {start.day} {start:%B}{year} to {day(last)} ({weeks} {'week' if weeks == 1 else 'weeks'})"


def rotation(program: Program, start: date, weeks: int, kind: ExperienceType | None = None) -> Facts:
    what = {ExperienceType.HANDS_ON: ", hands-on", ExperienceType.OBSERVERSHIP: ", observership", None: ""}[kind]
    return (
        ("Program", program.name + what),
        ("Where", f"{program.place.city}, {program.place.state}"),
        ("When", span(start, weeks)),
    )


# --- to trainees ------------------------------------------------------------------------------------------------------


# --- to hosts ---------------------------------------------------------------------------------------------------------
