"""PDFs by typst, read by poppler: text order, fonts, tags, letters, the same bytes."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.typst.maker import TypstMaker

MAKER = TypstMaker()
NAMES = "Zoë Nguyễn Văn Hiếu · Лейла Хаддад · ليلى حداد · Ελένη · देवनागरी · ไทย"


def data(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "title": "Credit form CF-0000000000000",
        "subtitle": "Version 1",
        "lang": "en",
        "sections": [
            {
                "title": "Student",
                "rows": [["Student", NAMES], ["Course", "#let x = 1\n*not bold* $a$"]],
                "paragraphs": [],
            },
            {"title": "Remarks", "rows": [], "paragraphs": ["A line. " * 900]},
        ],
        "footer": {"left": "CF-0 · version 1", "lines": ["Compare this file at https://rota.test/check"]},
        "unprintable": False,
    }
    return values | changes


def poppler(tool: str, made: bytes, tmp_path: Path, *more: str) -> str:
    file = tmp_path / "made.pdf"
    file.write_bytes(made)
    return subprocess.run([tool, str(file), *more], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def made() -> bytes:
    return MAKER.make("record", data())


def test_it_is_tagged_of_letter_size_and_all_its_fonts_are_embedded(made: bytes, tmp_path: Path) -> None:
    info = poppler("pdfinfo", made, tmp_path)
    assert "Tagged:          yes" in info
    assert "Title:           Credit form CF-0000000000000" in info
    assert "612 x 792 pts (letter)" in info
    fonts = [line.split() for line in poppler("pdffonts", made, tmp_path).splitlines()[2:]]
    assert fonts
    assert all(line[-5] == "yes" for line in fonts), fonts


def test_texts_stand_in_their_order_as_they_were_typed(made: bytes, tmp_path: Path) -> None:
    text = poppler("pdftotext", made, tmp_path, "-")
    order = [
        "Credit form CF",
        "Version 1",
        "Student",
        "Nguyễn Văn Hiếu",
        "Лейла",
        "#let x = 1",
        "*not bold* $a$",
        "Remarks",
    ]
    assert [text.find(one) for one in order] == sorted(text.find(one) for one in order)
    assert all(one in text for one in order)
    assert "Page 1 of 2" in text
    assert "Page 2 of 2" in text


def test_the_same_data_are_the_same_bytes(made: bytes) -> None:
    assert TypstMaker().make("record", data()) == made
    assert MAKER.make("record", data(subtitle="Version 2")) != made


def test_letters_that_no_font_has_are_marked_and_said(tmp_path: Path) -> None:
    text = poppler("pdftotext", MAKER.make("record", data(subtitle="王小明 😀 \ue000 Leila")), tmp_path, "-")
    assert "??? ? ? Leila" in text
    assert "Letters that this print cannot show" in text
    assert "Nguyễn" in text


@pytest.mark.parametrize("name", ["nothing", "../maker", "record.typ"])
def test_a_template_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no template"):
        MAKER.make(name, data())
