"""What a page needs to know beside its resource: who looks, when, what went wrong, what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.runtime.pages.assets import asset_url
from shared.runtime.pages.nav import NavItem, nav_for


@dataclass(frozen=True, slots=True)
class FieldError:
    """One refused field: `field` is its form name, `message` what is wrong, `remedy` what to do (may be empty), `href`
    where it is done when that is another page."""

    field: str
    label: str
    message: str
    remedy: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message above the content. `kind` is info, good, warn or bad."""

    text: str
    kind: str = "info"
    title: str = ""


@dataclass(frozen=True, slots=True)
class ProblemView:
    """An RFC 9457 problem as a person reads it: what is wrong, what to do, the reference to quote; `links` are (label,
    href) ways out.

    `resend`: the form that was not taken, as (name, value), where sending it once more may work; None where there is
    none. `sign_in` leads back to the page that had it.
    """

    title: str
    detail: str
    remedy: str = ""
    status: int = 500
    reference: str = ""
    links: Sequence[tuple[str, str]] = ()
    resend: Sequence[tuple[str, str]] | None = None
    sign_in: str = "/accounts/sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """Everything of a page that is not its resource.

    `query` is the address's, as asked for. `now` is business time (aware, UTC); `viewer_zone` an IANA name from the
    profile. `nav` is derived from `roles` when not given. `errors` and `inputs` bring a refused form back with what was
    typed, `typed` is what has no field here any more (label, text). `idempotency_key` goes as a hidden field into each
    form. `draft_saved_at` makes autosave say so. `public_url` is the site's origin without a trailing slash.
    """

    title: str
    path: str
    now: datetime
    query: str = ""
    signed_in: str | None = None
    roles: Sequence[str] = ()
    nav: Sequence[NavItem] | None = None
    description: str = ""
    idempotency_key: str = ""
    errors: Sequence[FieldError] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    typed: Sequence[tuple[str, str]] = ()
    notices: Sequence[Notice] = ()
    viewer_zone: str = "UTC"
    problem: ProblemView | None = None
    public_url: str = ""
    draft_saved_at: datetime | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a naive `now`: a clock without a zone cannot be shown to anybody."""
        if self.now.tzinfo is None:
            raise ValueError("PageContext.now must be an aware datetime")

    @property
    def address(self) -> str:
        """Where this page can be asked for again, with its query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def navigation(self) -> Sequence[NavItem]:
        """The entries of the header, for these roles unless given."""
        return nav_for(self.roles) if self.nav is None else self.nav

    def asset(self, name: str) -> str:
        """The address of an asset under its content hash."""
        return asset_url(name)

    def error(self, name: str) -> FieldError | None:
        """The first refusal of this form field, if any."""
        return next((error for error in self.errors if error.field == name), None)

    def is_here(self, href: str) -> bool:
        """Whether the current page lies under this navigation entry."""
        return self.path == href or (href != "/" and self.path.startswith(f"{href}/"))
