"""The raw API Gateway event made ready: size, HEAD, and forms turned into JSON before Powertools reads them."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping
from email import message_from_string
from typing import Any
from urllib.parse import parse_qsl, urlencode

from shared.domain.core.errors import Invalid, Malformed, TooLarge

MAX_BODY = 1_000_000
MAX_DEPTH = 20
"""Of JSON within JSON; ours goes three deep. Beyond Python's own limit the function would end without an answer."""
MAX_PARTS = 500
"""Of one object, list or form; no field of ours has as many."""
MAX_KEY = 200
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"
"""How a mail program may send its one click (RFC 8058 3.1). Files go to the bucket, never here."""
KEY_FIELD = "idempotency_key"
SECRETS = {"password", "current"}
"""Fields that no page shows again."""
TRACKING = re.compile(
    r"(utm|mtm|pk|hsa|oly|vero)_\w+|_hs(enc|mi)|_g[al]|(fb|g|d|ms|tw|tt|y)clid|gclsrc|[gw]braid|li_fat_id|igs(h|hid)|mc_[ce]id"
    r"|mkt_tok|srsltid|s_cid|epik|ref(_src|_url)?"
)
"""What mail programs, advertisements and social sites add to an address: it says nothing to us."""


class Request:
    """One call. `event` is a copy that Powertools may read; `inputs` is what a form held, to be shown again when it is
    refused; `emptied` names the fields that a form sent without anything in them: absent for what is made, cleared for
    what is changed."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self.headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        http = event["requestContext"]["http"]
        self.is_head = http["method"] == "HEAD"
        self.method = "GET" if self.is_head else http["method"]
        self.path: str = event.get("rawPath") or "/"
        self.query_string: str = event.get("rawQueryString") or ""
        self.query: dict[str, list[str]] = {}
        self.id: str = event["requestContext"].get("requestId", "")
        self.source_ip: str = http.get("sourceIp", "")
        self.wants_page = _page_wanted(self.headers.get("accept", ""))
        self.inputs: dict[str, Any] = {}
        self.emptied: set[str] = set()
        self.idempotency_key = self.headers.get("idempotency-key", "")
        self.event: dict[str, Any] = {
            **event,
            "headers": self.headers,
            "requestContext": {**event["requestContext"], "http": {**http, "method": self.method}},
        }

    def expect_query(self, names: Collection[str]) -> None:
        """Raises `Invalid` for a query field that this address does not know: a typing error must not widen a
        search."""
        unknown = sorted(set(self.query) - set(names))
        if unknown:
            detail = f"The address asks for “{unknown[0]}”, which is not known here."
            raise Invalid(detail, "Leave it out.", field=unknown[0], known=sorted(names))

    def without(self, names: Collection[str]) -> str:
        """This address with every query field but these."""
        rest = [(name, value) for name, values in self.query.items() if name not in names for value in values]
        return self.path + (f"?{urlencode(rest)}" if rest else "")

    def read_query(self) -> None:
        """Query fields as forms send them: what is empty is absent. Raises `Malformed` for more fields than any page of
        ours sends."""
        self.query = _query(self.query_string)
        # Powertools takes joined values apart where a list is wanted, as API Gateway joins them.
        self.event["queryStringParameters"] = {name: ",".join(values) for name, values in self.query.items()}

    def read_body(self) -> None:
        """Raises `TooLarge` above 1 MB, `Malformed` for what is not the text that it says it is, `Invalid` for a key
        that is too long."""
        body = self.event.get("body") or ""
        if len(body) > MAX_BODY * 4 // 3 + 4:
            raise TooLarge(
                "The request is larger than 1 MB.", "Send less text; files go to the upload address instead."
            )
        try:
            raw = base64.b64decode(body, validate=True) if self.event.get("isBase64Encoded") else body.encode()
            text = raw.decode()
        except (binascii.Error, UnicodeDecodeError):
            raise Malformed("The body is not UTF-8 text.", "Send JSON or a web form.") from None
        if len(raw) > MAX_BODY:
            raise TooLarge(
                "The request is larger than 1 MB.", "Send less text; files go to the upload address instead."
            )
        kind = self.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind == FORM:
            text = json.dumps(self._form(text))
        elif kind == PARTS:
            text = json.dumps(self._form(_joined(self.headers["content-type"], text)))
        elif self.method in {"POST", "PUT", "PATCH"} and text:
            self._check_json(kind, text)
        if self.method in {"POST", "PUT", "PATCH", "DELETE"}:
            self.headers["content-type"] = "application/json"
            self.event |= {"body": text or "{}", "isBase64Encoded": False}
        if len(self.idempotency_key) > MAX_KEY:
            raise Invalid(
                f"The Idempotency-Key has more than {MAX_KEY} characters.",
                "Use a UUID, for example.",
                field="Idempotency-Key",
            )

    def _form(self, text: str) -> dict[str, Any]:
        """An empty field is absent; a name ending in `[]` is a list, also with one value or none."""
        fields: dict[str, Any] = {}
        try:
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PARTS)
        except ValueError:
            raise Malformed("The form has too many fields.", "Send the form as the page offers it.") from None
        for name, value in pairs:
            if name.endswith("[]"):
                fields.setdefault(name[:-2], []).extend([value] if value else [])
            elif name == KEY_FIELD:
                self.idempotency_key = self.idempotency_key or value
            elif value.strip():
                # As the browser counts it: a line's end is one character (HTML, "value sanitization" of textarea).
                fields[name] = value.replace("\r\n", "\n").strip()
            else:
                self.emptied.add(name)
        self.emptied -= fields.keys()
        self.inputs = {
            name: value for name, value in (dict.fromkeys(self.emptied, "") | fields).items() if name not in SECRETS
        }
        return fields

    @staticmethod
    def _check_json(kind: str, text: str) -> None:
        if kind != "application/json":
            raise Malformed("The body is neither JSON nor a web form.", "Send `Content-Type: application/json`.")
        try:
            found = json.loads(text, parse_constant=_no_number)
        except json.JSONDecodeError as error:
            raise Malformed(f"The body is not JSON: {error}.", "Check the brackets, commas and quotes.") from None
        except ValueError:
            raise Malformed(
                "The body has a number that is none, or is too long to be one.", "Write numbers in digits."
            ) from None
        except RecursionError:
            raise _too_deep() from None
        if _deep(found, MAX_DEPTH):
            raise _too_deep()
        if _crowded(found):
            raise Malformed(
                f"The body has an object or a list of more than {MAX_PARTS} parts.",
                "Send the fields as the API describes them.",
            )


def _joined(content_type: str, text: str) -> str:
    """A form in parts as one in pairs. Raises `Malformed` for a part that is no field."""
    message = message_from_string(f"Content-Type: {content_type}\n\n{text}")
    found = []
    for part in message.walk():
        if part is message:
            continue
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str) or part.get_filename() is not None or part.is_multipart():
            raise Malformed("The form has a part that is no field.", "Send files to the upload address instead.")
        found.append((name, str(part.get_payload())))
    if not found:
        raise Malformed("The form has no parts.", "Send the form as the page offers it.")
    return urlencode(found)


def _page_wanted(accept: str) -> bool:
    """Whether a page is named among what is accepted, and JSON not before it (RFC 9110 12.5.1). Programs that take
    anything get JSON."""
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weights[kind] = float(weight)
        except ValueError:
            weights[kind] = 1.0
    return weights.get("text/html", 0.0) > 0 and weights["text/html"] >= weights.get("application/json", 0.0)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON (RFC 8259 6)")


def _deep(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    return levels == 0 or any(
        _deep(inner, levels - 1) for inner in (value.values() if isinstance(value, dict) else value)
    )


def _crowded(value: Any) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return len(value) > MAX_PARTS or any(map(_crowded, inner))


def _too_deep() -> Malformed:
    return Malformed("The body is nested too deeply.", "Send the fields as the API describes them.")


def _query(raw: str) -> dict[str, list[str]]:
    """name -> its values in order; an empty value is absent, as a form sends what was not chosen, and so is what others
    added to the address. Bytes that are no text are replaced."""
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, max_num_fields=MAX_PARTS)
    except ValueError:
        raise Malformed("The address has too many parameters.", "Choose less at once.") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip() and not TRACKING.fullmatch(name):
            found.setdefault(name, []).append(value.strip())
    return found
