"""One API call from request to answer: key, route, parameters, faults, idempotency, transaction, envelope.

The order is Stripe's: what fails before the operation begins is not kept under the idempotency key, everything later
is.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any

from infra.local.stripe import errors, expand, params
from infra.local.stripe.context import API_VERSION, Tx
from infra.local.stripe.errors import StripeError
from infra.local.stripe.idempotency import SavedAnswer, fingerprint
from infra.local.stripe.ids import new_id
from infra.local.stripe.routes import Route, match
from infra.local.stripe.simulator import Simulator

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """An API request: `pairs` are the decoded parameters of query and form, `headers` has lower-case names."""

    method: str
    path: str
    headers: dict[str, str]
    pairs: list[tuple[str, str]]


@dataclass
class Answer:
    """`lost` = processed, but the client is not to hear of it: "close" the connection, or "error" instead of the
    body."""

    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)
    lost: str | None = None


class Api:
    """Answers API calls on a simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self._sim = simulator

    def handle(self, call: Call) -> Answer:
        """Never raises for what a client can do wrong; the simulator's own defects surface as exceptions."""
        request_id = new_id("req_", 14)
        found = match(call.method, call.path)
        self._sim.requests[found[0].name if found else f"{call.method} {call.path}"] += 1
        try:
            answer = self._answer(call, found, request_id)
        except StripeError as error:
            answer = _refusal(error, request_id)
        answer.headers = {**self._headers(call, request_id), **answer.headers}
        if self._sim.config.validate:
            _validate(found[0] if found else None, answer)
        return self._lose(call, answer, request_id)

    def _answer(self, call: Call, found: tuple[Route, Json] | None, request_id: str) -> Answer:
        _authenticate(call.headers.get("authorization", ""))
        if found is None:
            raise errors.unknown_url(call.method, call.path)
        route, ids = found
        given = params.read(route.name, call.pairs)
        key = call.headers.get("idempotency-key", "") if call.method == "POST" else ""
        if not key:
            return self._execute(call, route, ids, given, request_id, None)
        return self._once(call, route, ids, given, request_id, key)

    def _once(self, call: Call, route: Route, ids: Json, given: Json, request_id: str, key: str) -> Answer:
        """The same, at most once for this idempotency key."""
        print_ = fingerprint(call.method, call.path, given)
        saved = self._sim.keys.begin(key, call.path, print_, self._sim.clock.business())
        if saved is not None:
            headers = {"Idempotent-Replayed": "true", "Original-Request": saved.request_id}
            if saved.status >= 500:
                headers["Stripe-Should-Retry"] = "false"
            return Answer(saved.status, saved.body, headers)
        try:
            return self._execute(call, route, ids, given, request_id, (key, print_))
        finally:
            self._sim.keys.end(key)

    def _execute(
        self, call: Call, route: Route, ids: Json, given: Json, request_id: str, claim: tuple[str, str] | None
    ) -> Answer:
        """Run the operation; its effects and its saved answer become durable together."""
        sim = self._sim
        sim.faults.stall(call.method, call.path)
        sim.tick()
        key = claim[0] if claim else None
        try:
            fault = sim.faults.failure(call.method, call.path)
            if fault is not None:
                raise errors.injected(fault.status, fault.saved)
            with sim.transaction(request_id, key) as tx:
                answer = Answer(200, _run(tx, route, given, ids))
                if tx.declined:
                    answer = _refusal(tx.declined, request_id)
                self._save(claim, call, request_id, answer.status, answer.body)
        except StripeError as error:
            refusal = _refusal(error, request_id)
            if error.saved:
                with sim.store.unit():
                    self._save(claim, call, request_id, refusal.status, refusal.body)
            return refusal
        return answer

    def _save(self, claim: tuple[str, str] | None, call: Call, request_id: str, status: int, body: Json) -> None:
        if claim is not None:
            key, print_ = claim
            self._sim.keys.save(
                key, call.path, print_, self._sim.clock.business(), SavedAnswer(status, body, request_id)
            )

    def _headers(self, call: Call, request_id: str) -> dict[str, str]:
        headers = {"Request-Id": request_id, "Stripe-Version": call.headers.get("stripe-version", API_VERSION)}
        if "idempotency-key" in call.headers:
            headers["Idempotency-Key"] = call.headers["idempotency-key"]
        return headers

    def _lose(self, call: Call, answer: Answer, request_id: str) -> Answer:
        """The control "lose": the work is done and saved, the client sees a broken connection or an unsaved 500."""
        fault = self._sim.faults.loss(call.method, call.path)
        if fault is None:
            return answer
        if fault.mode == "close":
            answer.lost = "close"
            return answer
        refusal = _refusal(errors.injected(500, saved=False), request_id)
        return Answer(refusal.status, refusal.body, answer.headers, lost="error")


def _run(tx: Tx, route: Route, given: Json, ids: Json) -> Json:
    return expand.answer(tx, route.run(tx, given, ids), given.get("expand", []))


def _refusal(error: StripeError, request_id: str) -> Answer:
    headers = {} if error.should_retry is None else {"Stripe-Should-Retry": "true" if error.should_retry else "false"}
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="Stripe"'
    return Answer(error.status, error.envelope(request_id), headers)


def _authenticate(header: str) -> None:
    """Any `sk_test_` key will do, as Bearer token or as the user name of Basic. Raises StripeError 401."""
    scheme, _, credentials = header.partition(" ")
    key = ""
    if scheme.lower() == "bearer":
        key = credentials.strip()
    elif scheme.lower() == "basic":
        try:
            key = base64.b64decode(credentials, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError) as error:
            raise errors.bad_api_key("") from error
    if not key:
        raise errors.no_api_key()
    if not key.startswith("sk_test_") or len(key) <= len("sk_test_"):
        raise errors.bad_api_key(key)


def _validate(route: Route | None, answer: Answer) -> None:
    from infra.local.stripe.openapi import (
        problems,
        response_validator,
    )  # two seconds to load: only when asked to validate

    path, method = (route.path, route.method) if route else ("/v1/refunds", "POST")
    found = problems(response_validator(method, path, answer.status), answer.body)
    if found:
        message = (
            f"The simulator's answer to {method} {path} is not what Stripe's OpenAPI document allows: "
            + "; ".join(found)
        )
        answer.status, answer.body = 500, {"error": {"type": "api_error", "message": message}}
