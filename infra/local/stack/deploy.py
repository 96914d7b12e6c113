"""Puts the real template on the local AWS: packs code, uploads artifacts, creates or updates the stack, and says
plainly what failed."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from samtranslator.yaml_helper import yaml_parse

from infra.local.stack import function_zips, preprocess
from infra.local.stack.child_process import StackError
from infra.local.stack.ministack import REGION, Aws

ARTIFACTS = "rota-artifacts"
API_ID = "0a0a0a0a"
# The translator complains on its way out that nobody collected its metrics.
logging.getLogger("samtranslator").setLevel(logging.ERROR)
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


@lru_cache(maxsize=50)
def _parse(text: str) -> Any:
    """Parsed once per content: one nested template is used many times, and nobody changes what is returned."""
    return yaml_parse(text)


@dataclass(frozen=True)
class Deployment:
    """What is deployed: the stack's `outputs`, `functions` (room -> function name), and the resources `dropped` for
    MiniStack.

    `created` says whether the stack is new.
    """

    stack_name: str
    created: bool
    outputs: dict[str, str]
    functions: dict[str, str]
    dropped: tuple[str, ...]
    template: dict[str, Any] = field(repr=False)


def load_template(path: Path) -> dict[str, Any]:
    """A template with its short tags (`!Ref`) read as the long form. Raises `StackError` when it is missing or no
    mapping."""
    if not path.exists():
        raise StackError(f"{path} is missing: there is nothing to deploy.")
    loaded = _parse(path.read_text())
    if not isinstance(loaded, dict) or "Resources" not in loaded:
        raise StackError(f"{path} is not a template: it has no Resources.")
    return loaded


def deploy(
    aws: Aws,
    root: Path,
    parameters: Mapping[str, str],
    *,
    stack_name: str = "rota",
    template: Path | None = None,
    api_id: str = API_ID,
) -> Deployment:
    """Creates or updates the stack from `template` (default `root`/template.yaml) and waits for it.

    Only parameters that the template declares are passed. Raises `StackError` with the events of the failed resources.
    """
    path = template or root / "template.yaml"
    source = load_template(path)
    given = {name: value for name, value in parameters.items() if name in source.get("Parameters", {})}
    storage = Artifacts(aws)
    rooms = preprocess.functions(source)
    # SAM asks boto for a region while it expands the template.
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    code = {name: storage.put_code(function_zips.pack(root, room)) for name, room in rooms.items()}
    dropped: list[str] = []
    urls = {}
    for name, location in preprocess.nested_locations(source).items():
        inner = preprocess.prepare_plain(load_template(path.parent / location))
        dropped += [f"{name}/{item}" for item in inner.dropped]
        urls[name] = storage.put_template(inner.template)
    try:
        prepared = preprocess.prepare(source, parameters=given, code=code, nested_urls=urls, api_id=api_id)
    except preprocess.TemplateError as error:
        raise StackError(f"{path.name} cannot be deployed locally: {error}") from None
    created = _apply(aws, stack_name, storage.put_template(prepared.template), given)
    described = _describe(aws, stack_name)
    outputs = {item["OutputKey"]: item["OutputValue"] for item in (described or {}).get("Outputs", [])}
    pages = aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack_name)
    resources = [item for page in pages for item in page["StackResourceSummaries"]]
    names = {item["LogicalResourceId"]: item["PhysicalResourceId"] for item in resources}
    functions = {room: names[name] for name, room in rooms.items()}
    return Deployment(stack_name, created, outputs, functions, (*prepared.dropped, *dropped), source)


class Artifacts:
    """The bucket that code and nested templates are deployed from."""

    def __init__(self, aws: Aws) -> None:
        self._s3 = aws.client("s3")
        self._endpoint = aws.endpoint
        self._s3.create_bucket(Bucket=ARTIFACTS)

    def put_code(self, archive: bytes) -> dict[str, str]:
        key = function_zips.key_of(archive)
        self._s3.put_object(Bucket=ARTIFACTS, Key=key, Body=archive)
        return {"Bucket": ARTIFACTS, "Key": key}

    def put_template(self, template: Mapping[str, Any]) -> str:
        """Uploads the template under its content hash; returns its address."""
        key = f"templates/{preprocess.digest(template)}.json"
        self._s3.put_object(Bucket=ARTIFACTS, Key=key, Body=json.dumps(template, default=str).encode())
        return f"{self._endpoint}/{ARTIFACTS}/{key}"


def _describe(aws: Aws, stack_name: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = aws.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    return found


def _apply(aws: Aws, stack_name: str, url: str, parameters: Mapping[str, str]) -> bool:
    """Creates or updates and waits; returns whether the stack is new."""
    cloudformation = aws.client("cloudformation")
    existing = _describe(aws, stack_name)
    if existing and existing["StackStatus"] in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"):
        # A first deployment that failed leaves a husk that cannot be updated.
        cloudformation.delete_stack(StackName=stack_name)
        _wait(aws, stack_name)
        existing = _describe(aws, stack_name)
    live = existing is not None and existing["StackStatus"] != "DELETE_COMPLETE"
    operation = cloudformation.update_stack if live else cloudformation.create_stack
    try:
        operation(
            StackName=stack_name,
            TemplateURL=url,
            Capabilities=CAPABILITIES,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )
    except ClientError as error:
        message = error.response["Error"]["Message"]
        if error.response["Error"]["Code"] == "ValidationError" and message.startswith("No updates"):
            return False
        raise StackError(f"MiniStack refused the template: {message}") from None
    status = _wait(aws, stack_name)
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        failures = "\n".join(failed_events(aws, stack_name)) or "  (no resource event says why)"
        raise StackError(f"The deployment ended in {status}:\n{failures}")
    return not live


def _wait(aws: Aws, stack_name: str, seconds: float = 120.0) -> str:
    deadline = time.monotonic() + seconds
    while True:
        described = _describe(aws, stack_name)
        status = described["StackStatus"] if described else "DELETE_COMPLETE"
        if not status.endswith("IN_PROGRESS"):
            return str(status)
        if time.monotonic() > deadline:
            raise StackError(f"The deployment was still {status} after {seconds:.0f} s.")
        time.sleep(0.05)


def failed_events(aws: Aws, stack_name: str, indent: str = "  ") -> Iterator[str]:
    """One line per failed resource of the stack, nested stacks included, oldest first."""
    pages = aws.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_name)
    newest_first = [event for page in pages for event in page["StackEvents"]]
    for event in reversed(newest_first):
        if not event["ResourceStatus"].endswith("FAILED"):
            continue
        reason = event.get("ResourceStatusReason", "no reason given")
        yield f"{indent}{event['LogicalResourceId']} ({event['ResourceType']}): {reason}"
        nested = event.get("PhysicalResourceId", "")
        if event["ResourceType"] == "AWS::CloudFormation::Stack" and nested and nested != event["StackId"]:
            try:
                yield from failed_events(aws, nested, indent + "  ")
            except ClientError as error:
                yield f"{indent}  (its own events are gone: {error.response['Error']['Message']})"
