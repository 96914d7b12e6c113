"""The email that tells a host of a reserved trainee must arrive (H13): who waits for it, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.reservations.reservation import PAID_SEAT
from shared.services.core.records import reservation_of
from shared.services.core.task import Subject
from shared.services.email.host_contact import HostContact
from shared.services.email.rule import Awaited

EMAIL = "host"


@dataclass(frozen=True, kw_only=True)
class HostIsTold(HostContact):
    def awaited(self, reservation_id: str) -> Awaited | None:
        """As long as the trainee has the seat."""
        reserved = reservation_of(self.store.load("RESERVATION", reservation_id))
        if reserved.status not in PAID_SEAT or reserved.reserved_at is None:
            return None
        return Awaited(
            to=self.recipient(self.catalogue.program(reserved.program_id)),
            who="host",
            since=reserved.reserved_at,
            case_id=reserved.case_id,
            subject=Subject(
                title="email to the host",
                href=f"/reservations/{reserved.id}",
                program_id=reserved.program_id,
                trainee_id=reserved.trainee_id,
                status=reserved.status,
                start=reserved.start,
                weeks=reserved.weeks,
            ),
        )
