"""Files are judged by their bytes: type, whether they open, size, and what their kind allows (T15). PDFs are held to an
independent reader in `tests/unit/adapters/test_file_inspector.py`."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.seed.catalogue import demo_people, load
from infra.local.seed.cv import demo_cv
from shared.adapters.file_inspector import FileInspector
from shared.domain.core.errors import Invalid
from shared.domain.documents.uploads import (
    JPEG,
    KINDS,
    MAX_BYTES,
    PDF,
    PNG,
    REASONS,
    DocumentKind,
    Inspected,
    UploadPlace,
    download_name,
    kind_of,
    place_of,
)
from shared.domain.documents.uploads import (
    inspect as inspected_by,
)
from tests.files import A_JPEG, A_PDF, A_PDF_WITH_A_SCRIPT, A_PDF_WITHOUT_A_PAGE, A_PHONES_JPEG, A_PNG, a_locked_pdf

CV, PHOTO = KINDS["cv"], KINDS["photo"]


def inspect(content: bytes, kind: DocumentKind) -> Inspected:
    return inspected_by(content, kind, FileInspector().look)


def nameless(value: object) -> str | None:
    """A case is called by what comes of it: the bytes of a locked file are others in every process."""
    return "" if isinstance(value, bytes) else None


@pytest.mark.parametrize(("content", "type"), [(A_PDF, PDF), (A_JPEG, JPEG), (A_PNG, PNG)])
def test_T15_a_whole_file_of_each_type_is_taken_as_what_its_bytes_are(content: bytes, type: str) -> None:
    found = inspect(content, CV)
    assert (found.reason, found.content_type, found.size) == ("", type, len(content))
    assert found.sha256 == hashlib.sha256(content).hexdigest()


def test_T15_the_demo_cv_is_taken() -> None:
    for person in demo_people():
        if person.facts:
            assert inspect(demo_cv(person), CV).reason == ""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00 a program called cv.pdf", "wrong_type"),
        (b"<html><script>alert(1)</script>", "wrong_type"),
        (b"PK\x03\x04 a Word file", "wrong_type"),
        (b"GIF89a", "wrong_type"),
        (b" " * 1024 + A_PDF, "wrong_type"),
        (A_PDF[:60], "damaged"),
        (A_JPEG[:-2], "damaged"),
        (A_PNG[:-1], "damaged"),
        (A_PHONES_JPEG[:-2], "damaged"),
        (A_PHONES_JPEG[: len(A_JPEG) + 20], "damaged"),
        (b"\xff\xd8\xff\xd9", "damaged"),
        (a_locked_pdf(), "locked"),
        (A_PDF_WITHOUT_A_PAGE, "no_page"),
        (A_PDF_WITH_A_SCRIPT, "active"),
        (b"%PDF-1.4 startxref %%EOF /Page trailer", "damaged"),
        pytest.param(A_PDF + b"\0" * (MAX_BYTES - len(A_PDF) + 1), "too_large", id="too-large"),
    ],
    ids=nameless,
)
def test_T15_what_is_not_a_whole_pdf_jpeg_or_png_is_refused_with_a_remedy(content: bytes, reason: str) -> None:
    assert inspect(content, CV).reason == reason
    assert all(REASONS[reason])


@pytest.mark.parametrize(
    "content",
    [
        A_PHONES_JPEG,
        A_JPEG + b"\0" * 4000 + b"a video that a phone appends",
        A_JPEG[:2] + b"\xff" + A_JPEG[2:],
        b" " + A_PDF,
        A_PDF[:-8],
        A_PDF.replace(b"/Root", b"/Title(How to /Encrypt 5 0 R a file, and /JavaScript)/Root"),
        a_locked_pdf(user=""),
    ],
    ids=nameless,
)
def test_T15_what_opens_everywhere_is_taken(content: bytes) -> None:
    assert inspect(content, CV).reason == ""


def test_T15_exactly_ten_megabytes_are_taken() -> None:
    whole = A_JPEG[:-2] + b"\0" * (MAX_BYTES - len(A_JPEG)) + A_JPEG[-2:]
    assert (len(whole), inspect(whole, CV).reason) == (10_000_000, "")


def test_a_photo_is_an_image() -> None:
    assert inspect(A_PDF, PHOTO).reason == "type_not_for_kind"
    assert inspect(A_PNG, PHOTO).reason == ""


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer_and_only_known_types_pass(content: bytes) -> None:
    found = inspect(content, CV)
    assert found.reason in {"", *REASONS}
    assert (found.reason == "") <= (found.content_type in {PDF, JPEG, PNG})


@given(
    st.sampled_from(sorted(KINDS)),
    st.from_regex(r"[0-9a-z-]{1,40}", fullmatch=True),
    st.from_regex(r"[0-9a-z]{26}", fullmatch=True),
)
def test_a_place_and_its_key_say_the_same(kind: str, account: str, document: str) -> None:
    place = UploadPlace(account, kind, document)
    assert place_of(place.key) == place


@pytest.mark.parametrize(
    "key",
    [
        "",
        "uploads/a/cv",
        "uploads/a/nonsense/b",
        "uploads/../cv/b",
        "uploads/a/cv/b/c",
        "x/a/cv/b",
        "uploads/a/cv/b\n",
        "uploads//cv/b",
    ],
)
def test_a_key_that_is_not_a_documents_is_refused(key: str) -> None:
    with pytest.raises(Invalid):
        place_of(key)


def test_every_document_that_a_program_asks_for_can_be_uploaded() -> None:
    asked = {rule.kind for program in load().programs for rule in program.guidelines.documents}
    asked |= {kind for program in load().programs for kind in program.required_documents}
    assert asked <= set(KINDS)


def test_an_unknown_kind_is_refused_with_the_ones_that_exist() -> None:
    with pytest.raises(Invalid) as refused:
        kind_of("selfie")
    assert "transcript" in refused.value.remedy


def test_a_download_is_named_after_its_kind_version_and_person_without_path_letters() -> None:
    assert download_name("cv", 2, PDF, "Amara Okafor") == "CV 2 - Amara Okafor.pdf"
    assert download_name("tb_test", 1, JPEG, "../A: b") == "TB test 1 - .. A b.jpg"
