"""The scanner on AWS: GuardDuty Malware Protection for S3 looks at every object under `kept/` by itself and tags it.

Its event on the bus is only the word that there is a verdict; the verdict is read from the object's tag, which none of
our roles may write (https://docs.aws.amazon.com/guardduty/latest/ug/monitor-with-eventbridge-s3-malware-protection.html).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.s3_documents import MISSING
from shared.domain.core.errors import Busy
from shared.ports import ScanVerdict

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

TAG = "GuardDutyMalwareScanStatus"
VERDICTS: Mapping[str, ScanVerdict] = MappingProxyType(
    {
        "NO_THREATS_FOUND": "clean",
        "THREATS_FOUND": "infected",
        "UNSUPPORTED": "unscannable",
        "ACCESS_DENIED": "unscannable",
        "FAILED": "unscannable",
    }
)


class GuardDutyScanner:
    def __init__(self, client: Callable[[], S3Client], bucket: str) -> None:
        self._make, self._bucket = client, bucket

    @cached_property
    def _client(self) -> S3Client:
        return self._make()

    def verdict(self, key: str, content: Callable[[], bytes]) -> ScanVerdict:  # noqa: ARG002 - the port's
        """A tag that we do not know is no verdict yet. An object that is gone cannot be scanned."""
        try:
            tags = self._client.get_object_tagging(Bucket=self._bucket, Key=key)["TagSet"]
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return "unscannable"
            raise _busy() from error
        except BotoCoreError as error:
            raise _busy() from error
        said = next((tag["Value"] for tag in tags if tag["Key"] == TAG), "")
        return VERDICTS.get(said, "pending")


def _busy() -> Busy:
    return Busy("The malware check cannot be reached for a moment.", "Try again in a minute.")
