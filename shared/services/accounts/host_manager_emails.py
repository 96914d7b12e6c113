"""What a host's manager is told about signing in (H04): the invitation with its link, and one more host to act for.

The link is made when the email is composed, as with every account (`emails.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.accounts.account import Account, AccountStatus
from shared.domain.accounts.account_input import INVITE, INVITE_LIFE
from shared.events.account import HostAdded, HostInvited
from shared.events.envelope import Envelope
from shared.ports import BusinessClock, Links, People, Person, Store
from shared.services.core.people_records import account_of
from shared.services.email.outgoing import OutgoingEmail, to_person
from shared.services.email.rule import EmailRule
from shared.services.email.text import EmailText
from shared.services.programs.host_index import HostIndex

SHOWN = 5
CAN_DO = (
    "Signed in you find on one page what waits for your answer: who applies, their CV, your own guidelines, and how "
    "long you have. "
    "You answer with yes or no, and see what became of it. The links in our mails go on working without signing in."
)


@dataclass(frozen=True)
class HostManagerEmails:
    store: Store
    people: People
    links: Links
    clock: BusinessClock
    host_index: HostIndex
    public_url: str

    def about(self, event: Envelope) -> tuple[str, ...]:
        return (event.subject.id,)

    def _of(self, event: Envelope) -> tuple[Account, Person]:
        return account_of(self.store.load("ACCOUNT", event.subject.id)), self.people.person(event.subject.id)

    def invited(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing once the invitation was taken, or the host taken away again."""
        account, person = self._of(event)
        hosts = account.hosts
        if account.status is not AccountStatus.INVITED or not hosts:
            return None
        link = self.links.make(INVITE, person.account_id, self.clock.now() + INVITE_LIFE)
        text = EmailText(
            "Sign in to Rota for your programs",
            f"Hello {person.name},",
            (
                "Your coordinator at Rota has made an account for you, so that you can answer for "
                f"{self._programs(hosts)}.",
                CAN_DO,
                f"Choose a password behind the link below: it works once, for {INVITE_LIFE.days} days. If you expect "
                "no such thing, do "
                "nothing.",
            ),
            action=("Choose a password", f"{self.public_url}/accounts/confirm/{link}"),
        )
        return OutgoingEmail(to_person(person), text)

    def added(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing once that host was taken away again."""
        account, person = self._of(event)
        added = str(event.data["added_host"])
        if account.status is not AccountStatus.ACTIVE or added not in account.hosts:
            return None
        text = EmailText(
            "You answer for more programs at Rota",
            f"Hello {person.name},",
            (
                f"Your coordinator at Rota has added {self._programs((added,))} to your account.",
                "You need to do nothing: what waits for your answer there is on your page from now on.",
            ),
            action=("Open your page", f"{self.public_url}/workspace"),
        )
        return OutgoingEmail(to_person(person), text)

    def _programs(self, hosts: tuple[str, ...]) -> str:
        names = [program.name for host_id in hosts for program in self.host_index.programs(host_id)]
        if not names:
            return "your programs"
        more = len(names) - SHOWN
        return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


HOST_MANAGER_EMAILS = (
    EmailRule(HostInvited, "host-invite", HostManagerEmails, HostManagerEmails.invited),
    EmailRule(HostAdded, "host-added", HostManagerEmails, HostManagerEmails.added),
)
