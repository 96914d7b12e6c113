"""What emails about an account say.

Where nobody has shown yet that the address is theirs, an email says nothing that somebody else typed: not even a name
(it may be a message).
"""

from __future__ import annotations

from shared.ports import Person
from shared.services.email.text import EmailText


def confirm_address(link: str, hours: int) -> EmailText:
    return EmailText(
        "Confirm your address",
        "Hello,",
        (
            "Somebody, probably you, opened an account at Rota with this address.",
            f"To use it, confirm the address: the link below works once, for {hours} hours. If it was not you, you "
            "need to do nothing: without the link the account ends by itself.",
        ),
        action=("Confirm your address", link),
    )


def confirm_new_address(link: str, hours: int) -> EmailText:
    return EmailText(
        "Confirm your new address",
        "Hello,",
        (
            "Somebody, probably you, wants to use this address for an account at Rota from now on.",
            f"Confirm it with the link below: it works once, for {hours} hours. If it was not you, you need to do "
            "nothing.",
        ),
        action=("Use this address", link),
    )


def new_address_asked_for(person: Person, when: str, link: str) -> EmailText:
    return EmailText(
        "Somebody wants to change your email address",
        f"Hello {person.name},",
        (
            f"On {when} somebody who knows your password asked Rota to use another email address for your account. "
            "Until the link sent to that address is used, everything stays as it is.",
            "If it was you, you need to do nothing here.",
            "If it was not you, stop it with the link below. It ends the change and signs you out everywhere. Then "
            "set a new password with \u201cForgotten your password?\u201d, because somebody else knows yours.",
        ),
        action=("Stop the change", link),
    )
