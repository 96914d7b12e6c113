"""Facts about the world carry their date and their source."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.core.errors import NotFound
from shared.domain.programs import dated_facts
from shared.domain.programs.program import ExperienceType


def test_every_kind_of_rotation_has_current_visa_advice_with_date_and_source() -> None:
    for kind in ExperienceType:
        (fact,) = dated_facts.visa_advice([kind])
        assert fact.status is dated_facts.FactStatus.CURRENT
        assert fact.as_of >= date(2026, 1, 1)
        assert fact.source
        assert fact.url.startswith("https://")


def test_an_unknown_fact_is_not_found() -> None:
    with pytest.raises(NotFound):
        dated_facts.get("visa-b9")
