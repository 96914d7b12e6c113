"""The email of a saved search whose match has opened, from its event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.domain.programs.program import ProgramStatus
from shared.events.envelope import Envelope
from shared.events.saved_search import SearchMatched
from shared.ports import BusinessClock, Catalogue, People, Store
from shared.services.email.outgoing import OutgoingEmail, to_person
from shared.services.email.rule import EmailRule
from shared.services.search import email_texts
from shared.services.search.saved_searches import kept_of, saved_search_of


@dataclass(frozen=True)
class SearchEmails:
    store: Store
    people: People
    catalogue: Catalogue
    clock: BusinessClock
    public_url: str

    def about(self, event: Envelope) -> tuple[str, ...]:
        return (saved_search_of(self.store.load("SEARCH", event.subject.id)).trainee_id,)

    def matched(self, event: Envelope) -> OutgoingEmail | None:
        """Nothing once the search has ended, its owner is gone, or no program of the event is on offer any more."""
        kept = kept_of(self.store, self.store.load("SEARCH", event.subject.id))
        if kept is None or not kept.saved.waits(self.clock.now()):
            return None
        person = self.people.persons([kept.saved.trainee_id]).get(kept.saved.trainee_id)
        programs = self.catalogue.programs(event.data["matches"])
        matches = [
            (programs[id], date.fromisoformat(start))
            for id, start in event.data["matches"].items()
            if id in programs and programs[id].status is ProgramStatus.LIVE
        ]
        if person is None or not matches:
            return None
        text = email_texts.match_opened(person, kept, matches, self.public_url)
        return OutgoingEmail(to_person(person), text, unsubscribe=email_texts.way_out(kept, self.public_url))


EMAILS = (EmailRule(SearchMatched, "match", SearchEmails, SearchEmails.matched),)
