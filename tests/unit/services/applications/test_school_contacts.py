"""The contact at a school behind a wish for credit (H14): kept with the draft, as words that can be erased, and only
with the wish."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.applications.values import CreditWish
from shared.domain.core.aggregate import canonical, text_hash
from shared.domain.core.errors import Invalid, NotAllowedNow
from shared.services.applications.school_contacts import SchoolContact, school_contact
from tests.builders import TRAINEE
from tests.unit.services.applications.application_scene import AS_TRAINEE, Desk

GIVEN = {"name": "Dr. Ilse Vandermeer", "email": "Electives@School.example", "form": "Visiting rotation form B"}
KEPT = SchoolContact("Dr. Ilse Vandermeer", "electives@school.example", "Visiting rotation form B")
WISHED = {"credit_wish": True}


@pytest.fixture
def desk() -> Desk:
    return Desk().scene()


def contact(desk: Desk, id: str) -> SchoolContact | None:
    return school_contact(desk.store, desk.application(id))


def test_H14_a_contact_is_kept_with_the_draft_and_what_is_left_out_stays(desk: Desk) -> None:
    draft = desk.draft()
    desk.submission.save(AS_TRAINEE, draft.id, WISHED, GIVEN)
    assert contact(desk, draft.id) == KEPT
    desk.submission.save(AS_TRAINEE, draft.id, {}, {"form": ""})
    assert contact(desk, draft.id) == SchoolContact(KEPT.name, KEPT.email)
    desk.submission.save(AS_TRAINEE, draft.id, {"weeks": 4})
    assert contact(desk, draft.id) == SchoolContact(KEPT.name, KEPT.email)


def test_H14_the_event_row_binds_the_words_and_holds_nothing_that_tells_them_once_they_are_gone(desk: Desk) -> None:
    draft = desk.draft()
    saved = desk.submission.save(AS_TRAINEE, draft.id, WISHED, GIVEN)
    assert saved.credit.contact is not None
    assert saved.credit.contact.hash == text_hash(canonical(dict(desk.store.texts[saved.credit.contact.ref])))
    assert saved.credit.contact.hash != text_hash(canonical(asdict(KEPT))), "a name and an address can be guessed"
    rows = canonical([row.model_dump(mode="json") for row in desk.store.history("APPLICATION", draft.id)])
    assert not any(word.lower() in rows.lower() for word in GIVEN.values())


def test_H14_the_same_contact_again_writes_nothing(desk: Desk) -> None:
    draft = desk.draft()
    version = desk.submission.save(AS_TRAINEE, draft.id, WISHED, GIVEN).version
    assert desk.submission.save(AS_TRAINEE, draft.id, WISHED, GIVEN).version == version


def test_H14_a_contact_without_the_wish_is_not_kept_and_goes_with_it(desk: Desk) -> None:
    draft = desk.draft()
    assert desk.submission.save(AS_TRAINEE, draft.id, {}, GIVEN).version == 1
    desk.submission.save(AS_TRAINEE, draft.id, WISHED, GIVEN)
    taken_back = desk.submission.save(AS_TRAINEE, draft.id, {"credit_wish": False})
    assert taken_back.credit is None
    assert desk.submission.save(AS_TRAINEE, draft.id, WISHED).credit == CreditWish()


def school_texts(desk: Desk) -> list[str]:
    return [canonical(dict(text)) for ref, text in desk.store.texts.items() if ":school" in ref]


@pytest.mark.parametrize("sending", [False, True])
def test_H14_an_autosaved_contact_leaves_one_text_and_none_when_the_wish_is_taken_back(
    desk: Desk, sending: bool
) -> None:
    draft = desk.draft()
    for name in ("Ilse", "Ilse Vander", "Ilse Vandermeer"):
        desk.submission.save(AS_TRAINEE, draft.id, WISHED, {"name": name})
    (kept,) = school_texts(desk)
    assert "Ilse Vandermeer" in kept
    end = desk.submission.submit if sending else desk.submission.save
    end(AS_TRAINEE, draft.id, {"credit_wish": False})
    assert school_texts(desk) == []


def test_H14_a_contact_cleared_while_the_wish_stays_is_gone_and_a_new_one_is_kept(desk: Desk) -> None:
    draft = desk.draft()
    desk.submission.save(AS_TRAINEE, draft.id, WISHED, GIVEN)
    desk.submission.save(AS_TRAINEE, draft.id, {}, dict.fromkeys(GIVEN, ""))
    assert (school_texts(desk), contact(desk, draft.id)) == ([], None)
    desk.submission.save(AS_TRAINEE, draft.id, {}, GIVEN)
    assert contact(desk, draft.id) == KEPT


def test_H14_a_contact_given_while_sending_goes_along_and_sending_it_again_changes_nothing(desk: Desk) -> None:
    draft = desk.draft()
    sent = desk.submission.submit(AS_TRAINEE, draft.id, WISHED, None, GIVEN)
    assert (sent.status, contact(desk, draft.id)) == (ApplicationStatus.SUBMITTED, KEPT)
    assert desk.submission.submit(AS_TRAINEE, draft.id, WISHED, None, GIVEN).version == sent.version
    with pytest.raises(NotAllowedNow):
        desk.submission.submit(AS_TRAINEE, draft.id, WISHED, None, {"name": "Somebody else"})


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "electives"}, "credit_email"),
        ({"email": "a@school.example, b@school.example"}, "credit_email"),
        ({"name": "Ilse\x00Vandermeer"}, "credit_contact"),
        ({"form": "Form \u202eB"}, "credit_contact"),
    ],
)
def test_H14_what_is_no_contact_is_refused_by_field_and_changes_nothing(
    desk: Desk, given: dict[str, str], field: str
) -> None:
    draft = desk.draft()
    before = desk.snapshot()
    with pytest.raises(Invalid) as refused:
        desk.submission.save(AS_TRAINEE, draft.id, WISHED, given)
    assert (refused.value.facts["field"], bool(refused.value.remedy)) == (field, True)
    assert desk.snapshot() == before


def test_H14_the_contact_goes_when_the_trainee_is_erased(desk: Desk) -> None:
    draft = desk.draft()
    desk.submission.save(AS_TRAINEE, draft.id, WISHED, {"name": "The dean"})
    desk.submission.submit(AS_TRAINEE, draft.id, {}, None, GIVEN)
    desk.people.erase(TRAINEE)
    assert contact(desk, draft.id) is None
    assert not any(
        "Vandermeer" in canonical(dict(text)) or "dean" in canonical(dict(text)) for text in desk.store.texts.values()
    )
