"""Trainees with an offer on a running stack, quickly: accounts come as the seed's do, and their applications as
approval leaves them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from infra.local.demo.api_client import Client, Json
from infra.local.demo.journey import CV_SECTIONS, Journey, Trainee
from infra.local.seed.cv import cv_pdf
from infra.local.seed.loader import LOADER, wiring
from infra.local.seed.people import demo_people
from shared.domain.applications.values import Approval, Offer, SubmittedCv
from shared.domain.core.calendar import monday_of, week_of
from shared.ports import Contact, Due, Transition, UnitOfWork
from shared.services.applications.state_changes import open_claim
from tests.builders import REVIEWER, application, draft, fresh, program, signed, submitted

AT_ONCE = 4
"""More than this only queue for the processors."""


@dataclass(frozen=True)
class Opening:
    """`start` is a Monday; `host` where the host's mail goes."""

    program_id: str
    start: str
    host: str


class Crowd:
    def __init__(self, journey: Journey) -> None:
        self.journey, self.info = journey, journey.stack.info
        self._wiring = wiring(self.info)

    def open(self, seats: int) -> Opening:
        """A program of a host of its own goes live, so that no other test takes these seats; it starts in about a
        year."""
        id = f"crowd-{secrets.token_hex(4)}"
        contact = Contact(f"host-{id}", "Dr. Host", f"{id}@hosts.example")
        self._wiring.people.save_contact(contact)
        self._wiring.publishing.publish(
            LOADER, program(id=id, name=f"Crowded {id}", host_id=contact.host_id, capacity=seats)
        )
        year_ahead = self.journey.stack.clock.now().date() + timedelta(days=365)
        return Opening(id, monday_of(week_of(year_ahead)).isoformat(), contact.email)

    def approved(self, names: Iterable[str], opening: Opening) -> list[Trainee]:
        """Each with an approved application, its terms signed. One uploaded file serves as everybody's CV."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            trainees = list(pool.map(self._account, names))
        content = cv_pdf(trainees[0].name, trainees[0].email, CV_SECTIONS)
        document = trainees[0].client.upload("cv", "cv.pdf", content, "application/pdf")
        for trainee in trainees:
            trainee.cv, trainee.application = content, self._approve(trainee, opening, document)
        return trainees

    def _account(self, name: str) -> Trainee:
        email, password = f"{secrets.token_hex(6)}@trainees.example", f"Aa1-{secrets.token_urlsafe(12)}"
        id = self._wiring.sign_in.provision(LOADER, name, email, password, ("trainee",), "Africa/Cairo")
        student = next(person.facts for person in demo_people() if person.key == "student")
        assert student is not None
        self._wiring.people.save_facts(id, student)
        trainee = Trainee(name, email, Client(self.info.public_url), id)
        trainee.client.sign_in(email, password)
        return trainee

    def _approve(self, trainee: Trainee, opening: Opening, document: Json) -> Json:
        now, id = self._wiring.clock.now(), self._wiring.ids.new()
        said: dict[str, Any] = {
            "id": id,
            "case_id": id,
            "trainee_id": trainee.account_id,
            "program_id": opening.program_id,
            "start": opening.start,
            "created_at": now,
            "cv": SubmittedCv(document_id=document["id"], sha256=document["sha256"]),
            "submitted": submitted(at=now),
            "approval": Approval(by=REVIEWER, at=now, results=()),
            "offer": Offer(expires_at=now + timedelta(days=7)),
            "terms": signed(at=now),
        }
        made = application(**said)
        assert made.offer
        event = draft(made.model_dump(mode="json", exclude={"version"}), "ApplicationApproved.v1", now, case_id=id)
        step = Transition(fresh("APPLICATION", id), event, (Due("offer", made.offer.expires_at, "trainee"),))
        self._wiring.store.commit(UnitOfWork(transitions=(step,), keys=(open_claim(made),)))
        return {"id": id}
