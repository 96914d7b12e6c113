"""Documents where the index is behind, commits lose races, and the mail service refuses, forgets and sends back: what
is sent is always the newest file, numbers never collide, and a host gets the file that was sent. A seed is a story."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from random import Random

from shared.domain.applications.application import ApplicationStatus
from shared.domain.core.errors import Busy, NotAllowedNow, OutcomeUnknown, VersionConflict
from shared.domain.documents.document import Document
from shared.domain.email.email_names import named_by
from shared.events.envelope import Envelope
from shared.ports import Contact, system
from shared.services.core.people_records import document_of
from shared.services.core.transitions import RequestContext
from tests.builders import HOST, TRAINEE, stored_account
from tests.fakes.clock import FrozenClock
from tests.fakes.lagging import LaggingStore
from tests.files import A_PDF
from tests.unit.services.applications.application_scene import AS_REVIEWER, AS_TRAINEE, Desk

SEEDS, STEPS = range(12), 30
HOSTS_ADDRESS = "host@example.org"
REPORT = RequestContext(system("notifications"), "report")
PASSING = (Busy, OutcomeUnknown, VersionConflict)


class Story:
    """One trainee who replaces the CV again and again, and sends at once."""

    def __init__(self, seed: int) -> None:
        self.rng, self.told = Random(seed), Counter[str]()
        clock = FrozenClock()
        self.desk = desk = Desk(clock=clock, store=LaggingStore(clock))
        desk.program(seats=40)
        desk.trainee()
        stored_account(desk.store, TRAINEE)
        desk.people.save_contact(Contact(HOST, "Dr. Host", HOSTS_ADDRESS))
        desk.clock.move(timedelta(minutes=5))
        desk.store.lag = timedelta(seconds=self.rng.choice([1, 30, 600]))
        self.newest: Document | None = None
        self.contents: dict[str, bytes] = {}
        self.sent: dict[str, str] = {}
        self.numbers: list[int] = []

    def upload(self) -> None:
        """Several at once, sometimes; some take their time in the scanner, some are malware."""
        desk = self.desk
        desk.malware_scanner.says = self.rng.choice(["clean", "clean", "pending", "infected"])
        content = A_PDF + b"%" + str(self.rng.random()).encode() + b"\n"
        form = desk.upload_forms.form(TRAINEE, "cv", "/")
        desk.file_store.arrive(form.fields["key"], content)
        if self.rng.random() < 0.2:
            desk.store.conflict()
        found = desk.document_uploads.register(form.fields["key"])
        self.told[found.status.value] += 1
        self.numbers.append(found.number)
        self.contents[found.id] = content
        if found.status != "REFUSED":
            self.newest = found

    def replace_and_send(self) -> None:
        """The new file goes, or nothing while it is checked: never the one before."""
        self.upload()
        self.send()

    def send(self) -> None:
        if self.newest is None:
            return
        newest = document_of(self.desk.store.load("DOCUMENT", self.newest.id))
        draft = self.desk.draft(key=f"key-{len(self.sent)}-{self.rng.random()}")
        try:
            applied = self.desk.submission.submit(AS_TRAINEE, draft.id)
        except NotAllowedNow:
            assert newest.scanning
            self.told["waits for the scanner"] += 1
        else:
            assert (applied.cv_document_id, applied.cv_sha256) == (newest.id, newest.sha256)
            self.sent[applied.id] = newest.id
            self.told["sent"] += 1
            self.host_is_asked(applied.id)
            self.desk.submission.withdraw(AS_TRAINEE, applied.id)

    def host_is_asked(self, id: str) -> None:
        desk, mailer = self.desk, self.desk.mailer
        desk.review.claim(AS_REVIEWER, id)
        desk.host_review.route(AS_REVIEWER, id)
        assert desk.application(id).status is ApplicationStatus.HOST_REVIEW
        asked = Envelope.of(desk.store.history("APPLICATION", id)[-1])
        fault = self.rng.choice(["refuses", "forgets", "works", "works"])
        {"refuses": mailer.fail_before, "forgets": mailer.fail_after}.get(fault, lambda: None)()
        for _ in range(3):  # the message comes again until it is worked off
            try:
                desk.send_emails.notify(asked)
                break
            except PASSING:
                self.told[f"mail service {fault}"] += 1
                desk.clock.move(timedelta(minutes=3))
        mine = [mail for mail in mailer.sent if mail.to == HOSTS_ADDRESS]
        assert len({mail.message_id for mail in mine}) == len(mine), "no host is asked twice"
        if mine and self.rng.random() < 0.3:
            email = named_by(mine[-1].tag)
            assert email is not None
            self.told[desk.emails_in_trouble.report(email, "bounced", REPORT)] += 1
        attached = [mail.attachments[0].content for mail in mine]
        assert attached == [self.contents[document_id] for document_id in self.sent.values()]

    def scanner_comes_to_it(self) -> None:
        if self.newest is not None:
            self.desk.malware_scanner.says = self.rng.choice(["clean", "clean", "infected"])
            settled = self.desk.document_uploads.scanned(self.newest.key)
            if settled.status == "REFUSED":
                stored = [one for one in self.desk.document_uploads.of(TRAINEE) if one.stored]
                self.newest = max(stored, key=lambda one: one.number, default=None)

    def time_passes(self) -> None:
        self.desk.clock.move(timedelta(seconds=self.rng.choice([1, 5, 40, 700])))

    def tell(self) -> Counter[str]:
        doings = (self.upload, self.replace_and_send, self.replace_and_send, self.scanner_comes_to_it, self.time_passes)
        for _ in range(STEPS):
            self.rng.choice(doings)()
            numbers = [number for number in self.numbers if number]
            assert all(second == first + 1 for first, second in pairwise(numbers)), numbers
        return self.told


def test_T15_the_newest_file_always_where_the_index_lags_and_the_mail_service_fails() -> None:
    told: Counter[str] = Counter()
    for seed in SEEDS:
        try:
            told += Story(seed).tell()
        except AssertionError as broken:
            raise AssertionError(f"seed {seed}: {broken}") from broken
    print(dict(told))
    wanted = {"sent", "waits for the scanner", "REFUSED", "mail service refuses", "mail service forgets", "task"}
    assert wanted <= told.keys(), wanted - told.keys()
