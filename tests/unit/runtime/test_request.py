"""What a browser's form becomes before anybody reads it."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from shared.domain.core.errors import Malformed
from shared.runtime.http.request import Request
from tests.rooms import FORM, http_event


def form(fields: dict[str, str]) -> dict[str, str]:
    request = Request(http_event("POST", "/x", urlencode(fields), dict(FORM)))
    request.read_body()
    read: dict[str, str] = json.loads(request.event["body"])
    return read


def test_a_form_in_parts_is_the_same_form() -> None:
    """As a mail program sends its one click (RFC 8058 3.1)."""
    parts = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    request = Request(http_event("POST", "/x", parts, {"content-type": "multipart/form-data; boundary=x"}))
    request.read_body()
    assert json.loads(request.event["body"]) == {"List-Unsubscribe": "One-Click"}


@pytest.mark.parametrize(
    "parts",
    [
        "nothing",
        '--x\r\nContent-Disposition: form-data; name="f"; filename="a.pdf"\r\n\r\n%PDF\r\n--x--\r\n',
        "--x\r\n\r\nno name\r\n--x--\r\n",
    ],
)
def test_parts_that_are_no_fields_are_refused(parts: str) -> None:
    request = Request(http_event("POST", "/x", parts, {"content-type": "multipart/form-data; boundary=x"}))
    with pytest.raises(Malformed):
        request.read_body()


def test_a_line_end_counts_once_as_the_browser_counts_it() -> None:
    """A `maxlength` counts a line's end as one character; the form sends two (HTML, form control values)."""
    lines = "\n".join(["ten chars."] * 100)
    sent = form({"message": lines.replace("\n", "\r\n")})
    assert sent == {"message": lines}
    assert len(sent["message"]) == 1099
