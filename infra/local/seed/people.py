"""The demo accounts: one per role, and three trainees who show the three rows of the eligibility table (T07-T09). All
invented.

Passwords are not here: the local stack makes them at run time, one set per state folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from shared.domain.trainees.trainee import StepResult, TraineeFacts, TraineeStatus


@dataclass(frozen=True)
class DemoPerson:
    """`key` names the person in scripts, `roles` what they may do, `zone` is an IANA name, `about` says in one line
    what to try as them. Trainees have `facts`; a host manager has the `host_id` that they act for."""

    key: str
    name: str
    email: str
    roles: tuple[str, ...]
    zone: str
    about: str
    facts: TraineeFacts | None = None
    host_id: str | None = None


def demo_people(today: date | None = None) -> tuple[DemoPerson, ...]:
    """Trainees first, then the operator's staff, then the host manager. Study dates are relative to `today` (UTC's if
    not given), so that the student stays one through the two-year horizon."""
    return (*_trainees((today or datetime.now(UTC).date()).year), *_staff(), _HOST_MANAGER)


def _trainees(year: int) -> tuple[DemoPerson, ...]:
    student = TraineeFacts(
        trainee_status=TraineeStatus.STUDENT,
        expected_graduation=date(year + 3, 6, 30),
        languages=("English", "Arabic", "French"),
        visa_type="B-1",
        school="Nile Crescent Faculty of Medicine",
        country="Egypt",
    )
    graduate = TraineeFacts(
        trainee_status=TraineeStatus.GRADUATE,
        step1=StepResult.PASSED,
        step1_verified=True,
        graduation_year=year - 2,
        languages=("English", "Spanish"),
        visa_type="B-1/B-2",
        school="Universidad de los Cerros Azules",
        country="Colombia",
    )
    observer = TraineeFacts(
        trainee_status=TraineeStatus.GRADUATE,
        graduation_year=year - 1,
        languages=("English", "Hindi", "Telugu"),
        visa_type="B-1/B-2",
        school="Godavari Lotus Medical College",
        country="India",
    )
    return (
        DemoPerson(
            key="student",
            name="Leila Haddad",
            email="leila.haddad@trainees.example",
            roles=("trainee",),
            zone="Africa/Cairo",
            about="a student: hands-on is open to her, observerships are not (T07)",
            facts=student,
        ),
        DemoPerson(
            key="graduate",
            name="Mateo Ferrándiz",
            email="mateo.ferrandiz@trainees.example",
            roles=("trainee",),
            zone="America/Bogota",
            about="a graduate who passed Step 1: both types are open to him (T09)",
            facts=graduate,
        ),
        DemoPerson(
            key="observer",
            name="Anjali Raovathi",
            email="anjali.raovathi@trainees.example",
            roles=("trainee",),
            zone="Asia/Kolkata",
            about="a graduate without Step 1: observerships only (T08)",
            facts=observer,
        ),
    )


def _staff() -> tuple[DemoPerson, ...]:
    members = (
        ("reviewer", "Nora Feldspar", "decides on applications"),
        ("coordinator", "Theo Grantley", "looks after programs and their hosts"),
        ("coach", "Maya Lindenholm", "helps trainees before, during and after"),
        ("finance", "Victor Amselbach", "sees the money"),
        ("admin", "Iris Caldermoor", "manages accounts and roles"),
    )
    return tuple(
        DemoPerson(
            key=role,
            name=name,
            email=f"{name.split()[0].lower()}@staff.example",
            roles=(role,),
            zone="America/Chicago",
            about=about,
        )
        for role, name, about in members
    )


_HOST_MANAGER = DemoPerson(
    key="host",
    name="Magdalena Kowal",
    email="magdalena.kowal@prairielantern.example",
    roles=("host",),
    zone="America/Chicago",
    about="answers for Prairielantern Hospital in Chicago, from its mail or signed in",
    host_id="prairielantern",
)
