"""Every form post, for a browser and for a program: what fails after something was changed never says that nothing was.

The property: each post of the role matrix that succeeds is sent once to see its calls through the ports; then again for
every call from the first change on, which fails there: cut off before or after it happened, by a store that is busy and
by an error of our own. And a post costs no more calls than it needs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from shared.adapters.dynamodb.store import unconfirmed
from shared.domain.core.errors import Busy, SavedNotShown
from shared.runtime.outcome import UNTOUCHED
from tests.builders import facts
from tests.contract.house import House
from tests.contract.port_calls import Calls, counted
from tests.contract.test_roles import BODIES, LINES, Line, address
from tests.rooms import Answer

POSTS = [line for line in LINES if line.route.startswith("POST ")]
EACH = pytest.mark.parametrize("line", POSTS, ids=[f"{line.route} {line.state}".strip() for line in POSTS])
BY = pytest.mark.parametrize("browser", [True, False], ids=["browser", "program"])
SAID = "nothing was changed"
GUARDED = ("POST /accounts/security/factor/remove", "POST /accounts/proof")
"""For whom an authenticator app is set up."""
IN_A_BROWSER = {"POST /accounts/security/factor": "owner", "POST /accounts/proof": "guarded"}
"""What a program is refused, and by whom a browser does it."""
PROGRAMS = [line for line in POSTS if line.route not in IN_A_BROWSER]
CHANGED = {
    "POST /applications/<application_id>/save": {"start": "2027-12-06"},
    "POST /accounts/profile": {"name": "Another Name", "zone": "America/Denver"},
}
"""Bodies with which something changes, where the matrix' own leaves all as it is."""


def busy() -> Exception:
    return Busy("Our records cannot be reached for a moment.", "Try again in a minute.")


def broken() -> Exception:
    return RuntimeError("out of memory")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(Path(tmp_path_factory.mktemp("house")))


def may(line: Line) -> str:
    """Somebody for whom the post succeeds; empty where the house has nobody."""
    return IN_A_BROWSER.get(line.route) or next((who for who, status in line.expected.items() if status < 300), "")


def send(house: House, calls: Calls, line: Line, browser: bool, fault: Fault | None = None) -> Answer:
    """One post on the house as it was built, with everything it asks of the ports noted. The profile of the owner says
    that Step 1 was passed, and nobody has seen the report."""
    path, who = address(house.reset(), line), may(line)
    house.people.save_facts("trainee-1", facts(step1_verified=False))
    browser = browser or line.route in IN_A_BROWSER
    if line.route in GUARDED:
        epoch = house.store.load("ACCOUNT", "guarded-1").state["session_epoch"]
        house.cookies["guarded"] = house.sessions.open("guarded-1", epoch=epoch, proved=True)
        house.tokens["guarded"] = house.sessions.issue("guarded-1", epoch, proved=True)
        who = "guarded"
    counted(house, calls)
    client = house.client(who, browser)
    given = BODIES.get(line.route, {}) | CHANGED.get(line.route, {})
    calls.begin(*fault or ())
    return client.post(path, {f"{name}[]" if browser and isinstance(v, list) else name: v for name, v in given.items()})


class Fault(NamedTuple):
    """The call of this number (from 0) fails; `lost`: it is carried out, and its answer does not come."""

    fail_at: int
    error: Callable[[], Exception]
    lost: bool = False


def faults(calls: Calls) -> list[Fault]:
    """Each call from the first change on, not carried out or not answered, as its port says it and by an error of
    ours."""
    found = []
    for at in range(next(iter(calls.writes), len(calls.made)), len(calls.made)):
        silent = unconfirmed if calls.made[at] == "store.commit" else busy
        found += [Fault(at, busy), Fault(at, broken), Fault(at, silent, lost=True), Fault(at, broken, lost=True)]
    return found


@BY
@EACH
def test_a_post_that_fails_after_a_change_never_says_that_nothing_was_changed(
    house: House, line: Line, browser: bool
) -> None:
    calls = Calls()
    good = send(house, calls, line, browser)
    assert good.status < 400, good.body
    made, first = list(calls.made), next(iter(calls.writes), len(calls.made))
    for fault in faults(calls):
        answer = send(house, calls, line, browser, fault)
        if fault.fail_at > first or fault.lost:
            assert SAID not in answer.body.lower(), f"{made[fault.fail_at]} of {made}, {fault}: {answer.body}"


@BY
@EACH
def test_a_commit_whose_answer_is_lost_is_told_as_unknown_and_safe_to_repeat(
    house: House, line: Line, browser: bool
) -> None:
    calls = Calls()
    send(house, calls, line, browser)
    commits = [number for number, name in enumerate(calls.made) if name == "store.commit"]
    for at in commits:
        answer = send(house, calls, line, browser, Fault(at, unconfirmed, lost=True))
        assert (answer.status, SAID in answer.body.lower()) == (503, False)
        assert "nothing is done twice" in answer.body
        if not browser and line.route not in IN_A_BROWSER:
            assert answer.json["type"] == "/problems/unconfirmed"


@pytest.mark.parametrize("line", PROGRAMS, ids=[f"{line.route} {line.state}".strip() for line in PROGRAMS])
def test_a_program_is_told_that_it_is_saved_when_only_showing_it_failed(house: House, line: Line) -> None:
    """Every read of the resource that comes after the last change, made to fail."""
    calls = Calls()
    send(house, calls, line, False)
    last = max(calls.writes, default=len(calls.made))
    for at in range(last + 1, len(calls.made)):
        for error in (busy, broken):
            answer = send(house, calls, line, False, Fault(at, error))
            if answer.status >= 400:
                assert answer.json["type"] == f"/problems/{SavedNotShown.slug}", f"{calls.made[at]}: {answer.body}"


@BY
def test_what_fails_before_anything_was_changed_says_so(house: House, browser: bool) -> None:
    line = next(one for one in POSTS if one.route == "POST /applications/<application_id>/claim")
    answer = send(house, Calls(), line, browser, Fault(1 if browser else 2, busy))
    assert (answer.status, UNTOUCHED in answer.body) == (503, True)


def test_a_claim_that_cannot_be_shown_says_that_it_is_saved_and_where(house: House) -> None:
    line = next(one for one in POSTS if one.route == "POST /applications/<application_id>/claim")
    calls = Calls()
    send(house, calls, line, False)
    answer = send(house, calls, line, False, Fault(calls.writes[-1] + 1, busy))
    assert answer.json["type"] == "/problems/saved-not-shown"
    assert answer.json["address"] == address(house, line).removesuffix("/claim")
    assert answer.json["remedy"] == "Do not send it again; open the page in a minute."


MOST = {"claim": 4, "save": 6, "submit": 9, "approve": 8}
LEAST = {"claim": 3, "save": 4, "submit": 7, "approve": 7}
"""Who asks, the application and the commit are three. A draft's change needs the program's rules besides; sending it
the program, profile, documents and seats; approving the program, profile and documents, and a Step 1 report that was
seen is noted in the profile."""


@pytest.mark.parametrize("step", MOST)
def test_a_browsers_post_makes_no_more_calls_than_it_needs(house: House, step: str) -> None:
    line = next(one for one in POSTS if one.route == f"POST /applications/<application_id>/{step}")
    calls = Calls()
    assert send(house, calls, line, True).status == 303
    assert "store.commit" in calls.made
    print(f"{step}: {len(calls.made)} calls, least {LEAST[step]}, at most {MOST[step]}: {' '.join(calls.made)}")
    assert LEAST[step] <= len(calls.made) <= MOST[step]
    assert calls.made[-1] == "store.commit"  # nothing is read that nobody sees
