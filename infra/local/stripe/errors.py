"""Stripe's refusals: one exception that knows its HTTP status and renders Stripe's error envelope.

Texts and codes follow https://docs.stripe.com/error-codes and what the live API answers, because clients show and log
them.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

DOCS = "https://stripe.com/docs/error-codes/"


class StripeError(Exception):
    """An error answer. `saved` says whether Stripe keeps it under the idempotency key (it does once the endpoint has
    begun)."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        saved: bool = True,
        should_retry: bool | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.code = code
        self.param = param
        self.saved = saved
        self.should_retry = should_retry
        self.extra = extra

    def envelope(self, request_id: str) -> Json:
        """The body `{"error": {...}}`; members that have no value are left out, as Stripe does."""
        error: Json = {"message": self.message, "type": self.kind, **self.extra}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = DOCS + self.code.replace("_", "-")
        if self.param:
            error["param"] = self.param
        error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": error}


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeError:
    """400, raised while an endpoint executes."""
    return StripeError(400, message, param=param, code=code)


def unreadable(message: str, param: str | None = None, code: str | None = None) -> StripeError:
    """400, raised while parameters are read: the endpoint never began, so nothing is saved under the idempotency
    key."""
    return StripeError(400, message, param=param, code=code, saved=False)


def missing(param: str) -> StripeError:
    return unreadable(f"Missing required param: {param}.", param, "parameter_missing")


def no_such(noun: str, object_id: str, param: str) -> StripeError:
    """404 `resource_missing`, e.g. `No such payment_intent: 'pi_1'`."""
    return StripeError(404, f"No such {noun}: '{object_id}'", param=param, code="resource_missing")


def unsupported(what: str, param: str | None = None) -> StripeError:
    """Stripe can do it, this simulator cannot: said aloud, because ignoring it would let a wrong program pass."""
    message = f"The local Stripe simulator does not implement {what}."
    return StripeError(400, message, param=param, code="simulator_unsupported", saved=False)


def no_api_key() -> StripeError:
    message = (
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer "
        "auth "
        "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details."
    )
    return StripeError(401, message, saved=False)


def bad_api_key(key: str) -> StripeError:
    shown = key[:8] + "*" * max(len(key) - 12, 0) + key[-4:] if len(key) > 12 else "*" * len(key)
    return StripeError(401, f"Invalid API Key provided: {shown}", saved=False)


def unknown_url(method: str, path: str) -> StripeError:
    message = (
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at "
        "https://support.stripe.com/."
    )
    return StripeError(404, message, saved=False)


def injected(status: int, saved: bool) -> StripeError:
    """A failure asked for by a control, worded as Stripe words it. A saved 500 tells clients not to retry: they would
    only replay it."""
    if status == 429:
        message = "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits."
        return StripeError(429, message, code="rate_limit", saved=saved)
    if status == 409:
        message = (
            "This object cannot be accessed right now because another API request or Stripe process is currently "
            "accessing it. "
            "If you see this error intermittently, retry the request."
        )
        return StripeError(409, message, code="lock_timeout", saved=saved, should_retry=True)
    if status >= 500:
        message = "An unknown error occurred."
        return StripeError(status, message, kind="api_error", saved=saved, should_retry=False if saved else None)
    return StripeError(status, "The request was refused by a simulator control.", saved=saved)
