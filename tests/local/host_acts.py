"""A host's manager on a running stack (H04, T19): invited, signs in, finds what is owed, reads the CV, answers, and is
let go."""

from __future__ import annotations

import secrets

import requests

from infra.local.demo.api_client import Client, Json, Refused
from infra.local.demo.journey import PATIENCE, Journey, expect, wait_until
from tests.local.account_acts import PASSWORD, link_in


def answers_signed_in(journey: Journey, name: str, program_id: str, start: str) -> None:
    """Somebody new applies and is routed; the answer comes from the manager's page, with the account in the history."""
    trainee, reviewer, coordinator = journey.sign_up(name), journey.staff("reviewer"), journey.staff("coordinator")
    journey.apply(trainee, program_id, start)
    here, host = f"/applications/{trainee.application['id']}", f"/accounts/hosts/{journey.host_of(trainee)}"
    reviewer.post(f"{here}/claim")
    email = f"manager-{secrets.token_hex(4)}@clinic.example"
    coordinator.post(host, {"name": "Paula Reyes", "email": email})
    manager = Client(journey.url)
    manager.post(link_in(journey, email, "confirm"), {"password": PASSWORD})
    manager.sign_in(email, PASSWORD)
    reviewer.post(f"{here}/route")
    question = wait_until(lambda: _question(manager, here), "the question is on the manager's page", PATIENCE)
    expect(question["applicant"] == name, f"it says who applies ({question})")
    _reads_the_cv(journey, trainee.cv, email, manager.get(question["href"])["cv"])
    answered = manager.post(question["href"], {"answer": "yes", "note": "We know her school."})
    expect((answered["state"], answered["applicant"]) == ("answered", ""), f"it is answered ({answered})")
    past = manager.get("/workspace")["host"]["past"]
    expect(past[0]["outcome"] == "review", f"the page says what became of it, newest first ({past})")
    seen = reviewer.get(here)["review"]["host"]
    expect(seen["recommendation"] == "yes", f"the reviewer reads the answer ({seen})")
    _is_let_go(coordinator, manager, host, email)


def _question(manager: Client, here: str) -> Json | None:
    found: list[Json] = manager.get("/workspace")["host"]["questions"]
    return next((one for one in found if one["href"].startswith(here)), None)


def _reads_the_cv(journey: Journey, cv: bytes, email: str, path: str) -> None:
    token = Client(journey.url).post("/accounts/tokens", {"email": email, "password": PASSWORD})["access_token"]
    found = requests.get(journey.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    expect(found.content == cv, f"the CV opens, byte for byte ({found.status_code})")


def _is_let_go(coordinator: Client, manager: Client, host: str, email: str) -> None:
    listed = coordinator.get(host)["managers"]
    account = next(one for one in listed if one["email"] == email)
    coordinator.post(f"{host}/remove/{account['id']}")
    try:
        manager.get("/workspace")
        raise AssertionError("who was let go is still signed in")
    except Refused as error:
        expect(error.status == 401, "who was let go is out at once")
