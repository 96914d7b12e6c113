"""The template with its nested ones as AWS sees them: SAM expanded, parameters, conditions and references resolved
across stacks.

A reference to a resource becomes a `Place`, the same one wherever it is seen from: a rule can ask whether the queue
that a function in the root stack reads from is the queue that an alarm of a nested stack watches.
"""

from __future__ import annotations

import copy
import json
import logging
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

FUNCTION, LAYER, NESTED = "AWS::Serverless::Function", "AWS::Serverless::LayerVersion", "AWS::Serverless::Application"
STACK = "AWS::CloudFormation::Stack"
PRODUCTION = {"Stage": "prod", "PublicUrl": "https://rota.example"}
"""Parameters to lint with: conditions such as "on a laptop" fall as they do in production. The rest have defaults."""
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "rota",
}

Template = dict[str, Any]
# The translator complains on its way out that nobody collected its metrics.
logging.getLogger("samtranslator").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Place:
    """A resource of a stack (`Data/CoreTable`), or one of its attributes."""

    stack: str
    name: str
    attribute: str = ""

    @property
    def resource(self) -> Place:
        return Place(self.stack, self.name)

    def __str__(self) -> str:
        return "/".join(part for part in (self.stack, self.name) if part) + (
            f".{self.attribute}" if self.attribute else ""
        )


@dataclass(frozen=True)
class Resource:
    """`properties` are resolved; `raw` is the resource as written (DeletionPolicy and the like)."""

    place: Place
    type: str
    properties: dict[str, Any]
    raw: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Finding:
    """One thing to mend: which rule, where, and what is wrong."""

    rule: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.where}: {self.message}"


def load(path: Path) -> Template:
    """A template with short tags (`!Ref`) in their long form."""
    parsed: Template = yaml_parse(path.read_text())
    return parsed


def expanded(template: Template, parameters: Mapping[str, str] = PRODUCTION) -> Template:
    """The template after the SAM transform, with code and layers standing in an artifact bucket and nested templates
    where they lie."""
    work = copy.deepcopy(template)
    nested = {name: item for name, item in work["Resources"].items() if item["Type"] == NESTED}
    for name, item in work["Resources"].items():
        if item["Type"] == FUNCTION:
            item["Properties"]["CodeUri"] = {"Bucket": "artifacts", "Key": f"{name}.zip"}
        elif item["Type"] == LAYER:
            item["Properties"]["ContentUri"] = {"Bucket": "artifacts", "Key": f"{name}.zip"}
    work.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for name, item in nested.items():
        properties = {
            "TemplateURL": item["Properties"]["Location"],
            "Parameters": item["Properties"].get("Parameters", {}),
        }
        work["Resources"][name] = {"Type": STACK, "Properties": properties}
    given = {name: str(spec.get("Default", "")) for name, spec in work.get("Parameters", {}).items()} | dict(parameters)
    # SAM asks boto for a region while it expands the template.
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    done = json.loads(json.dumps(transform(work, given, SimpleNamespace(load=dict)), default=str))
    done.pop("Transform", None)
    return dict(done)


class Stack:
    """One template in its place: the root (name "") or a nested one with the arguments that its parent gives."""

    def __init__(
        self, name: str, template: Template, arguments: Mapping[str, Any], parent: Stack | None = None
    ) -> None:
        self.name, self.template, self.arguments, self.parent = name, template, arguments, parent
        self.children: dict[str, Stack] = {}

    def resolve(self, value: Any) -> Any:
        """`value` with every intrinsic function replaced: by a literal where one is known, else by a `Place` or a text
        naming places.

        Raises `KeyError` for a reference to something that is not there.
        """
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not None]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (key, argument), *_ = value.items()
            if key == "Ref":
                return self._ref(argument)
            if key == "Fn::GetAtt":
                return self._attribute(argument if isinstance(argument, str) else ".".join(argument))
            if key == "Fn::Sub":
                return self._sub(argument)
            if key == "Fn::If":
                return self.resolve(argument[1] if self.holds(argument[0]) else argument[2])
            if key == "Fn::Join":
                return argument[0].join(map(_text, self.resolve(argument[1])))
            if key == "Fn::Split":
                return _text(self.resolve(argument[1])).split(argument[0])
            if key == "Fn::Select":
                return self.resolve(argument[1])[int(argument[0])]
        return {key: found for key, item in value.items() if (found := self.resolve(item)) is not None}

    def holds(self, condition: str | dict[str, Any]) -> bool:
        """A condition's truth under the given parameters."""
        if isinstance(condition, str):
            return self.holds(self.template["Conditions"][condition])
        (key, argument), *_ = condition.items()
        if key == "Condition":
            return self.holds(argument)
        if key == "Fn::Equals":
            first, second = (self.resolve(item) for item in argument)
            return bool(first == second)
        if key == "Fn::Not":
            return not self.holds(argument[0])
        if key in ("Fn::And", "Fn::Or"):
            return (all if key == "Fn::And" else any)(self.holds(item) for item in argument)
        raise KeyError(f"{self.name}: unknown condition function {key}")

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return None
        if name.startswith("AWS::"):
            return PSEUDO[name]
        if name in self.template.get("Parameters", {}):
            return self._parameter(name)
        return self._place(name, "Ref")

    def _parameter(self, name: str) -> Any:
        spec = self.template["Parameters"][name]
        if name in self.arguments:
            given = self.arguments[name]
            value = self.parent.resolve(given) if self.parent else given
        else:
            value = spec.get("Default", f"<{name}>")
        return value.split(",") if spec["Type"] == "CommaDelimitedList" and isinstance(value, str) else value

    def _attribute(self, path: str) -> Any:
        name, _, attribute = path.partition(".")
        if name not in self.children:
            return self._place(name, attribute)
        child, output = self.children[name], attribute.removeprefix("Outputs.")
        if output not in child.template.get("Outputs", {}):
            raise KeyError(f"{name} has no output {output}")
        return child.resolve(child.template["Outputs"][output]["Value"])

    def _place(self, name: str, attribute: str) -> Place:
        if name not in self.template["Resources"]:
            raise KeyError(f"{self.name or 'template'}: {name} is not a resource or parameter of it")
        return Place(self.name, name, attribute)

    def _sub(self, argument: Any) -> Any:
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def replaced(match: re.Match[str]) -> str:
            name = match.group(1)
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in own:
                return _text(self.resolve(own[name]))
            return _text(self._attribute(name) if "." in name else self._ref(name))

        return re.sub(r"\$\{([^}]+)\}", replaced, text)


def _text(value: Any) -> str:
    return f"<{value}>" if isinstance(value, Place) else str(value)


class Project:
    """Every stack and resource of `root`/template.yaml. `templates` gives the parsed files by path; the root's is
    SAM's.

    Raises `KeyError` when a reference leads nowhere.
    """

    def __init__(
        self, template: Template, nested: Mapping[str, Template], parameters: Mapping[str, str] = PRODUCTION
    ) -> None:
        self.source = template
        self.root = Stack("", expanded(template, parameters), parameters)
        self.stacks = [self.root]
        for name, item in self.root.template["Resources"].items():
            if item["Type"] == STACK:
                inner = nested[item["Properties"]["TemplateURL"]]
                child = Stack(name, inner, item["Properties"]["Parameters"], self.root)
                self.root.children[name] = child
                self.stacks.append(child)
        self.resources = list(self._resources())

    @classmethod
    def read(cls, root: Path) -> Project:
        template = load(root / "template.yaml")
        return cls(template, {path: load(root / path) for path in nested_paths(template)})

    def of(self, *types: str) -> list[Resource]:
        """The resources of these types, in every stack."""
        return [item for item in self.resources if item.type in types]

    def at(self, place: Any) -> Resource | None:
        """The resource that a resolved value (`Queue.Arn`) belongs to, None if it is no place."""
        wanted = place.resource if isinstance(place, Place) else None
        return next((item for item in self.resources if item.place == wanted), None)

    def _resources(self) -> Iterator[Resource]:
        for stack in self.stacks:
            for name, item in stack.template["Resources"].items():
                if "Condition" not in item or stack.holds(item["Condition"]):
                    yield Resource(
                        Place(stack.name, name), item["Type"], stack.resolve(item.get("Properties", {})), item
                    )


def nested_paths(template: Template) -> list[str]:
    """The files of the nested templates, each once, in the order of their first use."""
    return list(
        dict.fromkeys(
            item["Properties"]["Location"] for item in template["Resources"].values() if item["Type"] == NESTED
        )
    )
