"""Who is calling, and the profile that eligibility and guidelines read."""

from __future__ import annotations

from functions.accounts.models.profile import Me, ProfileForm, ProfileView
from functions.accounts.room import (
    room,
)
from shared.domain.core.errors import SignInNeeded
from shared.runtime.http import SIGNED_IN


@room.get("/accounts/me", access=SIGNED_IN)
def me() -> Me:
    """Who is calling, with present roles."""
    session = room.session
    if session is None:
        raise SignInNeeded("This needs an account.", "Sign in, or create an account; it takes two minutes.")
    return Me(account_id=session.account_id, name=session.name, zone=session.zone, roles=session.roles)


@room.get("/accounts/profile", access=SIGNED_IN, page="profile.html", title="Your profile")
def profile(saved: bool = False) -> ProfileView:
    """Name, time zone, and for trainees the facts that eligibility and guidelines are decided on."""
    return ProfileView.of(room.wiring.sign_in.profile(room.call("account")), saved)


@room.post("/accounts/profile", access=SIGNED_IN, form=ProfileForm, again=profile, goes_to="/accounts/profile?saved=1")
def save_profile(body: ProfileForm) -> None:
    """Saves the profile. What staff verified stays verified as long as its answer does not change."""
    room.wiring.sign_in.save_profile(room.call("account"), body.name, body.zone, body.declared())
