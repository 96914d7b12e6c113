"""What a file is and whether people can open it, told from its bytes alone. Nothing is rendered: what a reader needs to
be there is."""

from __future__ import annotations

import re

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
# readers look for the trailer in the last kilobyte (ISO 32000-1, implementation note H.3.18); signed files add a little
_TAIL = 2048
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_PACKED = re.compile(rb"/Type\s*/ObjStm(?![A-Za-z])")
"""Since PDF 1.5 pages may lie compressed in object streams (ISO 32000-1, 7.5.7); then no page can be seen from
outside."""
_LOCKED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
"""The trailer's entry (7.5.5), or the cross-reference stream's, which is never compressed itself (7.5.8)."""
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""JPEG, ITU-T T.81, B.1.1.3: not stuffing within the picture's data, no fill byte, no restart."""
_END = 0xD9


def sniff(content: bytes) -> tuple[str, str]:
    """(content type or "", why it would not open: "" for a whole file, else "damaged", "locked" or "no_page")."""
    if re.match(rb"%PDF-[12]\.\d", content):
        return PDF, _pdf_fault(content)
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG, "" if _jpeg_ends(content) else "damaged"
    if content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"):
        return PNG, "" if b"\x00\x00\x00\x00IEND\xaeB`\x82" in content else "damaged"
    return "", ""


def _pdf_fault(content: bytes) -> str:
    tail = content[-_TAIL:]
    if b"startxref" not in tail or b"%%EOF" not in tail:
        return "damaged"
    if _LOCKED.search(content):
        return "locked"
    return "" if _PAGE.search(content) or _PACKED.search(content) else "no_page"


def _jpeg_ends(content: bytes) -> bool:
    """Walks the picture's own segments, so that the end of a small preview within one is not taken for the picture's.
    What a phone puts behind the picture (a video) is no matter."""
    at = 2
    while found := _MARKER.search(content, at):
        if content[found.end() - 1] == _END:
            return True
        at = found.end() + int.from_bytes(content[found.end() : found.end() + 2], "big")
    return False
