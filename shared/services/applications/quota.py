"""How many applications somebody may have open at once."""

from __future__ import annotations

from datetime import datetime

from shared.domain.applications.application import OPEN
from shared.domain.applications.clocks import as_of
from shared.domain.core.limits import OPEN_APPLICATIONS
from shared.ports import Store
from shared.services.core.records import application_of

READ = 500


def require_room(store: Store, trainee_id: str, now: datetime, besides: str = "") -> None:
    """Room for one more, or for the one named `besides`. Asked when one is started and again when it is sent: many that
    were started in one moment are not in the index yet. Raises `QuotaReached`."""
    found = (as_of(application_of(one), now) for one in store.owned("APPLICATION", trainee_id, READ))
    if sum(one.status in OPEN for one in found if one.id != besides) >= OPEN_APPLICATIONS.most:
        raise OPEN_APPLICATIONS.refusal()
