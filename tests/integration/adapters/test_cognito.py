"""Sign-up and sign-in on MiniStack's user pool; access tokens checked against a key set of our own making."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from infra.local.stack.ministack import Aws
from shared.adapters.cognito import CognitoIdentity
from shared.domain.core.errors import Busy, Duplicate, Invalid, WrongCredentials
from tests.integration.adapters.conftest import Unreachable

PASSWORD = "correct horse battery"
EMAIL = "amara@example.org"
ISSUED = 1795250000


@pytest.fixture
def identity(ministack: Aws) -> CognitoIdentity:
    """A pool as infra/identity.yaml declares it: alias by address, admin sign-in only, passwords of 12 and more."""
    client = ministack.client("cognito-idp")
    policy = {
        "MinimumLength": 12,
        "RequireLowercase": False,
        "RequireUppercase": False,
        "RequireNumbers": False,
        "RequireSymbols": False,
    }
    pool = client.create_user_pool(PoolName="rota", AliasAttributes=["email"], Policies={"PasswordPolicy": policy})[
        "UserPool"
    ]["Id"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    made = client.create_user_pool_client(
        UserPoolId=pool, ClientName="rota", ExplicitAuthFlows=flows, PreventUserExistenceErrors="ENABLED"
    )
    return CognitoIdentity(
        lambda: client,
        pool,
        made["UserPoolClient"]["ClientId"],
    )


def test_who_signed_up_signs_in_and_gets_nothing_of_the_pool_s(identity: CognitoIdentity) -> None:
    identity.register("account-1", EMAIL, PASSWORD)
    assert identity.authenticate(EMAIL, PASSWORD) == "account-1"


def test_signing_up_again_as_the_same_account_is_fine(identity: CognitoIdentity) -> None:
    for _ in range(2):
        identity.register("account-1", EMAIL, PASSWORD)
    assert identity.authenticate(EMAIL, PASSWORD) == "account-1"


def test_an_address_belongs_to_one_account(identity: CognitoIdentity) -> None:
    identity.register("account-1", EMAIL, PASSWORD)
    with pytest.raises(Duplicate):
        identity.register("account-2", EMAIL, PASSWORD)
    assert identity.authenticate(EMAIL, PASSWORD) == "account-1"


def test_a_weak_password_is_refused_and_leaves_no_account_behind(identity: CognitoIdentity) -> None:
    with pytest.raises(Invalid) as refused:
        identity.register("account-1", EMAIL, "short")
    assert refused.value.facts["field"] == "password"
    identity.register("account-2", EMAIL, PASSWORD)
    assert identity.authenticate(EMAIL, PASSWORD) == "account-2"


def test_an_unknown_address_and_a_wrong_password_sound_the_same(identity: CognitoIdentity) -> None:
    identity.register("account-1", EMAIL, PASSWORD)
    answers = []
    for email, password in ((EMAIL, "wrong horse battery"), ("nobody@example.org", PASSWORD)):
        with pytest.raises(WrongCredentials) as refused:
            identity.authenticate(email, password)
        answers.append((refused.value.detail, refused.value.remedy, refused.value.facts))
    assert answers[0] == answers[1]


def test_a_moved_account_signs_in_with_the_new_address_only_and_moving_twice_is_fine(identity: CognitoIdentity) -> None:
    identity.register("account-1", EMAIL, PASSWORD)
    for _ in range(2):
        identity.move("account-1", "amara@clinic.example")
    assert identity.authenticate("amara@clinic.example", PASSWORD) == "account-1"
    with pytest.raises(WrongCredentials):
        identity.authenticate(EMAIL, PASSWORD)


def test_an_account_does_not_move_to_an_address_of_somebody_else(identity: CognitoIdentity) -> None:
    identity.register("account-1", EMAIL, PASSWORD)
    identity.register("account-2", "other@example.org", PASSWORD)
    with pytest.raises(Duplicate):
        identity.move("account-1", "other@example.org")
    assert identity.authenticate(EMAIL, PASSWORD) == "account-1"


def test_a_removed_account_cannot_sign_in_and_removing_twice_is_fine(identity: CognitoIdentity) -> None:
    identity.register("account-1", EMAIL, PASSWORD)
    for _ in range(2):
        identity.remove("account-1")
    with pytest.raises(WrongCredentials):
        identity.authenticate(EMAIL, PASSWORD)


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Any"),
        ConnectTimeoutError(endpoint_url="http://127.0.0.1"),
    ],
)
def test_a_pool_that_cannot_answer_is_busy(error: Exception) -> None:
    identity = CognitoIdentity(lambda: Unreachable(error), "pool", "client")  # type: ignore[arg-type,return-value]
    calls: list[Callable[[], object]] = [
        lambda: identity.register("a", EMAIL, PASSWORD),
        lambda: identity.authenticate(EMAIL, PASSWORD),
        lambda: identity.remove("a"),
        lambda: identity.move("a", EMAIL),
    ]
    for call in calls:
        with pytest.raises(Busy):
            call()
