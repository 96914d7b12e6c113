"""A queue worker: SQS batch in, one call per event, partial failures out (the failed messages alone come back).

worker = Worker("payments", Settings)

@worker.on("StripeDelivered.v1")
def settle(event: Envelope) -> None: ...

handler = worker.handler()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from shared.events.envelope import Envelope
from shared.runtime.entry import Entry
from shared.runtime.log import log
from shared.runtime.settings import Settings

Consumer = Callable[[Envelope], None]


class Worker(Entry):
    """`name` is the folder under `functions/`. An event type that nobody consumes here is an error: its rule should not
    have sent it. A worker whose rule asks for something else than types takes any of them (`on_any`)."""

    def __init__(self, name: str, settings: type[Settings]) -> None:
        super().__init__(name, settings)
        self.consumers: dict[str, Consumer] = {}
        self.takes_rest: Consumer | None = None
        self._processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def on(self, *types: str) -> Callable[[Consumer], Consumer]:
        def register(consumer: Consumer) -> Consumer:
            for type in types:
                self.consumers[type] = consumer
            return consumer

        return register

    def on_any(self, consumer: Consumer) -> Consumer:
        """For every type that no other consumer here takes."""
        self.takes_rest = consumer
        return consumer

    def handler(self) -> Callable[[Mapping[str, Any], Any], Any]:
        return self.started(lambda wiring: wiring.clock).answer

    def answer(self, event: Mapping[str, Any], context: Any) -> Any:
        return process_partial_response(
            event=dict(event), record_handler=self._consume, processor=self._processor, context=context
        )

    def _consume(self, record: Mapping[str, Any]) -> None:
        envelope = Envelope.from_bus(record["body"])
        try:
            consumer = self.consumers.get(envelope.type) or self.takes_rest
            if consumer is None:
                raise KeyError(envelope.type)
            consumer(envelope)
        except Exception as error:
            log(self.name, "event failed", error=error, event=envelope.id, type=envelope.type)
            raise
        log(self.name, "event done", event=envelope.id, type=envelope.type)


def queue_of(event: Mapping[str, Any]) -> str:
    """The ARN of the queue that a batch comes from; empty for a batch without messages."""
    return str(event["Records"][0]["eventSourceARN"]) if event["Records"] else ""
