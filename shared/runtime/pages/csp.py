"""The Content-Security-Policy of every page: nothing inline, nothing from elsewhere, forms only where we send them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-*]+(:\d{1,5})?\Z")


def csp(form_action: Sequence[str] = ()) -> str:
    """The header's value. `form_action` are further origins that a form may post to or be redirected to (Stripe
    Checkout, the upload bucket), without a path. Raises ValueError for anything that is not a plain origin: it could
    smuggle in a directive."""
    for origin in form_action:
        if not _ORIGIN.match(origin):
            raise ValueError(f"not an origin: {origin!r}")
    directives = (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        " ".join(("form-action 'self'", *dict.fromkeys(form_action))),
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return "; ".join(directives)
