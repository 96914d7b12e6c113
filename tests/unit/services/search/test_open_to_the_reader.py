"""What search takes to be open to who reads (T07-T09): one rule, or two when they graduate on the way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.domain.programs.program import ExperienceType
from shared.domain.search.query import OpenTo, ReaderQuery, SearchQuery
from shared.services.search.browsing import for_reader
from tests.builders import facts

TODAY, HORIZON = date(2026, 11, 23), date(2028, 11, 23)
HANDS_ON, OBSERVING = (ExperienceType.HANDS_ON,), (ExperienceType.OBSERVERSHIP,)


def open_to(graduation: date) -> tuple[OpenTo, ...]:
    """For a student without Step 1."""
    reader = facts(step1="not_passed", step1_verified=False, expected_graduation=graduation)
    query = for_reader(SearchQuery(), reader, TODAY)
    assert isinstance(query, ReaderQuery)
    return query.open_to


@pytest.mark.parametrize("graduation", [TODAY, date(2027, 4, 15), HORIZON - timedelta(days=1)])
def test_T08_a_student_who_graduates_is_a_graduate_from_the_day_after_on(graduation: date) -> None:
    assert open_to(graduation) == (
        OpenTo(experience_types=HANDS_ON, last=graduation),
        OpenTo(experience_types=OBSERVING, first=graduation + timedelta(days=1)),
    )


@pytest.mark.parametrize(("graduation", "kinds"), [(TODAY - timedelta(days=1), OBSERVING), (HORIZON, HANDS_ON)])
def test_T08_who_graduated_before_today_or_will_beyond_the_horizon_has_one_rule(
    graduation: date, kinds: tuple[ExperienceType, ...]
) -> None:
    assert open_to(graduation) == (OpenTo(experience_types=kinds),)
