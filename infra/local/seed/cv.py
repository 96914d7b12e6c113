"""A one-page CV as a PDF, written object by object with nothing but the standard library (ISO 32000-1, 7.5: the file
structure)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from infra.local.seed.people import DemoPerson

# US Letter in points; text starts at the top left margin.
_WIDTH, _HEIGHT, _MARGIN = 612, 792, 64
_BODY, _HEAD, _TITLE = 10.5, 12.5, 22.0
_LEADING = 1.45
_LINE_CHARACTERS = 88


@dataclass(frozen=True)
class Section:
    heading: str
    lines: tuple[str, ...]


def demo_cv(person: DemoPerson) -> bytes:
    """The invented CV of a demo trainee, as PDF. Raises `ValueError` for a person without trainee facts."""
    if person.facts is None:
        raise ValueError(f"{person.key} is no trainee and has no CV")
    facts = person.facts
    if facts.graduation_year:
        study = f"Doctor of Medicine, {facts.school}, {facts.country}, {facts.graduation_year}"
    else:
        study = f"Medical student, {facts.school}, {facts.country}, expected to graduate {facts.expected_graduation}"
    sections = (
        Section("Education", (study,)),
        Section("Examinations", (f"USMLE Step 1: {facts.step1.replace('_', ' ')}",)),
        Section(
            "Clinical experience",
            (
                "Internal medicine, 12 weeks: ward rounds, histories, discharge letters",
                "Pediatrics, 8 weeks: well-child clinic and emergency room",
                "General surgery, 8 weeks: clinic and assisting in the operating room",
            ),
        ),
        Section(
            "Research",
            (
                "Home blood-pressure readings and follow-up visits: a survey of 212 patients. Poster, student "
                "conference.",
            ),
        ),
        Section("Languages", (", ".join(facts.languages),)),
        Section("Volunteering", ("Weekend health fairs: blood pressure, glucose and advice in three villages.",)),
    )
    return cv_pdf(person.name, person.email, sections)


def cv_pdf(name: str, email: str, sections: Sequence[Section]) -> bytes:
    """One page: the name, the address, then headed lists. The same input gives the same bytes. Raises `ValueError` for
    characters outside Windows-1252 (the standard fonts have no others) and for more text than one page holds."""
    stream = "\n".join(_operators(name, email, sections)).encode("ascii")
    return _document(
        (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << /Font << /R 5 0 R /B 6 "
            b"0 R >> >> >>" % (_WIDTH, _HEIGHT),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
            b"<< /Title %s /Author %s >>" % (_text_string(f"CV of {name}"), _text_string(name)),
        )
    )


def _operators(name: str, email: str, sections: Sequence[Section]) -> Iterator[str]:
    y = _HEIGHT - _MARGIN - _TITLE
    yield _show("B", _TITLE, y, name)
    y -= _BODY * _LEADING * 1.2
    yield _show("R", _BODY, y, f"Curriculum vitae · {email} · invented for a demonstration")
    for section in sections:
        y -= _HEAD * _LEADING * 1.6
        yield _show("B", _HEAD, y, section.heading)
        for line in section.lines:
            for piece in textwrap.wrap(line, _LINE_CHARACTERS):
                y -= _BODY * _LEADING
                yield _show("R", _BODY, y, piece)
    if y < _MARGIN:
        raise ValueError("this CV does not fit on one page; shorten it")


def _show(font: str, size: float, y: float, text: str) -> str:
    return f"BT /{font} {size} Tf {_MARGIN} {y:.2f} Td <{text.encode('cp1252').hex()}> Tj ET"


def _text_string(text: str) -> bytes:
    """A text string outside a page: UTF-16 with its byte order mark, in hexadecimal, so that nothing needs escaping
    (7.9.2.2)."""
    return b"<%s>" % ("\ufeff" + text).encode("utf-16-be").hex().encode("ascii")


def _document(objects: Sequence[bytes]) -> bytes:
    """Numbers the objects from 1 and adds header, cross-reference table and trailer; object 1 is the catalog, the last
    one the info."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")  # the second line tells transports that this is binary (7.5.2)
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (len(objects) + 1, len(objects))
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)
