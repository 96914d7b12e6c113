"""Our rules for the templates: each finds nothing in a sound system, and exactly the one thing that is broken in it."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infra.lint import cfn
from infra.lint.__main__ import ROOT, main, own_findings
from infra.lint.project import Project, expanded, load

SOUND = Path(__file__).parent / "sound"
GONE = object()
ROOT_FILE, DATA = "template.yaml", "infra/data.yaml"


@cache
def _sources() -> dict[str, dict[str, Any]]:
    return {name: load(SOUND / name) for name in (ROOT_FILE, DATA)}


def findings(*changes: tuple[str, str, Any]) -> list[str]:
    """`rule: where` of every finding once `changes` (file, dotted path, new value or GONE) are made to the sound
    system."""
    sources = copy.deepcopy(_sources())
    for file, path, value in changes:
        *way, last = path.split(".")
        node: Any = sources[file]
        for step in way:
            node = node[int(step)] if isinstance(node, list) else node[step]
        if value is GONE:
            del node[last]
        elif isinstance(node, list):
            node[int(last)] = value
        else:
            node[last] = value
    found = own_findings(Project(sources[ROOT_FILE], {DATA: sources[DATA]}))
    return sorted({f"{finding.rule.split()[0]} {finding.where}" for finding in found})


def test_a_sound_system_has_no_findings() -> None:
    assert findings() == []


def test_our_own_templates_have_no_findings() -> None:
    assert [str(finding) for finding in own_findings(Project.read(ROOT))] == []


WORKER, PUBLISHER = "Resources.Worker.Properties.", "Resources.Publisher.Properties."
STATEMENT = "Resources.WorkerAccess.Properties.Policies.0.PolicyDocument.Statement.0."
TOPIC_TO_QUEUE = {"Type": "AWS::SNS::Subscription", "Properties": {"Protocol": "sqs", "TopicArn": {"Ref": "Alarms"}}}
DIRECT = {
    "Type": "AWS::Lambda::Permission",
    "Properties": {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": "Worker"},
        "Principal": "events.amazonaws.com",
    },
}
EVERYBODY = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "sqs:SendMessage",
    "Resource": {"Fn::GetAtt": ["Queue", "Arn"]},
}
OPEN_QUEUE = {
    "Type": "AWS::SQS::QueuePolicy",
    "Properties": {"Queues": [], "PolicyDocument": {"Statement": [EVERYBODY]}},
}


@pytest.mark.parametrize(
    ("file", "path", "value", "expected"),
    [
        # R1: where failures go
        (ROOT_FILE, "Resources.Queue.Properties.RedrivePolicy", GONE, ["R1 Queue"]),
        (
            ROOT_FILE,
            "Resources.Rule.Properties.Targets.0",
            {"Id": "q", "Arn": {"Fn::GetAtt": ["Queue", "Arn"]}},
            ["R1 Rule"],
        ),
        (ROOT_FILE, "Resources.Schedule.Properties.Target.DeadLetterConfig", GONE, ["R1 Schedule"]),
        (ROOT_FILE, PUBLISHER + "Events.Rows.Properties.DestinationConfig", GONE, ["R1 PublisherRows"]),
        (ROOT_FILE, PUBLISHER + "Events.Rows.Properties.BisectBatchOnFunctionError", GONE, ["R1 PublisherRows"]),
        (ROOT_FILE, PUBLISHER + "Events.Rows.Properties.MaximumRetryAttempts", GONE, ["R1 PublisherRows"]),
        (ROOT_FILE, WORKER + "Events.Messages.Properties.FunctionResponseTypes", GONE, ["R1 WorkerMessages"]),
        (
            ROOT_FILE,
            WORKER + "Events.Messages.Properties.Queue",
            "arn:aws:sqs:us-east-1:1:another",
            ["R1 WorkerMessages"],
        ),
        (ROOT_FILE, "Resources.ByTopic", TOPIC_TO_QUEUE, ["R1 ByTopic"]),
        (ROOT_FILE, "Resources.ByBus", DIRECT, ["R1 Worker"]),
        (ROOT_FILE, "Resources.DeadLettersAlarm", GONE, ["R1 PublisherRows", "R1 Queue", "R1 Rule", "R1 Schedule"]),
        (
            ROOT_FILE,
            "Resources.DeadLettersAlarm.Properties.Threshold",
            5,
            ["R1 PublisherRows", "R1 Queue", "R1 Rule", "R1 Schedule"],
        ),
        # R2, R3: streams and queues
        (ROOT_FILE, "Resources.PublisherLag", GONE, ["R2 PublisherRows"]),
        (ROOT_FILE, WORKER + "Timeout", 21, ["R3 Queue"]),
        (ROOT_FILE, "Resources.Queue.Properties.RedrivePolicy.maxReceiveCount", 3, ["R3 Queue"]),
        # R4-R7: what is stored
        (DATA, "Resources.Table.Properties.SSESpecification", GONE, ["R4 Data/Table"]),
        (DATA, "Resources.Bucket.Properties.BucketEncryption", GONE, ["R4 Data/Bucket"]),
        (ROOT_FILE, "Resources.DeadLetters.Properties.SqsManagedSseEnabled", False, ["R4 DeadLetters"]),
        (ROOT_FILE, "Resources.Alarms.Properties.KmsMasterKeyId", GONE, ["R4 Alarms"]),
        (ROOT_FILE, "Resources.Alarms.Properties.KmsMasterKeyId", "alias/aws/sns", ["R4 Alarms"]),
        (DATA, "Resources.Table.Properties.PointInTimeRecoverySpecification", GONE, ["R5 Data/Table"]),
        (
            DATA,
            "Resources.Table.Properties.DeletionProtectionEnabled",
            {"Fn::If": ["IsLocal", True, False]},
            ["R5 Data/Table"],
        ),
        (DATA, "Resources.Table.DeletionPolicy", GONE, ["R6 Data/Table"]),
        (DATA, "Resources.Bucket.UpdateReplacePolicy", "Delete", ["R6 Data/Bucket"]),
        (DATA, "Resources.BucketPolicy", GONE, ["R7 Data/Bucket"]),
        (DATA, "Resources.BucketPolicy.Properties.Bucket", "another", ["R7 Data/Bucket"]),
        (
            DATA,
            "Resources.BucketPolicy.Properties.PolicyDocument.Statement.0.Effect",
            "Allow",
            ["R7 Data/Bucket", "R8 Data/BucketPolicy"],
        ),
        (DATA, "Resources.BucketPolicy.Properties.PolicyDocument.Statement.0.Resource", [], ["R7 Data/Bucket"]),
        (DATA, "Resources.Bucket.Properties.PublicAccessBlockConfiguration.BlockPublicAcls", False, ["R7 Data/Bucket"]),
        # R8: bare stars
        (ROOT_FILE, STATEMENT + "Action", "s3:*", ["R8 WorkerAccess"]),
        (ROOT_FILE, STATEMENT + "Action", ["s3:Get*"], ["R8 WorkerAccess"]),
        (ROOT_FILE, STATEMENT + "Resource", "*", ["R13 Data", "R8 WorkerAccess"]),
        (
            ROOT_FILE,
            STATEMENT + "Resource",
            {"Fn::Sub": "arn:aws:ses:${AWS::Region}:${AWS::AccountId}:identity/*"},
            ["R13 Data", "R8 WorkerAccess"],
        ),
        (ROOT_FILE, "Resources.Open", OPEN_QUEUE, ["R8 Open"]),
        (
            ROOT_FILE,
            "Resources.AlarmsKey.Properties.KeyPolicy.Statement.1.Action",
            ["kms:Encrypt"],
            ["R8 AWS::KMS::Key", "R8 AlarmsKey"],
        ),
        # R9-R12: functions
        (ROOT_FILE, WORKER + "Role", GONE, ["R9 WorkerRole"]),
        (ROOT_FILE, WORKER + "Role", {"Fn::GetAtt": "PublisherAccess.Arn"}, ["R9 Publisher", "R9 Worker"]),
        (ROOT_FILE, WORKER + "Role", "arn:aws:iam::1:role/by-hand", ["R9 Worker"]),
        (
            ROOT_FILE,
            "Resources.WorkerAccess.Properties.ManagedPolicyArns",
            ["arn:aws:iam::aws:policy/AmazonS3FullAccess"],
            ["R9 WorkerAccess"],
        ),
        (
            ROOT_FILE,
            "Resources.WorkerAccess.Properties.AssumeRolePolicyDocument.Statement.0.Principal",
            {"AWS": "arn:aws:iam::1:root"},
            ["R9 PublisherAccess", "R9 WorkerAccess"],
        ),
        (ROOT_FILE, "Resources.WorkerLog", GONE, ["R10 Worker"]),
        (ROOT_FILE, "Resources.WorkerLog.Properties.RetentionInDays", GONE, ["R10 WorkerLog"]),
        (ROOT_FILE, "Resources.WorkerErrors", GONE, ["R11 Worker"]),
        (ROOT_FILE, "Resources.WorkerErrors.Properties.AlarmActions", [], ["R11 WorkerErrors"]),
        (ROOT_FILE, WORKER + "Environment.Variables.PUBLIC_URL", {"Fn::Sub": "https://${Api}.example"}, ["R12 Worker"]),
        (
            ROOT_FILE,
            WORKER + "Environment.Variables.PUBLIC_URL",
            {"Fn::GetAtt": ["Api", "ApiEndpoint"]},
            ["R12 Worker"],
        ),
        # R13: stacks
        (ROOT_FILE, "Resources.Data.Properties.Parameters", {"Stage": "dev", "More": "x"}, ["R13 Data"]),
        (DATA, "Parameters.Needed", {"Type": "String"}, ["R13 Data"]),
        (DATA, "Outputs.Unused", {"Value": "x"}, ["R13 Data"]),
    ],
)
def test_one_thing_broken_is_the_one_thing_found(file: str, path: str, value: Any, expected: list[str]) -> None:
    assert findings((file, path, value)) == expected


def test_a_function_called_directly_is_sound_when_it_says_where_failures_go() -> None:
    destination = {"OnFailure": {"Destination": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}}
    properties = {"FunctionName": {"Ref": "Worker"}, "Qualifier": "$LATEST", "DestinationConfig": destination}
    config = {"Type": "AWS::Lambda::EventInvokeConfig", "Properties": properties}
    assert findings((ROOT_FILE, "Resources.ByBus", DIRECT), (ROOT_FILE, "Resources.OnFailure", config)) == []


def test_an_output_that_is_not_there_cannot_be_read() -> None:
    with pytest.raises(KeyError, match="Data has no output StreamArn"):
        findings((DATA, "Outputs.StreamArn", GONE))


def test_a_reference_that_leads_nowhere_cannot_be_read() -> None:
    with pytest.raises(KeyError, match="Elsewhere"):
        findings((ROOT_FILE, PUBLISHER + "Events.Rows.Properties.Stream", {"Fn::GetAtt": ["Elsewhere", "Arn"]}))


def test_conditions_fall_as_in_production_and_on_a_laptop_as_there() -> None:
    source, data = load(SOUND / ROOT_FILE), load(SOUND / DATA)
    for stage, protected in (("prod", True), ("local", False)):
        project = Project(source, {DATA: data}, {"Stage": stage, "PublicUrl": "https://rota.example"})
        assert project.of("AWS::DynamoDB::Table")[0].properties["DeletionProtectionEnabled"] is protected


def test_cfn_lint_sees_the_circle_that_only_the_expanded_template_has(tmp_path: Path) -> None:
    source = copy.deepcopy(load(SOUND / ROOT_FILE))
    source["Resources"] = {name: source["Resources"][name] for name in ("Api", "Worker")}
    worker = source["Resources"]["Worker"]["Properties"]
    worker["Role"] = "arn:aws:iam::123456789012:role/by-hand"
    worker["Events"] = {"Calls": worker["Events"]["Calls"]}
    worker["Environment"]["Variables"] = {"PUBLIC_URL": {"Fn::GetAtt": ["Api", "ApiEndpoint"]}}
    written, whole = tmp_path / "written.json", tmp_path / "whole.json"
    written.write_text(json.dumps(source))
    whole.write_text(json.dumps(expanded(source)))
    found = [
        finding
        for finding in cfn.lint_files({str(written): "written", str(whole): "whole"})
        if finding.rule == "cfn-lint E3004"
    ]
    assert found
    assert {finding.where.partition(":")[0] for finding in found} == {"whole"}


def test_the_command_prints_what_it_found_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in (ROOT_FILE, DATA):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((SOUND / name).read_text().replace("RetentionInDays: 90", "RetentionInDays: 0"))
    assert main(tmp_path) == 1
    said = capsys.readouterr().out
    assert "R10 a log with a retention for each function: WorkerLog: keeps its lines for ever" in said
    assert "cfn-lint E3030" in said
