"""The hosted pay page: reads the form, runs the attempt, and answers with a page, a redirect, or JSON for scripts that
accept it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from infra.local.stripe import pages, payment
from infra.local.stripe.cards import passes_luhn
from infra.local.stripe.objects.payment_methods import CardEntry
from infra.local.stripe.simulator import Simulator

Json = dict[str, Any]

EXPIRY = re.compile(r"^\s*(\d{1,2})\s*/?\s*(\d{2}|\d{4})\s*$")
LATEST = 20
PAID, DECLINED, GONE, MISSING = 303, 402, 410, 404


@dataclass
class PageAnswer:
    """`facts` is the same answer for a script: outcome, and url or message."""

    status: int
    html: str
    facts: Json
    headers: dict[str, str] = field(default_factory=dict)


class FormProblem(Exception):
    """The payer's entry cannot be tried; the text tells them why."""


class PayPage:
    """`show` and `submit` for the card form, `challenge` for 3-D Secure, `receipt` for a paid charge."""

    def __init__(self, simulator: Simulator) -> None:
        self._sim = simulator

    def show(self, session_id: str) -> PageAnswer:
        session = self._session(session_id)
        if session is None:
            return _missing()
        if session["status"] != "open":
            return _closed(session)
        return _form(session, {}, "", 200)

    def submit(self, session_id: str, entered: dict[str, str]) -> PageAnswer:
        """One attempt to pay; two at the same time are served one after the other, so only one can charge."""
        self._sim.tick()
        with self._sim.transaction() as tx:
            session = tx.store.get(session_id)
            if session is None or session["object"] != "checkout.session":
                return _missing()
            if session["status"] != "open":
                return _closed(session)
            try:
                entry = _entry(entered, session, tx.now)
            except FormProblem as problem:
                return _form(session, entered, str(problem), 422)
            return _after(payment.attempt(tx, session, entry), session, entered)

    def show_challenge(self, session_id: str) -> PageAnswer:
        session = self._session(session_id)
        if session is None:
            return _missing()
        if session["status"] != "open":
            return _closed(session)
        with self._sim.transaction() as tx:
            if not payment.awaits_challenge(tx, session):
                return _redirect(f"/pay/{session_id}", {"outcome": "open"}, session)
        return PageAnswer(200, pages.challenge_page(session), {"outcome": "challenge"}, _security(session))

    def challenge(self, session_id: str, action: str) -> PageAnswer:
        """The payer's answer to 3-D Secure: "complete" or anything else, which fails it."""
        self._sim.tick()
        with self._sim.transaction() as tx:
            session = tx.store.get(session_id)
            if session is None or session["object"] != "checkout.session":
                return _missing()
            if session["status"] != "open":
                return _closed(session)
            if not payment.awaits_challenge(tx, session):
                return _redirect(f"/pay/{session_id}", {"outcome": "open"}, session)
            return _after(payment.answer_challenge(tx, session, action == "complete"), session, {})

    def index(self) -> PageAnswer:
        """The latest sessions and deliveries."""
        with self._sim.store.unit() as store:
            sessions = list(islice(store.newest_first("checkout.session"), LATEST))
        deliveries = self._sim.outbox.log(LATEST)[::-1]
        return PageAnswer(
            200, pages.index_page(sessions, deliveries), {"sessions": [session["id"] for session in sessions]}
        )

    def receipt(self, charge_id: str) -> PageAnswer:
        with self._sim.store.unit() as store:
            charge = store.get(charge_id)
        if charge is None or charge["object"] != "charge" or not charge["paid"]:
            return _missing()
        return PageAnswer(200, pages.receipt_page(charge), {"charge": charge_id})

    def _session(self, session_id: str) -> Json | None:
        self._sim.tick()
        with self._sim.store.unit() as store:
            session = store.get(session_id)
        return session if session is not None and session["object"] == "checkout.session" else None


def _entry(entered: dict[str, str], session: Json, now: int) -> CardEntry:
    """The form as a card. Raises FormProblem with the text for the payer."""
    number = re.sub(r"[\s-]", "", entered.get("card_number", ""))
    if not passes_luhn(number):
        raise FormProblem("Your card number is incomplete or not valid.")
    expiry = EXPIRY.match(entered.get("exp", ""))
    if not expiry or not 1 <= int(expiry[1]) <= 12:
        raise FormProblem("Your card's expiration date is incomplete.")
    month, year = int(expiry[1]), int(expiry[2]) + (2000 if len(expiry[2]) == 2 else 0)
    if (year - 1970) * 12 + month <= _month_index(now):
        raise FormProblem("Your card's expiration date is in the past.")
    if not re.fullmatch(r"\d{3,4}", entered.get("cvc", "").strip()):
        raise FormProblem("Your card's security code is incomplete.")
    email = session["customer_email"] or entered.get("email", "").strip() or None
    return CardEntry(number, month, year, email, entered.get("name", "").strip() or None)


def _month_index(now: int) -> int:
    """Whole months since January 1970, so that a card is good through the month printed on it."""
    moment = time.gmtime(now)
    return (moment.tm_year - 1970) * 12 + moment.tm_mon - 1


def _after(outcome: payment.Outcome, session: Json, entered: dict[str, str]) -> PageAnswer:
    if outcome.kind == "declined":
        return _form(session, entered, outcome.message, DECLINED)
    return _redirect(outcome.url, {"outcome": outcome.kind, "url": outcome.url}, session)


def _redirect(url: str, facts: Json, session: Json) -> PageAnswer:
    return PageAnswer(PAID, "", facts, {"Location": url, **_security(session)})


def _form(session: Json, entered: dict[str, str], error: str, status: int) -> PageAnswer:
    outcome = "declined" if status == DECLINED else "invalid" if error else "open"
    return PageAnswer(
        status, pages.pay_page(session, entered, error), {"outcome": outcome, "message": error}, _security(session)
    )


def _closed(session: Json) -> PageAnswer:
    status = 200 if session["status"] == "complete" else GONE
    return PageAnswer(status, pages.closed_page(session), {"outcome": session["status"]}, _security(session))


def _missing() -> PageAnswer:
    return PageAnswer(MISSING, pages.missing_page(), {"outcome": "missing"})


def _security(session: Json) -> dict[str, str]:
    """Browsers apply `form-action` to the redirect after a form post too, so it has to name the merchant's origin."""
    target = urlsplit(session["success_url"])
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {target.scheme}://{target.netloc}; "
        "base-uri 'none'"
    )
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
