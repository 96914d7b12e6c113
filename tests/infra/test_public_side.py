"""What the templates promise of the public side: calls are throttled as a whole, and the user pool is reached through
us alone."""

from __future__ import annotations

from typing import Any

from infra.lint.__main__ import ROOT
from infra.lint.project import Project

PROJECT = Project.read(ROOT)


def properties(type: str) -> dict[str, Any]:
    (found,) = [one.properties for one in PROJECT.resources if one.type == type]
    return dict(found)


def test_the_stage_is_throttled_and_what_may_send_an_email_or_tries_a_password_more_so() -> None:
    api = properties("AWS::ApiGatewayV2::Stage")
    whole = api["DefaultRouteSettings"]
    assert 0 < whole["ThrottlingRateLimit"] <= whole["ThrottlingBurstLimit"]
    for route in ("ANY /accounts", "ANY /accounts/{proxy+}"):
        own = api["RouteSettings"][route]
        assert 0 < own["ThrottlingRateLimit"] < whole["ThrottlingRateLimit"]


def test_with_what_the_user_pool_hands_out_nobody_changes_an_address_or_stays_signed_in() -> None:
    """We hand none of it out; a leaked one changes no address and ends within minutes."""
    client = properties("AWS::Cognito::UserPoolClient")
    assert client["ExplicitAuthFlows"] == ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    assert client["WriteAttributes"], "an empty list allows all"
    assert not {"email", "email_verified"} & set(client["WriteAttributes"])
    assert client["EnableTokenRevocation"] is True
    assert (client["AccessTokenValidity"], client["TokenValidityUnits"]["AccessToken"]) == (5, "minutes")
