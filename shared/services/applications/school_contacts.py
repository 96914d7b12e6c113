"""H14: whom at a school a wish for credit concerns. Optional words of the trainee's, kept as one erasable text of
theirs per application, which goes with the wish: reviewers and coordinators read them, the host nothing of them before
the coordinator sends the school's form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

from shared.domain.accounts.account_input import email_address
from shared.domain.applications.application import Application
from shared.domain.applications.values import CreditWish
from shared.domain.core.aggregate import canonical, text_hash
from shared.domain.core.errors import Invalid
from shared.domain.core.text_ref import TextRef
from shared.ports import PersonalRecord, Store
from shared.services.core.records import text_ref
from shared.services.core.secret_links import new_secret


@dataclass(frozen=True)
class SchoolContact:
    """Who at the school asks for the form, their mail address, and what the form is called; each may be empty."""

    name: str = ""
    email: str = ""
    form: str = ""


@dataclass(frozen=True)
class Noted:
    """The wish as it is from now on, the text that a save keeps anew and the ref that it drops; neither where the
    contact stays as it is."""

    credit: CreditWish | None
    replaces: tuple[PersonalRecord, ...] = ()
    drops: tuple[str, ...] = ()


def school_contact(store: Store, application: Application) -> SchoolContact | None:
    """None where nobody was named, and once it was erased."""
    contact = application.credit.contact if application.credit else None
    found = store.text(contact.ref) if contact else None
    return SchoolContact(**{one.name: found[one.name] for one in fields(SchoolContact)}) if found else None


def note(store: Store, application: Application, wished: Application, given: Mapping[str, str]) -> Noted:
    """`given` names what is different (`name`, `email`, `form`; empty clears it). Who takes the wish for credit back
    takes the contact back. Raises `Invalid` with `field` "credit_contact", "credit_email" or "credit_form"."""
    kept = school_contact(store, application) or SchoolContact()
    wanted = replace(kept, **_read(given)) if wished.credit else SchoolContact()
    if wanted == kept:
        return Noted(wished.credit)
    ref = text_ref(application, "school")
    if wanted == SchoolContact():
        return Noted(wished.credit and CreditWish(), drops=(ref,))
    # A name and an address could be guessed until their hash fits; with the salt, which goes with them, it says nothing
    # afterwards.
    body = {**asdict(wanted), "salt": new_secret()}
    contact = TextRef(ref=ref, hash=text_hash(canonical(body)))
    return Noted(CreditWish(contact=contact), (PersonalRecord(ref, body),))


def _read(given: Mapping[str, str]) -> dict[str, str]:
    known = {one.name for one in fields(SchoolContact)}
    said = {name: " ".join(value.split()) for name, value in given.items() if name in known}
    if not all(value.isprintable() for value in said.values()):
        raise Invalid(
            "The school's contact has a letter that cannot be written.", "Type the words again.", field="credit_contact"
        )
    if said.get("email"):
        said["email"] = _address(said["email"])
    return said


def _address(text: str) -> str:
    try:
        return email_address(text)
    except Invalid as refused:
        raise Invalid(
            refused.detail, "Write it as registrar@school.example, or leave it empty.", field="credit_email"
        ) from refused
