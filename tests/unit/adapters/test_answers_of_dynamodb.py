"""Items come as they are, and are what botocore's own parser makes of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import JSONParser

from shared.adapters.dynamodb.answers import ItemsAsTheyAre, Parsers

ITEM: dict[str, Any] = {
    "pk": {"S": "SEARCH"},
    "free": {"BOOL": False},
    "seq": {"N": "7"},
    "none": {"NULL": True},
    "names": {"SS": ["a", "b"]},
    "weeks": {"M": {"W01": {"M": {"taken": {"N": "1"}}}, "list": {"L": [{"S": "B"}, {"N": "2"}]}}},
}
BINARY = {**ITEM, "seal": {"B": "cm90YQ=="}, "many": {"L": [{"BS": ["cm90YQ=="]}]}}
ANSWERS: list[tuple[str, dict[str, Any]]] = [
    ("Query", {"Items": [ITEM, ITEM], "Count": 2, "LastEvaluatedKey": {"pk": {"S": "a"}}}),
    ("GetItem", {"Item": ITEM, "ConsumedCapacity": None}),
    ("GetItem", {}),
    ("BatchGetItem", {"Responses": {"core": [ITEM]}, "UnprocessedKeys": {"core": {"Keys": [{"pk": {"S": "a"}}]}}}),
    ("UpdateItem", {"Attributes": ITEM}),
    ("Query", {"Items": [ITEM, BINARY], "Count": 2}),
]


@pytest.fixture(scope="module")
def service() -> Any:
    return ServiceModel(Loader().load_service_model("dynamodb", "service-2"), "dynamodb")


@pytest.mark.parametrize(("operation", "answer"), ANSWERS)
def test_an_answer_is_read_as_botocore_reads_it(service: Any, operation: str, answer: dict[str, Any]) -> None:
    response = {"body": json.dumps(answer).encode(), "headers": {"x-amzn-requestid": "r"}, "status_code": 200}
    shape = service.operation_model(operation).output_shape
    assert ItemsAsTheyAre().parse(response, shape) == JSONParser().parse(response, shape)


def test_a_refusal_is_read_as_botocore_reads_it(service: Any) -> None:
    """With the item that was there, which a failed condition brings."""
    told = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no", "Item": ITEM}
    response = {"body": json.dumps(told).encode(), "headers": {}, "status_code": 400}
    shape = service.operation_model("PutItem").output_shape
    found = ItemsAsTheyAre().parse(response, shape)
    assert found == JSONParser().parse(response, shape)
    assert found["Error"]["Code"] == "ConditionalCheckFailedException"


def test_binary_is_decoded(service: Any) -> None:
    response = {"body": json.dumps({"Item": BINARY}).encode(), "headers": {}, "status_code": 200}
    found = ItemsAsTheyAre().parse(response, service.operation_model("GetItem").output_shape)
    assert found["Item"]["seal"] == {"B": b"rota"}


def test_other_protocols_are_botocores_own() -> None:
    assert isinstance(Parsers().create_parser("json"), ItemsAsTheyAre)
    assert type(Parsers().create_parser("rest-xml")).__module__ == "botocore.parsers"
