"""The smallest whole file of each type that may be uploaded."""

from __future__ import annotations

import base64


def _pdf(
    trailer: bytes = b"", page: bytes = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>endobj\n"
) -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        + page
        + b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n0000000105 00000 n \n"
        b"trailer<</Size 4/Root 1 0 R" + trailer + b">>\nstartxref\n169\n%%EOF\n"
    )


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


A_PDF = _pdf()
A_LOCKED_PDF = _pdf(trailer=b"/Encrypt 5 0 R/ID[<00><00>]")
A_PDF_WITHOUT_A_PAGE = _pdf(page=b"")
A_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_QUANTIZER = _segment(0xDB, b"\x00" + b"\x01" * 64)
_SCAN = (
    _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
)  # a stuffed byte and a restart, as real ones have
A_JPEG = (
    b"\xff\xd8" + _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00") + _QUANTIZER + _SCAN + b"\xff\xd9"
)
A_PHONES_JPEG = A_JPEG[:2] + _segment(0xE1, b"Exif\x00\x00" + A_JPEG) + A_JPEG[2:]
"""With a preview within, which is a whole JPEG itself."""
