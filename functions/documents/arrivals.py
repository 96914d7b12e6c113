"""The bucket's own word that an object was created, through EventBridge and a queue: the way in for browsers that never
came back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from shared.domain.core.errors import Invalid, NotFound
from shared.domain.documents.document import Document
from shared.domain.documents.uploads import is_kept
from shared.runtime.log import log
from shared.runtime.worker import Batch


class Arrivals:
    """`register` takes an object's key and the event's id. Messages that fail come back alone."""

    def __init__(self, name: str, register: Callable[[str, str], Document]) -> None:
        self._name, self._register = name, register
        self.answer = Batch(self._consume).answer

    def _consume(self, record: Mapping[str, Any]) -> None:
        """https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html: the key comes as it is, not encoded."""
        body = json.loads(record["body"])
        event_id, key = str(body["id"]), str(body["detail"]["object"]["key"])
        if is_kept(key):
            return  # our own copy of what was registered
        try:
            found = self._register(key, event_id)
        except (Invalid, NotFound) as refused:
            # Not a document's key, or deleted since: coming back would change nothing.
            log(self._name, "upload dropped", event=event_id, reason=refused.slug)
        except Exception as error:
            log(self._name, "upload failed", error=error, event=event_id)
            raise
        else:
            log(self._name, "upload registered", event=event_id, document=found.id, status=found.status)
