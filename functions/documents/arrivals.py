"""What AWS says about files, through EventBridge and a queue: the bucket's word that an object was created, the way in
for browsers that never came back, and the scanner's that it has a verdict."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from shared.domain.core.errors import Invalid, NotFound, QuotaReached, TooManyTries
from shared.domain.documents.document import Document
from shared.domain.documents.uploads import is_kept
from shared.runtime.log import log
from shared.runtime.worker import Batch

Register = Callable[[str, str], Document]


class Arrivals:
    """`register` and `scanned` take an object's key and the event's id. Messages that fail come back alone."""

    def __init__(self, name: str, register: Register, scanned: Register) -> None:
        self._name, self._register, self._scanned = name, register, scanned
        self.answer = Batch(self._consume).answer

    def _consume(self, record: Mapping[str, Any]) -> None:
        """https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html: the key comes as it is, not encoded."""
        body = json.loads(record["body"])
        event_id, detail = str(body["id"]), body["detail"]
        if scan := detail.get("s3ObjectDetails"):
            return self._tell(self._scanned, str(scan["objectKey"]), event_id)
        key = str(detail["object"]["key"])
        # Below `kept/` lies our own copy of what was registered.
        return None if is_kept(key) else self._tell(self._register, key, event_id)

    def _tell(self, registers: Register, key: str, event_id: str) -> None:
        try:
            found = registers(key, event_id)
        except (Invalid, NotFound, QuotaReached, TooManyTries) as refused:
            # Not a document's key, deleted since, or too many: coming back would change nothing.
            log(self._name, "upload dropped", event=event_id, reason=refused.slug)
        except Exception as error:
            log(self._name, "upload failed", error=error, event=event_id)
            raise
        else:
            log(self._name, "upload registered", event=event_id, document=found.id, status=found.status)
