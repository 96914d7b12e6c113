"""A CV behind an address of ours: seven days to the second, one file for one case, ended with the case and with the
person (H13, T19)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.core.errors import Expired, NotFound
from shared.ports import Transition, UnitOfWork
from tests.builders import TRAINEE, draft
from tests.unit.services.operations.email_scene import KEY, NAME, URL, Post

SEVEN_DAYS, SECOND = timedelta(days=7), timedelta(seconds=1)


class Shared(Post):
    """A reserved seat, and the address of its CV as the host's mail has it."""

    def __init__(self) -> None:
        super().__init__()
        self.id = self.reserved().subject.id
        self.url = self.address()

    def address(self, event_id: str = "event") -> str:
        return self.cv_links.make("RESERVATION", self.id, event_id, TRAINEE, "document-1")

    def open(self, url: str = "") -> str:
        return self.cv_links.open((url or self.url).removeprefix(f"{URL}/documents/shared/"))

    def becomes(self, kind: str, id: str, status: str) -> None:
        loaded = self.store.load(kind, id)  # type: ignore[arg-type]
        self.store.commit(
            UnitOfWork(transitions=(Transition(loaded, draft({"status": status}, "Changed.v1", self.clock.now())),))
        )


@pytest.fixture
def cv() -> Shared:
    return Shared()


def test_the_address_leads_to_a_signed_one_that_works_for_a_minute_as_often_as_it_is_opened(cv: Shared) -> None:
    for _ in range(2):
        assert cv.open() == f"https://uploads.example/{KEY}?name=CV 1 - {NAME}.pdf&seconds=60"


def test_a_mail_that_is_composed_again_carries_the_same_address_with_the_same_end(cv: Shared) -> None:
    cv.clock.move(timedelta(days=1))
    assert cv.address() == cv.url
    assert cv.address("another event") != cv.url
    cv.clock.move(SEVEN_DAYS - timedelta(days=1))
    with pytest.raises(Expired):
        cv.open()


def test_H13_the_address_works_for_seven_days_to_the_second(cv: Shared) -> None:
    cv.clock.move(SEVEN_DAYS - SECOND)
    assert cv.open()
    cv.clock.move(SECOND)
    with pytest.raises(Expired) as refused:
        cv.open()
    assert refused.value.remedy


@pytest.mark.parametrize(
    "status", ["CANCELLED_BY_TRAINEE", "CANCELLED_BY_HOST", "CANCELLED_BY_OPERATOR", "REFUNDED", "NO_SHOW"]
)
def test_a_rotation_that_is_called_off_ends_its_address_at_once(cv: Shared, status: str) -> None:
    cv.becomes("RESERVATION", cv.id, status)
    with pytest.raises(Expired):
        cv.open()


def test_T19_a_host_that_is_not_asked_any_more_reads_no_cv(cv: Shared) -> None:
    url = cv.cv_links.make("APPLICATION", "application-1", "event", TRAINEE, "document-1")
    cv.becomes("APPLICATION", "application-1", "HOST_REVIEW")
    assert cv.open(url)
    cv.becomes("APPLICATION", "application-1", "IN_REVIEW")
    with pytest.raises(Expired):
        cv.open(url)


def test_erasing_the_person_ends_the_address(cv: Shared) -> None:
    cv.people.erase(TRAINEE)
    with pytest.raises(NotFound):
        cv.open()


def test_a_file_that_is_gone_or_another_persons_is_not_found(cv: Shared) -> None:
    cv.becomes("DOCUMENT", "document-1", "REFUSED")
    with pytest.raises(NotFound):
        cv.open()


@pytest.mark.parametrize(
    "broken", ["", ".", "r.x.3.y", "r...", "x.id.3.s", "a", "r.%s.3.wrong", "a.%s.3.wrong", "r.%s.9.wrong", "r.%s..ü"]
)
def test_every_wrong_address_is_not_found_in_the_same_words(cv: Shared, broken: str) -> None:
    with pytest.raises(NotFound) as refused:
        cv.cv_links.open(broken.replace("%s", cv.id))
    assert refused.value.detail == "There is no CV at this address."


def test_a_secret_opens_only_what_it_was_made_for(cv: Shared) -> None:
    other, secret = cv.url.rpartition(".")[0], cv.address("another event").rpartition(".")[2]
    with pytest.raises(NotFound):
        cv.open(f"{other}.{secret}")
