"""Quotas and paces: what their refusals say, what one source is, and that the page of them is current."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from infra.build import limits as page
from shared.domain.core.limits import DOCUMENTS_A_DAY, OPEN_APPLICATIONS, PACES, QUOTAS, source_of

NOW = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(seconds=1), "in 1 minute."),
        (timedelta(seconds=61), "in 2 minutes."),
        (timedelta(minutes=59, seconds=1), "in 1 hour."),
        (timedelta(hours=23, minutes=1), "in 24 hours."),
    ],
)
def test_a_pace_says_when_to_try_again_in_words_and_for_programs(left: timedelta, said: str) -> None:
    refused = DOCUMENTS_A_DAY.refusal(NOW + left, NOW)
    assert (refused.status, refused.detail) == (429, "There were too many files uploaded by you.")
    assert refused.remedy.endswith(said)
    assert refused.facts["limit"] == "documents-a-day"
    assert datetime.fromisoformat(refused.facts["retry_after"]) >= NOW + left


def test_a_quota_says_how_many_and_what_to_do() -> None:
    refused = OPEN_APPLICATIONS.refusal("start")
    assert (refused.status, refused.facts) == (409, {"limit": "open-applications", "most": 20, "field": "start"})
    assert refused.remedy == "Withdraw one, or wait for an answer."


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("203.0.113.9", ""),  # documentation only
        ("8.8.4.4", "8.8.4.4"),
        ("2001:4860:4860::8844", "2001:4860:4860::/64"),
        ("2001:4860:4860:0:1:2:3:4", "2001:4860:4860::/64"),
        ("127.0.0.1", ""),
        ("10.0.0.7", ""),
        ("fe80::1", ""),
        ("", ""),
        ("somewhere", ""),
    ],
)
def test_a_source_is_an_address_of_the_public_internet_or_its_network(address: str, source: str) -> None:
    assert source_of(address) == source


def test_each_limit_has_a_name_of_its_own_and_is_on_the_page() -> None:
    names = [one.name for one in (*PACES, *QUOTAS)]
    assert len(set(names)) == len(names)
    assert page.PAGE.read_text() == page.render()
