"""What the accounts room takes and shows about authenticator apps: codes, the secret to take in, recovery codes."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from functions.accounts.models.fields import Code, Given
from shared.domain.core.limits import FRESH
from shared.runtime.http.models import Answer, Request
from shared.services.accounts.second_factor import FreshFactor, Offer


class CodeForm(Request):
    """`code` of the app or a recovery code, spaces as you like. `next` is a path of ours."""

    code: Code
    next: str = Field("", max_length=2000)


class OwnCode(Request):
    code: Code


class OwnPassword(Request):
    password: Given


class ProofForm(Request):
    """A code of the app or a recovery code. `next` is a path of ours."""

    code: Code
    next: str = Field("", max_length=2000)


class CodeView(Answer):
    name: str
    next: str


class OfferView(Answer):
    """`secret` to be typed into the app, `uri` the same for a picture that it scans."""

    name: str
    secret: str
    uri: str
    next: str

    @classmethod
    def of(cls, found: Offer, onward: str) -> Self:
        return cls(name=found.name, secret=found.secret, uri=found.uri, next=onward)


class FreshView(Answer):
    """`recovery_codes` are shown now and never again; each works once. A browser is signed in."""

    state: Literal["signed_in"] = "signed_in"
    recovery_codes: tuple[str, ...]
    next: str

    @classmethod
    def of(cls, found: FreshFactor, onward: str) -> Self:
        return cls(recovery_codes=found.codes, next=onward)


class ProofView(Answer):
    """`fresh`: a code was entered in this session a moment ago. `next` is where it goes on."""

    fresh: bool
    minutes: int = int(FRESH.total_seconds()) // 60
    next: str


class Begun(Answer):
    """`next` is the page with the secret, for ten minutes."""

    next: str
