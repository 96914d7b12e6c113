"""Small whole files of each type that may be uploaded, and some that may not."""

from __future__ import annotations

import base64
from functools import cache
from io import BytesIO

import pikepdf


def pdf(*objects: bytes, trailer: bytes = b"", version: bytes = b"1.4") -> bytes:
    """Objects 1, 2 ... (the first is the catalog) with a table that says where each is."""
    made, places = b"%PDF-" + version + b"\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj" % number + body + b"endobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(
        b"%010d 00000 n \n" % at for at in places
    )
    end = b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(made))
    return made + table + end


CATALOG, PAGES = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"
A_PDF = pdf(CATALOG, PAGES, PAGE)
A_PDF_WITHOUT_A_PAGE = pdf(CATALOG, b"<</Type/Pages/Kids[]/Count 0>>")
A_PDF_WITH_A_SCRIPT = pdf(CATALOG[:-2] + b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>", PAGES, PAGE)


@cache
def a_locked_pdf(user: str = "secret", owner: str = "owner", revision: int = 6) -> bytes:
    """It asks for the password `user`; opens without one where that is empty."""
    made = BytesIO()
    with pikepdf.open(BytesIO(A_PDF)) as plain:
        plain.save(
            made,
            encryption=pikepdf.Encryption(
                user=user, owner=owner, R=revision, allow=NO_PRINTING, aes=revision > 3, metadata=revision > 3
            ),
        )
    return made.getvalue()


NO_PRINTING = pikepdf.Permissions(print_lowres=False, print_highres=False, extract=False)


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


A_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
A_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8yb"
    "qmx5moq6T/wAALCAAQABABAREA/8QAFwAAAwEAAAAAAAAAAAAAAAAAAAMEBf/EACQQAQABAgUDBQAAAAAAAAAAAAECAxEABBIxYQUUISJBQlFS"
    "/9oACAEBAAA/AM/pvT6dai1qyRpxLsnFnaZYDRlYi2YlT1SkWfibeTe9sGTsZPLQtdI6yKFpSfEef1fjDgKpUlKrqjKyrEPbd5+jYAULY//Z"
)
A_PHONES_JPEG = A_JPEG[:2] + _segment(0xE1, b"Exif\x00\x00" + A_JPEG) + A_JPEG[2:]
"""With a preview within, which is a whole JPEG itself."""
