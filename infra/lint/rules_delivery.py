"""No message is lost in silence: every asynchronous path ends in a queue for what failed, and that queue wakes
somebody.

Paths: queue -> function, stream -> function, bus rule -> target, schedule -> target, topic -> subscriber, service ->
function directly.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from infra.lint.project import Finding, Place, Project, Resource

DELIVERY = "R1 failed deliveries are kept and raise an alarm"
LAG = "R2 a stream that falls behind raises an alarm"
QUEUES = "R3 a queue gives its function enough time and tries"
RECEIVES, TIMES = 10, 6
"""Receives before a message is set aside, and visibility in function timeouts:
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html asks for at least 5 and 6."""
DIRECT = (
    "events.amazonaws.com",
    "s3.amazonaws.com",
    "sns.amazonaws.com",
    "scheduler.amazonaws.com",
    "iot.amazonaws.com",
)


def failed_deliveries(project: Project) -> Iterator[Finding]:
    """R1: each asynchronous path ends in a dead-letter queue, and an alarm watches that queue."""
    for mapping in project.of("AWS::Lambda::EventSourceMapping"):
        source = project.at(mapping.properties["EventSourceArn"])
        if source is None:
            yield Finding(
                DELIVERY, str(mapping.place), "its source is not a resource of ours: nobody can say where failures go"
            )
        elif source.type == "AWS::SQS::Queue":
            failures = source.properties.get("RedrivePolicy", {}).get("deadLetterTargetArn")
            yield from _ends(project, source.place, failures, "RedrivePolicy")
            if mapping.properties.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
                yield Finding(
                    DELIVERY,
                    str(mapping.place),
                    "one bad message sends the whole batch back: ReportBatchItemFailures is missing",
                )
        else:
            failures = mapping.properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
            yield from _ends(project, mapping.place, failures, "DestinationConfig.OnFailure")
            for wanted in ("BisectBatchOnFunctionError", "MaximumRetryAttempts"):
                if not mapping.properties.get(wanted):
                    yield Finding(
                        DELIVERY,
                        str(mapping.place),
                        f"one bad record stops the stream until it expires: {wanted} is missing",
                    )
    for rule in project.of("AWS::Events::Rule"):
        for target in rule.properties.get("Targets", []):
            yield from _ends(
                project, rule.place, target.get("DeadLetterConfig", {}).get("Arn"), "DeadLetterConfig of its target"
            )
    for schedule in project.of("AWS::Scheduler::Schedule"):
        failures = schedule.properties["Target"].get("DeadLetterConfig", {}).get("Arn")
        yield from _ends(project, schedule.place, failures, "DeadLetterConfig of its target")
    for subscription in project.of("AWS::SNS::Subscription"):
        failures = subscription.properties.get("RedrivePolicy", {}).get("deadLetterTargetArn")
        yield from _ends(project, subscription.place, failures, "RedrivePolicy")
    for permission in project.of("AWS::Lambda::Permission"):
        if permission.properties["Principal"] in DIRECT:
            yield from _invoked_directly(project, permission)


def _invoked_directly(project: Project, permission: Resource) -> Iterator[Finding]:
    """A service that calls a function asynchronously: the function itself says where failed calls go."""
    function = project.at(permission.properties["FunctionName"])
    where = function.place if function else permission.place
    failures = function.properties.get("DeadLetterConfig", {}).get("TargetArn") if function else None
    for config in project.of("AWS::Lambda::EventInvokeConfig"):
        if project.at(config.properties["FunctionName"]) is function:
            failures = config.properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", failures)
    yield from _ends(project, where, failures, "DestinationConfig.OnFailure")


def _ends(project: Project, where: Place, failures: Any, setting: str) -> Iterator[Finding]:
    """Nothing when `failures` is a queue of ours with an alarm on what lies in it."""
    queue = project.at(failures)
    if queue is None or queue.type != "AWS::SQS::Queue":
        yield Finding(DELIVERY, str(where), f"what fails here is lost: {setting} names no queue")
    elif not any(
        _watches(alarm, "AWS/SQS", "ApproximateNumberOfMessagesVisible", queue)
        for alarm in project.of("AWS::CloudWatch::Alarm")
    ):
        yield Finding(DELIVERY, str(where), f"what fails here goes to {queue.place}, and no alarm watches that queue")


def _watches(alarm: Resource, namespace: str, metric: str, queue: Resource) -> bool:
    names = {value for item in alarm.properties.get("Dimensions", []) if (value := item["Value"]) in _names_of(queue)}
    return bool(names) and _measures(alarm, namespace, metric) and alarm.properties["Threshold"] == 0


def _names_of(queue: Resource) -> set[Any]:
    return {Place(queue.place.stack, queue.place.name, "QueueName"), queue.properties.get("QueueName", "")} - {""}


def _measures(alarm: Resource, namespace: str, metric: str) -> bool:
    return alarm.properties.get("Namespace") == namespace and alarm.properties.get("MetricName") == metric


def lagging_streams(project: Project) -> Iterator[Finding]:
    """R2: each function that reads a stream has an alarm on its iterator age."""
    for mapping in project.of("AWS::Lambda::EventSourceMapping"):
        source, function = (
            project.at(mapping.properties["EventSourceArn"]),
            project.at(mapping.properties["FunctionName"]),
        )
        if source is None or source.type == "AWS::SQS::Queue" or function is None:
            continue
        name = function.properties.get("FunctionName")
        watched = [
            alarm
            for alarm in project.of("AWS::CloudWatch::Alarm")
            if _measures(alarm, "AWS/Lambda", "IteratorAge")
            and name in [item["Value"] for item in alarm.properties.get("Dimensions", [])]
        ]
        if not watched:
            yield Finding(
                LAG, str(mapping.place), f"nobody is told when {name} falls behind: no alarm on its IteratorAge"
            )


def patient_queues(project: Project) -> Iterator[Finding]:
    """R3: a queue waits six timeouts and tries ten times, so that no slow batch is handed out twice nor set aside too
    soon."""
    for mapping in project.of("AWS::Lambda::EventSourceMapping"):
        queue, function = (
            project.at(mapping.properties["EventSourceArn"]),
            project.at(mapping.properties["FunctionName"]),
        )
        if queue is None or queue.type != "AWS::SQS::Queue" or function is None:
            continue
        visibility, timeout = (
            int(queue.properties.get("VisibilityTimeout", 30)),
            int(function.properties.get("Timeout", 3)),
        )
        if visibility < TIMES * timeout:
            yield Finding(
                QUEUES,
                str(queue.place),
                f"visible again after {visibility} s, less than {TIMES} x {function.place}'s {timeout} s",
            )
        receives = int(queue.properties.get("RedrivePolicy", {}).get("maxReceiveCount", RECEIVES))
        if receives < RECEIVES:
            yield Finding(QUEUES, str(queue.place), f"a message is set aside after {receives} receives, not {RECEIVES}")


RULES = (failed_deliveries, lagging_streams, patient_queues)
