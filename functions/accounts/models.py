"""What the accounts room takes and answers with: signing up and in, and the profile."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field

from functions.accounts.base import Answer, Given, Line, Password, Request, listed
from shared.domain.accounts.account_input import SHORTEST_PASSWORD
from shared.domain.trainees.entry_status import EntryStatus, named
from shared.domain.trainees.trainee import StepResult, TraineeFacts, TraineeStatus
from shared.runtime.http.paths import LONGEST, SIGN_IN
from shared.services.accounts.sign_in import Confirmation, Profile, SignedIn


# --- requests ---------------------------------------------------------------------------------------------------------
class SignUp(Request):
    """`zone` is an IANA name; without one times are shown in UTC until the profile says otherwise. The password is
    chosen by whoever opens the link in the mail, and signing in then leads to `next`, a path of ours."""

    name: str = Field(title="Full name", min_length=1, max_length=100)
    email: str = Field(title="Mail address", min_length=3, max_length=254)
    zone: str = Field("UTC", title="Time zone", max_length=60)
    next: str = Field("", max_length=LONGEST)


class Resend(Request):
    email: str = Field(title="Mail address", min_length=3, max_length=254)


class Confirm(Request):
    password: Password


class SignIn(Request):
    """`next` is a path of ours; anything else leads to the workspace."""

    email: str = Field(title="Mail address", min_length=3, max_length=254)
    password: Given
    next: str = Field("", max_length=LONGEST)


class TokenRequest(Request):
    """`code` for accounts with an authenticator app: the one that it shows now, or a recovery code."""

    email: str = Field(title="Mail address", min_length=3, max_length=254)
    password: Given
    code: str = Field("", title="Code", max_length=40)


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


# --- answers ----------------------------------------------------------------------------------------------------------
class SignUpView(Answer):
    """Nothing has to be known before. `next` is where a first sign-in will lead."""

    status: Literal["open"] = "open"
    next: str = ""
    sign_in: str = SIGN_IN


class CheckMail(Answer):
    """The same for every address, known or not."""

    status: Literal["check_mail"] = "check_mail"
    email: str
    link_hours: int = 48
    resend_seconds: int = 60
    sign_in: str = SIGN_IN


class ConfirmView(Answer):
    """`state` is `open` (the link may be used), `done` (the account is confirmed) or `expired`; `invited` by an
    administrator."""

    state: str
    name: str
    invited: bool
    shortest_password: int = SHORTEST_PASSWORD
    sign_in: str = SIGN_IN

    @classmethod
    def of(cls, found: Confirmation, sign_in: str) -> Self:
        return cls(state=found.state, name=found.name, invited=found.invited, sign_in=sign_in)


class SignInView(Answer):
    """`confirmed`: the person comes from a confirmation; `changed`: from setting a new password. `next` is where it
    leads, by `sign_up` and `forgot` too."""

    next: str
    sign_up: str
    forgot: str
    confirmed: bool = False
    changed: bool = False


class SignedInView(Answer):
    """`signed_in`: a browser's session is in the cookie. Otherwise a code comes next, or an authenticator app has to be
    set up first, and nobody is named yet. `next` is where it goes."""

    state: Literal["signed_in", "code", "factor"] = "signed_in"
    account_id: str | None = None
    name: str | None = None
    roles: tuple[str, ...] = ()
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
