"""What Rota's mails say once a seat is reserved; the same letters, in the same words, as `shared/services/letters.py`. Pure."""

from __future__ import annotations

from shared.domain.money import dollars
from shared.domain.program import Program
from shared.domain.reservation import Reservation
from shared.ports import Person
from shared.services.letters import Letter, rotation


def second_payment_refunded(person: Person, reservation: Reservation, program: Program, cents: int, refund_id: str, url: str) -> Letter:
    """Paid twice for one seat: which payment goes back, and that the seat is not touched by it."""
    return Letter(
        f"Paid twice, refunded: {dollars(cents)}",
        f"Hello {person.name},",
        (
            f"A second payment for the same seat reached us. We have returned {dollars(cents)} to your card; you need to do nothing.",
            "Your seat and your first payment stay as they are. Banks show a refund after five to ten days.",
        ),
        (*rotation(program, reservation.start, reservation.weeks), ("Reference", refund_id)),
        ("See the details", f"{url}/reservations/{reservation.id}"),
    )
