"""Every number that the requirements leave open, in frozen, versioned records, one for each area (product.md 1d).

An application and a reservation keep the version that they were made under, so a later policy never changes a promise
already made. A new policy is a new entry of `_VERSIONS`, of the areas' records: a new one where a number is another,
the old one where none is. An old record is never edited.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.domain.core.business_clock import ZONE
from shared.domain.core.errors import NotFound
from shared.domain.core.policies.applying import APPLYING_2026_11, ApplyingPolicy
from shared.domain.core.policies.host import HOST_2026_11, HostReviewPolicy
from shared.domain.core.policies.money import MONEY_2026_11, MoneyPolicy
from shared.domain.core.policies.offer import OFFER_2026_11, OfferPolicy
from shared.domain.core.policies.reservation import RESERVATION_2026_11, ReservationPolicy
from shared.domain.core.policies.review import REVIEW_2026_11, ReviewPolicy


class Policy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    version: str
    business_zone: str = ZONE
    applying: ApplyingPolicy
    review: ReviewPolicy
    host: HostReviewPolicy
    offer: OfferPolicy
    reservation: ReservationPolicy
    money: MoneyPolicy

    def snapshot(self) -> dict[str, Any]:
        """What an application or a reservation keeps: the version and every value, JSON-ready."""
        values = self.model_dump(mode="json")
        return {"version": values.pop("version"), "values": values}


_2026_11 = Policy(
    version="2026-11",
    applying=APPLYING_2026_11,
    review=REVIEW_2026_11,
    host=HOST_2026_11,
    offer=OFFER_2026_11,
    reservation=RESERVATION_2026_11,
    money=MONEY_2026_11,
)
_VERSIONS = {policy.version: policy for policy in (_2026_11,)}
CURRENT = _2026_11


def by_version(version: str) -> Policy:
    """The policy that something was made under. Raises `NotFound` for a version that never existed."""
    try:
        return _VERSIONS[version]
    except KeyError:
        raise NotFound(
            f"There is no policy {version!r}.", "Use a version that an application or a reservation names."
        ) from None
