"""What seldom happens, played on a running stack: after it and the main journey every permission that a function has
was used.

Each act is one story of something going wrong in the outside world: a webhook that never comes, Stripe that knows no
session, a mail service that refuses, a worker killed between two steps, two workers at the same thing.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import requests

from infra.local.clock.mover import mover_of
from infra.local.demo.api_client import Client, Json, Refused
from infra.local.demo.journey import HANDS_ON, Journey, Trainee, expect
from infra.local.mailbox import ses_reports
from infra.local.seed.catalogue import load as catalogue
from infra.local.seed.loader import wiring
from infra.local.stack.queues import Queues
from infra.local.stack.template_parameters import MAIL_FROM
from infra.local.stack.warm_up import EMPTY_BATCH
from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.announcements import Announcements
from shared.adapters.dynamodb.outbox import PENDING
from shared.adapters.eventbridge_bus import EventBridgeBus
from shared.adapters.search.versions import PARTITION, ROW
from shared.domain.core.instants import iso, parse
from shared.events.envelope import Envelope
from shared.events.people import AccountSignedUp
from shared.events.program import ProgramPublished
from shared.events.reservation import ReservationConfirmed
from tests.fakes.documents import EICAR
from tests.files import A_PDF
from tests.local.account_acts import age_session

HOLD = timedelta(minutes=31)
AT_ONCE, MEETINGS = 4, 20
"""Workers that race, and how often at most they are given the chance to meet; mostly the first or second time is
enough."""


class Rare:
    def __init__(self, journey: Journey) -> None:
        self.journey, self.stack, self.stripe = journey, journey.stack, journey.stripe
        self.info = journey.stack.info
        self.began = min(journey.stack.clock.now(), wiring(self.info).clock.now()) - timedelta(days=1)

    # --- people -------------------------------------------------------------------------------------------------------
    def approved(self, name: str, program_id: str, start: str) -> Trainee:
        """Somebody new with an offer, terms signed."""
        trainee = self.journey.sign_up(name)
        self.journey.apply(trainee, program_id, start)
        self.journey.approve(self.journey.staff("reviewer"), trainee)
        self.journey.sign(trainee)
        return trainee

    def declined(self, name: str, program_id: str, start: str) -> None:
        """Somebody new gets a no with what is open instead: the room that decides opens the search index."""
        trainee = self.journey.sign_up(name)
        self.journey.apply(trainee, program_id, start)
        reviewer, here = self.journey.staff("reviewer"), f"/applications/{trainee.application['id']}"
        reviewer.post(f"{here}/claim")
        reviewer.post(f"{here}/reject", {"code": "not_a_fit", "reason": "The clinic has closed its teaching hours."})
        others = trainee.client.get(here)["alternatives"]
        expect(
            len(others) == 3 and all(one["starts"] for one in others), f"three open programs are proposed ({others})"
        )

    def saved_search(self, trainee: Trainee) -> None:
        """Saved, listed and ended by its owner."""
        saved = trainee.client.post("/programs/searches", {"search": "/programs?text=skin"})
        listed = trainee.client.get("/programs/searches")["searches"]
        expect([one["id"] for one in listed] == [saved["id"]], f"the search is listed ({listed})")
        left = trainee.client.post(f"/programs/searches/{saved['id']}/end")["searches"]
        expect(left == [], f"the search has ended ({left})")

    def browser(self, paths: tuple[str, ...]) -> None:
        """A reviewer's browser: signs in by the form, opens pages of every room with its cookie, signs out."""
        account = next(one for one in self.stack.sign_ins if "reviewer" in one.role)
        # `requests` never sends a Secure cookie over http: it is carried by hand.
        headers = {"Accept": "text/html", "Origin": self.info.public_url}
        form = {"email": account.email, "password": account.password}
        url = self.info.public_url
        signed = requests.post(f"{url}/accounts/sign-in", data=form, headers=headers, timeout=30, allow_redirects=False)
        expect(signed.status_code == 303, f"the form signs in ({signed.status_code})")
        headers["Cookie"] = signed.headers["Set-Cookie"].partition(";")[0]
        for path in paths:
            age_session(self.info, headers["Cookie"])
            shown = requests.get(url + path, headers=headers, timeout=30, allow_redirects=False)
            expect(shown.status_code < 500, f"{path} is answered ({shown.status_code})")
        left = requests.post(f"{url}/accounts/sign-out", headers=headers, timeout=30, allow_redirects=False)
        expect(left.status_code == 303, f"the browser signs out ({left.status_code})")

    def bad_file(self, trainee: Trainee) -> None:
        """A file that is no PDF is refused and deleted."""
        document = trainee.client.upload("cv", "cv.pdf", b"this is no PDF", "application/pdf")
        expect(document["status"] == "REFUSED", f"the file is refused ({document['status']})")

    def malware(self, trainee: Trainee) -> None:
        """A PDF that opens, and holds what every scanner takes for malware."""
        document = trainee.client.upload("transcript", "transcript.pdf", A_PDF + b"%" + EICAR, "application/pdf")
        code = (document["refusal"] or {}).get("reason_code")
        expect((document["status"], code) == ("REFUSED", "infected"), f"malware is refused ({document})")

    def passport(self, trainee: Trainee) -> None:
        """Of the staff whoever looks after the trainee opens it, and that is noted."""
        document = trainee.client.upload("passport", "passport.pdf", A_PDF, "application/pdf")
        expect(document["status"] == "STORED", f"the passport is stored ({document['status']})")
        here, reviewer = f"/documents/{document['id']}", self.journey.staff("reviewer")
        expect(reviewer.download(f"{here}/file") == A_PDF, "the reviewer opens it")
        openings = trainee.client.get(here)["openings"]
        expect([one["role"] for one in openings] == ["reviewer"], f"the trainee sees that ({openings})")

    # --- reviews ------------------------------------------------------------------------------------------------------
    def routed(self, name: str, program_id: str, start: str) -> None:
        """Asked and answered, then the host asked by mail, who says yes from the link without an account; then it is
        approved."""
        trainee, reviewer = self.journey.sign_up(name), self.journey.staff("reviewer")
        self.journey.apply(trainee, program_id, start)
        here = f"/applications/{trainee.application['id']}"
        reviewer.post(f"{here}/claim")
        reviewer.post(f"{here}/ask", {"question": "On which ward did you train?"})
        self.stack.mailbox.wait_for(trainee.email, lambda mail: "On which ward did you train?" in mail.text)
        trainee.client.post(f"{here}/reply", {"answer": "On the cardiac ward.", "newest_cv": True})
        reviewer.post(f"{here}/route")
        contact = next(one.email for id, one in catalogue().contacts.items() if id == self.journey.host_of(trainee))
        mail = self.stack.mailbox.wait_for(contact, lambda mail: f"{here}/recommend/" in mail.text)
        expect(len(mail.attachments) == 1, "the host has the CV")
        link = here + mail.text.split(here, 1)[1].split()[0]
        host = Client(self.info.public_url)
        expect(host.get(link)["applicant"] == name, "the host sees who applies")
        expect(host.post(link, {"answer": "yes"})["state"] == "answered", "the host answers")
        approved = reviewer.post(f"{here}/approve", {"overrides": []})
        expect(approved["status"] == "APPROVED", f"it is approved ({approved['status']})")

    def guidelines(self, program_id: str) -> None:
        """A coordinator tries a stricter guideline against who applied, saves it, and takes it back."""
        coordinator, here = self.journey.staff("coordinator"), f"/workspace/programs/{program_id}/guidelines"
        before = coordinator.get(here)
        expect(before["applicants"] > 0, "past applicants are found")
        stricter = before["guidelines"] | {"step2_ck_required": True}
        tried = coordinator.post(f"{here}/preview", stricter)
        expect(tried["accepted"] <= before["accepted"], "a stricter guideline accepts nobody more")
        saved = coordinator.post(here, stricter | {"version": before["version"]})
        expect(saved["version"] == before["version"] + 1, "the change is a new version")
        coordinator.post(here, before["guidelines"] | {"version": saved["version"]})

    # --- Stripe -------------------------------------------------------------------------------------------------------
    @contextmanager
    def no_webhooks(self) -> Iterator[None]:
        self.stripe.drop(events=100)
        try:
            yield
        finally:
            self.stripe.normal()

    def paid_before_cancelled(self, trainee: Trainee) -> None:
        """The webhook is lost, and the trainee cancels after paying: Stripe is asked, and the seat is theirs."""
        held = self.journey.checkout(trainee)
        with self.no_webhooks():
            expect(self.stripe.pay(held["checkout_url"]).outcome == "paid", "the card is accepted")
            try:
                trainee.client.post(f"/reservations/{trainee.reservation_id}/cancel")
            except Refused as refused:
                expect(refused.status == 409, f"too late to cancel ({refused})")
        self.journey.until_status(trainee, "RESERVED")

    def paid_and_never_told(self, trainee: Trainee) -> None:
        """The webhook is lost and nobody comes back: the sweep asks Stripe when the hold is over."""
        held = self.journey.checkout(trainee)
        with self.no_webhooks():
            expect(self.stripe.pay(held["checkout_url"]).outcome == "paid", "the card is accepted")
            self.after(HOLD)
        self.journey.until_status(trainee, "RESERVED")

    def paid_after_the_hold(self, trainee: Trainee) -> None:
        """Stripe denies the session when it is asked to end it, so the seat goes back; then the payment comes, and the
        seat is retaken."""
        held = self.journey.checkout(trainee)
        # Asked to end the session, and then what became of it.
        self.stripe.fail(count=2, status=404, path_prefix="/v1/checkout/sessions/")
        self.after(HOLD)
        self.stripe.normal()
        self.journey.until_status(trainee, "RELEASED")
        paid = self.stripe.pay(held["checkout_url"])
        expect(paid.outcome == "paid", f"the page was still open ({paid})")
        self.journey.until_status(trainee, "RESERVED")

    def sweeps_that_meet(self, trainee: Trainee, met: Callable[[], bool]) -> None:
        """Several sweeps find the same hold over: one ends it, the others look whether it was they. Again until two
        have met; a coordinator holds the seat, who may do so more than three times."""
        coordinator = self.journey.staff("coordinator")
        self.at_once("deadlines", {"Records": []})
        for _ in range(MEETINGS):
            held = coordinator.post(f"/reservations/for/{trainee.application['id']}/checkout", {"choice": "deposit"})
            trainee.reservation_id = held["reservation_id"]
            self.stack.clock.set(self.stack.clock.now() + HOLD)
            self.at_once("deadlines", {"Records": []})
            self.journey.until_status(trainee, "RELEASED")
            if met():
                break

    # --- mail ---------------------------------------------------------------------------------------------------------
    def mail_refused(self) -> None:
        """The mail service does not know the sender: the claim on the mail is given back, so that a later try may send
        it."""
        email = f"noor-{secrets.token_hex(4)}@example.org"
        new = {"name": "Noor Late", "email": email, "zone": "Africa/Cairo"}
        Client(self.info.public_url).post("/accounts/sign-up", new)
        self.stack.mailbox.wait_for(email)
        event = [event for event in self.events() if event.type == AccountSignedUp.TYPE][-1]
        claims = self.outbox([event])
        expect(len(claims) == 1, f"the mail is claimed once ({len(claims)})")
        self.table("delete_item", Key={name: claims[0][name] for name in ("pk", "sk")})
        service, domain = self.info.aws.client("ses"), MAIL_FROM.rpartition("@")[2].rstrip(">")
        service.delete_identity(Identity=domain)
        try:
            self.at_once("notifications", {"Records": [_message(event, 0)]}, workers=1)
        finally:
            service.verify_domain_identity(Domain=domain)
        expect(not self.outbox([event]), "the claim is given back")

    def mail_uncertain(self, trainee: Trainee, met: Callable[[], bool]) -> None:
        """A worker was killed between sending the host's mail and noting it, and the event comes to several at once:
        nothing is sent twice, a coordinator is asked. Again, as events of their own, until two workers have met at the
        reservation."""
        confirmed = [event for event in self.events() if event.type == ReservationConfirmed.TYPE]
        event = next(event for event in confirmed if event.subject.id == trainee.reservation_id)
        claims = {claim["pk"]["S"].rpartition(":")[2]: claim for claim in self.outbox([event])}
        self.at_once("notifications", json.loads(EMPTY_BATCH))
        for number in range(MEETINGS):
            again = event.model_copy(update={"id": f"{event.id}{number:02}"})
            for kind, claim in claims.items():
                killed = {"state": PENDING, "owner": "killed"} if kind == "host" else {}
                self.table("put_item", Item=claim | items.mail_key(f"{again.id}:{kind}") | items.marshal(killed))
            self.at_once("notifications", {"Records": [_message(again, 0)]})
            if met():
                break
        self.journey.host_mail(trainee)
        coordinator = self.journey.staff("coordinator")
        expect(trainee.reservation_id in str(coordinator.get("/workspace")), "a coordinator is asked")

    def mail_bounced(self, trainee: Trainee) -> None:
        """The host's mail comes back, twice reported; a coordinator corrects the address, and the host has it again."""
        contact = next(one for id, one in catalogue().contacts.items() if id == self.journey.host_of(trainee))
        coordinator, hub = self.journey.staff("coordinator"), f"/reservations/{trainee.reservation_id}"
        mail = self.stack.mailbox.wait_for(
            contact.email, lambda mail: trainee.name in mail.subject and bool(mail.attachments)
        )
        for _ in range(2):
            expect(ses_reports.report(self.info, mail), "the mail names itself")
        Queues(self.info).drain()
        expect(coordinator.get(hub)["email_trouble"]["trouble"] == "bounced", "the case shows it")
        before = len(self.stack.mailbox.messages(contact.email))
        coordinator.post(f"{hub}/host-mail", {"answer": "again", "email": contact.email})
        Queues(self.info).drain()
        expect(len(self.stack.mailbox.messages(contact.email)) == before + 1, "it is sent again, once")
        expect(coordinator.get(hub)["email_trouble"] is None, "the task is over")

    def outbox(self, events: Sequence[Envelope]) -> list[dict[str, Any]]:
        """The claims on the mails of these events."""
        wanted = tuple(f"MAIL#{event.id}:" for event in events)
        pages = (
            self.info.aws.client("dynamodb").get_paginator("scan").paginate(TableName=self.info.outputs["InboxTable"])
        )
        return [item for page in pages for item in page["Items"] if item["pk"]["S"].startswith(wanted)]

    def table(self, operation: str, **arguments: Any) -> None:
        getattr(self.info.aws.client("dynamodb"), operation)(TableName=self.info.outputs["InboxTable"], **arguments)

    # --- search -------------------------------------------------------------------------------------------------------
    def version_that_was_there(self, trainee: Trainee) -> None:
        """The last seat goes and comes back: the index that is made then is the one of before, found where it lies."""
        self.announce_program()
        self.journey.checkout(trainee)
        Queues(self.info).drain()
        self.announce_program()
        trainee.client.post(f"/reservations/{trainee.reservation_id}/cancel")
        Queues(self.info).drain()
        self.age_overlay()
        self.announce_program()

    def age_overlay(self) -> None:
        """Ten minutes pass for what was noted beside the index: the next versions know it and need no note."""
        client, table = self.info.aws.client("dynamodb"), self.info.outputs["CoreTable"]
        values = {":pk": {"S": PARTITION}, ":row": {"S": ROW}}
        rows = client.query(
            TableName=table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :row)",
            ExpressionAttributeValues=values,
        )["Items"]
        expect(rows, "the last seat is noted beside the index")
        for row in rows:
            earlier = parse(row["at"]["S"]) - timedelta(minutes=10)
            client.put_item(TableName=table, Item=row | {"at": {"S": iso(earlier)}})

    def announce_program(self) -> None:
        program = next(event for event in self.events() if event.type == ProgramPublished.TYPE)
        EventBridgeBus(self.info.aws.client("events"), self.info.outputs["BusName"]).publish(
            [program.model_dump(mode="json")]
        )
        Queues(self.info).drain()

    # --- the stack ----------------------------------------------------------------------------------------------------
    def after(self, passed: timedelta) -> None:
        """Business time moves, with everything that falls due; then the queues are empty."""
        mover_of(self.info).move(self.stack.clock.now() + passed)

    def events(self) -> list[Envelope]:
        made = wiring(self.info)
        until = self.stack.clock.now() + timedelta(days=1)
        return list(
            Announcements(made.store, made.dynamodb, (self.info.outputs["CoreTable"],)).between(self.began, until)
        )

    def at_once(self, room: str, event: Json, workers: int = AT_ONCE) -> None:
        """The same event to several workers of a room at the same time."""
        client = self.info.aws.client("lambda", connections=workers)

        def call(_: int) -> Any:
            answer = client.invoke(FunctionName=self.info.functions[room], Payload=json.dumps(event).encode())
            said = answer["Payload"].read().decode()
            # A batch that fails whole raises: that is an answer too, and its message comes back.
            expect("FunctionError" not in answer or "1 of 1 messages" in said, f"{room} answers")
            return answer

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(call, range(workers)))


def program_for(trainee: Trainee, seats: range) -> tuple[str, str]:
    """(program, start) of a program with so many seats a week that this person may go to, far enough to have no
    deadline near."""
    for program in catalogue().programs:
        if program.capacity in seats:
            sheet = trainee.client.get(f"/programs/{program.id}")
            allowed = [one for one in sheet["verdicts"] if one["experience_type"] == HANDS_ON and one["allowed"]]
            if allowed and len(sheet["starts"]) > 8:
                return program.id, str(sheet["starts"][8]["start"])
    raise LookupError(f"the seed has no program with {seats} seats for this trainee")


def _message(event: Envelope, number: int) -> Json:
    """As SQS hands it to a function."""
    body = json.dumps({"source": "rota", "detail-type": event.type, "detail": event.model_dump(mode="json")})
    return {
        "messageId": str(number),
        "receiptHandle": "",
        "body": body,
        "attributes": {},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:by-hand",
        "awsRegion": "us-east-1",
    }
