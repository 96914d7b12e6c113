"""The acceptance cases of the 48-hour credit form with their values (H14-H16); the case's number is in the comment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.core.errors import Invalid, NotAllowedNow, TooManyTries
from shared.domain.core.instants import iso
from shared.domain.credit_forms.clocks import comes_first, is_overdue, lateness
from shared.domain.credit_forms.machine import FormStatus
from shared.domain.credit_forms.share import FormRecord
from tests.builders import HOST
from tests.unit.domain.credit_forms.form_samples import FULL, at
from tests.unit.services.credit_forms.credit_scene import (
    ADMIN,
    AS_COORDINATOR,
    AS_TRAINEE,
    ASKED,
    COORDINATOR,
    DOCTOR,
    KOWAL,
    OTHER,
    PDF,
    STUDENT,
    FormScene,
    wish,
)

SECOND = timedelta(seconds=1)


@pytest.fixture
def scene() -> FormScene:
    return FormScene()


def test_asking_starts_our_business_day_and_asking_back_stops_it(scene: FormScene) -> None:  # 1
    form = scene.asked()
    assert scene.rows(form)["credit_send"] == "02-01T22:30:00"
    scene.clock.set(at("02-01T16:00"))
    asked = scene.credit_requests.ask(AS_COORDINATOR, form.id, "Which course number?")
    assert scene.rows(form) == {"credit_missing": "02-08T16:00:00"}
    scene.clock.set(at("02-03T18:00"))
    changed = scene.credit_requests.change(AS_TRAINEE, form.id, asked.version, wish(course_number="MED 501"))
    assert scene.rows(form) == {"credit_send": "02-04T00:30:00", "credit_needed": "02-17T21:59:59"}
    assert changed.status is FormStatus.REQUESTED
    assert scene.told(form) == [
        (STUDENT, "We have your request for a school credit form"),
    ], "the question is answered: nobody is asked again"


def test_sending_starts_48_hours_and_two_reminders(scene: FormScene) -> None:  # 2
    form = scene.sent()
    assert form.round.due_at == at("02-04T16:00")
    assert scene.rows(form) == {
        "credit_answer": "02-04T16:00:00",
        "credit_step": "02-03T16:00:00",
        "credit_lapse": "04-28T05:00:00",
    }
    assert scene.told(form, 1) == [
        (ASKED, "School form for Leila Haddad: please answer by Thu 4 February, 10:00 CST"),
        (STUDENT, f"{scene.program.name} has your form until Thu 4 February, 10:00 CST"),
    ]
    assert scene.mailer.to(STUDENT)[-1].text.count("Thu 4 February, 18:00 EET for you") == 1
    assert {one.reply_to for one in scene.mailer.sent} == {f"{COORDINATOR}@rota.example"}
    scene.ticked("02-03T15:59:59")
    assert scene.types(form)[-1] == "CreditFormSent"
    scene.ticked("02-03T16:00")
    assert scene.rows(form)["credit_step"] == "02-04T03:00:00"
    scene.ticked("02-04T03:00")
    assert scene.told(form, 2) == [
        (ASKED, "24 hours left: school form for Leila Haddad"),
        (ASKED, "13 hours left: school form for Leila Haddad"),
    ]


def test_overdue_is_read_before_any_sweep_and_what_is_signed_then_is_late(scene: FormScene) -> None:  # 3
    form = scene.sent()
    for now, overdue in ((form.round.due_at - SECOND, False), (form.round.due_at, True)):
        scene.clock.set(now)
        row = scene.queue()["The host has a school form"]
        assert (is_overdue(scene.form(form), now), row.overdue) == (overdue, overdue)
    signed = scene.signed(form, "02-04T16:00")
    assert signed.status is FormStatus.RETURNED
    assert lateness(signed.round, at("03-04T16:00")) == timedelta()
    record = FormRecord.model_validate(scene.store.load("RECORD", f"forms:{HOST}").state)
    assert [(one.in_time, one.seconds) for one in record.rounds] == [(False, 48 * 3600)]


def test_a_breach_is_one_task_and_one_email_and_its_escalation_another(scene: FormScene) -> None:  # 5
    form = scene.sent()
    before = len(scene.store.history("CREDIT_FORM", form.id))
    scene.ticked("02-04T15:59:59")
    for _ in range(3):
        scene.ticked("02-04T16:00")
    assert scene.queue()["School form past due: call the host"].overdue
    assert scene.rows(form)["credit_step"] == "02-05T16:00:00"
    assert [one for one in scene.told(form, before) if "left" not in one[1]] == [
        (f"{COORDINATOR}@rota.example", f"Overdue: {form.number}, {scene.program.name}"),
        (STUDENT, "Your form is late: we are calling the host"),
        (ASKED, "Past due and still needed: school form for Leila Haddad"),
    ]
    breached = len(scene.store.history("CREDIT_FORM", form.id))
    scene.ticked("02-05T15:59:59")
    assert len(scene.store.history("CREDIT_FORM", form.id)) == breached
    for when in ("02-05T16:00", "02-05T16:01", "03-07T16:00"):
        scene.ticked(when)
    emails = scene.emails_of(form, breached)
    subject = f"24 hours overdue, please call: {form.number}, {scene.program.name}"
    assert [(one.to, one.subject) for one in emails] == [
        (f"{COORDINATOR}@rota.example", subject),
        (f"{ADMIN}@rota.example", subject),
    ]
    assert KOWAL.phone in emails[0].text
    assert scene.types(form).count("CreditFormBreached") == scene.types(form).count("CreditFormEscalated") == 1
    assert "credit_step" not in scene.rows(form)


def test_a_breach_by_night_is_told_to_the_host_in_the_morning(scene: FormScene) -> None:  # 5
    eastern = FormScene(place=scene.program.place.model_copy(update={"zone": "America/New_York"}))
    form = eastern.sent("02-02T07:30")
    eastern.ticked("02-04T07:30")
    before = len(eastern.store.history("CREDIT_FORM", form.id)) - 1
    assert {to for to, _ in eastern.told(form, before)} == {f"{COORDINATOR}@rota.example", STUDENT}
    assert eastern.rows(form)["credit_step"] == "02-04T12:00:00"
    eastern.ticked("02-04T12:00")
    assert [to for to, _ in eastern.told(form, before + 1)] == [ASKED]


def test_after_60_hours_without_a_sweep_each_thing_happens_once_and_nothing_by_night(scene: FormScene) -> None:
    form = scene.sent("02-02T16:00")
    for when in ("02-06T05:00", "02-06T05:01", "02-06T05:02", "02-06T12:59", "02-06T13:00"):
        scene.ticked(when)
    assert scene.types(form)[2:] == ["CreditFormBreached", "CreditFormEscalated", "CreditFormLateNoted"]
    assert iso(scene.form(form).round.late_noted_at or at("01-01T00:00")) == "2027-02-06T13:00:00Z"


def test_an_answer_after_49_hours_is_one_hour_late_for_ever(scene: FormScene) -> None:  # 6
    form = scene.signed(scene.sent(), "02-04T17:00")
    assert lateness(form.round, at("03-04T17:00")) == timedelta(hours=1)


def test_a_draft_goes_on_elsewhere_and_an_older_one_is_not_signed(scene: FormScene) -> None:  # 7
    form = scene.sent()
    phone = desktop = scene.door(form)
    scene.clock.set(at("02-02T20:02"))
    assert scene.credit_answers.save(form.id, phone, FULL | {"remarks": "From the phone"}, 0) == 1
    opened = scene.credit_answers.open(form.id, desktop)
    assert (opened.answers.remarks, iso(opened.form.round.saved_at or at("01-01T00:00"))) == (
        "From the phone",
        "2027-02-02T20:02:00Z",
    )
    with pytest.raises(TooManyTries):
        scene.credit_answers.save(form.id, desktop, FULL | {"remarks": "too soon"}, 1)
    assert scene.credit_answers.save(form.id, desktop, FULL | {"remarks": "From the phone"}, 0) == 1, "said before"
    scene.clock.set(at("02-02T20:02:10"))
    assert scene.credit_answers.save(form.id, desktop, FULL | {"remarks": "From the desktop"}, 1) == 2
    with pytest.raises(NotAllowedNow) as older:
        scene.signed(form, "02-02T20:03", draft_no=1)
    assert older.value.facts["draft_no"] == 2
    with pytest.raises(NotAllowedNow):
        scene.credit_answers.save(form.id, phone, FULL | {"remarks": "older"}, 1)
    signed = scene.signed(form, "02-03T15:00", draft_no=2)
    assert signed.signed.signed_at == at("02-03T15:00"), "opened on Tuesday, signed on Wednesday (C46)"
    assert (signed.round.started_at, signed.round.draft_no) == (at("02-02T20:02"), 2)


def test_three_forms_of_one_host_go_to_three_schools(scene: FormScene) -> None:  # 8
    schools = [f"office{n}@school.example" for n in range(3)]
    for n, school in enumerate(schools):
        form = scene.sent(key=f"key-{n}", email=school)
        scene.clock.set(at("01-29T22:30"))
        signed = scene.signed(form, remarks=f"Form {n}")
        done = scene.forwarded(scene.accepted(signed))
        assert [to for to, _ in scene.told(done, len(scene.types(done)) - 1)] == [school, STUDENT]
        (attached,) = scene.mailer.to(school)[0].attachments
        assert attached.name == f"{form.number} version 1.pdf"
        scene.clock.set(at("01-29T22:30"))
    with pytest.raises(NotAllowedNow, match="3 open"):
        scene.asked("key-4")


def test_who_may_not_sign_passes_it_on_and_both_are_told(scene: FormScene) -> None:  # 9
    form = scene.sent(signer_rule="physician")
    with pytest.raises(Invalid) as refused:
        scene.signed(form, capacity="practice_manager")
    assert refused.value.facts["field"] == "capacity"
    passed = scene.credit_answers.pass_on(form.id, scene.door(form), "Tomasz Brandt", DOCTOR)
    again = scene.credit_answers.pass_on(form.id, scene.door(form), "Tomasz Brandt", DOCTOR)
    assert (len(again.round.passed_on), again.round.due_at) == (1, form.round.due_at)
    assert scene.told(passed, 2) == [(DOCTOR, "Magdalena Kowal asked you to complete a school form for Leila Haddad")]
    signed = scene.signed(form, which="1p1", capacity="supervising_physician", name="Tomasz Brandt, MD", email=DOCTOR)
    assert (signed.signed.stranger, signed.signed.capacity) == (False, "supervising_physician")
    assert scene.told(signed, 3) == [
        (STUDENT, f"{scene.program.name} has signed your form"),
        (ASKED, "Your copy: school form for Leila Haddad"),
        (DOCTOR, "Your copy: school form for Leila Haddad"),
    ]
    mark = scene.store.text(signed.signed.signature_ref)
    assert mark is not None
    assert (mark["name"], mark["sent_to"], mark["ip"]) == ("Tomasz Brandt, MD", "Tomasz Brandt", "192.0.2.7")


def test_a_stranger_is_checked_and_a_signature_that_is_not_theirs_is_settled(scene: FormScene) -> None:  # 10
    signed = scene.filed(scene.signed(scene.sent(), name="Somebody Else", email="else@hospital.example"))
    assert signed.signed.stranger
    with pytest.raises(Invalid) as refused:
        scene.credit_acceptance.accept(AS_COORDINATOR, signed.id, signed.version)
    assert refused.value.facts["field"] == "checked"
    disputed = scene.credit_answers.not_ours(signed.id, scene.door(signed), "I never saw it")
    assert scene.queue()["Who was asked says that they did not sign: find out"]
    with pytest.raises(NotAllowedNow, match="not them"):
        scene.credit_acceptance.accept(AS_COORDINATOR, signed.id, disputed.version, "phone")
    kept = scene.credit_acceptance.keep(AS_COORDINATOR, signed.id, "It was her deputy.")
    accepted = scene.credit_acceptance.accept(AS_COORDINATOR, signed.id, kept.version, "phone")
    assert (accepted.status, accepted.signed.checked) == (FormStatus.ACCEPTED, "phone")


def test_a_refusal_is_a_task_at_once_and_ends_the_clocks(scene: FormScene) -> None:  # 11
    form = scene.sent()
    scene.clock.set(at("02-03T02:00"))
    with pytest.raises(Invalid):
        scene.credit_answers.decline(form.id, scene.door(form), "other")
    declined = scene.credit_answers.decline(form.id, scene.door(form), "no_supervisor", "Dr. Brandt is away.")
    again = scene.credit_answers.decline(form.id, scene.door(form), "no_supervisor", "Dr. Brandt is away.")
    assert declined == again
    assert scene.rows(form) == {"credit_task": "02-03T02:00:00"}
    assert scene.queue()["The host cannot complete the school form: choose another contact, or close it"]
    (told,) = scene.emails_of(form, 2)
    assert (told.to, told.subject) == (STUDENT, f"{scene.program.name} can't complete your form")
    assert "Brandt" not in told.text
    rerouted = scene.credit_sending.reroute(AS_COORDINATOR, form.id, OTHER.id, "Somebody else there")
    assert (rerouted.status, rerouted.round.n, rerouted.round.contact_id) == (FormStatus.SENT, 2, OTHER.id)


def test_a_correction_is_a_new_round_and_the_old_file_is_known_as_replaced(scene: FormScene) -> None:  # 12
    form = scene.accepted(scene.signed(scene.sent()), "02-03T19:00")
    scene.clock.set(at("02-03T20:05"))
    form = scene.credit_sending.correct(AS_COORDINATOR, form.id, "The hours a week, please.")
    assert form.round.due_at == at("02-05T20:05")
    assert scene.rows(form)["credit_step"] == "02-04T20:05:00"
    scene.ticked("02-04T20:05")
    assert scene.rows(form)["credit_step"] == "02-05T16:05:00"
    assert scene.credit_answers.open(form.id, scene.door(form)).standing == "replaced"
    with pytest.raises(NotAllowedNow, match="earlier sending"):
        scene.signed(form, "02-04T20:06")
    opened = scene.credit_answers.open(form.id, scene.door(form, "2"))
    assert (opened.standing, opened.answers.hours_week, opened.why) == ("open", 45, "The hours a week, please.")
    assert (ASKED, "One change, please: school form for Leila Haddad") in scene.told(form, 5)
    second = scene.filed(scene.signed(form, "02-04T20:10", "2", hours_week="50"), "1" * 64)
    compared = scene.credit_forwarding.compare(second, PDF)
    assert (compared.verdict, compared.version, compared.by_version) == ("replaced", 1, 2)
    assert scene.credit_forwarding.compare(second, "1" * 64).verdict == "same"
    assert scene.credit_forwarding.compare(second, "2" * 64).verdict == "unknown"


def test_accepting_skips_the_holiday_and_forwarding_keeps_to_the_day_of_the_school(scene: FormScene) -> None:  # 13
    signed = scene.signed(scene.sent("02-11T21:00", needed_by=at("02-20T00:00").date()), "02-12T21:00")
    assert scene.rows(signed)["credit_accept"] == "02-16T21:00:00"
    early = FormScene()
    form = early.accepted(early.signed(early.sent(needed_by=at("02-05T00:00").date())), "02-05T15:00")
    assert early.rows(form)["credit_forward"] == "02-05T21:59:59"


def test_what_comes_before_the_48_hours_are_over_is_said_and_blocks_nothing(scene: FormScene) -> None:  # 14
    form = scene.sent("02-27T16:00", needed_by=at("03-20T00:00").date())
    first = comes_first(form, form.round.due_at)
    assert first is not None
    assert (form.round.due_at, first.what, first.at) == (at("03-01T16:00"), "start", at("03-01T06:00"))
    assert scene.rows(form)["credit_needed"] == "02-28T06:00:00"
    host, trainee = scene.emails_of(form, 1)
    assert "Please by Mon 1 March, 00:00 CST if you can; yours until Mon 1 March, 10:00 CST." in host.text
    assert "your rotation starts: Mon 1 March, 00:00 CST" in trainee.text
    scene.ticked("02-28T16:00")
    assert scene.rows(form)["credit_step"] == "03-01T03:00:00"
    assert "The rotation starts before the form is due" in scene.queue()
    scene.ticked("03-01T06:00")
    assert scene.form(form).status is FormStatus.SENT
