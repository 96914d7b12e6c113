"""Applies Stripe's facts: a delivery only says that something happened; what happened is asked of Stripe again.

A delivery that cannot be applied now (Stripe or a table does not answer) fails alone and is delivered again by its
queue.
"""

from __future__ import annotations

from functions.payments.models import SETTLING_TYPES
from shared.domain.core.errors import Invalid
from shared.events.envelope import Envelope
from shared.events.reservation import ReservationConfirmed
from shared.events.stripe import StripeDelivered
from shared.ports import system
from shared.runtime.log import log
from shared.runtime.settings import CoreTable, LedgerTable, Stripe
from shared.runtime.worker import Worker
from shared.services.core.transitions import RequestContext


class Settings(CoreTable, LedgerTable, Stripe):
    """Seats, ledger and Stripe."""


worker = Worker("payments", Settings)


@worker.on(StripeDelivered.TYPE)
def settle(envelope: Envelope) -> None:
    """Settles the session that a delivery names."""
    delivery = StripeDelivered.model_validate(envelope.data)
    if delivery.event_type not in SETTLING_TYPES:
        return
    try:
        session = worker.wiring.payment_gateway.checkout(delivery.object_id)
    except Invalid:
        log(worker.name, "session unknown at Stripe", delivery=delivery.event_id, session=delivery.object_id)
        return
    outcome = worker.wiring.settlement.settle(
        session, RequestContext(system("payments"), envelope.correlation_id, envelope.id)
    )
    log(worker.name, "session settled", session=session.id, reservation=session.reservation_id, outcome=outcome.value)


@worker.on(ReservationConfirmed.TYPE)
def after_reserved(envelope: Envelope) -> None:
    """One person, one place at a time: other applications for the same weeks end. Then a coach is matched (T30)."""
    call = RequestContext(system("payments"), envelope.correlation_id, envelope.id)
    ended = worker.wiring.overlapping_applications.withdraw(envelope.subject.id, call)
    log(worker.name, "siblings withdrawn", reservation=envelope.subject.id, applications=ended)
    coach = worker.wiring.coaching.match(envelope.subject.id, call)
    log(worker.name, "coach matched", reservation=envelope.subject.id, coach=coach)


handler = worker.handler()
