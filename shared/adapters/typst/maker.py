"""`DocumentMaker` by typst (https://typst.app), with the Noto fonts of the packages beside it: Latin, Greek, Cyrillic,
Vietnamese, Devanagari, Arabic and Thai. Neither the machine's fonts nor the network are asked, so that a document is
the same bytes wherever it is made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import typst

FONTS = ("fontpkg_noto_sans", "fontpkg_noto_sans_arabic", "fontpkg_noto_sans_thai")
TEMPLATES = Path(__file__).parent / "templates"
STANDARD: Final = "ua-1"
INSTEAD = "?"
BEYOND = 0x2E80
"""Where the scripts begin that no font here has as a whole: Chinese, Japanese, Korean, signs and pictures."""
_UNKNOWN = re.compile(r"the text `\"(.+?)\"` could not be displayed", re.DOTALL)
_ARABIC_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")


class TypstMaker:
    """One per process: fonts are read once."""

    def make(self, template: str, data: Mapping[str, Any]) -> bytes:
        """A letter that no font has is printed as `?`, and the document says so: it may say `unprintable`."""
        from typst import TypstError  # the wiring of rooms that make no document does without it

        source = TEMPLATES / f"{template}.typ"
        if not re.fullmatch(r"[a-z_]+", template) or not source.is_file():
            raise ValueError(f"there is no template {template!r}")
        written = json.dumps(data, ensure_ascii=False, sort_keys=True)
        while True:
            try:
                return self._compile(source, written)
            except TypstError as error:
                replaced = _without(written, str(error))
                if replaced == written:
                    raise
                written = replaced

    def _compile(self, source: Path, written: str) -> bytes:
        from typst import Compiler

        made = Compiler(source.read_bytes(), font_paths=self._fonts, sys_inputs={"data": written})
        found = made.compile(format="pdf", pdf_standards=STANDARD)
        assert isinstance(found, bytes)
        return found

    @cached_property
    def _fonts(self) -> typst.Fonts:
        from typst import Fonts

        folders = [Path(str(found.origin)).parent / "files" for name in FONTS if (found := find_spec(name))]
        if len(folders) != len(FONTS):
            raise RuntimeError("a font package is missing")
        return Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(one) for one in folders])


def _without(written: str, complaint: str) -> str:
    """The data without the letters that the complaint names; without all of the scripts beyond with the first of
    them."""
    found = _UNKNOWN.search(complaint)
    if found is None:
        return written
    unknown = set(found[1])
    if any(ord(letter) >= BEYOND and not _ARABIC_FORMS.match(letter) for letter in unknown):
        unknown |= {one for one in written if ord(one) >= BEYOND and not _ARABIC_FORMS.match(one)}
    marked = "".join(INSTEAD if letter in unknown else letter for letter in written)
    return marked.replace('"unprintable": false', '"unprintable": true')
