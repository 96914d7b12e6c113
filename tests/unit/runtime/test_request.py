"""What a browser's form becomes before anybody reads it."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from shared.runtime.http.request import Request
from tests.rooms import FORM, http_event


def form(fields: dict[str, str]) -> dict[str, str]:
    request = Request(http_event("POST", "/x", urlencode(fields), dict(FORM)))
    request.read_body()
    read: dict[str, str] = json.loads(request.event["body"])
    return read


def test_a_line_end_counts_once_as_the_browser_counts_it() -> None:
    """A `maxlength` counts a line's end as one character; the form sends two (HTML, form control values)."""
    lines = "\n".join(["ten chars."] * 100)
    sent = form({"message": lines.replace("\n", "\r\n")})
    assert sent == {"message": lines}
    assert len(sent["message"]) == 1099
