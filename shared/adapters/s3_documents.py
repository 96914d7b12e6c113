"""`FileStore` on S3: browsers upload by presigned POST and download by presigned GET; no room answers with a file.

The client must sign with version 4 (`Config(signature_version="s3v4")`); a bucket's encryption rule refuses anything
unsigned by it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.core.errors import Busy
from shared.domain.documents.uploads import FORM_HOURS, MAX_BYTES
from shared.ports import StoredObject, Upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MISSING = {"NoSuchKey", "404", "NotFound"}


class S3Documents:
    def __init__(self, client: Callable[[], S3Client], bucket: str) -> None:
        """`client` is called when a file is first touched: making one costs a cold start 60 ms, and a list of documents
        needs none."""
        self._make, self._bucket = client, bucket

    @cached_property
    def _client(self) -> S3Client:
        return self._make()

    def upload(self, key: str, kind: str, max_bytes: int, redirect: str) -> Upload:
        """A form that stores at most `max_bytes` bytes under `key` within `FORM_HOURS`, then sends the browser to
        `redirect`."""
        fields: dict[str, Any] = {
            "x-amz-meta-kind": kind,
            "x-amz-server-side-encryption": "AES256",
            "success_action_redirect": redirect,
        }
        conditions: list[Any] = [
            ["content-length-range", 0, max_bytes],
            *({name: value} for name, value in fields.items()),
        ]
        form = self._client.generate_presigned_post(
            self._bucket, key, Fields=fields, Conditions=conditions, ExpiresIn=FORM_HOURS * 3600
        )
        return Upload(url=form["url"], fields=form["fields"])

    def read(self, key: str) -> StoredObject | None:
        """The whole object, or its first 10 MB and a byte: that is too much already. None when nothing is there. Raises
        `Busy`."""
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=key)
            return StoredObject(content=found["Body"].read(MAX_BYTES + 1), metadata=found["Metadata"])
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return None
            raise _busy() from error
        except BotoCoreError as error:
            raise _busy() from error

    def keep(self, key: str, content: bytes, kind: str, content_type: str) -> None:
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=content,
                ContentType=content_type,
                Metadata={"kind": kind},
                ServerSideEncryption="AES256",
            )
        except (ClientError, BotoCoreError) as error:
            raise _busy() from error

    def link(self, key: str, download_name: str, seconds: int) -> str:
        params = {"Bucket": self._bucket, "Key": key, "ResponseContentDisposition": disposition(download_name)}
        return self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds)

    def delete(self, key: str) -> None:
        """Also fine when nothing is there. Raises `Busy`."""
        try:
            self._client.delete_object(Bucket=self._bucket, Key=key)
        except (ClientError, BotoCoreError) as error:
            raise _busy() from error

    def delete_all(self, folder: str) -> int:
        """Everything under `folder`/, all pages; how many objects. The bucket keeps no versions, so gone is gone.
        Raises `Busy`."""
        gone = 0
        try:
            for page in self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=f"{folder}/"
            ):
                for item in page.get("Contents", []):
                    self._client.delete_object(Bucket=self._bucket, Key=item["Key"])
                    gone += 1
        except (ClientError, BotoCoreError) as error:
            raise _busy() from error
        return gone


def disposition(name: str) -> str:
    """`Content-Disposition` for a download, RFC 6266: a plain ASCII name for old browsers and the exact one in RFC 5987
    form."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\/%' else "_" for letter in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _busy() -> Busy:
    return Busy("Our document store cannot be reached for a moment.", "Try again in a minute.")
