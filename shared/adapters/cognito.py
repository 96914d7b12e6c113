"""`Identity` on a Cognito user pool: passwords live there and nowhere else. The username is our account id, the mail
address an alias.

The app client allows `ADMIN_USER_PASSWORD_AUTH` (and refresh) only: that call needs our IAM role, so nobody can try
passwords at the pool past our own sign-in. Issuer and key address are given, since the local pool answers elsewhere
than it signs for.
"""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.core.errors import Busy, Duplicate, Invalid, RotaError, SignInNeeded, WrongCredentials
from shared.ports import Bearer, Tokens

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

JWKS_TIMEOUT_SECONDS = 3
ABSENT = "UserNotFoundException"
REFUSED_SIGN_IN = {"NotAuthorizedException", ABSENT, "UserNotConfirmedException", "PasswordResetRequiredException"}


class CognitoIdentity:
    def __init__(
        self,
        make_client: Callable[[], CognitoIdentityProviderClient],
        pool_id: str,
        client_id: str,
        issuer: str,
        jwks_url: str,
    ) -> None:
        """`make_client` is called at the first sign-up or sign-in: most rooms only ever verify, and a client costs 100
        ms."""
        self._make_client, self._pool_id, self._client_id = make_client, pool_id, client_id
        self._issuer, self._jwks_url = issuer, jwks_url
        self._keys: dict[str, Any] = {}

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

    def authenticate(self, email: str, password: str) -> tuple[str, Tokens]:
        """(account id, tokens). Raises `WrongCredentials` (the same for an unknown address and a wrong password),
        `Busy`."""
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
        tokens = Tokens(found["AccessToken"], found["RefreshToken"], found["ExpiresIn"])
        # Straight from Cognito over its own connection, so reading the claim without checking the signature is safe
        # here.
        return str(_claims(tokens.access_token)["username"]), tokens

    def verify(self, access_token: str) -> Bearer:
        """Whom an unexpired access token names that our pool issued to our client. Raises `SignInNeeded`, `Busy`."""
        import jwt  # 100 ms that only bearer calls should pay

        try:
            key = self._key(str(jwt.get_unverified_header(access_token).get("kid", "")))
            if key is None:
                raise _sign_in_needed()
            claims = jwt.decode(
                access_token,
                jwt.PyJWK(key).key,
                algorithms=["RS256"],
                issuer=self._issuer,
                options={"require": ["exp", "iat", "iss", "username"], "verify_aud": False},
            )
        except jwt.PyJWTError as error:
            raise _sign_in_needed() from error
        if claims.get("token_use") != "access" or claims.get("client_id") != self._client_id:
            raise _sign_in_needed()
        return Bearer(str(claims["username"]), datetime.fromtimestamp(int(claims["iat"]), UTC))

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

    def _key(self, kid: str) -> dict[str, Any] | None:
        """The pool's public key of that id. Pools roll keys, so an unknown id fetches the set again, once."""
        if kid not in self._keys:
            try:
                with urllib.request.urlopen(self._jwks_url, timeout=JWKS_TIMEOUT_SECONDS) as answer:  # noqa: S310 - a setting, never input
                    self._keys = {str(key["kid"]): key for key in json.load(answer)["keys"]}
            except (OSError, ValueError) as error:
                raise _busy() from error
        return self._keys.get(kid)


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


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


def _sign_in_needed() -> SignInNeeded:
    return SignInNeeded("The access token is not valid.", "Sign in again for a new one.")


def _busy() -> Busy:
    return Busy("Sign-in is busy for a moment.", "Try again in a minute.")
