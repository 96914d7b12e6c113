"""The profile that eligibility and guidelines read, as the accounts room takes and shows it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import BeforeValidator, Field

from functions.accounts.models.fields import Line, listed
from shared.domain.trainees.entry_status import EntryStatus, named
from shared.domain.trainees.trainee import StepResult, TraineeFacts, TraineeStatus
from shared.runtime.http.models import Answer, Request
from shared.services.accounts.sign_in import Profile


class ProfileForm(Request):
    """The study fields are for trainees, `trainee_status` says that they are given. `languages` also as one line with
    commas."""

    name: str = Field(title="Full name", min_length=1, max_length=100)
    zone: str = Field("UTC", title="Time zone", max_length=60)
    trainee_status: TraineeStatus | None = Field(None, title="I am")
    step1: StepResult = Field(StepResult.NOT_PASSED, title="USMLE Step 1")
    step2_ck: StepResult = Field(StepResult.NOT_PASSED, title="USMLE Step 2 CK")
    expected_graduation: date | None = Field(None, title="Expected graduation")
    graduation_year: int | None = Field(None, title="Year of graduation", ge=1950, le=2100)
    languages: Annotated[list[Line], BeforeValidator(listed)] = Field(default=[], title="Languages", max_length=20)
    visa_type: Annotated[EntryStatus | None, BeforeValidator(named)] = Field(None, title="Visa")
    school: Line = Field("", title="Medical school")
    country: Line = Field("", title="Country of the school")

    def declared(self) -> TraineeFacts | None:
        if self.trainee_status is None:
            return None
        return TraineeFacts(
            trainee_status=self.trainee_status,
            step1=self.step1,
            step2_ck=self.step2_ck,
            expected_graduation=self.expected_graduation,
            graduation_year=self.graduation_year,
            languages=tuple(self.languages),
            visa_type=self.visa_type,
            school=self.school,
            country=self.country,
        )


class Me(Answer):
    account_id: str
    name: str
    zone: str
    roles: tuple[str, ...]


class ProfileView(Answer):
    """`facts` is None until a trainee gave them, and for everybody else. `visas` are what may be chosen. `saved`: the
    page follows a change."""

    account_id: str
    name: str
    email: str
    zone: str
    roles: tuple[str, ...]
    trainee: bool
    facts: TraineeFacts | None
    visas: tuple[str, ...] = tuple(EntryStatus)
    saved: bool = False

    @classmethod
    def of(cls, found: Profile, saved: bool = False) -> Self:
        person = found.person
        return cls(
            account_id=person.account_id,
            name=person.name,
            email=person.email,
            zone=person.zone,
            roles=found.roles,
            trainee="trainee" in found.roles,
            facts=found.facts,
            saved=saved,
        )
