"""What an uploaded file is, and whether it opens: PDFs by pikepdf (qpdf), which reads them as readers do, pictures by
their structure.

pikepdf is packed with the documents function alone, and imported when the first PDF comes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from shared.domain.documents.images import DAMAGED, JPEG_START, PNG_START, jpeg_fault, png_fault
from shared.domain.documents.uploads import JPEG, PDF, PNG, Looked

if TYPE_CHECKING:
    from types import ModuleType

    from pikepdf import Object, Pdf

HEADER_WITHIN = 1024
"""Readers look for the header in the first kilobyte (ISO 32000-1, implementation note H.3.4.1)."""
UNPACKED = 64_000_000
"""What one packed part of a PDF's structure may unpack to, in bytes; a page's pictures are not unpacked."""
NESTED, OBJECTS, LINES = 100, 200_000, 400_000
"""More than any program writes into 10 MB: objects within objects, objects, and lines of a file without its table."""

_TRAILER = re.compile(rb"trailer\s*<<")

# --- what makes a PDF do something (ISO 32000-1, 12.6.4 and Annex E; ISO 32000-2) -------------------------------------
ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToE",
        "/GoToR",
        "/Rendition",
        "/Movie",
        "/Sound",
        "/RichMediaExecute",
        "/GoTo3DView",
    }
)
"""Types of actions that run something or reach for another file. Going to a page and opening a web address are no
more than links."""
ANNOTATIONS = frozenset({"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
KEYS = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"})
"""Names of entries that hold a script, a file or a form that is a program."""
WORDS = frozenset(
    {("/Type", "/EmbeddedFile")} | {("/S", name) for name in ACTIONS} | {("/Subtype", name) for name in ANNOTATIONS}
)
_SUSPECT = re.compile(f"(?:{'|'.join(sorted(KEYS | {word for _, word in WORDS}))})(?![A-Za-z0-9])".encode())
"""Most objects hold none of these words; those that do are read exactly, since a text may hold them, too."""


class FileInspector:
    """The port `FileInspector`."""

    def look(self, content: bytes) -> Looked:
        if content.startswith(JPEG_START):
            return Looked(JPEG, jpeg_fault(content))
        if content.startswith(PNG_START):
            return Looked(PNG, png_fault(content))
        if b"%PDF-" in content[:HEADER_WITHIN]:
            return Looked(PDF, pdf_fault(content))
        return Looked("")


def pdf_fault(content: bytes) -> str:
    """ "" for a PDF that opens without a password and only shows its pages; else "locked", "no_page", "active" or
    "damaged"."""
    tried = (_fault(found, recovers) for found, recovers in _ways(content))
    return next((fault for fault in tried if fault is not None), DAMAGED)


def _ways(content: bytes) -> Iterator[tuple[bytes, bool]]:
    """As readers go about it: by the file's table of objects; else by looking for the objects, which takes time for
    every line; in the end also where there is a table, but one that leads nowhere."""
    yield content, False
    if content.count(b"\n") + content.count(b"\r") <= LINES:
        yield content, True
        yield content.replace(b"startxref", b"startxxxx"), True


def _fault(content: bytes, recovers: bool) -> str | None:
    """None where this way led nowhere."""
    pikepdf = _pikepdf()
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True, attempt_recovery=recovers) as pdf:
            if _is_cut_off(pdf, content):
                return DAMAGED
            return _pages_fault(pdf) or ("active" if _is_active(pdf) else "")
    except pikepdf.PasswordError:
        return "locked"
    except pikepdf.DataDecodingError:
        return DAMAGED  # part of its structure does not unpack, or to far too much: no other way leads past that
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError):
        # What qpdf does not find its way through is reported by many types, and all of them mean the same.
        return None


@cache
def _pikepdf() -> ModuleType:
    import pikepdf

    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=UNPACKED, run_length_max_memory=UNPACKED, parser_max_nesting=NESTED
    )
    return pikepdf


def _is_cut_off(pdf: Pdf, content: bytes) -> bool:
    """qpdf puts a trailer in the place of one that is missing. Other readers give up, and the end of the file is
    gone."""
    return set(pdf.trailer.keys()) <= {"/Root"} and _TRAILER.search(content) is None


def _pages_fault(pdf: Pdf) -> str:
    """A file that lost some of its parts may be opened all the same; then it has fewer pages than it says."""
    said = pdf.Root.Pages.get("/Count")
    pages = len(pdf.pages)
    if not pages:
        return "no_page"
    return DAMAGED if isinstance(said, int) and said > pages else ""


def _is_active(pdf: Pdf) -> bool:
    """Every object is looked at, also those that no page refers to: another reader may find its way to them."""
    pikepdf = _pikepdf()
    containers = (pikepdf.Dictionary, pikepdf.Array, pikepdf.Stream)
    if len(pdf.objects) > OBJECTS:
        raise ValueError(f"{len(pdf.objects)} objects")
    for found in pdf.objects:
        if isinstance(found, containers) and _SUSPECT.search(_written(found)) and _does_something(found, NESTED):
            return True
        if isinstance(found, pikepdf.Stream) and found.get("/Type") == "/ObjStm":
            found.read_bytes()  # raises where it does not unpack: what lies in it was not looked at then
    return False


def _written(found: Object) -> bytes:
    """An object as it would be written: names in their plain spelling, of what it refers to no more than the number."""
    own = found.stream_dict if isinstance(found, _pikepdf().Stream) else found
    return bytes(own.unparse(resolved=True))


def _does_something(found: object, left: int) -> bool:
    """Whether this object, or one written within it, is an action, a script, a file or a player."""
    pikepdf = _pikepdf()
    for name, value in _entries(found):
        word = str(value) if isinstance(value, pikepdf.Name) else ""
        if name in KEYS or (name, word) in WORDS:
            return True
        within = isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect
        if within and (not left or _does_something(value, left - 1)):
            return True
    return False


def _entries(found: Any) -> Iterable[tuple[str, object]]:
    """What is in a dictionary, a stream's or an array, whose entries have no names."""
    pikepdf = _pikepdf()
    if isinstance(found, pikepdf.Array):
        return (("", found[at]) for at in range(len(found)))
    own = found.stream_dict if isinstance(found, pikepdf.Stream) else found
    found_in: Iterable[tuple[str, object]] = own.items()
    return found_in
