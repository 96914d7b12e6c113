"""What the accounts room takes and answers with."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, StringConstraints

from shared.domain.trainee import StepResult, TraineeFacts, TraineeStatus
from shared.services.accounts import Confirmation, Profile, SignedIn

HOME = "/workspace"
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]


def _listed(value: Any) -> Any:
    """A form holds one line with commas where JSON holds a list."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _stripped(value: Any) -> Any:
    """Forms lose the spaces around a field, so JSON does too: a password is the same through both."""
    return value.strip() if isinstance(value, str) else value


Password = Annotated[SecretStr, BeforeValidator(_stripped), Field(min_length=12, max_length=128, title="Password")]
Given = Annotated[SecretStr, BeforeValidator(_stripped), Field(min_length=1, max_length=256, title="Password")]


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


# --- requests -------------------------------------------------------------------------------------------------------------------------
class SignUp(Request):
    """`zone` is an IANA name; without one times are shown in UTC until the profile says otherwise."""

    name: str = Field(title="Full name", min_length=1, max_length=100)
    email: str = Field(title="Mail address", min_length=3, max_length=254)
    password: Password
    zone: str = Field("UTC", title="Time zone", max_length=60)


class Resend(Request):
    email: str = Field(title="Mail address", min_length=3, max_length=254)


class SignIn(Request):
    """`next` is a path of ours; anything else leads to the workspace."""

    email: str = Field(title="Mail address", min_length=3, max_length=254)
    password: Given
    next: str = Field("", max_length=2000)


class TokenRequest(Request):
    email: str = Field(title="Mail address", min_length=3, max_length=254)
    password: Given


class ProfileForm(Request):
    """The study fields are for trainees, `trainee_status` says that they are given. `languages` also as one line with commas."""

    name: str = Field(title="Full name", min_length=1, max_length=100)
    zone: str = Field("UTC", title="Time zone", max_length=60)
    trainee_status: TraineeStatus | None = Field(None, title="I am")
    step1: StepResult = Field(StepResult.NOT_PASSED, title="USMLE Step 1")
    step2_ck: StepResult = Field(StepResult.NOT_PASSED, title="USMLE Step 2 CK")
    expected_graduation: date | None = Field(None, title="Expected graduation")
    graduation_year: int | None = Field(None, title="Year of graduation", ge=1950, le=2100)
    languages: Annotated[list[Line], BeforeValidator(_listed)] = Field(default=[], title="Languages", max_length=20)
    visa_type: Line | None = Field(None, title="Visa")
    school: Line = Field("", title="Medical school")
    country: Line = Field("", title="Country of the school")

    def declared(self) -> TraineeFacts | None:
        if self.trainee_status is None:
            return None
        return TraineeFacts(
            trainee_status=self.trainee_status, step1=self.step1, step2_ck=self.step2_ck, expected_graduation=self.expected_graduation,
            graduation_year=self.graduation_year, languages=tuple(self.languages), visa_type=self.visa_type, school=self.school,
            country=self.country,
        )  # fmt: skip


# --- answers --------------------------------------------------------------------------------------------------------------------------
class SignUpView(Answer):
    """`shortest_password` characters; any may be used."""

    shortest_password: int = 12


class CheckMail(Answer):
    """The same for every address, known or not."""

    status: Literal["check_mail"] = "check_mail"
    email: str
    link_hours: int = 48
    resend_seconds: int = 60


class ConfirmView(Answer):
    """`state` is `open` (the link may be used), `done` (the account is confirmed) or `expired`."""

    state: str
    name: str
    sign_in: str = "/accounts/sign-in"

    @classmethod
    def of(cls, found: Confirmation) -> Self:
        return cls(state=found.state, name=found.name)


class SignInView(Answer):
    """`confirmed`: the person comes from a confirmation."""

    next: str
    confirmed: bool = False


class SignedInView(Answer):
    """A browser's session is in the cookie; `next` is where it goes."""

    account_id: str
    name: str
    roles: tuple[str, ...]
    next: str


class TokenView(Answer):
    """OAuth 2.0's names (RFC 6749 5.1); `expires_in` seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - its kind, not a secret
    expires_in: int
    account_id: str

    @classmethod
    def of(cls, found: SignedIn) -> Self:
        tokens = found.tokens
        return cls(access_token=tokens.access_token, expires_in=tokens.expires_in, account_id=found.person.account_id)


class SignedOut(Answer):
    status: Literal["signed_out"] = "signed_out"


class Me(Answer):
    account_id: str
    name: str
    zone: str
    roles: tuple[str, ...]


class ProfileView(Answer):
    """`facts` is None until a trainee gave them, and for everybody else. `saved`: the page follows a change."""

    account_id: str
    name: str
    email: str
    zone: str
    roles: tuple[str, ...]
    trainee: bool
    facts: TraineeFacts | None
    saved: bool = False

    @classmethod
    def of(cls, found: Profile, saved: bool = False) -> Self:
        person = found.person
        return cls(
            account_id=person.account_id, name=person.name, email=person.email, zone=person.zone, roles=found.roles,
            trainee="trainee" in found.roles, facts=found.facts, saved=saved,
        )  # fmt: skip
