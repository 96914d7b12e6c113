"""PDFs as people's programs write them, and as they arrive: each with the way in which it is odd. All made here."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from tests.files import A_PDF, CATALOG, PAGE, PAGES, a_locked_pdf, pdf

TEXT = b"BT /F1 24 Tf 72 720 Td (Amara Okafor, medical student) Tj ET"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
FULL_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"


def stream(body: bytes, length: bytes | None = None, more: bytes = b"") -> bytes:
    said = b"%d" % len(body) if length is None else length
    return b"<<%s%s>>stream\n%s\nendstream " % (b"/Length " + said if said else b"", more, body)


CONTENT = stream(TEXT)
WRITTEN = pdf(CATALOG, PAGES, FULL_PAGE, CONTENT, FONT)
"""By hand: one page with a line of text."""


def printed(pages: int = 3) -> bytes:
    """By reportlab, as report programs do."""
    made = BytesIO()
    canvas = Canvas(made, invariant=True)
    for number in range(pages):
        canvas.drawString(72, 720, f"Page {number + 1} of a curriculum vitae")
        canvas.showPage()
    canvas.save()
    return made.getvalue()


PRINTED = printed()


def saved(content: bytes = PRINTED, **options: object) -> bytes:
    """By qpdf, as libraries do."""
    made = BytesIO()
    with pikepdf.open(BytesIO(content)) as read:
        read.save(made, **options)  # type: ignore[arg-type]
    return made.getvalue()


def changed(change: Callable[[pikepdf.Pdf], object]) -> bytes:
    made = BytesIO()
    with pikepdf.open(BytesIO(WRITTEN)) as read:
        change(read)
        read.save(made)
    return made.getvalue()


PACKED = saved(object_stream_mode=pikepdf.ObjectStreamMode.generate)
LINEAR = saved(linearize=True)


def startxref(content: bytes, at: int) -> bytes:
    return re.sub(rb"startxref\s+\d+", b"startxref\n%d" % at, content)


def updated(content: bytes, number: int, body: bytes, previous: int | None = None) -> bytes:
    """An incremental update that replaces an object (ISO 32000-1, 7.5.6)."""
    before = re.findall(rb"startxref\s+(\d+)", content)[-1]
    at = len(content)
    section = b"%d 0 obj%sendobj\n" % (number, body)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, at)
    trailer = b"trailer<</Size 6/Root 1 0 R/Prev %d>>\n" % (int(before) if previous is None else previous)
    return content + section + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (at + len(section))


def headers() -> Iterator[tuple[str, bytes]]:
    for junk in (b"\n", b"\xef\xbb\xbf", b" " * 100, b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n"):
        yield f"{len(junk)} bytes before the header", junk + WRITTEN
    yield "header after 900 bytes", b"x" * 900 + PACKED
    yield "header after 1,000 bytes of lines", b"junk\n" * 200 + PRINTED
    for version in (b"1.0", b"1.7", b"2.0", b"1.9"):
        yield f"version {version.decode()}", WRITTEN.replace(b"%PDF-1.4", b"%PDF-" + version)
    yield "Windows line ends in the header", WRITTEN.replace(b"%PDF-1.4\n", b"%PDF-1.4\r")
    yield "no binary comment, a text one", WRITTEN.replace(b"%PDF-1.4\n", b"%PDF-1.4\n%hello\n")


def ends() -> Iterator[tuple[str, bytes]]:
    yield "no %%EOF", WRITTEN.replace(b"%%EOF\n", b"")
    yield "no startxref", WRITTEN[: WRITTEN.index(b"startxref")]
    yield "startxref 0", startxref(WRITTEN, 0)
    yield "startxref beyond the end", startxref(WRITTEN, 99_999)
    yield "startxref into the middle", startxref(PRINTED, 100)
    yield "startxref of a packed file wrong", startxref(PACKED, 3)
    for size in (10, 2_000, 100_000):
        yield f"{size} zeros behind", WRITTEN + b"\0" * size
    yield "lines behind", PRINTED + b"\r\n" * 3_000
    yield "a mail program's footer behind", PRINTED + b"\r\n-- \r\nSent from my phone\r\n" * 100
    yield "table one byte off", WRITTEN.replace(b"0000000009 00000 n", b"0000000010 00000 n")
    yield "table with one-byte line ends", WRITTEN.replace(b" \n", b"\n")
    yield "table for nothing", re.sub(rb"xref\n0 6\n(.{20}){6}", b"xref\n0 0\n", WRITTEN, flags=re.S)
    yield "trailer of its own line", WRITTEN.replace(b"trailer<<", b"trailer\r\n<<\r\n")
    yield "Size too small", WRITTEN.replace(b"/Size 6", b"/Size 2")
    yield "Size far too large", WRITTEN.replace(b"/Size 6", b"/Size 60000")
    yield "no Size", WRITTEN.replace(b"/Size 6", b"")
    yield "no Size and a wrong startxref", startxref(WRITTEN.replace(b"/Size 6", b""), 5)
    yield "line ends made for another system", WRITTEN.replace(b"\n", b"\r\n")


def shapes() -> Iterator[tuple[str, bytes]]:
    yield "by hand", WRITTEN
    yield "printed", PRINTED
    yield "one page without contents", A_PDF
    yield "packed, with a cross-reference stream", PACKED
    yield "linearized", LINEAR
    yield "linearized and packed", saved(linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    yield "for editing by hand", saved(qdf=True)
    yield "unpacked streams", saved(compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.all)
    yield "updated", updated(WRITTEN, 4, stream(TEXT.replace(b"Amara", b"Bela")))
    yield "updated twice", updated(updated(WRITTEN, 4, stream(b"")), 4, CONTENT)
    yield "updated, with a wrong way back", updated(WRITTEN, 4, CONTENT, previous=7)
    yield "length too short", WRITTEN.replace(b"/Length 60", b"/Length 10")
    yield "length too long", WRITTEN.replace(b"/Length 60", b"/Length 6000")
    yield "no length", pdf(CATALOG, PAGES, FULL_PAGE, stream(TEXT, b""), FONT)
    yield "length elsewhere", pdf(CATALOG, PAGES, FULL_PAGE, stream(TEXT, b"6 0 R"), FONT, b" %d " % len(TEXT))
    broken = zlib.compress(TEXT)[:-8]
    yield (
        "text whose packing is cut off",
        pdf(CATALOG, PAGES, FULL_PAGE, stream(broken, more=b"/Filter/FlateDecode"), FONT),
    )
    yield "a page without a size", pdf(CATALOG, PAGES, PAGE.replace(b"/MediaBox[0 0 612 792]", b""))
    yield "a page without its type", pdf(CATALOG, PAGES, PAGE.replace(b"/Type/Page", b""))
    yield "size inherited", pdf(CATALOG, PAGES[:-2] + b"/MediaBox[0 0 612 792]>>", b"<</Type/Page/Parent 2 0 R>>")
    yield "a tree of pages", pdf(CATALOG, PAGES, b"<</Type/Pages/Parent 2 0 R/Kids[4 0 R]/Count 1>>", PAGE)
    yield "catalog without its type", pdf(b"<</Pages 2 0 R>>", PAGES, PAGE)
    yield "names in other spelling", WRITTEN.replace(b"/Type/Page/", b"/Type/P#61ge/")
    yield "comments everywhere", pdf(CATALOG, b"% a comment\n" + PAGES + b"% another\n", PAGE)
    yield "spaces everywhere", pdf(CATALOG, PAGES.replace(b"/", b"\n \t/"), PAGE)


def looks_locked() -> Iterator[tuple[str, bytes]]:
    """Texts that look like an entry of the trailer."""
    title = b"/Info 4 0 R"
    yield "a title", pdf(CATALOG, PAGES, PAGE, b"<</Title(How to /Encrypt 5 0 R a file)>>", trailer=title)
    yield "a comment", WRITTEN.replace(b"%PDF-1.4\n", b"%PDF-1.4\n%/Encrypt 5 0 R\n")
    yield "a page's text", pdf(CATALOG, PAGES, FULL_PAGE, stream(TEXT.replace(b"Amara", b"/Encrypt <<")), FONT)
    yield "an entry of another object", pdf(CATALOG, PAGES, PAGE, b"<</Encrypt 5 0 R>>")
    yield "an empty entry", pdf(CATALOG, PAGES, PAGE, trailer=b"/Encrypt null")


def locked() -> Iterator[tuple[str, bytes]]:
    for revision in (2, 3, 4, 6):
        yield f"user password, revision {revision}", a_locked_pdf(revision=revision)
        yield f"owner password, revision {revision}", a_locked_pdf(user="", revision=revision)


def cut() -> Iterator[tuple[str, bytes]]:
    for name, content in (("printed", PRINTED), ("packed", PACKED), ("linearized", LINEAR), ("by hand", WRITTEN)):
        for percent in (5, 30, 60, 90, 99):
            yield f"{name}, {percent} % of it", content[: len(content) * percent // 100]


def nothing() -> Iterator[tuple[str, bytes]]:
    yield "five tokens", b"%PDF-1.4 startxref %%EOF /Page trailer"
    yield "only a header", b"%PDF-1.7\n"
    yield "a header and text", b"%PDF-1.4\n" + b"This is a letter.\n" * 100
    yield "no catalog", pdf(b"<</Type/Nothing>>", PAGES, PAGE).replace(b"/Root 1 0 R", b"")
    yield "a catalog without pages", pdf(b"<</Type/Catalog>>")
    yield "a catalog that is no dictionary", pdf(b"[1 2 3]")
    yield "no page in the tree", pdf(CATALOG, b"<</Type/Pages/Kids[]/Count 0>>")
    yield "a page that is not there", pdf(CATALOG, PAGES)
    yield (
        "three pages, of which two are not there",
        pdf(CATALOG, b"<</Type/Pages/Kids[3 0 R 8 0 R 9 0 R]/Count 3>>", PAGE),
    )
    yield "pages within themselves", pdf(CATALOG, b"<</Type/Pages/Kids[2 0 R]/Count 1>>")


ODD: dict[str, Iterator[tuple[str, bytes]]] = {
    part.__name__: part() for part in (headers, ends, shapes, looks_locked, locked, cut, nothing)
}
FILES = {f"{part}: {name}": content for part, found in ODD.items() for name, content in found}
