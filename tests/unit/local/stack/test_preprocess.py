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


def test_a_reference_to_a_dropped_resource_is_refused_by_name(fixture: dict[str, Any]) -> None:
    fixture["Resources"]["Work"]["Properties"]["QueueName"] = {"Fn::Sub": "about-${Rotation.Id}"}
    with pytest.raises(TemplateError, match=r"Work refers to Rotation \(AWS::SecretsManager::RotationSchedule\)"):
        prepare(fixture)


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
