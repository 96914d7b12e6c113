"""The state machines against product.md section 4: every arrow it allows, and every other (state, event, actor)
refused.

The tables below are written from the product page, not from the code: `state event actors target`.
"""

from __future__ import annotations

import pytest

from infra.build.diagrams import PAGE, main, render
from shared.domain.accounts.account import ACCOUNT, AccountEvent, AccountStatus
from shared.domain.applications.application_machine import APPLICATION, ApplicationEvent, ApplicationStatus
from shared.domain.core.errors import NotAllowedNow, WrongRole
from shared.domain.core.machine import Actor, Arrow, Machine
from shared.domain.documents.document import DOCUMENT, DocumentEvent, DocumentStatus
from shared.domain.reservations.reservation import RESERVATION, ReservationEvent, ReservationStatus
from shared.domain.seats.waitlist import WAITLIST, WaitlistEvent, WaitlistStatus

APPLICATION_TABLE = """
NEW          start          trainee                     DRAFT
DRAFT        save           trainee                     DRAFT
DRAFT        submit         trainee                     SUBMITTED
DRAFT        draft_lapsed   system                      EXPIRED
SUBMITTED    claim          reviewer                    IN_REVIEW
IN_REVIEW    claim_lapsed   system                      SUBMITTED
IN_REVIEW    ask            reviewer                    NEEDS_INFO
NEEDS_INFO   reply          trainee                     IN_REVIEW
NEEDS_INFO   reply_lapsed   system                      EXPIRED
NEEDS_INFO   remind         system                      NEEDS_INFO
IN_REVIEW    route_to_host  reviewer                    HOST_REVIEW
HOST_REVIEW  recommend_yes  host                        IN_REVIEW
HOST_REVIEW  recommend_no   host                        IN_REVIEW
HOST_REVIEW  take_back      coordinator                 IN_REVIEW
HOST_REVIEW  ask_again      coordinator                 HOST_REVIEW
HOST_REVIEW  remind         system                      HOST_REVIEW
HOST_REVIEW  escalate       system                      HOST_REVIEW
IN_REVIEW    approve        reviewer                    APPROVED
IN_REVIEW    reject         reviewer                    REJECTED
APPROVED     terms_signed   trainee                     APPROVED
APPROVED     hold_placed    trainee,coordinator         APPROVED
APPROVED     hold_released  trainee,coordinator,system  APPROVED
APPROVED     join_waitlist  trainee                     APPROVED
APPROVED     leave_waitlist trainee,system              APPROVED
APPROVED     seat_offered   system                      APPROVED
APPROVED     offer_lapsed   system                      EXPIRED
APPROVED     reserved       system                      CONVERTED
DRAFT        withdraw       trainee,system              WITHDRAWN
SUBMITTED    withdraw       trainee,system              WITHDRAWN
IN_REVIEW    withdraw       trainee,system              WITHDRAWN
NEEDS_INFO   withdraw       trainee,system              WITHDRAWN
HOST_REVIEW  withdraw       trainee,system              WITHDRAWN
APPROVED     withdraw       trainee,system              WITHDRAWN
DRAFT        close          system                      CLOSED
SUBMITTED    close          system                      CLOSED
IN_REVIEW    close          system                      CLOSED
NEEDS_INFO   close          system                      CLOSED
HOST_REVIEW  close          system                      CLOSED
APPROVED     close          system                      CLOSED
"""

RESERVATION_TABLE = """
NEW          begin_checkout     trainee,coordinator         HELD
NEW          offer_seat         system                      HELD
HELD         begin_payment      trainee,coordinator         HELD
HELD         payment_lapsed     system                      HELD
HELD         session_opened     trainee,coordinator,system  HELD
HELD         payment_succeeded  system                      RESERVED
HELD         expire             system                      RELEASED
HELD         cancel             trainee                     RELEASED
RELEASED     retake             system                      RESERVED
RELEASED     refund_due         system                      REFUND_DUE
REFUND_DUE   refund_recorded    system                      REFUNDED
RESERVED     prepare            trainee                     RESERVED
RESERVED     remind             system                      RESERVED
RESERVED     suggest            coach                       RESERVED
CLEARED      prepare            trainee                     CLEARED
CLEARED      remind             system                      CLEARED
CLEARED      suggest            coach                       CLEARED
RESERVED     change_dates       coordinator                 RESERVED
RESERVED     switch             coordinator                 RESERVED
RESERVED     clear              coach                       CLEARED
RESERVED     cancel             trainee                     CANCELLED_BY_TRAINEE
RESERVED     cancel             host                        CANCELLED_BY_HOST
RESERVED     cancel             coordinator                 CANCELLED_BY_OPERATOR
CLEARED      cancel             trainee                     CANCELLED_BY_TRAINEE
CLEARED      cancel             host                        CANCELLED_BY_HOST
CLEARED      cancel             coordinator                 CANCELLED_BY_OPERATOR
CLEARED      start              system                      IN_PROGRESS
IN_PROGRESS  no_show            host,coordinator            NO_SHOW
IN_PROGRESS  end_early          host,coordinator            ENDED_EARLY
IN_PROGRESS  complete           system                      COMPLETED
"""


WAITLIST_TABLE = """
NEW          join     trainee         WAITING
LAPSED       join     trainee         WAITING
LEFT         join     trainee         WAITING
WAITING      offer    system          OFFERED
WAITING      take     system          TAKEN
WAITING      lapse    system          LAPSED
WAITING      leave    trainee,system  LEFT
OFFERED      take     system          TAKEN
OFFERED      lapse    system          LAPSED
OFFERED      leave    trainee,system  LEFT
"""

ACCOUNT_TABLE = """
NEW          sign_up            trainee                   UNCONFIRMED
UNCONFIRMED  sign_up            trainee                   UNCONFIRMED
NEW          invite             coordinator,admin,system  INVITED
UNCONFIRMED  invite             coordinator,admin,system  INVITED
INVITED      invite             coordinator,admin,system  INVITED
INVITED      end_invitation     coordinator,admin,system  UNCONFIRMED
UNCONFIRMED  confirm            account                   ACTIVE
INVITED      confirm            account                   ACTIVE
NEW          provision          admin,system              ACTIVE
UNCONFIRMED  provision          admin,system              ACTIVE
INVITED      provision          admin,system              ACTIVE
ACTIVE       provision          admin,system              ACTIVE
DISABLED     provision          admin,system              ACTIVE
INVITED      disable            admin,system              DISABLED
ACTIVE       disable            admin,system              DISABLED
DISABLED     enable             admin,system              ACTIVE
DISABLED     reopen_invitation  admin,system              INVITED
DISABLED     end_invitation     admin,system              UNCONFIRMED
UNCONFIRMED  erase              admin,system              ERASED
INVITED      erase              admin,system              ERASED
ACTIVE       erase              admin,system              ERASED
DISABLED     erase              admin,system              ERASED
"""

DOCUMENT_TABLE = """
NEW          store    trainee   STORED
NEW          refuse   trainee   REFUSED
REFUSED      store    trainee   STORED
REFUSED      refuse   trainee   REFUSED
STORED       accept   reviewer  STORED
STORED       decline  reviewer  STORED
"""


def _expected(table: str) -> dict[tuple[str, str, str], str]:
    rows = [line.split() for line in table.strip().splitlines()]
    return {(state, event, actor): target for state, event, actors, target in rows for actor in actors.split(",")}


APPLICATION_EXPECTED = _expected(APPLICATION_TABLE)
RESERVATION_EXPECTED = _expected(RESERVATION_TABLE)
WAITLIST_EXPECTED = _expected(WAITLIST_TABLE)
ACCOUNT_EXPECTED = _expected(ACCOUNT_TABLE)
DOCUMENT_EXPECTED = _expected(DOCUMENT_TABLE)


def _every_actor_gets_what_the_table_says(
    machine: Machine, expected: dict[tuple[str, str, str], str], state: str, event: str
) -> None:
    known = any(key[:2] == (state, event) for key in expected)
    for actor in Actor:
        target = expected.get((state, event, actor.value))
        if target is not None:
            assert machine.fire(state, event, actor).target == target
            continue
        with pytest.raises(WrongRole if known else NotAllowedNow) as refusal:
            machine.fire(state, event, actor)
        assert refusal.value.facts["state"] == state
        assert refusal.value.facts["event"] == event
        assert refusal.value.detail
        assert refusal.value.remedy


@pytest.mark.parametrize("event", list(ApplicationEvent))
@pytest.mark.parametrize("state", ["NEW", *ApplicationStatus])
def test_application_takes_exactly_the_arrows_of_the_product_page(state: str, event: str) -> None:
    _every_actor_gets_what_the_table_says(APPLICATION, APPLICATION_EXPECTED, str(state), str(event))


@pytest.mark.parametrize("event", list(WaitlistEvent))
@pytest.mark.parametrize("state", ["NEW", *WaitlistStatus])
def test_waitlist_entry_takes_exactly_the_arrows_of_the_product_page(state: str, event: str) -> None:
    _every_actor_gets_what_the_table_says(WAITLIST, WAITLIST_EXPECTED, str(state), str(event))


@pytest.mark.parametrize("event", list(ReservationEvent))
@pytest.mark.parametrize("state", ["NEW", *ReservationStatus])
def test_reservation_takes_exactly_the_arrows_of_the_product_page(state: str, event: str) -> None:
    _every_actor_gets_what_the_table_says(RESERVATION, RESERVATION_EXPECTED, str(state), str(event))


@pytest.mark.parametrize("event", list(AccountEvent))
@pytest.mark.parametrize("state", ["NEW", *AccountStatus])
def test_account_takes_exactly_the_arrows_of_its_table(state: str, event: str) -> None:
    _every_actor_gets_what_the_table_says(ACCOUNT, ACCOUNT_EXPECTED, str(state), str(event))


@pytest.mark.parametrize("event", list(DocumentEvent))
@pytest.mark.parametrize("state", ["NEW", *DocumentStatus])
def test_document_takes_exactly_the_arrows_of_its_table(state: str, event: str) -> None:
    _every_actor_gets_what_the_table_says(DOCUMENT, DOCUMENT_EXPECTED, str(state), str(event))


@pytest.mark.parametrize(
    ("machine", "expected", "states", "events"),
    [
        (APPLICATION, APPLICATION_EXPECTED, ApplicationStatus, ApplicationEvent),
        (RESERVATION, RESERVATION_EXPECTED, ReservationStatus, ReservationEvent),
        (WAITLIST, WAITLIST_EXPECTED, WaitlistStatus, WaitlistEvent),
        (ACCOUNT, ACCOUNT_EXPECTED, AccountStatus, AccountEvent),
        (DOCUMENT, DOCUMENT_EXPECTED, DocumentStatus, DocumentEvent),
    ],
    ids=["application", "reservation", "waitlist entry", "account", "document"],
)
def test_machine_names_exactly_the_states_and_events_of_its_enumerations(machine, expected, states, events) -> None:
    assert set(machine.states) == {"NEW", *states}
    assert set(machine.events) == set(events)
    assert {(arrow.source, arrow.event, actor) for arrow in machine.arrows for actor in arrow.actors} == set(expected)


def test_unknown_event_is_not_allowed_in_any_state() -> None:
    with pytest.raises(NotAllowedNow):
        APPLICATION.fire("DRAFT", "teleport", Actor.TRAINEE)


def test_two_arrows_for_the_same_step_and_actor_are_refused_when_the_machine_is_made() -> None:
    arrow = Arrow("A", "go", frozenset({Actor.TRAINEE, Actor.HOST}), "B")
    with pytest.raises(ValueError, match="two arrows for go from A"):
        Machine("broken", (arrow, Arrow("A", "go", frozenset({Actor.HOST}), "C")), {})


def test_a_state_without_a_sentence_and_a_sentence_without_a_state_are_refused_when_the_machine_is_made() -> None:
    arrow = Arrow("NEW", "go", frozenset({Actor.TRAINEE}), "A")
    with pytest.raises(ValueError, match="'A'"):
        Machine("broken", (arrow,), {})
    with pytest.raises(ValueError, match="'B'"):
        Machine("broken", (arrow,), {"A": "It is there.", "B": "It is nowhere."})


def test_refusal_says_what_the_state_means_and_names_no_code() -> None:
    with pytest.raises(NotAllowedNow) as refusal:
        APPLICATION.fire("NEEDS_INFO", "reject", Actor.REVIEWER)
    assert (
        refusal.value.detail
        == "The trainee was asked a question and has not answered yet. “Reject” is not possible now."
    )


def test_final_states_are_those_without_a_way_out() -> None:
    assert set(APPLICATION.final_states) == {"REJECTED", "EXPIRED", "CONVERTED", "WITHDRAWN", "CLOSED"}
    cancelled = {"CANCELLED_BY_TRAINEE", "CANCELLED_BY_HOST", "CANCELLED_BY_OPERATOR"}
    assert set(RESERVATION.final_states) == cancelled | {"COMPLETED", "NO_SHOW", "ENDED_EARLY", "REFUNDED"}
    assert ACCOUNT.final_states == ("ERASED",)
    assert DOCUMENT.final_states == ()


def test_committed_diagrams_are_what_the_data_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == render()
    assert main(["--check"]) == 0


def test_diagram_check_fails_when_the_page_drifted(tmp_path, capsys) -> None:
    page = tmp_path / "state-machines.md"
    page.write_text("old", encoding="utf-8")
    assert main(["--check"], page) == 1
    assert "out of date" in capsys.readouterr().err
    assert main([], page) == 0
    assert main(["--check"], page) == 0
