"""All rooms on one world in memory, as API Gateway would reach them: a person of every role, and a record in every
state that matters.

house = House(folder)
house.reset()                                # as it was built, whatever was done to it since
house.client("owner").get("/applications")   # `browser=True` for pages; "nobody" is not signed in
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyotp

from functions.application_intake.handler import room as applications
from functions.stripe_webhook.webhook import Webhook
from infra.build import openapi
from shared.adapters.search.builder import build
from shared.adapters.search.index import TantivyIndex
from shared.domain.accounts.account_input import email_key
from shared.domain.core.calendar import weeks_covered
from shared.domain.core.instants import iso
from shared.domain.programs.program import ExperienceType
from shared.domain.reservations import terms
from shared.domain.reservations.reservation import Choice
from shared.domain.search.query import Projection, SearchQuery
from shared.domain.seats.seats import free_by_week
from shared.ports import Contact, Person, UnitOfWork
from shared.services.accounts.account_ports import email_claim
from shared.services.applications.submission import RotationRequest
from shared.services.core.secret_links import secret_at
from shared.services.reservations.reserve import Signature
from tests import builders
from tests.builders import HOST, PROGRAM
from tests.fakes.clock import START
from tests.fakes.faults import Fault
from tests.files import A_PDF
from tests.rooms import PASSWORD, PUBLIC_URL, Client, World
from tests.unit.functions.catalogue_scene import OPEN, LocalIndex
from tests.unit.services.reservations.reservation_scene import WEBHOOK, by

PERSONS: Mapping[str, tuple[str, str]] = {
    "owner": ("trainee-1", "trainee"),
    "stranger": ("trainee-2", "trainee"),
    "claimer": ("reviewer-1", "reviewer"),
    "reviewer": ("reviewer-2", "reviewer"),
    "coordinator": ("coordinator-1", "coordinator"),
    "coach": ("coach-1", "coach"),
    "finance": ("finance-1", "finance"),
    "admin": ("admin-1", "admin"),
    "host": ("host-1", "host"),
}
"""Who may knock, besides "nobody": account and role. The owner has every record; the claimer has one application in
review."""
EVERYBODY = ("nobody", *PERSONS)

STAGES = ("DRAFT", "SUBMITTED", "IN_REVIEW", "APPROVED", "SIGNED", "HELD", "RESERVED")
"""What the owner has one application each of; the last two with a reservation. Signed: approved, with the terms
signed."""
OWNER, CLAIMER = by("trainee", "trainee-1"), by("reviewer", "reviewer-1")
FIRST_START = date(2027, 3, 1)
ELSEWHERE = "other-host-manager"
"""Acts for another host than the records' one."""
SECRET, HOUR, EARLIER = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", timedelta(hours=1), "2026-11-20T10:00:00Z"
CODE = pyotp.TOTP(SECRET).at(START)
"""What the authenticator app of "guarded-1" shows, and of "offered-1" once it has taken the secret in."""


class House(World):
    """`folder` takes the search index. The signed-up account has a confirmation link that is open, and one that has run
    out."""

    def __init__(self, folder: Path) -> None:
        super().__init__(applications)
        self.rooms = {_prefix(room): room for room in openapi.rooms()}
        self.webhook = Webhook(self.deliveries, lambda: "whsec_test", lambda: 0.0)
        for id, role in PERSONS.values():
            hosts = (HOST,) if role == "host" else ()
            self.person(id, (role,), name=f"{id.title()} Person", zone="America/Chicago", hosts=hosts)
            self.store.commit(UnitOfWork(transitions=(), keys=(email_claim(f"{id}@example.org", id),)))
        self._programs()
        self.search_index = self._index(folder)
        self._host_managers()
        self._unconfirmed()
        self._guarded()
        self._documents()
        self.applications = {
            name: self._application(name, FIRST_START + timedelta(weeks=5 * n)) for n, name in enumerate(STAGES)
        }
        self.applications["NEEDS_INFO"] = self._application(
            "IN_REVIEW", FIRST_START + timedelta(weeks=5 * len(STAGES)), "asked"
        )
        self.applications["HOST_REVIEW"] = self._application(
            "IN_REVIEW", FIRST_START + timedelta(weeks=5 * len(STAGES) + 5), "routed"
        )
        routed = self.wiring.host_review.route(CLAIMER, self.applications["HOST_REVIEW"])
        self.host_secret = self.store.texts[routed.host_link_ref or ""]["secret"]
        self.wiring.information_requests.ask(CLAIMER, self.applications["NEEDS_INFO"], "Which ward was it?")
        for number, name in enumerate(("SOLD_OUT", "WAITING"), 2):
            start = FIRST_START + timedelta(weeks=5 * (len(STAGES) + number))
            self.applications[name] = self._application("APPROVED", start, name)
            self.store.open_seats(PROGRAM, dict.fromkeys(weeks_covered(start, 4), 0))
        self.wiring.waitlist.join(OWNER, self.applications["WAITING"])
        self.reservations = {name: self._reservation(self.applications[name]) for name in ("HELD", "RESERVED")}
        for tag in (
            f"RESERVATION_{self.reservations['RESERVED']}_9_host",
            f"APPLICATION_{self.applications['HOST_REVIEW']}_9_host-asked",
        ):
            self.wiring.email_reports.report(tag, "bounced", WEBHOOK)
        made = self.wiring.cv_links.make("APPLICATION", self.applications["HOST_REVIEW"], 1, "trainee-1", "document-1")
        self.cv = made.rpartition("/")[2]
        self.wiring.coaching.match(self.reservations["RESERVED"], WEBHOOK)
        self.search = self.wiring.saved_searches.save(OWNER, SearchQuery(text="cardiology"))
        self.calendar = self._calendar(self.reservations["RESERVED"])
        ids = {name: id for name, (id, _) in PERSONS.items()}
        self.cookies = {name: self.sessions.open(id, proved=True) for name, id in ids.items()}
        self.tokens = {
            name: self.sessions.issue(id, proved=True) for name, id in (ids | {ELSEWHERE: ELSEWHERE}).items()
        }
        self._kept = [(thing, _copied(vars(thing))) for thing in self._things()]

    # --- who knocks, and where ----------------------------------------------------------------------------------------
    def reset(self) -> House:
        """Everything as it was built; the rooms are this house's again."""
        for thing, kept in self._kept:
            vars(thing).update(_copied(kept))
        for fault in (one for thing, _ in self._kept for one in vars(thing).values() if isinstance(one, Fault)):
            fault.set(0)
        for room in self.rooms.values():
            room.wire(self.wiring)
        return self

    def wear(self, who: str, roles: tuple[str, ...]) -> House:
        """This person has these roles until the next `reset`; a host's for the records' one."""
        hosts = {"hosts": [HOST]} if "host" in roles else {}
        builders.change(self.store, "ACCOUNT", PERSONS[who][0], {"roles": list(roles), **hosts})
        return self

    def client(self, who: str, browser: bool = False) -> Client:
        return Client(self, self.headers(who, browser))  # type: ignore[arg-type]

    def headers(self, who: str, browser: bool = False) -> dict[str, str]:
        """A browser has a cookie and our origin, a program a bearer token."""
        if browser:
            cookie = {"cookie": f"__Host-session={self.cookies[who]}"} if who in self.cookies else {}
            return {"accept": "text/html,application/xhtml+xml", "origin": PUBLIC_URL, **cookie}
        return {"authorization": f"Bearer {self.tokens[who]}"} if who in self.tokens else {}

    def answer(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """As API Gateway routes: a prefix and everything below it, the rest to the site."""
        if event["rawPath"] == "/webhooks/stripe" and event["requestContext"]["http"]["method"] == "POST":
            return {"cookies": [], **self.webhook.answer(event, context)}
        first = "/" + event["rawPath"].removeprefix("/").partition("/")[0]
        return self.rooms.get(first, self.rooms["/"]).answer(event, context)

    # --- what is there ------------------------------------------------------------------------------------------------
    def _programs(self) -> None:
        for id in (PROGRAM, "second-program"):
            builders.stored_program(self.store, id=id)
            self.store.open_seats(id, dict.fromkeys(OPEN, 2))

    def _index(self, folder: Path) -> LocalIndex:
        years = list(self.store.seats.values())
        programs = self.catalogue.programs(self.store.program_ids("LIVE"))
        build(
            [
                Projection(program=one, weeks=free_by_week(year for year in years if year.program_id == one.id))
                for one in programs.values()
            ],
            folder,
        )
        return LocalIndex(TantivyIndex.open(folder))

    def _host_managers(self) -> None:
        """The host's contact, somebody who has not taken the invitation to act for it, and who acts for another host
        only."""
        self.people.save_contact(Contact(HOST, "Dr. Lee", "lee@example.org"))
        self.wiring.host_managers.invite(
            by("coordinator", "coordinator-1"), HOST, "Invited Host", "invited-host@example.org"
        )
        self.invited_host = str(self.store.claimed_by(email_key("invited-host@example.org")))
        self.person(ELSEWHERE, ("host",), name="Other Host", zone="America/Chicago", hosts=("another-host",))

    def _unconfirmed(self) -> None:
        asked = dict.fromkeys(("asked_at", "created_at"), iso(self.clock.now() - timedelta(hours=1)))
        builders.stored(
            self.store, "ACCOUNT", "new-1", {"id": "new-1", "status": "UNCONFIRMED", "roles": ["trainee"], **asked}
        )
        self.people.save_person(Person("new-1", "New Person", "new-1@example.org", "UTC"))
        self.store.commit(UnitOfWork(transitions=(), keys=(email_claim("new-1@example.org", "new-1"),)))
        self.links.make("confirm", "new-1", self.clock.now().replace(year=2027))
        self.links.make("confirm", "new-1", self.clock.now())

    def _guarded(self) -> None:
        """Somebody with an authenticator app who has asked for every kind of link; somebody who has to set one up; an
        invitation."""
        for id in ("guarded-1", "offered-1"):
            self.person(id, ("finance",), name="Guarded Person")
            self.store.commit(UnitOfWork(transitions=(), keys=(email_claim(f"{id}@example.org", id),)))
        guarded, factors, care, later = (
            by("account", "guarded-1"),
            self.wiring.second_factor,
            self.wiring.account_security,
            self.clock.now() + HOUR,
        )
        factors.install(guarded, "guarded-1", SECRET)
        self.wiring.account_wishes.reset("guarded-1@example.org")
        care.ask_mail_change(guarded, "moved@example.org", PASSWORD)
        state = self.store.load("ACCOUNT", "guarded-1").state
        wish, now = state["mail_change_ref"], state["session_epoch"]
        offered = factors.ticket("offered-1")
        self.store.texts[self.store.load("ACCOUNT", "offered-1").state["factor_offer_ref"]] = {"secret": SECRET}
        self.links_for = {
            "confirm": "link-1",
            "code": factors.ticket("guarded-1").token,
            "factor": offered.token,
            "reset": self.links.make("reset", "guarded-1", later, now),
            "mail": self.links.make(f"mail:{wish}", "guarded-1", later, now),
            "stop": self.links.make(f"stop:{wish}", "guarded-1", later, now),
        }
        self.handle = self.sessions.handle(self.sessions.open("trainee-1", "Firefox on Windows"))
        invited = {
            "id": "invited-1",
            "status": "INVITED",
            "roles": ["coach"],
            **dict.fromkeys(("created_at", "invited_at"), EARLIER),
        }
        builders.stored(self.store, "ACCOUNT", "invited-1", invited)
        self.people.save_person(Person("invited-1", "Invited Person", "invited-1@example.org"))

    def _documents(self) -> None:
        """The owner's CV, a refused file, and one that has arrived and not been looked at."""
        self.people.save_facts("trainee-1", builders.facts())
        self.people.save_facts("trainee-2", builders.facts())
        common = {"trainee_id": "trainee-1", "kind": "cv", "created_at": iso(self.clock.now())}
        file = {
            "number": 1,
            "sha256": "1" * 64,
            "size": 9,
            "key": "uploads/trainee-1/cv/document-1",
            "content_type": "application/pdf",
        }
        builders.stored(
            self.store, "DOCUMENT", "document-1", {"id": "document-1", "status": "STORED", **common, **file}
        )
        refused = {"id": "document-2", "status": "REFUSED", "reason_code": "damaged", **common}
        builders.stored(self.store, "DOCUMENT", "document-2", refused)
        arriving = self.wiring.document_uploads.upload_form("trainee-1", "cv", "/documents")
        self.file_store.arrive(arriving.fields["key"], A_PDF)
        self.arriving = arriving.document_id

    def _application(self, name: str, start: date, key: str = "") -> str:
        """Each as far as its name says, by the services themselves; `key` tells a second one of that name from the
        first."""
        stage, wiring = STAGES.index(name), self.wiring
        id: str = wiring.submission.start(
            OWNER, key or name, RotationRequest(PROGRAM, ExperienceType.HANDS_ON, start)
        ).id
        steps = (
            lambda: wiring.submission.submit(OWNER, id),
            lambda: wiring.review.claim(CLAIMER, id),
            lambda: wiring.review.approve(CLAIMER, id),
            lambda: wiring.reserve.sign(
                OWNER, id, terms.CURRENT, Signature("Trainee-1 Person", "192.0.2.1", "Firefox")
            ),
            lambda: wiring.reserve.checkout(OWNER, id, Choice.DEPOSIT),
            lambda: wiring.settlement.settle(self.payments.pay(self._session(id)), WEBHOOK),
        )
        for step in steps[:stage]:
            step()
        return id

    def _reservation(self, application_id: str) -> str:
        return str(self.store.load("APPLICATION", application_id).state["live_reservation_id"])

    def _calendar(self, reservation_id: str) -> str:
        """The secret of an open calendar address."""
        return (
            f"{reservation_id}.{secret_at(self.store, self.wiring.calendar_feeds.open(OWNER, reservation_id).feed_ref)}"
        )

    def _session(self, application_id: str) -> str:
        return self.payments.session_of(self._reservation(application_id)).id

    def _things(self) -> Iterator[Any]:
        yield from (
            self.store,
            self.people,
            self.identity,
            self.sessions,
            self.links,
            self.file_store,
            self.payments,
            self.ids,
            self.clock,
        )
        yield from (self.deliveries, self.paces, self.browsers, self.wishes)


def _prefix(room: Any) -> str:
    """`/applications` of the room that has it; the site has everything that nobody else has."""
    return "/" if room.name == "site" else "/" + next(iter(room.declared))[1].split("/")[1]


def _copied(values: Mapping[str, Any]) -> dict[str, Any]:
    """The containers anew, what they hold as it is: the fakes put new values in, they change none."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            value = {key: list(entry) if isinstance(entry, list) else entry for key, entry in value.items()}
        found[name] = list(value) if isinstance(value, list) else value
    return found
