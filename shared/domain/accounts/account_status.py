"""The states of an account and the role that signing up gives."""

from __future__ import annotations

TRAINEE = "trainee"


UNCONFIRMED, INVITED, ACTIVE, DISABLED, ERASED = "UNCONFIRMED", "INVITED", "ACTIVE", "DISABLED", "ERASED"
