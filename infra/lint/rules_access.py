"""Who may do what: each function has a role of its own with named actions on named resources, and its own log."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from infra.lint.project import Finding, Place, Project, Resource

STARS = "R8 no bare * but where AWS forces it"
ROLES = "R9 a role for each function, and nothing from AWS's shelf"
LOGS = "R10 a log with a retention for each function"
ERRORS = "R11 an alarm for each function's errors"
ADDRESS = "R12 no function knows its API's address from the API"

FORCED: dict[tuple[str, str, str], str] = {
    ("AWS::KMS::Key", "kms:*", "*"): (
        "A key policy's resource is always the key itself, written *; without the account's own kms:* nobody could "
        "ever change the key "
        "(https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html)."
    ),
    ("AWS::IAM::Role", "dynamodb:ListStreams", "*"): (
        "DynamoDB knows no resource for ListStreams, and Lambda connects no stream without it "
        "(https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html)."
    ),
    ("AWS::KMS::Key", "kms:Decrypt", "*"): "A key policy's resource is always the key itself, written *.",
    ("AWS::KMS::Key", "kms:GenerateDataKey", "*"): "A key policy's resource is always the key itself, written *.",
}
"""(type of the resource that carries the policy, action, resource): why AWS leaves no other way. Nothing else may use a
bare `*`."""
BARE = re.compile(r"(arn:([^:]*:){4})?([a-z-]+[/:])?\*")
"""A whole resource as `*`, or all of a type (`identity/*`). Behind a name (`bucket/index/*`) it is a range inside
something named."""


def stars(project: Project) -> Iterator[Finding]:
    """R8: no policy anywhere has a bare * but those that AWS forces, and each of these exceptions is still needed."""
    used = set()
    for resource in project.resources:
        for statement in statements(resource):
            if statement["Effect"] != "Allow":
                continue
            if _open_to_all(statement.get("Principal", {})):
                yield Finding(STARS, str(resource.place), f"everybody may {', '.join(listed(statement['Action']))}")
            for action in listed(statement["Action"]):
                for target in listed(statement.get("Resource", "")):
                    key = (resource.type, action, str(target))
                    if key in FORCED:
                        used.add(key)
                    elif "*" in action or BARE.fullmatch(str(target)):
                        yield Finding(
                            STARS, str(resource.place), f"allows {action} on {target}; name the action and the resource"
                        )
    carriers = {resource.type for resource in project.resources}
    for type, action, target in FORCED.keys() - used:
        if type in carriers:
            yield Finding(STARS, type, f"the exception for {action} on {target} is not needed any more")


def statements(resource: Resource) -> Iterator[dict[str, Any]]:
    """Every policy statement that a resource carries: inline, attached, of a queue, bucket, key or topic. Trust
    policies are not grants."""
    properties = resource.properties
    documents = [properties.get(name) for name in ("PolicyDocument", "KeyPolicy", "ResourcePolicy")]
    documents += [
        policy.get("PolicyDocument") for policy in properties.get("Policies", []) if isinstance(policy, Mapping)
    ]
    for document in documents:
        if document:
            yield from listed(document["Statement"])


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _open_to_all(principal: Any) -> bool:
    return principal == "*" or (
        isinstance(principal, Mapping) and any("*" in listed(item) for item in principal.values())
    )


def own_roles(project: Project) -> Iterator[Finding]:
    """R9: each function has a role of its own that only Lambda assumes, without managed policies.

    SAM's `Policies` and AWS's managed ones grant on `*`: logs, queues and streams of the whole account.
    """
    functions = project.of("AWS::Lambda::Function")
    shared = Counter(function.properties.get("Role") for function in functions)
    for function in functions:
        role = project.at(function.properties.get("Role"))
        if shared[function.properties.get("Role")] > 1:
            yield Finding(
                ROLES, str(function.place), f"shares its role {function.properties['Role']} with another function"
            )
        if role is None or role.type != "AWS::IAM::Role":
            yield Finding(ROLES, str(function.place), "has no role of ours")
        elif _trusted(role) != {"lambda.amazonaws.com"}:
            yield Finding(ROLES, str(role.place), "may be assumed by others than Lambda")
    for role in project.of("AWS::IAM::Role"):
        if role.properties.get("ManagedPolicyArns"):
            yield Finding(ROLES, str(role.place), f"has managed policies: {role.properties['ManagedPolicyArns']}")


def _trusted(role: Resource) -> set[str]:
    found: set[str] = set()
    for statement in role.properties["AssumeRolePolicyDocument"]["Statement"]:
        principal = statement["Principal"]
        found |= (
            {str(item) for value in principal.values() for item in listed(value)}
            if isinstance(principal, Mapping)
            else {"*"}
        )
    return found


def logs(project: Project) -> Iterator[Finding]:
    """R10: each function has a log group with a retention; the one that Lambda makes keeps everything for ever."""
    groups = {group.properties.get("LogGroupName"): group for group in project.of("AWS::Logs::LogGroup")}
    for function in project.of("AWS::Lambda::Function"):
        name = f"/aws/lambda/{function.properties.get('FunctionName')}"
        if name not in groups:
            yield Finding(LOGS, str(function.place), f"has no log group {name}")
    for group in groups.values():
        if not group.properties.get("RetentionInDays"):
            yield Finding(LOGS, str(group.place), "keeps its lines for ever: RetentionInDays is missing")


def errors(project: Project) -> Iterator[Finding]:
    """R11: an alarm watches each function's errors, and every alarm tells somebody."""
    alarms = project.of("AWS::CloudWatch::Alarm")
    watched = {
        item["Value"]
        for alarm in alarms
        if (alarm.properties.get("Namespace"), alarm.properties.get("MetricName")) == ("AWS/Lambda", "Errors")
        for item in alarm.properties.get("Dimensions", [])
    }
    for function in project.of("AWS::Lambda::Function"):
        if function.properties.get("FunctionName") not in watched:
            yield Finding(ERRORS, str(function.place), "no alarm watches its errors")
    for alarm in alarms:
        told = [project.at(action) for action in alarm.properties.get("AlarmActions", [])]
        if not any(topic is not None and topic.type == "AWS::SNS::Topic" for topic in told):
            yield Finding(ERRORS, str(alarm.place), "this alarm tells nobody")


def addresses(project: Project) -> Iterator[Finding]:
    """R12: no function takes its address from the API: a circle, which only shows once SAM is expanded (cfn-lint
    E3004)."""
    apis = [api.place for api in project.of("AWS::ApiGatewayV2::Api")]
    for function in project.of("AWS::Lambda::Function"):
        for name, value in function.properties.get("Environment", {}).get("Variables", {}).items():
            # Inside a text a place is written <name.attribute>.
            text = f"<{value}>" if isinstance(value, Place) else str(value)
            if any(f"<{api}." in text for api in apis):
                yield Finding(
                    ADDRESS, str(function.place), f"{name} is taken from the API; use the PublicUrl parameter"
                )


RULES = (stars, own_roles, logs, errors, addresses)
