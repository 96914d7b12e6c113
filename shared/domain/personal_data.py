"""What Rota keeps about people, in one list: erasing, exporting, keeping and the documentation go by it. A contract
test finds every erasable text of the source in it.

Texts lie under somebody's own name (`<whose>/<name>`), and erasing that person erases them; rows keep their hashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Whose = Literal["account", "trainee", "contact", "host"]
"""Whose erasure takes a text away: any account, a trainee's, a host's contact, or the host as a whole."""


@dataclass(frozen=True)
class PersonalText:
    """`name` is what stands behind the owner in the text's ref, `*` for what differs; `holds` says what is in it."""

    name: str
    whose: Whose
    holds: str


@dataclass(frozen=True)
class PersonalItem:
    """What is kept about a person besides texts. `kept` says why something of it stays after erasing."""

    what: str
    whose: Whose
    kept: str = ""


TEXTS = (
    # Accounts
    PersonalText("onward-*", "account", "the page that somebody came from"),
    PersonalText("mail-*", "account", "the address that somebody changes to"),
    PersonalText("former-mail-*", "account", "the address before"),
    PersonalText("factor-offer-*", "account", "the secret of an authenticator app that is being set up"),
    PersonalText("factor-*", "account", "the secret of an authenticator app, recovery codes"),
    PersonalText("manages:*:*", "account", "which host somebody acts for"),
    # Programs and searches
    PersonalText("program:*", "host", "which programs are the host's"),
    PersonalText("search-*", "trainee", "a saved search, the secret that ends it"),
    # Applications
    PersonalText("application:*:school", "trainee", "the school's contact"),
    PersonalText("application:*:facts", "trainee", "what guidelines are compared with, for the what-if"),
    PersonalText("application:*:rejection", "trainee", "why an application was declined"),
    PersonalText("application:*:override:*", "trainee", "why a guideline was set aside"),
    PersonalText("application:*:question-*", "trainee", "what a reviewer asked"),
    PersonalText("application:*:reply-*", "trainee", "what the trainee answered"),
    PersonalText("application:*:host-link-*", "trainee", "the secret of a host's link"),
    PersonalText("application:*:host-note-*", "trainee", "what a host wrote"),
    PersonalText("application:*:asked-again-*", "trainee", "why a host was asked again"),
    PersonalText("application:*:taken-back-*", "trainee", "why nobody waits for a host"),
    PersonalText("document:*:check-*", "trainee", "why a document does not count"),
    PersonalText("cv-link:*:*:*", "trainee", "the secret of a link to a CV"),
    # Reservations
    PersonalText("terms-*-*", "trainee", "the signature under the clinical terms, with its address"),
    PersonalText("calendar-*-*", "trainee", "the secret of a calendar"),
    # Credit forms
    PersonalText("credit-form:*:request-*", "trainee", "what the school asks, its contact, the course"),
    PersonalText("credit-form:*:ask-*", "trainee", "what a coordinator asked the trainee"),
    PersonalText("credit-form:*:link-*", "trainee", "the secret of a host's or a school's link"),
    PersonalText("credit-form:*:student-*", "trainee", "the student as signed: name, school, request"),
    PersonalText("credit-form:*:school-*", "trainee", "the address that the form was sent to"),
    PersonalText("credit-form:*:school-words-*", "trainee", "what a school wants corrected"),
    PersonalText("credit-form:*:received-*", "trainee", "how a coordinator knows that the school has it"),
    PersonalText("credit-form:*:kept-*", "trainee", "why a disputed or outdated form stands"),
    PersonalText("credit-form:*:closed", "trainee", "why a form was closed"),
    PersonalText("credit-form:*:why-*", "contact", "why it was sent again, or what is to be corrected"),
    PersonalText("credit-form:*:draft-*-*", "contact", "what was typed so far"),
    PersonalText("credit-form:*:answers-*", "contact", "what was signed"),
    PersonalText("credit-form:*:signature-*", "contact", "who signed: name, address, IP address, browser"),
    PersonalText("credit-form:*:passed-*", "contact", "who a form was passed on to"),
    PersonalText("credit-form:*:declined-*", "contact", "why a form was declined"),
    PersonalText("credit-form:*:dispute-*", "contact", "why a signature is none of theirs"),
    PersonalText("last-form:*", "contact", "what the program's next form is filled in with"),
)
ITEMS = (
    PersonalItem("name, address, time zone", "account"),
    PersonalItem("facts of the profile", "trainee"),
    PersonalItem("sessions, devices, tries of passwords", "account"),
    PersonalItem("a host's contacts: name, address, telephone, what each does", "contact"),
    PersonalItem("uploaded documents", "trainee"),
    PersonalItem(
        "signed school forms (PDF)",
        "trainee",
        kept="after a signer's erasure: the school and the student rely on what was signed",
    ),
    PersonalItem("event rows: ids, codes, instants, hashes", "account", kept="they name nobody, and chains must hold"),
    PersonalItem("the ledger: ids and cents", "account", kept="bookkeeping; it names nobody"),
)
