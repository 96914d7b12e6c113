"""What is stored is encrypted, can be recovered, survives the stack, and is reached by TLS only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from infra.lint.project import Finding, Place, Project, Resource

ENCRYPTED = "R4 what is stored is encrypted"
RECOVERED = "R5 tables can be recovered to a point in time"
RETAINED = "R6 what people gave us survives the stack"
TLS = "R7 buckets answer by TLS only, and to nobody else"
KEPT = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool", "AWS::SecretsManager::Secret")
BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def encryption(project: Project) -> Iterator[Finding]:
    """R4: tables, queues, topics and buckets are encrypted, topics under a key that CloudWatch may use.

    Alarms cannot publish to a topic under the key that AWS manages for SNS.
    """
    checks = {
        "AWS::DynamoDB::Table": lambda item: item.get("SSESpecification", {}).get("SSEEnabled") is True,
        "AWS::SQS::Queue": lambda item: item.get("SqsManagedSseEnabled") is True or bool(item.get("KmsMasterKeyId")),
        "AWS::SNS::Topic": lambda item: bool(item.get("KmsMasterKeyId")),
        "AWS::S3::Bucket": lambda item: bool(item.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration")),
    }
    for resource in project.of(*checks):
        if not checks[resource.type](resource.properties):
            yield Finding(
                ENCRYPTED, str(resource.place), f"this {resource.type.rpartition('::')[2].lower()} is not encrypted"
            )
    for topic in project.of("AWS::SNS::Topic"):
        if topic.properties.get("KmsMasterKeyId") == "alias/aws/sns":
            yield Finding(
                ENCRYPTED,
                str(topic.place),
                "CloudWatch may not use alias/aws/sns: alarms would not be delivered; use a key of ours",
            )


def recovery(project: Project) -> Iterator[Finding]:
    """R5: tables can be recovered to a point in time and not be deleted by a slip."""
    for table in project.of("AWS::DynamoDB::Table"):
        if table.properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled") is not True:
            yield Finding(RECOVERED, str(table.place), "point-in-time recovery is off")
        if table.properties.get("DeletionProtectionEnabled") is not True:
            yield Finding(RECOVERED, str(table.place), "deletion protection is off")


def retention(project: Project) -> Iterator[Finding]:
    """R6: tables, buckets, user pool and secrets stay when the stack goes."""
    for resource in project.of(*KEPT):
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if resource.raw.get(policy) != "Retain":
                yield Finding(RETAINED, str(resource.place), f"{policy} is not Retain")


def tls_only(project: Project) -> Iterator[Finding]:
    """R7: every bucket denies what comes without TLS, for itself and what is in it, and is closed to the public."""
    policies = project.of("AWS::S3::BucketPolicy")
    for bucket in project.of("AWS::S3::Bucket"):
        statements = [
            statement
            for policy in policies
            if policy.properties["Bucket"] == Place(bucket.place.stack, bucket.place.name, "Ref")
            for statement in policy.properties["PolicyDocument"]["Statement"]
        ]
        if not any(_denies_plain_http(statement, bucket) for statement in statements):
            yield Finding(TLS, str(bucket.place), "no policy denies every request without TLS")
        access = bucket.properties.get("PublicAccessBlockConfiguration", {})
        for block in BLOCKS:
            if access.get(block) is not True:
                yield Finding(TLS, str(bucket.place), f"{block} is off")


def _denies_plain_http(statement: dict[str, Any], bucket: Resource) -> bool:
    arn = Place(bucket.place.stack, bucket.place.name, "Arn")
    return (
        statement["Effect"] == "Deny"
        and statement["Principal"] in ("*", {"AWS": "*"})
        and statement["Action"] in ("s3:*", ["s3:*"])
        and {arn, f"<{arn}>/*"} <= set(statement["Resource"])
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
    )


RULES = (encryption, recovery, retention, tls_only)
