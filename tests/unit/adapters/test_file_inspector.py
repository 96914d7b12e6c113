"""Whether a file opens, held to readers that are not ours: PDFium for every PDF (and poppler, where it is installed),
Pillow for pictures. All files are made by the tests."""

from __future__ import annotations

import struct
import subprocess
import time
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from shutil import which

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from shared.adapters.file_inspector import FileInspector, pdf_fault
from shared.domain.documents.images import PNG_START, jpeg_fault, png_fault
from shared.domain.documents.uploads import JPEG, PDF, PNG, REASONS, Looked
from tests.files import A_JPEG, A_PDF, CATALOG, PAGE, PAGES, a_locked_pdf, pdf
from tests.odd_pdfs import FILES, PACKED, WRITTEN, changed

POPPLER = which("pdfinfo")
READERS_DIFFER = {
    "ends: startxref of a packed file wrong": "PDFium opens it, poppler does not",
    "cut: printed, 99 % of it": "poppler opens it, PDFium does not; what is missing is the end of the trailer",
    "cut: packed, 99 % of it": "PDFium opens it, poppler does not; what is missing is the word of where the table is",
    "nothing: a page that is not there": "poppler counts it, and shows an empty page",
    "nothing: three pages, of which two are not there": "poppler counts them, and shows empty pages",
    "nothing: pages within themselves": "poppler counts one, and shows an empty page",
}
"""Where two independent readers do not agree with each other; there either answer is right."""


# --- PDFs -------------------------------------------------------------------------------------------------------------
def pdfium_says(content: bytes) -> str:
    """As `pdf_fault`: every page is opened and drawn."""
    try:
        document = pypdfium2.PdfDocument(content)
        for number in range(len(document)):
            document[number].render(scale=0.1)
        return "" if len(document) else "damaged"
    except pypdfium2.PdfiumError as refused:
        return "locked" if "password" in str(refused).lower() else "damaged"


def poppler_says(content: bytes, folder: Path) -> str:
    path = folder / "file.pdf"
    path.write_bytes(content)
    done = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=False)
    if done.returncode:
        return "locked" if "password" in done.stderr.lower() else "damaged"
    return "damaged" if "Pages:           0" in done.stdout else ""


def test_at_least_sixty_pdfs_are_judged() -> None:
    assert len(set(FILES.values())) >= 60
    assert FILES.keys() >= READERS_DIFFER.keys()


def as_one(fault: str) -> str:
    return "damaged" if fault == "no_page" else fault


@pytest.mark.parametrize("name", [name for name in FILES if name not in READERS_DIFFER])
def test_a_pdf_opens_here_where_it_opens_in_another_reader_and_only_there(name: str) -> None:
    assert as_one(pdf_fault(FILES[name])) == pdfium_says(FILES[name])


@pytest.mark.skipif(POPPLER is None, reason="poppler is not installed (Debian: apt-get install poppler-utils)")
def test_poppler_says_the_same_of_all_of_them(tmp_path: Path) -> None:
    wrong = {
        name: (pdf_fault(content), said)
        for name, content in FILES.items()
        if name not in READERS_DIFFER and as_one(pdf_fault(content)) != (said := poppler_says(content, tmp_path))
    }
    assert wrong == {}


def test_a_restricted_pdf_that_opens_without_a_password_is_taken() -> None:
    assert [pdf_fault(a_locked_pdf(user="", revision=revision)) for revision in (2, 3, 4, 6)] == ["", "", "", ""]
    assert {pdf_fault(a_locked_pdf(revision=revision)) for revision in (2, 3, 4, 6)} == {"locked"}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WRITTEN) - 1), st.binary(min_size=1, max_size=4), st.sampled_from([WRITTEN, PACKED]))
def test_any_damage_gets_an_answer(at: int, bytes_there: bytes, whole: bytes) -> None:
    damaged = whole[:at] + bytes_there + whole[at + len(bytes_there) :]
    assert FileInspector().look(damaged).fault in {"", *REASONS}


# --- PDFs that do something -------------------------------------------------------------------------------------------
SCRIPT = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
BOX = [0, 0, 10, 10]


def attach(read: pikepdf.Pdf) -> None:
    read.attachments["notes.exe"] = b"MZ"


def annotate(subtype: str, **more: object) -> Callable[[pikepdf.Pdf], None]:
    def change(read: pikepdf.Pdf) -> None:
        named = {"Type": pikepdf.Name.Annot, "Subtype": pikepdf.Name(f"/{subtype}"), "Rect": BOX}
        read.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(**named, **more)])

    return change


def link_to(action: pikepdf.Dictionary) -> Callable[[pikepdf.Pdf], None]:
    return annotate("Link", A=action)


def set_root(name: str, value: object) -> Callable[[pikepdf.Pdf], None]:
    return lambda read: setattr(read.Root, name, value)


def action(kind: str, **more: object) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"), **more)


ACTIVE: dict[str, Callable[[pikepdf.Pdf], object]] = {
    "a script when it is opened": set_root("OpenAction", SCRIPT),
    "a script when it is closed": set_root("AA", pikepdf.Dictionary(WC=SCRIPT)),
    "a script of the document": set_root(
        "Names", pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["one", SCRIPT]))
    ),
    "a script when a page is shown": lambda read: setattr(read.pages[0], "AA", pikepdf.Dictionary(O=SCRIPT)),
    "a script behind a link": link_to(SCRIPT),
    "a script after another action": link_to(action("URI", URI="https://a.example", Next=[SCRIPT])),
    "a program behind a link": link_to(action("Launch", F="calc.exe")),
    "another file behind a link": link_to(action("GoToR", F="other.pdf", D=[0])),
    "a form that is sent off": link_to(action("SubmitForm", F="https://a.example")),
    "a file attached": attach,
    "a file attached to a page": annotate("FileAttachment"),
    "a film": annotate("RichMedia"),
    "a player": annotate("Screen"),
    "a form that is a program": set_root("AcroForm", pikepdf.Dictionary(Fields=[], XFA="<xdp/>")),
}
PASSIVE: dict[str, Callable[[pikepdf.Pdf], object]] = {
    "a link to a web page": link_to(action("URI", URI="https://pubmed.example/?q=/JavaScript")),
    "a first page to open at": lambda read: setattr(
        read.Root, "OpenAction", pikepdf.Array([read.pages[0].obj, pikepdf.Name.Fit])
    ),
    "a link within": lambda read: link_to(action("GoTo", D=[read.pages[0].obj, pikepdf.Name.Fit]))(read),
    "a form to fill in": set_root("AcroForm", pikepdf.Dictionary(Fields=[])),
    "a note": annotate("Text", Contents="Uses /JavaScript, /Launch and /EmbeddedFile."),
    "a title of such words": lambda read: setattr(
        read, "docinfo", read.make_indirect(pikepdf.Dictionary(Title="/S /Launch /JS (x)"))
    ),
    "a font of such a name": lambda read: setattr(read.pages[0].Resources.Font.F1, "BaseFont", pikepdf.Name.Movie),
}


@pytest.mark.parametrize("name", ACTIVE)
def test_a_pdf_that_does_something_is_refused_with_what_to_do(name: str) -> None:
    assert pdf_fault(changed(ACTIVE[name])) == "active"
    assert "Save as PDF" in REASONS["active"][1]


@pytest.mark.parametrize("name", PASSIVE)
def test_links_notes_and_words_do_nothing(name: str) -> None:
    assert pdf_fault(changed(PASSIVE[name])) == ""


def test_a_script_is_found_packed_in_other_spelling_and_where_no_page_leads() -> None:
    packed = BytesIO()
    with pikepdf.open(BytesIO(changed(ACTIVE["a script behind a link"]))) as read:
        read.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"JavaScript" not in packed.getvalue()
    spelled = pdf(CATALOG[:-2] + b"/OpenAction<</S/J#61vaScript/#4aS(x)>>>>", PAGES, PAGE)
    lost = pdf(CATALOG, PAGES, PAGE, b"<</S/Launch/F(calc.exe)>>")
    assert [pdf_fault(one) for one in (packed.getvalue(), spelled, lost)] == ["active"] * 3


# --- pictures ---------------------------------------------------------------------------------------------------------
def noise(mode: str = "RGB", size: tuple[int, int] = (61, 47)) -> Image.Image:
    return Image.effect_noise(size, 60).convert(mode)


def written(picture: Image.Image, format: str, **options: object) -> bytes:
    made = BytesIO()
    picture.save(made, format, **options)
    return made.getvalue()


EXIF = Image.Exif()
EXIF[0x010E] = "A photo"
PICTURES = {
    "jpeg": written(noise(), "JPEG"),
    "gray jpeg": written(noise("L"), "JPEG"),
    "cmyk jpeg": written(noise("CMYK"), "JPEG"),
    "progressive jpeg": written(noise(), "JPEG", progressive=True),
    "jpeg with restarts": written(noise(), "JPEG", restart_marker_rows=1),
    "jpeg with exif": written(noise(), "JPEG", exif=EXIF),
    "small jpeg": A_JPEG,
    "png": written(noise(), "PNG"),
    "gray png": written(noise("L"), "PNG"),
    "png of two colors": written(noise("1"), "PNG"),
    "png with a palette": written(noise("P"), "PNG"),
    "png that one sees through": written(noise("RGBA"), "PNG"),
    "gray png that one sees through": written(noise("LA"), "PNG"),
    "png with a profile": written(noise(), "PNG", icc_profile=b"profile" * 100),
}


def pillow_opens(content: bytes) -> bool:
    try:
        with Image.open(BytesIO(content)) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError, struct.error):
        return False
    return True


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_taken_whole_and_refused_when_cut(name: str) -> None:
    content = PICTURES[name]
    assert FileInspector().look(content) == Looked(JPEG if "jpeg" in name else PNG)
    assert pillow_opens(content)
    for percent in (1, 10, 50, 90):
        part = content[: max(12, len(content) * percent // 100)]
        assert FileInspector().look(part).fault == "damaged"
        assert not pillow_opens(part)
    assert FileInspector().look(content[:-1]).fault == "damaged"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width: int = 1, height: int = 1, depth: int = 8, color: int = 2, interlaced: int = 0) -> bytes:
    return PNG_START + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlaced))


END, ROW = chunk(b"IEND", b""), chunk(b"IDAT", zlib.compress(b"\0" * 4))
FRAME = b"\xff\xc0\x00\x0b\x08\x00\x10\x00\x10\x01\x01\x11\x00"


@pytest.mark.parametrize(
    ("content", "opens"),
    [
        (header() + ROW + END, True),
        (header(9, 7, interlaced=1) + chunk(b"IDAT", zlib.compress(b"\0" * 230)) + END, True),
        (header() + END, False),
        (header() + ROW[:-1] + b"\0" + END, False),
        (header(height=9) + ROW + END, False),
        (header(depth=3) + ROW + END, False),
        (header(width=0) + ROW + END, False),
        (header(color=3) + chunk(b"IDAT", zlib.compress(b"\0\0")) + END, False),
        (header() + chunk(b"WHAT", b"") + ROW + END, False),
        (PNG_START + ROW + END, False),
    ],
)
def test_a_png_needs_a_header_that_stands_for_a_picture_and_data_for_every_row(content: bytes, opens: bool) -> None:
    assert (png_fault(content) == "") is opens


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xd9",
        A_JPEG.replace(A_JPEG[A_JPEG.index(b"\xff\xc0") :][:13], b"", 1) if b"\xff\xc0" in A_JPEG else A_JPEG[:20],
        A_JPEG[:2] + A_JPEG[A_JPEG.index(b"\xff\xda") :],
        A_JPEG[: A_JPEG.index(b"\xff\xda")] + b"\xff\xd9",
        b"\xff\xd8" + FRAME + FRAME + b"\xff\xd9",
        b"\xff\xd8\xff\xe0\xff\xff",
    ],
    ids=["four bytes", "no frame", "only a scan", "no scan", "two frames", "a segment beyond the end"],
)
def test_a_jpeg_needs_tables_a_frame_and_a_scan(content: bytes) -> None:
    assert jpeg_fault(content) == "damaged"
    assert not pillow_opens(content)


# --- what is made to take long ----------------------------------------------------------------------------------------
def pages_of(number: int) -> bytes:
    return b"%PDF-1.4\n" + b"".join(b"%d 0 obj 1 endobj\n" % at for at in range(number)) + b"trailer<</Root 1 0 R>>\n"


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8" + b"\xff\xe0\x00\x02" * 2_499_999,
        A_JPEG[:-2] + b"\xff\xe0\x00\x02" * 2_499_000,
        header() + chunk(b"tEXt", b"") * 830_000,
        b"%PDF-1.4\n" + b"x\n" * 4_999_000,
    ],
    ids=["tiny segments", "tiny segments behind the scan", "tiny chunks", "lines without an object"],
)
def test_ten_megabytes_of_tiny_parts_are_refused_within_a_tenth_of_a_second(content: bytes) -> None:
    """The fastest of three, as others may be busy on this machine."""
    took = []
    for _ in range(3):
        begun = time.process_time()
        assert FileInspector().look(content).fault == "damaged"
        took.append(time.process_time() - begun)
    assert min(took) < 0.1


def test_what_unpacks_to_far_more_than_it_is_is_refused() -> None:
    packing = zlib.compressobj(9)
    bomb = b"".join(packing.compress(bytes(1_000_000)) for _ in range(100)) + packing.flush()
    body = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream " % (len(bomb), bomb)
    whole = pdf(CATALOG, PAGES, PAGE, body, version=b"1.5")
    begun = time.process_time()
    assert pdf_fault(whole) == "damaged"
    assert time.process_time() - begun < 2
    assert png_fault(header(2**31 - 1, 2**31 - 1) + chunk(b"IDAT", bomb) + END) == "damaged"


def test_what_is_no_file_of_ours_is_nothing() -> None:
    assert FileInspector().look(b" " * 1024 + A_PDF) == FileInspector().look(b"MZ") == Looked("")
    assert FileInspector().look(A_PDF) == Looked(PDF)
