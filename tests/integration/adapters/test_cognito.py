"""Sign-up and sign-in on MiniStack's user pool; access tokens checked against a key set of our own making."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.local.stack.ministack import Aws
from shared.adapters.cognito import CognitoIdentity
from shared.domain.core.errors import Busy, Duplicate, Invalid, SignInNeeded, WrongCredentials
from shared.ports import Bearer
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
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    made = client.create_user_pool_client(
        UserPoolId=pool, ClientName="rota", ExplicitAuthFlows=flows, PreventUserExistenceErrors="ENABLED"
    )
    return CognitoIdentity(
        lambda: client,
        pool,
        made["UserPoolClient"]["ClientId"],
        f"https://cognito-idp.us-east-1.amazonaws.com/{pool}",
        f"{ministack.endpoint}/{pool}/.well-known/jwks.json",
    )


def test_who_signed_up_signs_in_and_holds_a_token_that_names_the_account(identity: CognitoIdentity) -> None:
    identity.register("account-1", EMAIL, PASSWORD)
    account_id, tokens = identity.authenticate(EMAIL, PASSWORD)
    assert account_id == "account-1"
    assert identity.verify(tokens.access_token).account_id == "account-1"
    assert tokens.expires_in == 3600
    assert tokens.refresh_token


def test_signing_up_again_as_the_same_account_is_fine(identity: CognitoIdentity) -> None:
    for _ in range(2):
        identity.register("account-1", EMAIL, PASSWORD)
    assert identity.authenticate(EMAIL, PASSWORD)[0] == "account-1"


def test_an_address_belongs_to_one_account(identity: CognitoIdentity) -> None:
    identity.register("account-1", EMAIL, PASSWORD)
    with pytest.raises(Duplicate):
        identity.register("account-2", EMAIL, PASSWORD)
    assert identity.authenticate(EMAIL, PASSWORD)[0] == "account-1"


def test_a_weak_password_is_refused_and_leaves_no_account_behind(identity: CognitoIdentity) -> None:
    with pytest.raises(Invalid) as refused:
        identity.register("account-1", EMAIL, "short")
    assert refused.value.facts["field"] == "password"
    identity.register("account-2", EMAIL, PASSWORD)
    assert identity.authenticate(EMAIL, PASSWORD)[0] == "account-2"


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
    assert identity.authenticate("amara@clinic.example", PASSWORD)[0] == "account-1"
    with pytest.raises(WrongCredentials):
        identity.authenticate(EMAIL, PASSWORD)


def test_an_account_does_not_move_to_an_address_of_somebody_else(identity: CognitoIdentity) -> None:
    identity.register("account-1", EMAIL, PASSWORD)
    identity.register("account-2", "other@example.org", PASSWORD)
    with pytest.raises(Duplicate):
        identity.move("account-1", "other@example.org")
    assert identity.authenticate(EMAIL, PASSWORD)[0] == "account-1"


def test_a_removed_account_cannot_sign_in_and_removing_twice_is_fine(identity: CognitoIdentity) -> None:
    identity.register("account-1", EMAIL, PASSWORD)
    for _ in range(2):
        identity.remove("account-1")
    with pytest.raises(WrongCredentials):
        identity.authenticate(EMAIL, PASSWORD)


def test_an_id_token_is_no_access_token(identity: CognitoIdentity, ministack: Aws) -> None:
    identity.register("account-1", EMAIL, PASSWORD)
    answer = ministack.client("cognito-idp").admin_initiate_auth(
        UserPoolId=identity._pool_id,
        ClientId=identity._client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": EMAIL, "PASSWORD": PASSWORD},
    )
    with pytest.raises(SignInNeeded):
        identity.verify(answer["AuthenticationResult"]["IdToken"])


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Any"),
        ConnectTimeoutError(endpoint_url="http://127.0.0.1"),
    ],
)
def test_a_pool_that_cannot_answer_is_busy(error: Exception) -> None:
    identity = CognitoIdentity(lambda: Unreachable(error), "pool", "client", "issuer", "http://127.0.0.1:9/")  # type: ignore[arg-type,return-value]
    calls: list[Callable[[], object]] = [
        lambda: identity.register("a", EMAIL, PASSWORD),
        lambda: identity.authenticate(EMAIL, PASSWORD),
        lambda: identity.remove("a"),
        lambda: identity.move("a", EMAIL),
    ]
    for call in calls:
        with pytest.raises(Busy):
            call()


class KeySet:
    """The pool's key address: serves what `keys` holds and counts how often it was asked."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.asked = 0
        key_set = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                key_set.asked += 1
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps({"keys": key_set.keys}).encode())

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/jwks.json"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def add(self, kid: str) -> rsa.RSAPrivateKey:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
        self.keys.append({**public, "kid": kid, "alg": "RS256", "use": "sig"})
        return private

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def key_set() -> Iterator[KeySet]:
    made = KeySet()
    yield made
    made.close()


def token(key: Any, kid: str = "one", algorithm: str = "RS256", **changes: Any) -> str:
    claims = {
        "iss": "https://issuer.example/pool",
        "client_id": "client",
        "token_use": "access",
        "username": "account-1",
        "exp": time.time() + 60,
        "iat": ISSUED,
    } | changes
    return jwt.encode(
        {name: value for name, value in claims.items() if value is not None}, key, algorithm, {"kid": kid}
    )


def verifier(key_set: KeySet) -> CognitoIdentity:
    nobody = Unreachable(AssertionError("verifying needs no pool"))
    return CognitoIdentity(lambda: nobody, "pool", "client", "https://issuer.example/pool", key_set.url)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://issuer.example/other"},
        {"client_id": "other"},
        {"client_id": None},
        {"token_use": "id"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"username": None},
    ],
)
def test_a_token_of_another_pool_client_kind_or_time_is_refused(key_set: KeySet, changes: dict[str, Any]) -> None:
    key, identity = key_set.add("one"), verifier(key_set)
    assert identity.verify(token(key)) == Bearer("account-1", datetime.fromtimestamp(ISSUED, UTC))
    with pytest.raises(SignInNeeded):
        identity.verify(token(key, **changes))


def test_a_token_signed_by_somebody_else_is_refused(key_set: KeySet) -> None:
    key_set.add("one")
    foreign = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    unsigned = jwt.encode({"username": "account-1"}, None, "none", {"kid": "one"})
    symmetric = token("0" * 32, algorithm="HS256")
    for forged in (token(foreign), token(foreign, kid="unknown"), unsigned, symmetric, "", "a.b.c", "é"):
        with pytest.raises(SignInNeeded):
            verifier(key_set).verify(forged)


def test_keys_are_fetched_once_and_again_after_the_pool_rolled_them(key_set: KeySet) -> None:
    first, identity = key_set.add("one"), verifier(key_set)
    for _ in range(3):
        identity.verify(token(first))
    assert key_set.asked == 1
    second = key_set.add("two")
    assert identity.verify(token(second, kid="two")).account_id == "account-1"
    assert identity.verify(token(first)).account_id == "account-1"
    assert key_set.asked == 2


def test_a_key_address_that_does_not_answer_is_busy(key_set: KeySet) -> None:
    made = token(key_set.add("one"))
    identity = CognitoIdentity(lambda: Unreachable(AssertionError()), "pool", "client", "issuer", "http://127.0.0.1:9/")  # type: ignore[arg-type,return-value]
    with pytest.raises(Busy):
        identity.verify(made)
