"""A queue worker: SQS batch in, one call per message, partial failures out (the failed messages alone come back).

worker = Worker("payments", Settings)

@worker.on("StripeDelivered.v1")
def settle(event: Envelope) -> None: ...

handler = worker.handler()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from shared.events.envelope import Envelope
from shared.runtime.entry import Entry
from shared.runtime.log import correlate, log, with_context
from shared.runtime.settings import Settings

Consumer = Callable[[Envelope], None]
BatchConsumer = Callable[[Sequence[Envelope]], None]


class WholeBatchFailed(RuntimeError):
    """No message of a batch could be served: the function itself is in trouble, and its alarm tells. Without the
    messages' own errors, whose texts may hold what somebody typed; each is logged by its type."""


class Batch:
    """Serves each message of an SQS batch with `consume`. Raises `WholeBatchFailed` when none could be served."""

    def __init__(self, consume: Callable[[Mapping[str, Any]], None]) -> None:
        self._consume = consume
        self._processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=True)

    def answer(self, event: Mapping[str, Any], context: Any) -> Any:
        if not event["Records"]:
            return {"batchItemFailures": []}
        try:
            return process_partial_response(
                event=dict(event), record_handler=self._consume, processor=self._processor, context=context
            )
        except BatchProcessingError:
            raise WholeBatchFailed(f"{len(event['Records'])} of {len(event['Records'])} messages") from None


class Worker(Entry):
    """`name` is the folder under `functions/`. An event type that nobody consumes here is an error: its rule should not
    have sent it. A worker whose rule asks for something else than types takes any of them (`on_any`)."""

    def __init__(self, name: str, settings: type[Settings]) -> None:
        super().__init__(name, settings)
        self.consumers: dict[str, Consumer] = {}
        self.takes_rest: Consumer | None = None
        self._batch_consumers: dict[str, BatchConsumer] = {}
        self._events: list[Envelope] = []
        self._done: dict[BatchConsumer, Exception | None] = {}
        self._batch = Batch(self._consume)

    @property
    def types(self) -> frozenset[str]:
        """What is consumed here by name."""
        return frozenset({*self.consumers, *self._batch_consumers})

    def on(self, *types: str) -> Callable[[Consumer], Consumer]:
        def register(consumer: Consumer) -> Consumer:
            for type in types:
                self.consumers[type] = consumer
            return consumer

        return register

    def on_batch(self, *types: str) -> Callable[[BatchConsumer], BatchConsumer]:
        """For events that are served together: the consumer is called once with all of these types that a batch has,
        whichever queue order they came in. When it fails, all of them come back."""

        def register(consumer: BatchConsumer) -> BatchConsumer:
            for type in types:
                self._batch_consumers[type] = consumer
            return consumer

        return register

    def on_any(self, consumer: Consumer) -> Consumer:
        """For every type that no other consumer here takes."""
        self.takes_rest = consumer
        return consumer

    def handler(self) -> Callable[[Mapping[str, Any], Any], Any]:
        return with_context(self.name, self.started(lambda wiring: wiring.clock).answer)

    def answer(self, event: Mapping[str, Any], context: Any) -> Any:
        self._events, self._done = list(_readable(event["Records"])), {}
        return self._batch.answer(event, context)

    def _consume(self, record: Mapping[str, Any]) -> None:
        envelope = Envelope.from_bus(record["body"])
        correlate(self.name, envelope.correlation_id or envelope.id)
        try:
            self._serve(envelope)
        except Exception as error:
            log(self.name, "event failed", error=error, event=envelope.id, type=envelope.type)
            raise
        log(self.name, "event done", event=envelope.id, type=envelope.type)

    def _serve(self, envelope: Envelope) -> None:
        together = self._batch_consumers.get(envelope.type)
        if together is None:
            consumer = self.consumers.get(envelope.type) or self.takes_rest
            if consumer is None:
                raise KeyError(envelope.type)
            consumer(envelope)
            return
        if together not in self._done:
            try:
                together([one for one in self._events if self._batch_consumers.get(one.type) is together])
                self._done[together] = None
            except Exception as error:
                self._done[together] = error
                raise
        elif failed := self._done[together]:
            raise failed


def _readable(records: Iterable[Mapping[str, Any]]) -> Iterator[Envelope]:
    """What cannot be read fails alone, when its turn comes."""
    for record in records:
        try:
            yield Envelope.from_bus(record["body"])
        except ValueError:
            continue


def queue_of(event: Mapping[str, Any]) -> str:
    """The ARN of the queue that a batch comes from; empty for a batch without messages."""
    return str(event["Records"][0]["eventSourceARN"]) if event["Records"] else ""
