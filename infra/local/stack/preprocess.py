"""From the SAM template that AWS gets to the plain CloudFormation template that MiniStack takes. Pure: dictionaries in,
dictionaries out.

What is changed, and why nothing else is:
- nested applications become nested stacks, and code paths become objects of the artifact bucket, as `sam package` would
  do;
- the dependency layer is dropped: functions run in the server's own virtual environment, which is much faster to start;
- SAM is expanded here, because MiniStack ignores the OpenAPI `Body` that SAM writes for an HTTP API: the body becomes
  native routes;
- resource types that MiniStack does not know would reject the whole stack: they are dropped, and named in the result.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import SimpleNamespace
from typing import Any

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform

from infra.local.stack.http_api import expand_http_apis

Template = dict[str, Any]

FUNCTION = "AWS::Serverless::Function"
LAYER = "AWS::Serverless::LayerVersion"
NESTED = "AWS::Serverless::Application"

UNKNOWN_TYPES = (
    "AWS::ApplicationAutoScaling::*",
    "AWS::Budgets::*",
    "AWS::CloudTrail::*",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CodeDeploy::*",
    "AWS::Cognito::UserPoolUser*",
    "AWS::Events::ApiDestination",
    "AWS::Events::Archive",
    "AWS::Events::Connection",
    "AWS::Events::EventBusPolicy",
    "AWS::GuardDuty::MalwareProtectionPlan",
    "AWS::Logs::QueryDefinition",
    "AWS::SES::Template",
    "AWS::SQS::QueueInlinePolicy",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::WAFv2::WebACLAssociation",
    "AWS::XRay::*",
)
"""Types that the pinned MiniStack rejects; a test compares the list with MiniStack itself, so that none is dropped
without need."""


class TemplateError(Exception):
    """The template asks for something the local stack cannot do; the message names the resource."""


@dataclass(frozen=True)
class Prepared:
    """`template` is what to deploy; `dropped` names the resources left out, as `LogicalId (Type)`."""

    template: Template
    dropped: tuple[str, ...]


def functions(template: Template) -> dict[str, str]:
    """Logical id -> room (the folder under functions/) of every function of a SAM template."""
    rooms = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] == FUNCTION:
            handler = resource["Properties"]["Handler"].split(".")
            if handler[0] != "functions" or len(handler) != 4:
                raise TemplateError(
                    f"{name}: handler {'.'.join(handler)!r} is not functions.<room>.<module>.<function>."
                )
            rooms[name] = handler[1]
    return rooms


def nested_locations(template: Template) -> dict[str, str]:
    """Logical id -> path, relative to the template, of every nested template that lies in the repository."""
    return {
        name: resource["Properties"]["Location"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == NESTED and isinstance(resource["Properties"].get("Location"), str)
    }


def prepare(
    template: Template,
    *,
    parameters: Mapping[str, str],
    code: Mapping[str, Mapping[str, str]],
    nested_urls: Mapping[str, str],
    api_id: str | None = None,
) -> Prepared:
    """The template to deploy locally.

    `code` maps each function's logical id to its {"Bucket", "Key"}; `nested_urls` maps each nested application to the
    address of its prepared template; `api_id` (8 hex digits) pins the id of the one HTTP API. The argument is not
    changed. Raises `TemplateError`.
    """
    work = copy.deepcopy(template)
    _place_code(work, code)
    _nest(work, nested_urls)
    values = {name: str(spec.get("Default", "")) for name, spec in work.get("Parameters", {}).items()} | dict(
        parameters
    )
    plain = json.loads(json.dumps(_expand(work, values), default=str))
    plain.pop("Transform", None)
    expand_http_apis(plain, api_id)
    return prepare_plain(plain)


def _expand(template: Template, parameters: Mapping[str, str]) -> Any:
    try:
        return transform(template, dict(parameters), SimpleNamespace(load=dict))
    except InvalidDocumentException as error:
        raise TemplateError("; ".join(cause.message for cause in error.causes)) from None


def prepare_plain(template: Template) -> Prepared:
    """A template without SAM (the nested ones): only types that MiniStack does not know are dropped. Raises
    `TemplateError`."""
    work = copy.deepcopy(template)
    return Prepared(work, tuple(_drop_unknown(work)))


def _place_code(template: Template, code: Mapping[str, Mapping[str, str]]) -> None:
    template.get("Globals", {}).get("Function", {}).pop("Layers", None)
    for name, resource in list(template["Resources"].items()):
        if resource["Type"] == LAYER:
            del template["Resources"][name]
        elif resource["Type"] == FUNCTION:
            if name not in code:
                raise TemplateError(f"{name}: no code was packed for this function.")
            resource["Properties"]["CodeUri"] = dict(code[name])
            resource["Properties"].pop("Layers", None)
            resource.pop("Metadata", None)


def _nest(template: Template, urls: Mapping[str, str]) -> None:
    for name in nested_locations(template):
        if name not in urls:
            raise TemplateError(f"{name}: its nested template was not uploaded.")
        resource = template["Resources"][name]
        properties = {"TemplateURL": urls[name], "Parameters": resource["Properties"].get("Parameters", {})}
        kept = {key: value for key, value in resource.items() if key in ("DependsOn", "Condition")}
        template["Resources"][name] = {"Type": "AWS::CloudFormation::Stack", "Properties": properties} | kept


def _drop_unknown(template: Template) -> Iterator[str]:
    resources = template["Resources"]
    gone = {
        name: resource["Type"]
        for name, resource in resources.items()
        if any(fnmatchcase(resource["Type"], pattern) for pattern in UNKNOWN_TYPES)
    }
    for name in gone:
        del resources[name]
    for name, resource in resources.items():
        wanted = resource.get("DependsOn", [])
        left = [item for item in ([wanted] if isinstance(wanted, str) else wanted) if item not in gone]
        resource.pop("DependsOn", None)
        if left:
            resource["DependsOn"] = left
        for target in sorted(references(resource) & gone.keys()):
            raise TemplateError(f"{name} refers to {target} ({gone[target]}), which MiniStack does not know.")
    outputs = template.get("Outputs", {})
    for name in [name for name, output in outputs.items() if references(output) & gone.keys()]:
        del outputs[name]
    yield from (f"{name} ({kind})" for name, kind in sorted(gone.items()))


def references(node: Any) -> set[str]:
    """Every logical id (or parameter) that a template fragment refers to by Ref, Fn::GetAtt or Fn::Sub."""
    if isinstance(node, list):
        return set().union(*map(references, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    found: set[str] = set()
    for key, value in node.items():
        if key == "Ref" and isinstance(value, str):
            found.add(value)
        elif key == "Fn::GetAtt":
            found.add(value.split(".")[0] if isinstance(value, str) else value[0])
        elif key == "Fn::Sub":
            text = value if isinstance(value, str) else value[0]
            found |= {part.split("}")[0].split(".")[0] for part in text.split("${")[1:] if not part.startswith("!")}
            found |= references(value)
        else:
            found |= references(value)
    return found


def digest(value: Any) -> str:
    """A short content hash of anything JSON can say: names artifacts, and tells whether a deploy is needed."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:24]
