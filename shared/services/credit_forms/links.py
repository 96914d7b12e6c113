"""The addresses that let in who was sent one: the contact who was asked, who it was passed on to, the school. A link is
`<which>-<secret>`: which round (`2`), which person it was passed on to (`2p1`), or which sending to the school (`s1`).

The secrets lie with the trainee: erasing them ends all links. Opening one changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from shared.domain.credit_forms.form import CreditForm, PassedOn, Round
from shared.ports import People, PersonalRecord, Store
from shared.services.core.secret_links import new_secret, secret_at, secret_matches
from shared.services.credit_forms.records import form_ref, no_form

_WHICH = re.compile(r"(?:([0-9]{1,2})(?:p([0-9]))?|s([0-9]{1,3}))-([A-Za-z0-9_-]{20,100})")


@dataclass(frozen=True)
class HostManager:
    """A host manager who is signed in: their account, and the hosts that they act for."""

    account_id: str
    hosts: tuple[str, ...]


@dataclass(frozen=True)
class Answerer:
    """Who came in on the host's side, in which round. `name` is who was asked (empty for somebody unknown by now);
    `asked`: the contact or a manager, not somebody it was passed on to. `actor_id` names them in event rows."""

    kind: Literal["contact", "passed_on", "manager"]
    actor_id: str
    name: str
    email: str
    round: Round

    @property
    def asked(self) -> bool:
        return self.kind != "passed_on"


def link_record(form: CreditForm, which: str) -> PersonalRecord:
    return PersonalRecord(form_ref(form.trainee_id, form.id, f"link-{which}"), {"secret": new_secret()})


def link_path(store: Store, form: CreditForm, ref: str, door: str) -> str:
    """The path of a link; empty once it ended."""
    secret = secret_at(store, ref)
    which = ref.rpartition(":link-")[2]
    return f"/credit-forms/{form.id}/{door}/{which}-{secret}" if secret else ""


def host_side(store: Store, people: People, form: CreditForm, by: str | HostManager) -> Answerer:
    """Who holds this link, or is signed in for this host. Raises `NotFound`, the same for every wrong link, a host that
    was never asked, and a contact who was erased: their link ends."""
    if isinstance(by, HostManager):
        if form.host_id not in by.hosts or not form.rounds or by.account_id == form.trainee_id:
            raise no_form(form.id)
        person = people.persons([by.account_id]).get(by.account_id)
        name, email = (person.name, person.email) if person else ("", "")
        return Answerer("manager", by.account_id, name, email, form.round)
    found = _WHICH.fullmatch(by)
    if found is None or found[1] is None or not 1 <= int(found[1]) <= len(form.rounds):
        raise no_form(form.id)
    round, passed = form.rounds[int(found[1]) - 1], int(found[2] or 0)
    if passed > len(round.passed_on):
        raise no_form(form.id)
    ref = round.passed_on[passed - 1].link_ref if passed else round.link_ref
    if not secret_matches(secret_at(store, ref), found[4]):
        raise no_form(form.id)
    return _passed_on(store, form, round, round.passed_on[passed - 1]) if passed else _contact(people, form, round)


def school_side(store: Store, form: CreditForm, secret: str) -> int:
    """The number of the forwarding whose link this is. Raises `NotFound`."""
    found = _WHICH.fullmatch(secret)
    if found is None or found[3] is None or not 1 <= int(found[3]) <= len(form.forwardings):
        raise no_form(form.id)
    forwarding = form.forwardings[int(found[3]) - 1]
    if not secret_matches(secret_at(store, forwarding.link_ref), found[4]):
        raise no_form(form.id)
    return forwarding.n


def _contact(people: People, form: CreditForm, round: Round) -> Answerer:
    for contact in people.contacts(form.host_id):
        if contact.id == round.contact_id:
            return Answerer("contact", contact.id, contact.name, contact.email, round)
    raise no_form(form.id)


def _passed_on(store: Store, form: CreditForm, round: Round, passed: PassedOn) -> Answerer:
    person = store.text(passed.ref)
    if person is None:
        raise no_form(form.id)
    return Answerer("passed_on", round.contact_id, str(person["name"]), str(person["email"]), round)
