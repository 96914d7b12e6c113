"""The acceptance cases 15 to 19 of the 48-hour credit form: what comes back, the share kept, what is called off,
fingerprints and erasing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.core.aggregate import canonical, text_hash
from shared.domain.core.calendar import reached
from shared.domain.core.errors import Invalid, NotAllowedNow, NotFound
from shared.domain.credit_forms.fingerprint import document
from shared.domain.credit_forms.machine import SIGNED, FormStatus
from shared.domain.credit_forms.policy import CURRENT
from shared.domain.credit_forms.share import FormRecord, share
from shared.services.credit_forms.sign import facts_of
from tests.builders import HOST, TRAINEE
from tests.unit.domain.credit_forms.form_samples import at
from tests.unit.services.credit_forms.credit_scene import (
    AS_COORDINATOR,
    AS_SYSTEM,
    AS_TRAINEE,
    ASKED,
    KOWAL,
    PDF,
    SCHOOL,
    STUDENT,
    FormScene,
)

SECOND = timedelta(seconds=1)


@pytest.fixture
def scene() -> FormScene:
    return FormScene()


def test_an_email_that_came_back_is_a_new_round_and_the_old_one_in_no_share(scene: FormScene) -> None:  # 15
    form = scene.sent()
    with pytest.raises(NotAllowedNow, match="came back"):
        scene.credit_sending.resend(AS_COORDINATOR, form.id, "new@hospital.example")
    assert scene.credit_follower.undelivered(AS_SYSTEM, form.id, form.version, "host") == "task"
    assert scene.credit_follower.undelivered(AS_SYSTEM, form.id, form.version, "host") == "nobody waits for it"
    assert scene.queue()["The host's email came back: correct the address or call"]
    scene.clock.set(at("02-03T15:00"))
    with pytest.raises(Invalid):
        scene.credit_sending.resend(AS_COORDINATOR, form.id, ASKED)
    again = scene.credit_sending.resend(AS_COORDINATOR, form.id, "new@hospital.example")
    assert scene.credit_sending.resend(AS_COORDINATOR, form.id, "new@hospital.example") == again
    assert (again.round.due_at, again.rounds[0].outcome) == (at("02-05T15:00"), "undelivered")
    assert scene.ticked("02-03T16:00").done == {}
    assert [to for to, _ in scene.told(again, 3)] == ["new@hospital.example", STUDENT]
    scene.signed(again, "02-03T17:00", "2")
    record = FormRecord.model_validate(scene.store.load("RECORD", f"forms:{HOST}").state)
    assert [(one.round, one.in_time) for one in record.rounds] == [(2, True)]


def test_rounds_make_the_share_that_the_host_kept(scene: FormScene) -> None:  # 16
    answers = ("02-02T19:00", "02-04T15:59:59", "02-04T16:00", None, "declined", "withdrawn", "bounced")
    for n, answer in enumerate(answers):
        one = FormScene()
        one.store.states.update({key: value for key, value in scene.store.states.items() if key[0] == "RECORD"})
        one.store.rows.update({key: value for key, value in scene.store.rows.items() if key[0] == "RECORD"})
        form = one.sent(key=f"key-{n}")
        if answer == "declined":
            one.clock.set(at("02-03T02:00"))
            one.credit_answers.decline(form.id, one.door(form), "not_offered")
        elif answer == "withdrawn":
            one.clock.set(at("02-03T12:00"))
            one.credit_requests.withdraw(AS_TRAINEE, form.id)
        elif answer == "bounced":
            one.credit_follower.undelivered(AS_SYSTEM, form.id, form.version, "host")
            one.ticked("02-04T16:00")
        elif answer is None:
            one.ticked("02-04T16:00")
        else:
            one.signed(form, answer)
        scene = one
    record = FormRecord.model_validate(scene.store.load("RECORD", f"forms:{HOST}").state)
    found = share(record.rounds, at("03-01T00:00"), CURRENT)
    assert found is not None
    assert (found.counted, found.kept, found.median_hours) == (5, 3, 29)
    assert share(record.rounds[:4], at("03-01T00:00"), CURRENT) is None


@pytest.mark.parametrize("status", [one for one in FormStatus if one not in ("WITHDRAWN", "CLOSED", "VOID")])
def test_a_rotation_that_is_called_off_ends_the_form_in_each_state(status: FormStatus) -> None:  # 17
    scene = FormScene()
    form = in_state(scene, status)
    before, mails = len(scene.types(form)), len(scene.mailer.sent)
    for _ in range(2):
        scene.credit_follower.void(AS_SYSTEM, form.id, "called_off")
    assert (scene.form(form).status, scene.rows(form)) == (FormStatus.VOID, {})
    told = [to for to, _ in scene.told(form, before)]
    assert told == ([ASKED] if status == "SENT" else [SCHOOL] if status in ("FORWARDED", "RECEIVED") else [])
    assert len(scene.mailer.sent) == mails + len(told)
    assert scene.credit_follower.open_forms(scene.seat) == []
    if status in SIGNED:
        assert scene.credit_forwarding.compare(scene.form(form), PDF).verdict == "void"
    scene.check()


@pytest.mark.parametrize("status", SIGNED)
def test_new_dates_outdate_what_was_signed_until_somebody_decides(status: FormStatus) -> None:  # 17
    scene = FormScene()
    form = in_state(scene, status)
    assert scene.credit_follower.reservation_changed(AS_SYSTEM, scene.seat) == {}, "nothing changed"
    loaded = scene.store.states[("RESERVATION", scene.seat)]
    later = {**loaded.state, "start": "2027-03-08"}
    scene.store.states[("RESERVATION", scene.seat)] = type(loaded)("RESERVATION", scene.seat, later, 99, loaded.head)
    for came in ("outdate", "as it was"):
        assert scene.credit_follower.reservation_changed(AS_SYSTEM, scene.seat) == {form.id: came}
    outdated = scene.form(form)
    assert scene.queue()["The rotation is not as it was signed: correct it, or let it stand"]
    if status != "RETURNED":
        with pytest.raises(NotAllowedNow, match="not as it was signed"):
            scene.credit_forwarding.forward(AS_COORDINATOR, form.id, outdated.version, "x@school.example", "Asked")
    assert scene.credit_acceptance.keep(AS_COORDINATOR, form.id, "Only a week later.").outdated_at is None


def in_state(scene: FormScene, status: FormStatus) -> object:
    form = scene.asked()
    if status == "REQUESTED":
        return form
    if status == "INCOMPLETE":
        return scene.credit_requests.ask(AS_COORDINATOR, form.id, "Which course?")
    form = scene.sent()
    if status == "DECLINED":
        return scene.credit_answers.decline(form.id, scene.door(form), "not_offered")
    if status != "SENT":
        form = scene.filed(scene.signed(form))
    if status in ("ACCEPTED", "FORWARDED", "RECEIVED"):
        form = scene.accepted(form)
    if status in ("FORWARDED", "RECEIVED"):
        form = scene.forwarded(form)
    if status == "RECEIVED":
        form = scene.credit_forwarding.received(form.id, scene.door(form, "s1"))
    assert form.status == status
    scene.emails_of(form)
    return form


def test_the_fingerprint_can_be_made_again_and_goes_on_after_the_trainee_is_erased(scene: FormScene) -> None:  # 18
    form = scene.forwarded(scene.accepted(scene.signed(scene.sent())))
    version = form.signed
    student, host = scene.store.text(version.student_ref), scene.store.text(version.answers_ref)
    assert student is not None
    assert host is not None
    assert version.answers_sha256 == text_hash(canonical(document(facts_of(form, 1), student, host)))
    scene.erasure.erase(AS_SYSTEM, TRAINEE, despite_seats=True)
    assert scene.file_store.objects == {}
    assert not [ref for ref in scene.store.texts if ref.startswith(f"{TRAINEE}/")]
    assert "Leila" not in str([scene.store.texts, scene.store.states, scene.store.rows])
    for link in (lambda: scene.credit_answers.open(form.id, "1-" + "x" * 43),):
        with pytest.raises(NotFound):
            link()
    assert scene.credit_forwarding.compare(scene.credit_forwarding.by_number(form.number), PDF).verdict == "same"
    scene.check()


def test_erasing_the_contact_leaves_the_hashes_and_no_name(scene: FormScene) -> None:  # 18
    form = scene.forwarded(scene.accepted(scene.signed(scene.sent())))
    assert scene.people.erase_contact(HOST, KOWAL.id) > 1
    assert "Kowal" not in str([scene.store.texts, scene.store.states, scene.store.rows])
    with pytest.raises(NotFound):
        scene.credit_answers.open(form.id, scene.door(form))
    assert scene.credit_forwarding.compare(form, PDF).verdict == "same"
    scene.check()


def test_a_contact_who_is_erased_with_the_form_in_hand_is_a_task_and_the_clock_runs(scene: FormScene) -> None:
    form = scene.sent()
    scene.people.erase_contact(HOST, KOWAL.id)
    assert scene.credit_follower.contact_erased(AS_SYSTEM, HOST, KOWAL.id) == [form.id]
    assert scene.queue()["The contact is gone: choose another one"]
    assert scene.form(form).round.due_at == form.round.due_at
    with pytest.raises(NotFound):
        scene.credit_answers.open(form.id, scene.door(form))


def test_the_day_of_the_evaluation_is_kept_with_what_was_signed(scene: FormScene) -> None:  # 19
    form = scene.signed(scene.sent())
    assert str(form.signed.evaluation_by) == "2027-04-04"
    assert reached(at("04-05T05:00"), at("04-05T05:00"))
