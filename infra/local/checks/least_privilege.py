"""Least privilege, measured: what each function is granted equals what it used in a run, action by action and resource
by resource.

The grants are read from the templates as in production, the uses from the log that a stack with
`Options(call_log=True)` keeps (`shared/runtime/calls.py`). What Lambda itself does with a function's role follows from
the function's event sources.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from infra.lint.project import Place, Project, Resource
from infra.lint.rules_access import listed, statements
from infra.local.stack.preprocess import functions

Grants = set[tuple[str, str]]
"""(action, resource): resources are named by where they stand in the templates (`Data/CoreTable/index/owner`)."""

LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
STREAM = ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream")
"""https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html; ListStreams, which knows no
resource, besides."""

_FORM = (
    "the browser uploads with a form that the function signs: S3 checks the signer's role, the function itself "
    "never puts"
)
_MISSING = (
    "without it S3 answers 403 for an object that is not there, and the function could not tell that from a refusal"
)
UNSEEN: dict[tuple[str, str], str] = {
    ("application_intake", "s3:PutObject"): _FORM,
    ("documents", "s3:GetObjectTagging"): "GuardDuty's verdict is a tag; on a laptop a program scans instead",
    ("documents", "s3:ListBucket"): _MISSING,
    ("notifications", "s3:ListBucket"): _MISSING,
}
"""(room, action) that a function needs and never calls: why. An entry that is not granted, or is called after all, is a
finding."""


def compare(root: Path, call_log: Path, outputs: Mapping[str, str]) -> list[str]:
    """What differs between the grants in `root`'s templates and the uses in `call_log`, one line each; empty when they
    are equal.

    `outputs` are the running stack's (`Stack.info.outputs`): they tell which table is which.
    """
    project = Project.read(root)
    return differences(granted(project), expected_by_lambda(project), used(project, call_log, outputs))


def differences(grants: Mapping[str, Grants], platform: Mapping[str, Grants], uses: Mapping[str, Grants]) -> list[str]:
    """`platform` is what Lambda needs for itself; a resource of a grant may be a pattern, as for IAM."""
    return [
        line for room in sorted(grants) for line in _of_room(room, grants[room], platform[room], uses.get(room, set()))
    ]


def _of_room(room: str, grants: Grants, platform: Grants, uses: Grants) -> Iterator[str]:
    for action, resource in sorted(platform - grants):
        yield f"{room}: Lambda needs {action} on {resource} for it, which is not granted"
    own = grants - platform
    unseen = {(action, resource) for action, resource in own if (room, action) in UNSEEN}
    for action, resource in sorted(uses):
        if not any(_covers(grant, (action, resource)) for grant in own):
            yield f"{room}: used {action} on {resource}, which is not granted"
    for grant in sorted(own - unseen):
        if not any(_covers(grant, use) for use in uses):
            yield f"{room}: is granted {grant[0]} on {grant[1]}, which it did not use"
    for name, action in UNSEEN:
        if name == room and action not in {found for found, _ in unseen}:
            yield f"{room}: {action} is explained in UNSEEN and not granted"
        elif name == room and action in {found for found, _ in uses}:
            yield f"{room}: {action} is explained in UNSEEN, yet the function calls it itself"


def _covers(grant: tuple[str, str], use: tuple[str, str]) -> bool:
    return grant[0] == use[0] and fnmatchcase(use[1], grant[1])


# --- from the templates -----------------------------------------------------------------------------------------------
def granted(project: Project) -> dict[str, Grants]:
    """Room -> everything that its role allows."""
    found = {}
    for room, function in _rooms(project).items():
        role = project.at(function.properties["Role"])
        found[room] = {
            (action, named(resource))
            for statement in (statements(role) if role else ())
            for action in listed(statement["Action"])
            for resource in listed(statement["Resource"])
        }
    return found


def expected_by_lambda(project: Project) -> dict[str, Grants]:
    """Room -> what Lambda does with its role: write its log, read its event sources, and put aside what failed."""
    rooms = _rooms(project)
    found: dict[str, Grants] = {}
    for room, function in rooms.items():
        log = f"log-group:/aws/lambda/{function.properties['FunctionName']}:*"
        found[room] = {(action, log) for action in LOGS}
        for mapping in project.of("AWS::Lambda::EventSourceMapping"):
            if project.at(mapping.properties["FunctionName"]) is not function:
                continue
            source = mapping.properties["EventSourceArn"]
            if source.attribute == "StreamArn":
                failures = mapping.properties["DestinationConfig"]["OnFailure"]["Destination"]
                found[room] |= {(action, named(source)) for action in STREAM}
                found[room] |= {("dynamodb:ListStreams", "*"), ("sqs:SendMessage", named(failures))}
            else:
                found[room] |= {(action, named(source)) for action in QUEUE}
    return found


def named(resource: object) -> str:
    """A resolved resource as `Stack/LogicalId`, with what follows it; an ARN without account and region."""
    if isinstance(resource, Place):
        return _place(str(resource))
    text = re.sub(r"<([^>]+)>", lambda match: _place(match.group(1)), str(resource))
    return re.sub(r"^arn:[^:]*:[^:]*:[^:]*:[^:]*:", "", text)


def _place(text: str) -> str:
    """`Data/CoreTable.Arn` -> `Data/CoreTable`; a stream is another resource than its table."""
    name, _, attribute = text.partition(".")
    return f"{name}/stream" if attribute == "StreamArn" else name


def _rooms(project: Project) -> dict[str, Resource]:
    rooms = functions(project.source)
    return {rooms[function.place.name]: function for function in project.of("AWS::Lambda::Function")}


# --- from the run -----------------------------------------------------------------------------------------------------
def used(project: Project, call_log: Path, outputs: Mapping[str, str]) -> dict[str, Grants]:
    """Room -> what it used. Raises `FileNotFoundError` when nothing was recorded."""
    written = project.root.template["Outputs"]
    places = {
        outputs[name]: named(project.root.resolve(output["Value"]))
        for name, output in written.items()
        if name in outputs
    }

    @cache
    def logical(resource: str) -> str:
        name, slash, rest = resource.partition("/")
        return places.get(resource) or places.get(name, name) + slash + places.get(rest, rest)

    found: dict[str, Grants] = {}
    # Most calls are like others: each is read once.
    for line in dict.fromkeys(call_log.read_text().splitlines()):
        call = json.loads(line)
        for use in call["uses"]:
            action, _, resource = use.partition(" ")
            found.setdefault(call["function"], set()).add((action, logical(resource)))
    return found
