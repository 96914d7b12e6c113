"""The email that asks a host about an application must arrive (T19): who waits for it, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.applications.application import ApplicationStatus
from shared.services.core.records import application_of
from shared.services.core.task import Subject
from shared.services.email.host_contact import HostContact
from shared.services.email.rule import Awaited

EMAIL = "host-asked"


@dataclass(frozen=True, kw_only=True)
class HostIsAsked(HostContact):
    def awaited(self, application_id: str) -> Awaited | None:
        """While the host is asked; a host that is asked once more is asked by another email."""
        application = application_of(self.store.load("APPLICATION", application_id))
        if application.status is not ApplicationStatus.HOST_REVIEW or application.routed_at is None:
            return None
        return Awaited(
            to=self.recipient(self.catalogue.program(application.program_id)),
            who="host",
            since=application.routed_at,
            case_id=application.case_id,
            subject=Subject(
                title="email that asks the host",
                href=f"/applications/{application.id}",
                program_id=application.program_id,
                trainee_id=application.trainee_id,
                status=application.status,
                start=application.start,
                weeks=application.weeks,
            ),
        )
