"""Who may do what to a credit form, what is refused, and what happens once only (H14, H15)."""

from __future__ import annotations

import pytest

from shared.domain.core.errors import Invalid, NotAllowedNow, WrongRole
from shared.domain.credit_forms.content import read_answers
from shared.domain.credit_forms.machine import FormStatus
from shared.domain.credit_forms.policy import CURRENT
from tests.builders import TRAINEE
from tests.unit.domain.credit_forms.form_samples import FULL, at
from tests.unit.services.credit_forms.credit_scene import (
    AS_COORDINATOR,
    AS_SYSTEM,
    AS_TRAINEE,
    KOWAL,
    OTHER,
    STUDENT,
    FormScene,
    wish,
)


@pytest.fixture
def scene() -> FormScene:
    return FormScene()


# --- who may ----------------------------------------------------------------------------------------------------------
def test_nothing_that_the_trainee_does_reaches_the_host(scene: FormScene) -> None:  # H15
    form = scene.asked()
    tries = (
        lambda: scene.credit_sending.send(AS_TRAINEE, form.id, form.version, KOWAL.id),
        lambda: scene.credit_sending.prepare(AS_TRAINEE, form.id),
        lambda: scene.credit_requests.ask(AS_TRAINEE, form.id, "?"),
    )
    for attempt in (tries[0], tries[2]):
        with pytest.raises(WrongRole):
            attempt()
    assert [to for to, _ in scene.told(form)] == [STUDENT]
    assert scene.types(form) == ["CreditFormRequested"]


def test_a_coordinator_does_not_act_on_their_own_form(scene: FormScene) -> None:
    form = scene.asked()
    own = AS_COORDINATOR.__class__(AS_COORDINATOR.actor.model_copy(update={"id": TRAINEE}))
    for attempt in (
        lambda: scene.credit_sending.send(own, form.id, form.version, KOWAL.id),
        lambda: scene.credit_requests.request(own, scene.seat, "key-9", wish(), "For me"),
    ):
        with pytest.raises(WrongRole):
            attempt()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": STUDENT}, "school_email"),
        ({"email": "nobody"}, "school_email"),
        ({"contact": " "}, "contact"),
        ({"needed_by": at("01-29T00:00").date()}, "needed_by"),
        ({"school_zone": "Moon/Base"}, "zone"),
    ],
)
def test_a_request_that_cannot_work_is_refused_beside_its_field(
    scene: FormScene, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        scene.asked(**changes)
    assert refused.value.facts["field"] == field
    assert scene.store.claimed_by(f"credit-form:{scene.seat}:1") is None


def test_a_double_click_asks_and_sends_once(scene: FormScene) -> None:
    assert scene.asked() == scene.asked()
    form = scene.sent()
    assert scene.credit_sending.send(AS_COORDINATOR, form.id, 1, KOWAL.id) == form
    signed = scene.signed(form)
    assert scene.signed(form) == signed
    accepted = scene.accepted(signed)
    assert scene.credit_acceptance.accept(AS_COORDINATOR, form.id, 1) == accepted
    forwarded = scene.forwarded(accepted)
    assert scene.credit_forwarding.forward(AS_COORDINATOR, form.id, 1) == forwarded
    received = scene.credit_forwarding.received(form.id, scene.door(form, "s1"))
    assert scene.credit_forwarding.received(form.id, scene.door(form, "s1")) == received
    assert len(scene.types(form)) == 7
    scene.check()


def test_the_trainee_never_answers_for_the_host(scene: FormScene) -> None:
    form = scene.sent()
    for changes in ({"name": "Leila Haddad, MD"}, {"email": STUDENT}):
        with pytest.raises(Invalid):
            scene.signed(form, **changes)
    with pytest.raises(Invalid):
        scene.credit_answers.pass_on(form.id, scene.door(form), "Somebody", STUDENT)
    assert scene.form(form).status is FormStatus.SENT


def test_what_the_host_answered_fills_in_the_next_form_of_the_program(scene: FormScene) -> None:
    first = scene.sent()
    scene.signed(first)
    scene.clock.set(at("02-03T16:00"))
    second = scene.sent("02-03T17:00", key="key-2")
    opened = scene.credit_answers.open(second.id, scene.door(second))
    known = read_answers(second, FULL, CURRENT)
    assert (opened.answers.license_number, opened.answers.hours_week) == (known.license_number, 45)
    assert opened.answers.not_relative is None


def test_the_school_asks_for_a_correction_once_and_its_email_may_come_back(scene: FormScene) -> None:
    form = scene.forwarded(scene.accepted(scene.signed(scene.sent())))
    secret = scene.door(form, "s1")
    for _ in range(2):
        asked = scene.credit_forwarding.please_correct(form.id, secret, "The dates are wrong.")
    assert (asked.version, asked.status) == (form.version + 1, FormStatus.FORWARDED)
    assert scene.queue()["The school asks for a correction"]
    assert scene.credit_follower.undelivered(AS_SYSTEM, form.id, form.version, "school") == "task"
    with pytest.raises(Invalid):
        scene.credit_forwarding.forward(AS_COORDINATOR, form.id, asked.version + 1, "other@school.example")
    again = scene.credit_forwarding.forward(
        AS_COORDINATOR, form.id, asked.version + 1, "other@school.example", "They called"
    )
    assert [one.version for one in again.forwardings] == [1, 1]
    assert scene.told(again, again.version - 1)[0][0] == "other@school.example"
    scene.clock.set(at("10-01T00:00"))
    with pytest.raises(Exception, match="six months"):
        scene.credit_forwarding.open(form.id, secret)


def test_a_request_without_an_answer_is_reminded_and_ends(scene: FormScene) -> None:
    form = scene.credit_requests.ask(AS_COORDINATOR, scene.asked().id, "Which course?")
    scene.ticked("02-05T22:29:59")
    assert scene.types(form)[-1] == "CreditFormAsked"
    scene.ticked("02-05T22:30")
    scene.ticked("02-12T22:29:59")
    assert scene.told(form, 1)[1:] == [(STUDENT, "Your school credit form needs one more thing")]
    scene.ticked("02-12T22:30")
    assert (scene.form(form).status, scene.rows(form)) == (FormStatus.WITHDRAWN, {})
    assert [subject for _, subject in scene.told(form, 3)] == ["Your request for a school credit form has ended"]


def test_nobody_waits_for_a_host_a_month_after_the_rotation(scene: FormScene) -> None:
    form = scene.sent()
    scene.ticked("04-28T04:59:59")
    assert scene.form(form).status is FormStatus.SENT
    scene.ticked("04-28T05:00")
    assert (scene.form(form).status, scene.rows(form)) == (FormStatus.CLOSED, {})
    with pytest.raises(NotAllowedNow, match="not needed"):
        scene.signed(form, "04-28T05:01")


def test_once_signed_only_accepting_waits_and_no_request_goes_out_any_more(scene: FormScene) -> None:
    form = scene.signed(scene.sent())
    assert scene.rows(form) == {"credit_accept": "02-03T19:00:00"}
    subjects = [subject for _, subject in scene.told(form)]
    assert not [one for one in subjects if "please answer" in one or "has your form until" in one]


def test_an_address_that_came_back_is_not_tried_again(scene: FormScene) -> None:
    form = scene.sent()
    scene.credit_follower.undelivered(AS_SYSTEM, form.id, form.version, "host")
    scene.credit_sending.reroute(AS_COORDINATOR, form.id, OTHER.id, "Her email came back")
    with pytest.raises(NotAllowedNow, match="came back"):
        scene.credit_sending.reroute(AS_COORDINATOR, form.id, KOWAL.id, "Once more")


def test_a_morning_that_was_missed_is_not_made_up_for_by_night(scene: FormScene) -> None:
    form = scene.sent("02-02T09:00")
    for when in ("02-04T09:00", "02-05T05:00"):
        scene.ticked(when)
    assert scene.types(form)[2:] == ["CreditFormBreached"]
    scene.ticked("02-05T13:00")
    assert "CreditFormLateNoted" in scene.types(form)
