"""The contacts of a host on DynamoDB: what each does, and each erased on its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.adapters.dynamodb.people import DynamoPeople
from shared.ports import DUTIES, Contact, HostContact


def test_the_only_contact_that_was_named_does_everything_and_others_come_beside(dynamodb: Any) -> None:
    people = DynamoPeople(dynamodb, "core")
    people.save_contact(Contact("host-1", "Dana", "dana@example.org"))
    (dana,) = people.contacts("host-1")
    assert (dana.id, dana.does, dana.preceptor) == ("host-1-contact", DUTIES, False)
    forms = HostContact("contact-9", "host-1", "Ada", "ada@example.org", "+1 312 555 0100", ("forms",), True)
    people.save_host_contact(replace(dana, does=("programs",)))
    people.save_host_contact(forms)
    people.save_contact(Contact("host-1", "Dana B.", "dana.b@example.org"))
    assert people.contacts("host-1") == (
        replace(dana, name="Dana B.", email="dana.b@example.org", does=("programs",)),
        forms,
    )
    assert people.contact("host-1") == Contact("host-1", "Dana B.", "dana.b@example.org")
    assert [people.erase_contact("host-1", "contact-9") for _ in range(2)] == [1, 0]
    assert [one.id for one in people.contacts("host-1")] == ["host-1-contact"]
