"""Template preprocessing is pure: what MiniStack gets is read off the fixture's template and off the real one."""

from __future__ import annotations

import copy
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from infra.local.stack import preprocess
from infra.local.stack.deploy import load_template
from infra.local.stack.preprocess import Prepared, TemplateError

ROOT = Path(__file__).resolve().parents[4]
FIXTURE = ROOT / "tests/local/fixture/template.yaml"


@pytest.fixture(autouse=True)
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def prepare(template: dict[str, Any]) -> Prepared:
    return preprocess.prepare(
        template,
        parameters={"Stage": "local", "PublicUrl": "http://127.0.0.1:8000"},
        code={
            name: {"Bucket": "artifacts", "Key": f"{room}.zip"} for name, room in preprocess.functions(template).items()
        },
        nested_urls={name: f"http://aws/{name}.json" for name in preprocess.nested_locations(template)},
        api_id="0a0a0a0a",
    )


def of_type(prepared: Prepared, kind: str) -> dict[str, dict[str, Any]]:
    return {name: item["Properties"] for name, item in prepared.template["Resources"].items() if item["Type"] == kind}


@pytest.fixture
def fixture() -> dict[str, Any]:
    return copy.deepcopy(load_template(FIXTURE))


def test_functions_get_their_own_code_and_no_layer(fixture: dict[str, Any]) -> None:
    fixture["Resources"]["Echo"]["Properties"]["Layers"] = [{"Ref": "Dependencies"}]
    functions = of_type(prepare(fixture), "AWS::Lambda::Function")
    assert {name: item["Code"] for name, item in functions.items()} == {
        "Deadlines": {"S3Bucket": "artifacts", "S3Key": "deadlines.zip"},
        "Echo": {"S3Bucket": "artifacts", "S3Key": "echo.zip"},
        "Pages": {"S3Bucket": "artifacts", "S3Key": "pages.zip"},
        "Relay": {"S3Bucket": "artifacts", "S3Key": "relay.zip"},
    }
    assert not any("Layers" in item for item in functions.values())


def test_nested_applications_become_nested_stacks_that_keep_their_parameters(fixture: dict[str, Any]) -> None:
    assert of_type(prepare(fixture), "AWS::CloudFormation::Stack") == {
        "Data": {"TemplateURL": "http://aws/Data.json", "Parameters": {"Stage": {"Ref": "Stage"}}}
    }


def test_http_api_body_becomes_native_routes_with_one_integration_per_function(fixture: dict[str, Any]) -> None:
    prepared = prepare(fixture)
    api = of_type(prepared, "AWS::ApiGatewayV2::Api")["Api"]
    assert "Body" not in api
    assert api["Tags"]["ms-custom-id"] == "0a0a0a0a"
    routes = of_type(prepared, "AWS::ApiGatewayV2::Route").values()
    assert {route["RouteKey"] for route in routes} == {"ANY /echo", "ANY /echo/{proxy+}", "$default"}
    integrations = of_type(prepared, "AWS::ApiGatewayV2::Integration")
    assert {route["Target"]["Fn::Sub"] for route in routes} == {f"integrations/${{{name}}}" for name in integrations}
    assert len(integrations) == 2


def test_jwt_authorizer_becomes_a_native_one_on_its_routes(fixture: dict[str, Any]) -> None:
    authorizer = {
        "IdentitySource": "$request.header.Authorization",
        "JwtConfiguration": {"issuer": "https://issuer", "audience": ["us"]},
    }
    fixture["Resources"]["Api"]["Properties"] = {
        "Auth": {"DefaultAuthorizer": "Pool", "Authorizers": {"Pool": authorizer}}
    }
    prepared = prepare(fixture)
    [(name, native)] = of_type(prepared, "AWS::ApiGatewayV2::Authorizer").items()
    assert native["JwtConfiguration"] == {"Issuer": "https://issuer", "Audience": ["us"]}
    assert all(
        (route["AuthorizationType"], route["AuthorizerId"]) == ("JWT", {"Ref": name})
        for route in of_type(prepared, "AWS::ApiGatewayV2::Route").values()
        if route["RouteKey"] != "$default"
    )


def test_types_unknown_to_ministack_are_dropped_named_and_forgotten_by_dependants_and_outputs(
    fixture: dict[str, Any],
) -> None:
    prepared = prepare(fixture)
    assert prepared.dropped == ("Rotation (AWS::SecretsManager::RotationSchedule)",)
    assert "Rotation" not in prepared.template["Resources"]
    assert "Rotation" not in prepared.template["Resources"]["Relay"].get("DependsOn", [])
    assert set(prepared.template["Outputs"]) == {"CoreTable", "WorkQueueUrl", "ApiId"}


def test_a_reference_to_a_dropped_resource_is_refused_by_name(fixture: dict[str, Any]) -> None:
    fixture["Resources"]["Work"]["Properties"]["QueueName"] = {"Fn::Sub": "about-${Rotation.Id}"}
    with pytest.raises(TemplateError, match=r"Work refers to Rotation \(AWS::SecretsManager::RotationSchedule\)"):
        prepare(fixture)


def test_a_function_without_code_and_a_strange_handler_are_refused_by_name(fixture: dict[str, Any]) -> None:
    with pytest.raises(TemplateError, match="Echo: no code"):
        preprocess.prepare(fixture, parameters={}, code={}, nested_urls={"Data": "x"})
    fixture["Resources"]["Echo"]["Properties"]["Handler"] = "app.handler"
    with pytest.raises(TemplateError, match=r"Echo: handler 'app.handler' is not functions.<room>"):
        preprocess.functions(fixture)


def test_two_resources_of_one_name_after_expansion_are_refused_by_name(fixture: dict[str, Any]) -> None:
    fixture["Resources"]["RelayWork"] = {"Type": "AWS::SQS::Queue"}
    with pytest.raises(TemplateError, match="RelayWork"):
        prepare(fixture)


def test_the_argument_is_not_changed_and_the_same_input_gives_the_same_output(fixture: dict[str, Any]) -> None:
    before = copy.deepcopy(fixture)
    first, second = prepare(fixture), prepare(fixture)
    assert fixture == before
    assert first == second


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ({"Ref": "A"}, {"A"}),
        ({"Fn::GetAtt": ["A", "Arn"]}, {"A"}),
        ({"Fn::GetAtt": "A.Arn"}, {"A"}),
        ({"Fn::Sub": "x${A.Arn}/${B}/${!Literal}"}, {"A", "B"}),
        ({"Fn::Sub": ["${V}", {"V": {"Ref": "C"}}]}, {"V", "C"}),
        ([{"x": [{"Ref": "A"}]}, "Ref", 3, None], {"A"}),
        ([], set()),
    ],
)
def test_references_are_found_in_every_form(fragment: Any, expected: set[str]) -> None:
    assert preprocess.references(fragment) == expected


def test_nothing_is_dropped_that_the_pinned_ministack_knows() -> None:
    from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS as known

    assert not [kind for kind in known for pattern in preprocess.UNKNOWN_TYPES if fnmatchcase(kind, pattern)]


def test_the_real_template_prepares_with_every_type_known_to_ministack() -> None:
    from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS as known

    template = load_template(ROOT / "template.yaml")
    prepared = [prepare(template)]
    prepared += [
        preprocess.prepare_plain(load_template(ROOT / path)) for path in preprocess.nested_locations(template).values()
    ]
    assert {item["Type"] for one in prepared for item in one.template["Resources"].values()} <= set(known)
    assert of_type(prepared[0], "AWS::ApiGatewayV2::Route")
