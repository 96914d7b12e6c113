"""`PaymentGateway` in memory: sessions that a test pays, lets lapse or loses, with Stripe's idempotency and Stripe's
kinds of silence."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.domain.core.errors import Invalid, KeyReused, PaymentUnavailable
from shared.ports import Checkout, CheckoutRequest
from tests.fakes.faults import Fault


@dataclass(frozen=True)
class FakeRefund:
    id: str
    payment_intent_id: str
    cents: int


class FakePayments:
    """`unavailable_before(n)`: nothing happens; `unavailable_after(n)`: it happens, the answer is lost. Both are
    `PaymentUnavailable`."""

    def __init__(self) -> None:
        self.sessions: dict[str, Checkout] = {}
        self.requests: dict[str, CheckoutRequest] = {}
        self.opened: dict[str, str] = {}
        self.refunds: dict[str, FakeRefund] = {}
        self.calls: list[str] = []
        self._before, self._after, self._refuse = Fault(), Fault(), Fault()

    def unavailable_before(self, calls: int = 1) -> None:
        self._before.set(calls)

    def unavailable_after(self, calls: int = 1) -> None:
        self._after.set(calls)

    def refuse(self, calls: int = 1) -> None:
        """The next calls are refused for good: `Invalid`."""
        self._refuse.set(calls)

    # --- what the person at the pay page does -------------------------------------------------------------------------
    def pay(self, session_id: str) -> Checkout:
        """Raises `Invalid` when the session is no longer open: Stripe takes no money then."""
        session = self.sessions[session_id]
        if session.status != "open":
            raise Invalid("This session is not open.", "Start again from your reservation.")
        number = session_id.removeprefix("cs_")
        paid = replace(
            session,
            status="complete",
            payment_status="paid",
            payment_intent_id=f"pi_{number}",
            charge_id=f"ch_{number}",
            url="",
        )
        self.sessions[session_id] = paid
        return paid

    def lapse(self, session_id: str) -> Checkout:
        """The session ends on its own."""
        self.sessions[session_id] = replace(self.sessions[session_id], status="expired", url="")
        return self.sessions[session_id]

    def session_of(self, reservation_id: str) -> Checkout:
        """The newest."""
        return next(session for session in reversed(self.sessions.values()) if session.reservation_id == reservation_id)

    # --- the port -----------------------------------------------------------------------------------------------------
    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        self._enter("open_checkout")
        key = f"checkout:{request.reservation_id}:{request.number}"
        if self.requests.setdefault(key, request) != request:
            raise KeyReused("This payment was started before with other details.", "Open your reservation again.")
        if key not in self.opened:
            id = f"cs_{len(self.sessions) + 1}"
            self.opened[key] = id
            self.sessions[id] = Checkout(
                id, f"https://pay.example/{id}", "open", "unpaid", request.amount_cents, request.reservation_id, "", ""
            )
        self._leave()
        return self.sessions[self.opened[key]]

    def checkout(self, session_id: str) -> Checkout:
        self._enter("checkout")
        return self._known(session_id)

    def expire(self, session_id: str) -> Checkout:
        self._enter("expire")
        session = self._known(session_id)
        if session.status == "open":
            session = self.lapse(session_id)
        self._leave()
        return session

    def refund(self, payment_intent_id: str, amount_cents: int, key: str) -> str:
        self._enter("refund")
        asked = FakeRefund(f"re_{len(self.refunds) + 1}", payment_intent_id, amount_cents)
        made = self.refunds.setdefault(key, asked)
        if (made.payment_intent_id, made.cents) != (payment_intent_id, amount_cents):
            raise KeyReused("This refund was made before with other details.", "Look at the reservation again.")
        self._leave()
        return made.id

    def _known(self, session_id: str) -> Checkout:
        if session_id not in self.sessions:
            raise Invalid(
                "The payment service refused this request.",
                "Start again from your reservation.",
                code="resource_missing",
            )
        return self.sessions[session_id]

    def _enter(self, call: str) -> None:
        self.calls.append(call)
        if self._before.strikes():
            raise PaymentUnavailable("The payment service did not answer.", "Try again in a minute.")
        if self._refuse.strikes():
            raise Invalid("The payment service refused this request.", "Start again from your reservation.")

    def _leave(self) -> None:
        if self._after.strikes():
            raise PaymentUnavailable("The payment service did not answer.", "Try again in a minute.")
