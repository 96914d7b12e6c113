"""Valid things to start a test from; name what the test is about, the rest is ordinary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.domain.applications.application import Application
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.applications.values import (
    Approval,
    HostAnswer,
    HostQuestion,
    Offer,
    Question,
    Recommendation,
    SignedTerms,
    Submitted,
    SubmittedCv,
)
from shared.domain.core.aggregate import GENESIS, Actor, AggregateType, NewEvent, text_hash
from shared.domain.core.instants import iso
from shared.domain.core.policy import CURRENT
from shared.domain.core.text_ref import TextRef
from shared.domain.programs.guidelines import Guidelines
from shared.domain.programs.program import ExperienceType, HostKind, Place, Program, ReviewMode
from shared.domain.trainees.trainee import DocumentFact, StepResult, TraineeFacts, TraineeStatus
from shared.ports import CheckoutRequest, Store, Stored, Transition, UnitOfWork
from tests.fakes.clock import START

TRAINEE, REVIEWER, PROGRAM, HOST = "trainee-1", "reviewer-1", "cardiology-chicago", "host-1"
FIRST_DAY = date(2027, 3, 1)
WEEKS = ("2027-W09", "2027-W10", "2027-W11", "2027-W12")


def actor(role: str = "trainee", id: str = TRAINEE) -> Actor:
    return Actor(role=role, id=id)


def place(**changes: Any) -> Place:
    values = {
        "city": "Chicago",
        "state": "IL",
        "zip": "60612",
        "zone": "America/Chicago",
        "latitude": 41.8781,
        "longitude": -87.6298,
    }
    return Place(**(values | changes))


def program(**changes: Any) -> Program:
    """A live four-week hands-on program in Chicago, $2,149, two seats a week."""
    values: dict[str, Any] = {
        "id": PROGRAM,
        "name": "Inpatient Cardiology",
        "host_id": HOST,
        "host_kind": HostKind.HOSPITAL,
        "setting": "inpatient",
        "summary": "Rounds, consults and clinic with a teaching team.",
        "specialty": "cardiology",
        "experience_types": (ExperienceType.HANDS_ON,),
        "place": place(),
        "price_4w_cents": 214900,
        "capacity": 2,
        "stipend_week_cents": 20000,
        "coordinator_id": "coordinator-1",
    }
    return Program(**(values | changes))


def facts(**changes: Any) -> TraineeFacts:
    """A student with Step 1 passed and verified, graduating in 2028, with a CV."""
    values: dict[str, Any] = {
        "trainee_status": TraineeStatus.STUDENT,
        "step1": StepResult.PASSED,
        "step1_verified": True,
        "expected_graduation": date(2028, 6, 30),
        "languages": ("English",),
        "visa_type": "B-1",
        "school": "Universidad del Valle",
        "country": "CO",
        "documents": (DocumentFact(kind="cv", accepted=True, language="English"),),
    }
    return TraineeFacts(**(values | changes))


def submitted(**changes: Any) -> Submitted:
    """Sent two days before `START` at the program's price, with no guidelines."""
    values: dict[str, Any] = {
        "at": START - timedelta(days=2),
        "total_cents": 214900,
        "guidelines": Guidelines(),
        "review_mode": ReviewMode.OPERATOR,
        "closes_at": datetime(2027, 2, 16, 6, tzinfo=UTC),
    }
    return Submitted(**(values | changes))


def offer(**until: Any) -> Offer:
    """Open from `START` on for as long as named, as `timedelta` has it: seven days unless anything is."""
    return Offer(expires_at=START + timedelta(**(until or {"days": 7})))


def signed(version: str = CURRENT.version, at: datetime = START) -> SignedTerms:
    return SignedTerms(version=version, signed_at=at, signature_ref=f"{TRAINEE}/terms")


def host_question(**changes: Any) -> HostQuestion:
    """Asked at `START`, without an answer."""
    values: dict[str, Any] = {
        "routed_at": START,
        "due_at": START + timedelta(days=5),
        "decide_at": START + timedelta(days=10),
        "link_ref": f"{TRAINEE}/link",
        "reminders": 0,
    }
    return HostQuestion(**(values | changes))


def host_answer(recommendation: Recommendation = "yes") -> HostAnswer:
    """Two days after `START`, without a word."""
    note = TextRef(ref=f"{TRAINEE}/note", hash=text_hash(""))
    return HostAnswer(recommendation=recommendation, at=START + timedelta(days=2), note=note)


def question(ref: str = f"{TRAINEE}/question", **changes: Any) -> Question:
    """Asked at `START`, to be answered within fourteen days."""
    values: dict[str, Any] = {
        "text": TextRef(ref=ref, hash=text_hash("")),
        "asked_at": START,
        "reply_due_at": START + timedelta(days=14),
    }
    return Question(**(values | changes))


def application(**changes: Any) -> Application:
    """Approved, terms signed, its offer open for seven days from `START`."""
    values: dict[str, Any] = {
        "id": "application-1",
        "version": 0,
        "status": ApplicationStatus.APPROVED,
        "case_id": "case-1",
        "trainee_id": TRAINEE,
        "program_id": PROGRAM,
        "experience_type": ExperienceType.HANDS_ON,
        "start": FIRST_DAY,
        "weeks": 4,
        "cv": SubmittedCv(document_id="document-1", sha256="0" * 64),
        "policy_version": CURRENT.version,
        "created_at": START - timedelta(days=3),
        "submitted": submitted(),
        "approval": Approval(by=REVIEWER, at=START, results=()),
        "offer": offer(),
        "terms": signed(),
    }
    return Application(**(values | changes))


def fresh(kind: AggregateType, id: str) -> Stored:
    """An aggregate that does not exist yet."""
    return Stored(kind, id, {}, 0, GENESIS)


def draft(data: Mapping[str, Any], type: str = "Given.v1", at: datetime = START, case_id: str = "") -> NewEvent:
    return NewEvent(type=type, data=dict(data), actor=actor(), occurred_at=at, case_id=case_id)


def step(kind: AggregateType, id: str, data: Mapping[str, Any], **changes: Any) -> Transition:
    """The first step of a new aggregate."""
    return Transition(fresh(kind, id), draft(data), **changes)


def stored(store: Store, kind: AggregateType, id: str, data: Mapping[str, Any]) -> Stored:
    """Puts an aggregate into the store by one event, and reads it back."""
    store.commit(UnitOfWork(transitions=(step(kind, id, data),)))
    return store.load(kind, id)


def change(store: Store, kind: AggregateType, id: str, data: Mapping[str, Any]) -> None:
    """Another event on what is stored, as another room would write it."""
    store.commit(UnitOfWork(transitions=(Transition(store.load(kind, id), draft(data)),)))


def stored_program(store: Store, **changes: Any) -> Program:
    made = program(**changes)
    stored(store, "PROGRAM", made.id, made.model_dump(mode="json"))
    return made


def stored_account(
    store: Store,
    id: str = TRAINEE,
    roles: tuple[str, ...] = ("trainee",),
    status: str = "ACTIVE",
    hosts: tuple[str, ...] = (),
) -> Stored:
    return stored(
        store,
        "ACCOUNT",
        id,
        {
            "id": id,
            "status": status,
            "roles": list(roles),
            "created_at": iso(START),
            **({"hosts": list(hosts)} if hosts else {}),
        },
    )


def stored_application(store: Store, **changes: Any) -> Application:
    made = application(**changes)
    loaded = stored(store, "APPLICATION", made.id, made.model_dump(mode="json", exclude={"version"}))
    return Application.model_validate(loaded.state)


def checkout_request(**changes: Any) -> CheckoutRequest:
    values: dict[str, Any] = {
        "reservation_id": "reservation-1",
        "application_id": "application-1",
        "amount_cents": 69900,
        "description": "Deposit: Inpatient Cardiology, 1-28 March 2027",
        "email": "amara@example.org",
        "expires_at": START + timedelta(minutes=35),
        "success_url": "http://127.0.0.1:8000/reservations/reservation-1?paid=1",
        "cancel_url": "http://127.0.0.1:8000/reservations/reservation-1",
    }
    return CheckoutRequest(**(values | changes))


def reservation_state(**changes: Any) -> dict[str, Any]:
    """A rotation that is reserved by deposit, as it is stored, with `changes`."""
    return {
        "id": "reservation-1",
        "status": "RESERVED",
        "case_id": "application-1",
        "application_id": "application-1",
        "trainee_id": TRAINEE,
        "program_id": PROGRAM,
        "start": FIRST_DAY.isoformat(),
        "weeks": 4,
        "week_list": list(WEEKS),
        "choice": "deposit",
        "charge_cents": 69900,
        "total_cents": 214900,
        "balance_cents": 145000,
        "balance_due_at": "2027-01-16T05:59:59Z",
        "policy_version": "2026-11",
        "created_at": "2026-11-23T15:00:00Z",
        "held_until": "2026-11-23T15:30:00Z",
        "session_expires_at": "2026-11-23T15:35:00Z",
        "paid_cents": 69900,
        **changes,
    }
