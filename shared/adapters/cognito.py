"""`Identity` on a Cognito user pool: passwords live there and nowhere else. The username is our account id, the mail
address an alias.

The app client allows `ADMIN_USER_PASSWORD_AUTH` only: that call needs our IAM role, so nobody can try passwords at the
pool past our own sign-in. The pool's tokens are thrown away where they arrive: whoever held one could change the
address and the password at the pool itself. What people and programs hold is ours (`Sessions`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.core.errors import Busy, Duplicate, Invalid, RotaError, WrongCredentials

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

ABSENT = "UserNotFoundException"
REFUSED_SIGN_IN = {"NotAuthorizedException", ABSENT, "UserNotConfirmedException", "PasswordResetRequiredException"}


class CognitoIdentity:
    def __init__(self, make_client: Callable[[], CognitoIdentityProviderClient], pool_id: str, client_id: str) -> None:
        """`make_client` is called at the first sign-up or sign-in: a client costs 100 ms."""
        self._make_client, self._pool_id, self._client_id = make_client, pool_id, client_id

    @cached_property
    def _client(self) -> CognitoIdentityProviderClient:
        return self._make_client()

    def register(self, account_id: str, email: str, password: str) -> None:
        """Repeating it for the same account id is fine and sets the password again. Raises `Duplicate` when the address
        belongs to another account, `Invalid` when the password breaks the pool's policy, `Busy`."""
        owner = self._username_of(email)
        if owner not in (None, account_id):
            raise _taken()
        try:
            if owner is None:
                self._create(account_id, email, password)
            self._client.admin_set_user_password(
                UserPoolId=self._pool_id, Username=account_id, Password=password, Permanent=True
            )
        except (ClientError, BotoCoreError) as error:
            raise _refusal(error) from error

    def authenticate(self, email: str, password: str) -> str:
        """The account id. Raises `WrongCredentials` (the same for an unknown address and a wrong password), `Busy`."""
        try:
            answer = self._client.admin_initiate_auth(
                UserPoolId=self._pool_id,
                ClientId=self._client_id,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": email, "PASSWORD": password},
            )
        except (ClientError, BotoCoreError) as error:
            raise _refusal(error) from error
        found = answer.get("AuthenticationResult")
        if found is None:  # a challenge: the sign-up never got as far as the permanent password
            raise _wrong_credentials()
        # Straight from Cognito over its own connection, so reading the claim without checking the signature is safe.
        return _username(found["AccessToken"])

    def move(self, account_id: str, email: str) -> None:
        """The address is confirmed already: whoever calls this has seen a link come back from there. Raises
        `Duplicate`, `Busy`."""
        owner = self._username_of(email)
        if owner not in (None, account_id):
            raise _taken()
        try:
            self._client.admin_update_user_attributes(
                UserPoolId=self._pool_id,
                Username=account_id,
                UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
            )
        except (ClientError, BotoCoreError) as error:
            raise _refusal(error) from error

    def remove(self, account_id: str) -> None:
        """Also fine when the account is gone. Raises `Busy`."""
        try:
            self._client.admin_delete_user(UserPoolId=self._pool_id, Username=account_id)
        except (ClientError, BotoCoreError) as error:
            if _code(error) != ABSENT:
                raise _refusal(error) from error

    def _username_of(self, email: str) -> str | None:
        try:
            return self._client.admin_get_user(UserPoolId=self._pool_id, Username=email)["Username"]
        except (ClientError, BotoCoreError) as error:
            if _code(error) == ABSENT:
                return None
            raise _refusal(error) from error

    def _create(self, account_id: str, email: str, password: str) -> None:
        """The password goes along as the temporary one, so that a weak one is refused before the account exists."""
        try:
            self._client.admin_create_user(
                UserPoolId=self._pool_id,
                Username=account_id,
                TemporaryPassword=password,
                MessageAction="SUPPRESS",
                UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
            )
        except ClientError as error:
            if _code(error) != "UsernameExistsException":  # our own earlier attempt
                raise


def _username(token: str) -> str:
    payload = token.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["username"])


def _code(error: Exception) -> str:
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else ""


def _refusal(error: Exception) -> RotaError:
    """What a pool error means to the person."""
    code = _code(error)
    if code == "InvalidPasswordException":
        return Invalid("The password is too weak.", "Use at least 12 characters.", field="password")
    if code in ("AliasExistsException", "UsernameExistsException"):
        return _taken()
    if code in REFUSED_SIGN_IN:
        return _wrong_credentials()
    return _busy()


def _taken() -> Duplicate:
    return Duplicate("This address has an account already.", "Sign in instead.", key="email")


def _wrong_credentials() -> WrongCredentials:
    return WrongCredentials("Address and password do not belong together.", "Check both and try again.")


def _busy() -> Busy:
    return Busy("Sign-in is busy for a moment.", "Try again in a minute.")
