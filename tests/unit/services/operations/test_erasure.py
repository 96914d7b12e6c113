"""Erasing a person: killed anywhere and repeated, everything that names them is gone, and everything that counts still
adds up."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.accounts.account_input import email_key
from shared.domain.core.aggregate import Actor, canonical, chain_breaks, fold
from shared.domain.core.errors import NotAllowedNow, NotFound, VersionConflict, WrongCredentials
from shared.domain.reservations import terms
from shared.events.account import MailChangeAsked
from shared.events.application import ApplicationWithdrawn
from shared.events.envelope import Envelope
from shared.ports import Person, PersonalRecord, StoredObject, UnitOfWork
from shared.services.accounts.account_ports import email_claim
from shared.services.accounts.sign_in import Profile
from shared.services.core.transitions import RequestContext, transition
from tests.builders import facts
from tests.fakes.doomed import Doomed, Killed
from tests.files import A_PDF, A_PNG
from tests.unit.services.reservations.reservation_scene import NAME, SIGNATURE, Scene, by

MAIL, PASSWORD = "amara@example.org", "violet harbour lantern"
ADMIN = RequestContext(Actor(role="admin", id="admin-1"), "request-9")
OTHER = "trainee-2"


class Life(Scene):
    """Amara signed up, uploaded a CV, applied, signed and paid; somebody else did too and must lose nothing."""

    def __init__(self) -> None:
        super().__init__(seats=2)
        self.id = self.sign_in.provision(ADMIN, NAME, MAIL, PASSWORD, ["trainee"])
        self.other = self.sign_in.provision(ADMIN, "Somebody Else", "else@example.org", PASSWORD, ["trainee"])
        for owner in (self.id, self.other):
            self.people.save_facts(owner, facts())
            form = self.document_uploads.upload_form(owner, "cv", "/documents")
            self.file_store.arrive(f"uploads/{owner}/cv/{form.document_id}", A_PDF)
            self.document_uploads.received(owner, form.document_id, "cv")
        self.session = self.sessions.open(self.id)

    def seated(self) -> str:
        person = self.people.person(self.id)
        self.apply("application-1", self.id, terms_version=None, terms_signed_at=None)
        self.people.save_person(person)
        self.reserve.sign(by("trainee", self.id), "application-1", terms.CURRENT, SIGNATURE)
        link = self.checkout(trainee=self.id)
        self.webhook(self.pay(link))
        return link.reserved.id

    def everything(self) -> str:
        """All that is stored anywhere, as one text."""
        store = self.store
        rows = [Envelope.of(row).model_dump(mode="json") for history in store.rows.values() for row in history]
        parts: Iterable[Any] = (
            rows,
            [dict(state.state) for state in store.states.values()],
            store.claims,
            dict(store.texts),
            list(self.file_store.objects),
            [entry.model_dump(mode="json") for entry in store.entries.values()],
            [vars(person) for person in self.people.people.values()],
            [fact.model_dump(mode="json") for fact in self.people.all_facts.values()],
            self.identity.accounts,
            self.sessions.open_sessions,
        )
        return json.dumps([json.loads(canonical(part)) for part in parts], ensure_ascii=False)

    def assert_gone(self) -> None:
        stored = self.everything()
        assert not any(secret in stored for secret in (NAME, MAIL, email_key(MAIL), "192.0.2.1"))
        assert not any(self.id in key.split("/") for key in self.file_store.objects)
        assert self.id not in self.people.all_facts
        assert not any(ref.startswith(f"{self.id}/") for ref in self.store.texts)
        assert self.sessions.read(self.session) is None
        with pytest.raises(WrongCredentials):
            self.sign_in.sign_in(MAIL, PASSWORD)
        for key, rows in self.store.rows.items():
            assert chain_breaks(rows) == []
            assert fold(rows) == dict(self.store.states[key].state)

    def assert_other_is_whole(self) -> None:
        assert self.people.person(self.other).name == "Somebody Else"
        assert self.sign_in.sign_in("else@example.org", PASSWORD).person.account_id == self.other
        assert {key.split("/")[0] for key in self.file_store.objects if self.other in key.split("/")} == {
            "uploads",
            "kept",
        }


@pytest.fixture
def life() -> Life:
    return Life()


def test_everything_that_names_a_person_goes_and_what_counts_still_adds_up(life: Life) -> None:
    reservation = life.seated()
    assert NAME in life.everything()
    assert life.erasure.erase(ADMIN, life.id, despite_seats=True) >= 3
    life.assert_gone()
    life.assert_other_is_whole()
    life.check()
    assert life.reservation(reservation).status == "RESERVED"
    assert life.taken() == {1}
    row = life.store.history("ACCOUNT", life.id)[-1]
    assert (row.type, row.actor, row.correlation_id) == ("AccountErased.v1", ADMIN.actor, "request-9")


def test_a_person_with_a_seat_ahead_is_refused_with_the_reservation_and_nothing_changes(life: Life) -> None:
    reservation = life.seated()
    before = life.everything()
    with pytest.raises(NotAllowedNow) as refused:
        life.erasure.erase(ADMIN, life.id)
    assert refused.value.facts == {"reservations": [reservation]}
    assert "Cancel it" in refused.value.remedy
    assert life.everything() == before


def test_a_person_whose_hold_ended_is_erased_without_insisting(life: Life) -> None:
    life.apply("application-1", life.id)
    life.checkout(trainee=life.id)
    life.run_sweep(minutes=31)
    life.erasure.erase(ADMIN, life.id)
    assert life.id not in life.people.people


def test_open_applications_are_withdrawn_and_a_reviewer_who_declines_then_writes_nothing_about_them(life: Life) -> None:
    people = [life.people.person(one) for one in (life.id, life.other)]
    life.apply("application-1", life.id, status="IN_REVIEW", claimed_by="reviewer-1")
    life.apply("application-2", life.other, status="IN_REVIEW", claimed_by="reviewer-1")
    for person in people:
        life.people.save_person(person)
    reviewer = by("reviewer", "reviewer-1")
    loaded = life.store.load("APPLICATION", "application-1")
    life.erasure.erase(ADMIN, life.id)
    withdrawn = life.store.history("APPLICATION", "application-1")[-1]
    assert (withdrawn.type, withdrawn.actor.role) == ("ApplicationWithdrawn.v1", "system")
    with pytest.raises(NotAllowedNow):
        life.review.reject(reviewer, "application-1", "documents", "Amara Okafor shows no clinical year.")
    in_flight = transition(loaded, ApplicationWithdrawn(status="WITHDRAWN"), reviewer, life.clock.now())
    words = PersonalRecord(
        f"{life.id}/application:application-1:rejection", {"text": f"{NAME} shows no clinical year."}
    )
    with pytest.raises((NotFound, VersionConflict)):
        life.store.commit(UnitOfWork(transitions=(in_flight,), records=(words,)))
    with pytest.raises(NotFound):
        life.store.commit(UnitOfWork(transitions=(), records=(words,)))
    life.assert_gone()
    assert life.store.load("APPLICATION", "application-2").state["status"] == "IN_REVIEW"


def test_a_profile_save_in_flight_brings_nobody_back(life: Life) -> None:
    profile = life.sign_in.profile
    call = by("account", life.id)

    def beaten(asked: RequestContext) -> Profile:
        found = profile(asked)
        life.erasure.erase(ADMIN, life.id)
        return found

    saving = replace(life.sign_in)
    object.__setattr__(saving, "profile", beaten)
    with pytest.raises(NotFound):
        saving.save_profile(call, NAME, "UTC", facts())
    with pytest.raises(NotFound):
        saving.save_profile(call, NAME, "UTC")
    life.assert_gone()


CALLS = 11


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, CALLS + 1))
def test_killed_at_any_call_an_erasure_is_finished_by_repeating_it(at: int, after: bool) -> None:
    life, count = Life(), [0]
    life.seated()
    with pytest.raises(Killed):
        life.on(lambda port: Doomed(port, count, at, after), "sessions").erasure.erase(
            ADMIN, life.id, despite_seats=True
        )
    life.erasure.erase(ADMIN, life.id, despite_seats=True)
    life.assert_gone()
    life.assert_other_is_whole()
    life.check()
    assert [row.type for row in life.store.history("ACCOUNT", life.id)].count("AccountErased.v1") == 1


def test_the_kill_test_kills_at_every_call_there_is() -> None:
    life, count = Life(), [0]
    life.on(lambda port: Doomed(port, count, 0, False), "sessions").erasure.erase(ADMIN, life.id)
    assert count[0] == CALLS


def test_from_its_first_step_on_an_erasure_lets_nobody_in(life: Life) -> None:
    count = [0]
    with pytest.raises(Killed):
        life.on(lambda port: Doomed(port, count, 5, True), "sessions").erasure.erase(ADMIN, life.id)
    assert life.store.load("ACCOUNT", life.id).state["status"] == "ERASED"
    assert life.identity.accounts[life.id]
    with pytest.raises(WrongCredentials):
        life.sign_in.sign_in(MAIL, PASSWORD)
    assert life.sessions.read(life.session) is None


def test_the_address_can_sign_up_again_and_is_a_new_person(life: Life) -> None:
    life.erasure.erase(ADMIN, life.id)
    life.account_wishes.sign_up(NAME, MAIL)
    new = life.store.claimed_by(email_key(MAIL))
    assert new not in (None, life.id)
    assert life.store.load("ACCOUNT", str(new)).version == 1
    assert life.store.load("ACCOUNT", life.id).state["status"] == "ERASED"
    assert life.erasure.erase(ADMIN, life.id) == 0, "erasing the old account again leaves the new one alone"
    assert life.people.person(str(new)).email == MAIL


def test_an_address_that_somebody_else_holds_by_now_stays_theirs(life: Life) -> None:
    """A name can only be given back by who holds it: an erasure that finds another holder does not stand still
    either."""
    life.store.commit(UnitOfWork(transitions=(), released_keys=(email_claim(MAIL, life.id),), keys=()))
    life.store.commit(UnitOfWork(transitions=(), keys=(email_claim(MAIL, OTHER),)))
    life.erasure.erase(ADMIN, life.id)
    assert life.store.claimed_by(email_key(MAIL)) == OTHER


def test_a_change_at_the_same_moment_is_decided_again(life: Life) -> None:
    life.store.conflict(2)
    life.erasure.erase(ADMIN, life.id)
    life.assert_gone()


def test_nobody_is_erased_who_does_not_exist(life: Life) -> None:
    before = life.everything()
    with pytest.raises(NotFound):
        life.erasure.erase(ADMIN, "nobody")
    assert life.everything() == before


def test_a_file_that_arrived_and_was_never_registered_goes_too(life: Life) -> None:
    life.file_store.objects[f"uploads/{life.id}/transcript/unseen"] = StoredObject(A_PDF, {"kind": "transcript"})
    life.erasure.erase(ADMIN, life.id)
    life.assert_gone()


def test_a_file_uploaded_by_an_old_form_after_the_erasure_is_deleted_and_recorded_nowhere(life: Life) -> None:
    form = life.document_uploads.upload_form(life.id, "cv", "/documents")
    key = f"uploads/{life.id}/cv/{form.document_id}"
    life.erasure.erase(ADMIN, life.id)
    life.file_store.arrive(key, A_PDF)
    with pytest.raises(NotFound):
        life.document_uploads.register(key)
    assert key not in life.file_store.objects
    assert ("DOCUMENT", form.document_id) not in life.store.states


def test_a_file_that_is_registered_while_its_person_is_erased_leaves_nothing_behind(life: Life) -> None:
    form = life.document_uploads.upload_form(life.id, "cv", "/documents")
    life.file_store.arrive(f"uploads/{life.id}/cv/{form.document_id}", A_PNG)
    keep = life.file_store.keep

    def beaten(key: str, *file: Any) -> None:
        life.erasure.erase(ADMIN, life.id)
        keep(key, *file)

    life.file_store.keep = beaten  # type: ignore[method-assign]
    with pytest.raises(NotFound):
        life.document_uploads.received(life.id, form.document_id, "cv")
    life.assert_gone()


def test_a_name_that_starts_like_another_account_is_not_taken_for_it(life: Life) -> None:
    """`uploads/a` is not `uploads/ab`."""
    near = f"uploads/{life.id}x/cv/other"
    life.file_store.objects[near] = StoredObject(A_PDF, {"kind": "cv"})
    life.people.save_person(Person(f"{life.id}x", "Near", "near@example.org"))
    life.erasure.erase(ADMIN, life.id)
    assert near in life.file_store.objects


def test_erasing_forgets_every_session_and_frees_an_address_that_was_about_to_be_theirs(life: Life) -> None:
    """A change of address was cut off between claiming the new one and everything else."""
    wish = PersonalRecord(f"{life.id}/mail-1", {"email": "new@example.org"})
    asked = MailChangeAsked(status="ACTIVE", mail_change_ref=wish.ref, mail_change_asked_at=life.clock.now())
    wished = transition(life.store.load("ACCOUNT", life.id), asked, by("account", life.id), life.clock.now())
    life.store.commit(
        UnitOfWork(transitions=(wished,), records=(wish,), keys=(email_claim("new@example.org", life.id),))
    )
    life.erasure.erase(ADMIN, life.id)
    assert life.store.claimed_by(email_key("new@example.org")) is None
    assert life.store.claimed_by(email_key(MAIL)) is None
    assert life.store.text(wish.ref) is None
    assert life.sessions.listed(life.id) == []
