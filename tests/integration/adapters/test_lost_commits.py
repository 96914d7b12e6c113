"""What `Store.commit` knows about a transaction whose answer did not come: nothing, and it says so."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from shared.adapters.dynamodb.store import DynamoStore
from shared.adapters.dynamodb.transaction import Tables
from shared.adapters.ids import Ulids
from shared.domain.core.errors import Busy, Unconfirmed
from shared.ports import UnitOfWork
from tests.builders import step


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "TransactWriteItems")


class Refusing:
    """A client whose every transaction ends in `error`."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.exceptions = boto3.client("dynamodb", region_name="us-east-1").exceptions

    def transact_write_items(self, **_: Any) -> None:
        raise self.error


def committed(error: Exception) -> pytest.ExceptionInfo[Busy]:
    store = DynamoStore(Refusing(error), Tables("core", "ledger"), Ulids(), pause=lambda _: None)  # type: ignore[arg-type]
    with pytest.raises(Busy) as raised:
        store.commit(UnitOfWork(transitions=(step("ACCOUNT", "a", {"status": "NEW"}),)))
    return raised


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="http://core"),
        EndpointConnectionError(endpoint_url="http://core"),
        refused("InternalServerError"),
        refused("TransactionInProgressException"),
    ],
    ids=lambda error: type(error).__name__ if not isinstance(error, ClientError) else error.response["Error"]["Code"],
)
def test_a_silence_may_have_stored_it(error: Exception) -> None:
    assert committed(error).type is Unconfirmed


@pytest.mark.parametrize("code", ["ThrottlingException", "ValidationException", "ResourceNotFoundException"])
def test_a_refusal_has_stored_nothing(code: str) -> None:
    assert committed(refused(code)).type is Busy
