"""Makes the PDFs: an event in, a file in the bucket out, and where it lies is recorded. What is on them is in
`documents.py` of each context."""

from __future__ import annotations

from shared.events.credit_form import CreditFormSigned
from shared.events.envelope import Envelope
from shared.runtime.log import log
from shared.runtime.settings import CoreTable, Uploads
from shared.runtime.worker import Worker


class Settings(CoreTable, Uploads):
    """`public_url`: where a document says that it can be compared."""

    public_url: str


worker = Worker("pdf_maker", Settings)


@worker.on(CreditFormSigned.TYPE)
def make(event: Envelope) -> None:
    keys = worker.wiring.make_documents.make(event)
    log(worker.name, "documents made", event=event.id, documents=len(keys))


handler = worker.handler()
