"""What a host's manager is told about signing in (H04): the invitation with its link, and one more host to act for.

The link is made when the mail is composed, as with every account (`account_mails.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.accounts.account import Account, AccountStatus
from shared.domain.accounts.account_input import INVITE, INVITE_LIFE
from shared.events.envelope import Envelope
from shared.ports import BusinessClock, Catalogue, Links, People, Person, Store
from shared.services.accounts.emails import Composer
from shared.services.core.people_records import account_of
from shared.services.email.outgoing import OutgoingEmail
from shared.services.email.text import EmailText
from shared.services.programs.host_index import HostIndex

SHOWN = 5
CAN_DO = (
    "Signed in you find on one page what waits for your answer: who applies, their CV, your own guidelines, and how "
    "long you have. "
    "You answer with yes or no, and see what became of it. The links in our mails go on working without signing in."
)


@dataclass(frozen=True)
class HostAccountMails:
    store: Store
    people: People
    catalogue: Catalogue
    links: Links
    clock: BusinessClock
    public_url: str

    def composers(self) -> dict[str, tuple[Composer, ...]]:
        return {"HostInvited.v1": (self._invited,), "HostAdded.v1": (self._added,)}

    def _of(self, event: Envelope) -> tuple[Account, Person]:
        return account_of(self.store.load("ACCOUNT", event.subject.id)), self.people.person(event.subject.id)

    def _invited(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing once the invitation was taken, or the host taken away again."""
        account, person = self._of(event)
        hosts = account.hosts
        if account.status is not AccountStatus.INVITED or not hosts:
            return None
        link = self.links.make(INVITE, person.account_id, self.clock.now() + INVITE_LIFE)
        letter = EmailText(
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
        return OutgoingEmail("host-invite", person.email, letter)

    def _added(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing once that host was taken away again."""
        account, person = self._of(event)
        added = str(event.data["added_host"])
        if account.status is not AccountStatus.ACTIVE or added not in account.hosts:
            return None
        letter = EmailText(
            "You answer for more programs at Rota",
            f"Hello {person.name},",
            (
                f"Your coordinator at Rota has added {self._programs((added,))} to your account.",
                "You need to do nothing: what waits for your answer there is on your page from now on.",
            ),
            action=("Open your page", f"{self.public_url}/workspace"),
        )
        return OutgoingEmail("host-added", person.email, letter)

    def _programs(self, hosts: tuple[str, ...]) -> str:
        lists = HostIndex(self.store, self.catalogue)
        names = [program.name for host_id in hosts for program in lists.programs(host_id)]
        if not names:
            return "your programs"
        more = len(names) - SHOWN
        return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
