"""What emails about an account say."""

from __future__ import annotations

from shared.ports import Person
from shared.services.email.text import EmailText


def confirm_address(person: Person, link: str, hours: int) -> EmailText:
    return EmailText(
        "Confirm your address",
        f"Hello {person.name},",
        (
            "Somebody, we hope you, opened an account at Rota with this address.",
            f"To use it, confirm the address: the link below works once, for {hours} hours. If it was not you, do "
            "nothing.",
        ),
        action=("Confirm your address", link),
    )
