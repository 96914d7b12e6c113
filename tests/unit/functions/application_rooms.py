"""The applications and workspace rooms on fakes: one world, two rooms, a trainee and staff with browsers."""

from __future__ import annotations

from typing import Any

from lxml import html

from functions.application_intake.handler import room as applications
from functions.workspace.handler import room as workspace
from shared.domain.core.instants import iso
from tests import builders
from tests.builders import PROGRAM, REVIEWER, TRAINEE, WEEKS
from tests.rooms import Answer, Client, World
from tests.unit.pages.page_markup import problems

OTHER, COLLEAGUE, COORDINATOR, FINANCE = "trainee-2", "reviewer-2", "coordinator-1", "finance-1"
WISH = {"program_id": PROGRAM, "experience_type": "hands_on", "start": "2027-03-01", "weeks": "4"}


class Rooms(World):
    def __init__(self, **program: Any) -> None:
        super().__init__(applications)
        workspace.wire(self)
        self.person()
        self.person(OTHER, name="Bela Novak")
        self.person(REVIEWER, ("reviewer",), "Nora Feldspar", "America/Chicago")
        self.person(COLLEAGUE, ("reviewer",), "Omar Quillon", "America/Chicago")
        self.person(COORDINATOR, ("coordinator",), "Theo Grantley", "America/Chicago")
        self.person(FINANCE, ("finance",), "Victor Amselbach", "America/Chicago")
        builders.stored_program(self.store, **program)
        self.store.open_seats(PROGRAM, dict.fromkeys(WEEKS, 2))

    def facts(self, id: str = TRAINEE, **changes: Any) -> None:
        self.people.save_facts(id, builders.facts(**changes))

    def cv(self, owner: str = TRAINEE, id: str = "document-1", kind: str = "cv", number: int = 1) -> None:
        state = {
            "id": id,
            "trainee_id": owner,
            "kind": kind,
            "status": "STORED",
            "number": number,
            "sha256": "1" * 64,
            "size": 1,
            "key": "k",
            "content_type": "application/pdf",
            "created_at": iso(self.clock.now()),
        }
        builders.stored(self.store, "DOCUMENT", id, state)

    def ready(self) -> Rooms:
        """A trainee with facts and a CV."""
        self.facts()
        self.cv()
        return self

    def in_workspace(self, client: Client) -> Client:
        """The same person in the other room."""
        return Client(workspace, client.headers)

    def work(self, who: str, query: str = "") -> Answer:
        """The page that `who` finds after signing in."""
        return self.in_workspace(self.browser(who)).get(f"/workspace{query}")

    def found(self, who: str, query: str = "") -> Any:
        """The same as JSON."""
        return self.in_workspace(self.api(who)).get(f"/workspace{query}").json

    def rival(self, **facts: Any) -> str:
        """The address of another trainee's application for the same seat, sent."""
        self.facts(OTHER, **facts)
        self.cv(OTHER, "document-2")
        here = self.browser(OTHER).post("/applications", {**WISH, "idempotency_key": "key-2"}).location
        assert self.browser(OTHER).post(f"{here}/submit", {}).status == 303
        return here

    def draft(self, key: str = "key-1", **changes: str) -> str:
        """A draft's address, made by a browser."""
        return self.browser(TRAINEE).post("/applications", {**WISH, **changes, "idempotency_key": key}).location

    def sent(self, **changes: str) -> str:
        here = self.draft(**changes)
        assert self.browser(TRAINEE).post(f"{here}/submit", {}).status == 303
        return here

    def taken(self, **changes: str) -> str:
        here = self.sent(**changes)
        assert self.browser(REVIEWER).post(f"{here}/claim").status == 303
        return here

    def approved(self) -> str:
        here = self.taken()
        assert self.browser(REVIEWER).post(f"{here}/approve", {}).status == 303
        return here


def shown(answer: Answer, status: int, *words: str, never: tuple[str, ...] = ()) -> html.HtmlElement:
    """The page, held to what every page must hold to, with these words on it and those not."""
    assert answer.status == status, answer.body
    assert problems(answer.body) == []
    tree = html.fromstring(answer.body)
    text = " ".join(tree.text_content().split())
    assert [word for word in words if word not in text] == [], text
    assert [word for word in never if word in text] == []
    return tree


def primary(tree: html.HtmlElement) -> list[str]:
    """What the main column and its side offer as *the* action: buttons that are neither quiet nor dangerous, outside
    closed details."""
    found = tree.xpath("//main//*[contains(concat(' ', @class, ' '), ' button ')][not(ancestor::details[not(@open)])]")
    return [
        " ".join(one.text_content().split()) for one in found if not {"quiet", "danger"} & set(one.get("class").split())
    ]
