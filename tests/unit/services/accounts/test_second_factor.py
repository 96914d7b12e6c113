"""The second step of a sign-in: who needs it, codes that count once and in their time, five tries, recovery codes, a
lost telephone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.accounts.account_input import TICKET_LIFE
from shared.domain.core.aggregate import chain_breaks, fold
from shared.domain.core.errors import Busy, CodeNeeded, Expired, NotAllowedNow, NotFound, TooManyTries, WrongCredentials
from shared.services.accounts.second_factor import FreshFactor, Ticket
from shared.services.core.transitions import RequestContext
from tests.fakes.doomed import Doomed, Killed
from tests.unit.services.accounts.account_scene import MAIL, OPERATOR, SECRET, WORDS, AccountScene


@pytest.fixture
def scene() -> AccountScene:
    return AccountScene()


def ticket(scene: AccountScene, call: RequestContext) -> Ticket:
    found = scene.second_factor.ticket(call.actor.id)
    assert found is not None
    return found


def set_up(scene: AccountScene, call: RequestContext) -> FreshFactor:
    """As somebody does who takes the secret into an app; the codes shown."""
    token = ticket(scene, call).token
    secret = scene.second_factor.offer(token).secret.replace(" ", "").upper()
    return scene.second_factor.set_up(token, scene.code(secret=secret))


# --- who needs one ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["trainee", "host", "reviewer", "coordinator", "coach", "finance", "admin"])
def test_staff_need_a_code_and_under_the_lighter_setting_finance_and_admin_still_do(role: str) -> None:
    for demand, needs in (("staff", role not in ("trainee", "host")), ("finance", role in ("finance", "admin"))):
        scene = AccountScene(demand)  # type: ignore[arg-type]
        found = scene.second_factor.ticket(scene.person(role).actor.id)
        assert (found is not None) is needs
        assert found is None or found.purpose == "factor"


def test_whoever_has_set_one_up_is_asked_for_it_whatever_the_role(scene: AccountScene) -> None:
    assert ticket(scene, scene.guarded("trainee")).purpose == "code"


def test_a_role_among_several_is_enough(scene: AccountScene) -> None:
    assert ticket(scene, scene.person("trainee", "finance")).purpose == "factor"


# --- the code ---------------------------------------------------------------------------------------------------------
def test_a_right_code_signs_in_once_per_ticket(scene: AccountScene) -> None:
    call = scene.guarded()
    token = ticket(scene, call).token
    assert scene.second_factor.waiting(token) == "Amara Okafor"
    assert scene.second_factor.enter(token, f" {scene.code()[:3]} {scene.code()[3:]} ") == call.actor.id
    with pytest.raises(Expired):
        scene.second_factor.enter(token, scene.code(30))


def test_a_code_counts_once_even_with_another_ticket_and_the_next_one_does(scene: AccountScene) -> None:
    call = scene.guarded()
    scene.second_factor.enter(ticket(scene, call).token, scene.code())
    with pytest.raises(WrongCredentials):
        scene.second_factor.enter(ticket(scene, call).token, scene.code())
    scene.later(seconds=30)
    scene.second_factor.enter(ticket(scene, call).token, scene.code())


def test_an_earlier_code_counts_no_more_once_a_later_one_did(scene: AccountScene) -> None:
    call = scene.guarded()
    scene.second_factor.check(call, scene.code())
    with pytest.raises(WrongCredentials):
        scene.second_factor.check(call, scene.code(-30))


@pytest.mark.parametrize(("seconds", "counts"), [(-31, False), (-30, True), (59, True), (60, False)])
def test_a_code_counts_from_one_step_before_its_own_to_one_after_to_the_second(seconds: int, counts: bool) -> None:
    """The code is of the 30 seconds that begin at the scene's full minute."""
    scene = AccountScene()
    call, code = scene.guarded(), scene.code()
    scene.later(seconds=seconds)
    if counts:
        scene.second_factor.check(call, code)
    else:
        with pytest.raises(WrongCredentials):
            scene.second_factor.check(call, code)


@pytest.mark.parametrize(
    "code", ["", "000000", "12345", "1234567", "abcdef", "x" * 40, "\u0661\u0662\u0663\u0664\u0665\u0666"]
)
def test_a_wrong_code_is_refused_with_what_to_do_and_leaves_the_ticket_open(scene: AccountScene, code: str) -> None:
    call = scene.guarded()
    token = ticket(scene, call).token
    with pytest.raises(WrongCredentials) as refused:
        scene.second_factor.enter(token, code)
    assert (refused.value.facts["field"], bool(refused.value.remedy)) == ("code", True)
    assert scene.second_factor.enter(token, scene.code()) == call.actor.id


@pytest.mark.parametrize("zero", ["\u0660", "\u06f0", "\uff10", "\u0966"])
def test_a_code_in_the_digits_of_another_keyboard_is_the_same_code(scene: AccountScene, zero: str) -> None:
    """Arabic, Persian, full-width, Devanagari; with the mark that says which way to write."""
    code = "".join(chr(ord(zero) + int(digit)) for digit in scene.code())
    scene.second_factor.check(scene.guarded(), f"\u200f{code[:3]}\u2009{code[3:]}")


def test_five_wrong_codes_stop_the_counting_for_a_quarter_of_an_hour_to_the_second(scene: AccountScene) -> None:
    call = scene.guarded()
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            scene.second_factor.check(call, "000000")
    failed = scene.types(call).count("FactorFailed")
    scene.later(minutes=14, seconds=59)
    with pytest.raises(TooManyTries) as refused:
        scene.second_factor.check(call, scene.code())
    assert refused.value.status == 429
    assert refused.value.facts["retry_after"] == "2026-11-23T15:15:00Z"
    assert scene.types(call).count("FactorFailed") == failed == 5
    scene.later(seconds=1)
    scene.second_factor.check(call, scene.code())
    with pytest.raises(WrongCredentials):
        scene.second_factor.check(call, "000000")
    assert scene.state(call)["factor_failures"] == 1, "a right code begins the counting anew"


def test_after_a_pause_one_more_wrong_code_stops_it_again(scene: AccountScene) -> None:
    call = scene.guarded()
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            scene.second_factor.check(call, "000000")
    scene.later(minutes=15)
    with pytest.raises(WrongCredentials):
        scene.second_factor.check(call, "000000")
    with pytest.raises(TooManyTries):
        scene.second_factor.check(call, scene.code())


def test_tries_at_the_same_time_are_all_counted(scene: AccountScene) -> None:
    """Somebody else's failure comes in between: it is read again, and both count."""
    call = scene.guarded()
    inner = scene.store.commit

    def beaten(work: object) -> object:
        scene.store.commit = inner  # type: ignore[method-assign]
        with pytest.raises(WrongCredentials):
            scene.second_factor.check(call, "000000")
        return inner(work)  # type: ignore[arg-type]

    scene.store.commit = beaten  # type: ignore[method-assign,assignment]
    with pytest.raises(WrongCredentials):
        scene.second_factor.check(call, "111111")
    assert scene.state(call)["factor_failures"] == 2


def test_one_code_sent_twice_at_the_same_time_signs_in_once(scene: AccountScene) -> None:
    call = scene.guarded()
    inner = scene.store.commit

    def beaten(work: object) -> object:
        scene.store.commit = inner  # type: ignore[method-assign]
        scene.second_factor.check(call, scene.code())
        return inner(work)  # type: ignore[arg-type]

    scene.store.commit = beaten  # type: ignore[method-assign,assignment]
    with pytest.raises(WrongCredentials):
        scene.second_factor.check(call, scene.code())


def test_a_set_up_sent_twice_shows_codes_that_work_to_one_of_the_two(scene: AccountScene) -> None:
    call = scene.person("finance")
    token = ticket(scene, call).token
    code = scene.code(secret=scene.second_factor.offer(token).secret.replace(" ", "").upper())
    inner, shown = scene.store.commit, list[FreshFactor]()

    def beaten(work: object) -> object:
        scene.store.commit = inner  # type: ignore[method-assign]
        shown.append(scene.second_factor.set_up(token, code))
        return inner(work)  # type: ignore[arg-type]

    scene.store.commit = beaten  # type: ignore[method-assign,assignment]
    with pytest.raises(Expired):
        scene.second_factor.set_up(token, code)
    scene.second_factor.check(call, shown[0].codes[0])


@pytest.mark.parametrize(("seconds", "works"), [(-1, True), (0, False)])
def test_a_ticket_works_until_the_second_before_ten_minutes(scene: AccountScene, seconds: int, works: bool) -> None:
    call = scene.guarded()
    token = ticket(scene, call).token
    scene.clock.move(TICKET_LIFE + timedelta(seconds=seconds))
    if works:
        assert scene.second_factor.enter(token, scene.code()) == call.actor.id
    else:
        with pytest.raises(Expired) as refused:
            scene.second_factor.enter(token, scene.code())
        assert "again with your password" in refused.value.remedy
        assert "FactorPassed" not in scene.types(call)


def test_a_ticket_of_another_kind_or_of_a_disabled_account_is_none(scene: AccountScene) -> None:
    call = scene.guarded()
    token = ticket(scene, call).token
    with pytest.raises(NotFound):
        scene.second_factor.offer(token)
    scene.staff.disable(OPERATOR, call.actor.id)
    with pytest.raises(NotFound):
        scene.second_factor.enter(token, scene.code())


# --- API clients ------------------------------------------------------------------------------------------------------
def test_an_api_client_sends_the_code_with_the_password(scene: AccountScene) -> None:
    id = scene.guarded().actor.id
    with pytest.raises(CodeNeeded):
        scene.second_factor.demanded(id, "")
    with pytest.raises(WrongCredentials):
        scene.second_factor.demanded(id, "000000")
    scene.second_factor.demanded(id, scene.code())


def test_an_api_client_sets_nothing_up(scene: AccountScene) -> None:
    with pytest.raises(CodeNeeded) as refused:
        scene.second_factor.demanded(scene.person("finance").actor.id, "123456")
    assert "browser" in refused.value.remedy
    scene.second_factor.demanded(scene.person("trainee", email="else@example.org").actor.id, "")


# --- setting up -------------------------------------------------------------------------------------------------------
def test_setting_up_shows_a_new_secret_with_each_ticket_and_the_one_before_is_gone(scene: AccountScene) -> None:
    """Left alone in a stolen session, a secret is not offered to the owner weeks later."""
    call = scene.person("finance")
    before = ticket(scene, call).token
    old = scene.second_factor.offer(before)
    assert scene.second_factor.offer(before) == old, "a page that is opened again shows the same"
    scene.later(days=21)
    first = scene.second_factor.offer(ticket(scene, call).token)
    assert first.secret != old.secret
    assert old.secret.replace(" ", "").upper() not in str(scene.store.texts)
    with pytest.raises(Expired):
        scene.second_factor.set_up(before, scene.code(secret=old.secret.replace(" ", "").upper()))
    assert first.uri.startswith("otpauth://totp/Rota:")
    token = ticket(scene, call).token
    with pytest.raises(WrongCredentials):
        scene.second_factor.set_up(token, "000000")
    assert "FactorSet" not in scene.types(call)
    fresh = set_up(scene, call)
    assert (len(fresh.codes), len(set(fresh.codes))) == (10, 10)
    assert ticket(scene, call).purpose == "code"


def test_the_code_that_set_it_up_signs_nobody_in_again(scene: AccountScene) -> None:
    call = scene.person("finance")
    token = ticket(scene, call).token
    secret = scene.second_factor.offer(token).secret.replace(" ", "").upper()
    scene.second_factor.set_up(token, scene.code(secret=secret))
    with pytest.raises(WrongCredentials):
        scene.second_factor.check(call, scene.code(secret=secret))
    scene.later(seconds=30)
    scene.second_factor.check(call, scene.code(secret=secret))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 10))
def test_a_set_up_killed_at_any_call_leaves_an_app_that_works_or_a_secret_that_waits(at: int, after: bool) -> None:
    scene, count = AccountScene(), [0]
    call = scene.person("finance")
    token = ticket(scene, call).token
    secret = scene.second_factor.offer(token).secret.replace(" ", "").upper()
    try:
        scene.on(lambda port: Doomed(port, count, at, after)).second_factor.set_up(token, scene.code(secret=secret))
        assert count[0] < at
    except Killed:
        assert count[0] == at
    scene.later(seconds=30)
    if scene.state(call).get("factor_ref"):
        scene.second_factor.enter(ticket(scene, call).token, scene.code(secret=secret))
    else:
        scene.second_factor.set_up(token, scene.code(secret=secret))


def test_a_second_app_beside_the_first_is_refused(scene: AccountScene) -> None:
    with pytest.raises(NotAllowedNow):
        scene.second_factor.begin(scene.guarded(), WORDS)


def test_secrets_and_codes_are_in_no_event_row_and_codes_nowhere_but_as_hashes(scene: AccountScene) -> None:
    call = scene.person("finance")
    fresh = set_up(scene, call)
    rows = scene.store.history("ACCOUNT", call.actor.id)
    written = " ".join(row.model_dump_json() for row in rows)
    secret = scene.store.texts[scene.state(call)["factor_ref"]]["secret"]
    everything = written + str(scene.store.texts)
    assert secret not in written
    assert not [code for code in fresh.codes if code in everything or code.replace(" ", "") in everything]
    assert fold(rows) == dict(scene.state(call))
    assert chain_breaks(rows) == []


# --- recovery codes ---------------------------------------------------------------------------------------------------
def test_each_recovery_code_signs_in_once(scene: AccountScene) -> None:
    call = scene.person("finance")
    codes = set_up(scene, call).codes
    for code in (codes[3], codes[0].replace(" ", "-").upper()):
        scene.second_factor.check(call, code)
        with pytest.raises(WrongCredentials):
            scene.second_factor.check(call, code)
    assert scene.state(call)["recovery_used"] == [3, 0]


def test_a_recovery_code_of_somebody_else_is_none(scene: AccountScene) -> None:
    codes = set_up(scene, scene.person("finance")).codes
    with pytest.raises(WrongCredentials):
        scene.second_factor.check(scene.guarded("finance", email="else@example.org"), codes[0])


# --- taking it away ---------------------------------------------------------------------------------------------------
def test_removing_the_app_takes_a_code_ends_every_session_and_asks_for_another_app(scene: AccountScene) -> None:
    call = scene.guarded()
    session = scene.sign_in.open_session(call.actor.id)
    with pytest.raises(WrongCredentials):
        scene.second_factor.remove(call, "000000")
    assert scene.sessions.read(session) is not None
    scene.second_factor.remove(call, scene.code())
    assert scene.sessions.read(session) is None
    assert ticket(scene, call).purpose == "factor"
    assert scene.second_factor.offer(ticket(scene, call).token).secret.replace(" ", "").upper() != SECRET


def test_an_administrator_takes_a_lost_app_away_and_twice_is_fine(scene: AccountScene) -> None:
    call = scene.guarded()
    for _ in range(2):
        scene.second_factor.take_away(OPERATOR, call.actor.id)
    assert scene.types(call).count("FactorRemoved") == 1
    with pytest.raises(NotAllowedNow):
        scene.second_factor.check(call, scene.code())


def test_a_busy_store_is_no_wrong_code(scene: AccountScene) -> None:
    call = scene.guarded()
    scene.store.fail_before(1)
    with pytest.raises(Busy):
        scene.second_factor.check(call, scene.code())
    scene.second_factor.check(call, scene.code())
    assert scene.can_sign_in(MAIL, WORDS)
