"""The scanners behind one port: a program called as ClamAV's, which is ClamAV's where it is installed, and GuardDuty's
tag."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.local.stack import malware_scan
from shared.adapters.clamav_scanner import ClamAvScanner
from shared.adapters.guardduty_scanner import TAG, GuardDutyScanner
from shared.domain.core.errors import Busy
from tests.fakes.documents import EICAR
from tests.files import A_PDF

BUCKET, KEY = "uploads", "kept/trainee-1/cv/document-1/" + "0" * 64


@pytest.fixture(params=["installed", "missing"])
def program(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClamAvScanner:
    """As the local stack finds it: ClamAV's own, and what takes its place."""
    if request.param == "missing":
        monkeypatch.setattr(shutil, "which", lambda name: None)
    elif shutil.which("clamscan") is None:
        pytest.skip("ClamAV is not installed (Debian: apt-get install clamav)")
    found = malware_scan.prepare(tmp_path)
    assert found.real == (request.param == "installed")
    return ClamAvScanner(found.command)


def test_the_test_file_is_malware_wherever_it_stands_and_a_cv_is_clean(program: ClamAvScanner) -> None:
    for content, verdict in ((A_PDF, "clean"), (EICAR, "infected"), (A_PDF + b"%" + EICAR + b"\n", "infected")):
        assert program.verdict(KEY, lambda content=content: content) == verdict  # type: ignore[misc]


@pytest.mark.parametrize("command", ["/nowhere/clamscan", shlex.join([sys.executable, "-c", "raise SystemExit(2)"])])
def test_a_program_that_does_not_run_gives_no_verdict(command: str) -> None:
    with pytest.raises(Busy):
        ClamAvScanner(command).verdict(KEY, lambda: A_PDF)


@pytest.fixture
def bucket() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        client.put_object(Bucket=BUCKET, Key=KEY, Body=A_PDF)
        yield client


def unread() -> bytes:
    raise AssertionError("GuardDuty reads the file itself")


@pytest.mark.parametrize(
    ("tags", "verdict"),
    [
        ({}, "pending"),
        ({"team": "documents"}, "pending"),
        ({TAG: "NO_THREATS_FOUND"}, "clean"),
        ({TAG: "THREATS_FOUND"}, "infected"),
        ({TAG: "UNSUPPORTED"}, "unscannable"),
        ({TAG: "ACCESS_DENIED"}, "unscannable"),
        ({TAG: "FAILED"}, "unscannable"),
        ({TAG: "SOMETHING_NEW"}, "pending"),
    ],
)
def test_guarddutys_tag_is_the_verdict(bucket: Any, tags: dict[str, str], verdict: str) -> None:
    set_of = [{"Key": key, "Value": value} for key, value in tags.items()]
    if set_of:
        bucket.put_object_tagging(Bucket=BUCKET, Key=KEY, Tagging={"TagSet": set_of})
    assert GuardDutyScanner(lambda: bucket, BUCKET).verdict(KEY, unread) == verdict


def test_a_file_that_is_gone_has_no_verdict_and_a_bucket_that_does_not_answer_is_asked_again(bucket: Any) -> None:
    assert GuardDutyScanner(lambda: bucket, BUCKET).verdict("kept/gone", unread) == "unscannable"
    with pytest.raises(Busy):
        GuardDutyScanner(lambda: bucket, "elsewhere").verdict(KEY, unread)
