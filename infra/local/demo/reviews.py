"""How an application is answered when the answer is not a plain yes, as `make demo` plays it over HTTP: by the host's
link, in spite of a guideline, after a question with the clock standing still, and with a no. Each act checks what both
sides see and raises `Missed`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from infra.local.clock.mover import mover_of
from infra.local.demo.api_client import Client, Json, Refused
from infra.local.demo.journey import PATIENCE, Journey, Missed, Trainee, expect, wait_until
from infra.local.mailbox.mailbox import Message
from infra.local.seed.catalogue import load as catalogue
from shared.domain.core.business_clock import business_time_between
from shared.domain.core.instants import parse

HOST_LOOKS = "fennimarsh-family-albany"
"""Its host reads applications itself (T19)."""
SPANISH = "tumbledell-family-san-antonio"
"""Its host asks for Spanish, which these trainees do not speak."""
OPEN_TO_ALL = "pagoda-elm-allergy-indianapolis"
"""No guideline beside eligibility."""
ALTERNATIVES = 3
LATER = timedelta(hours=2)
"""How long after the promised moment of the review the trainee answers: without the pause the review would be late."""


@dataclass(frozen=True)
class Reviews:
    """The reviewer's side of the journey; `reviewer` is signed in."""

    journey: Journey
    reviewer: Client

    def applies(self, name: str, program_id: str, place: int) -> Trainee:
        """Somebody new applies for the start at this place in the program's list, and the reviewer takes it."""
        trainee = self.journey.sign_up(name)
        starts = wait_until(lambda: trainee.client.get(f"/programs/{program_id}")["starts"], f"{program_id} has starts")
        self.journey.apply(trainee, program_id, starts[place]["start"])
        path = _path(trainee)
        wait_until(
            lambda: trainee.application["id"] in str(self.reviewer.get("/workspace")),
            "the application is in the reviewer's queue",
        )
        self.reviewer.post(f"{path}/claim")
        return trainee

    # --- T19, T20: the host -------------------------------------------------------------------------------------------
    def by_the_host(self, trainee: Trainee) -> str:
        """Routed; the host answers from the link in its mail, without an account and only once; the reviewer follows.
        The host's words."""
        path, words = _path(trainee), "Her letter reads well. We would be glad to have her."
        self.reviewer.post(f"{path}/route")
        standing = trainee.client.get(path)["standing"]
        expect(standing["who_acts"] == "the host", f"the trainee reads that the host has it ({standing})")
        link, host = self._host_link(trainee), Client(self.journey.url)
        asked = host.get(link)
        expect(
            asked["state"] == "open" and asked["applicant"] == trainee.name,
            f"the link shows whom it is about ({asked['state']})",
        )
        expect(trainee.email not in str(asked), "the link shows no address of the trainee")
        answered = host.post(link, {"answer": "yes", "note": words})
        expect(answered["state"] == "answered" and not answered["applicant"], "the answered link names nobody any more")
        _refused(
            lambda: host.post(link, {"answer": "no", "note": "We have changed our mind."}),
            "not-allowed-now",
            "the link answers once",
        )
        seen = self.reviewer.get(path)["review"]["host"]
        expect(
            (seen["recommendation"], seen["note"]) == ("yes", words), f"the reviewer reads the host's answer ({seen})"
        )
        self._approves(trainee)
        return f"“{words}”"

    def _host_link(self, trainee: Trainee) -> str:
        """The path of the single-use link, out of the host's mail; the CV is with it."""
        contact = catalogue().contacts[self.journey.host_of(trainee)].email
        wanted = re.compile(rf"{_path(trainee)}/recommend/\S+")

        def asks(message: Message) -> bool:
            return bool(wanted.search(message.text))

        mail = self.journey.stack.mailbox.wait_for(contact, asks, PATIENCE)
        expect(any(one.content == trainee.cv for one in mail.attachments), "the CV is with the host's mail")
        found = wanted.search(mail.text)
        assert found is not None
        return found.group()

    # --- H12: in spite of a guideline ---------------------------------------------------------------------------------
    def in_spite_of(self, trainee: Trainee) -> str:
        """Approving past an open guideline is refused, past it with a reason is kept with the reason; the guideline's
        words."""
        path, reason = _path(trainee), "She interpreted for a clinic in Tangier; the host agreed on the phone."
        review = self.reviewer.get(path)["review"]
        (code,) = review["open_codes"]
        _refused(
            lambda: self.reviewer.post(f"{path}/approve", {"overrides": []}),
            "guideline-failed",
            "an open guideline needs a reason",
        )
        approved = self.reviewer.post(f"{path}/approve", {"overrides": [{"code": code, "reason": reason}]})
        expect(approved["status"] == "APPROVED", "the application is approved")
        expect(approved["review"]["overrides"] == [{"code": code, "reason": reason}], "the file keeps the reason")
        return next(str(one["text"]) for one in review["guidelines"] if one["code"] == code)

    # --- T18: a question, the clock stands still ----------------------------------------------------------------------
    def asked(self, trainee: Trainee) -> str:
        """The review clock stands still from the question to the answer, however long that takes; how much time was
        left, then and now."""
        path, question = _path(trainee), "Which ward did you work on in your last year?"
        asked = self.reviewer.post(f"{path}/ask", {"question": question})
        left = self._left(asked)
        page = trainee.client.get(path)
        expect(page["messages"][-1]["text"] == question, "the trainee reads the question")
        expect(
            "stands still" in page["standing"]["sentence"] and page["standing"]["who_acts"] == "you",
            "she reads that it is paused",
        )
        self.journey.stack.mailbox.wait_for(trainee.email, lambda mail: question in mail.text, PATIENCE)
        mover_of(self.journey.stack.info).move(parse(asked["review_due_at"]) + LATER)
        waits = self.reviewer.get(path)
        expect(not waits["review"]["overdue"], "nobody is late while the clock stands still")
        answered = trainee.client.post(f"{path}/reply", {"answer": "On the allergy ward of the university hospital."})
        expect(answered["status"] == "IN_REVIEW", f"the review goes on ({answered['status']})")
        again = self._left(answered)
        expect(again == left, f"the clock goes on with what was left ({left}, then {again})")
        self._approves(trainee)
        return (
            f"paused with {_hours(left)} left, answered {_hours(LATER)} after that would have run out, resumed "
            f"with {_hours(again)}"
        )

    @staticmethod
    def _left(application: Json) -> timedelta:
        """Business time from the last message, where the clock stopped or went on, to the promise."""
        return business_time_between(parse(application["messages"][-1]["at"]), parse(application["review_due_at"]))

    # --- a no ---------------------------------------------------------------------------------------------------------
    def declined(self, trainee: Trainee) -> str:
        """A no with its reason and three programs that are open instead, on the page and in the mail; their names."""
        path, reason = _path(trainee), "This practice takes nobody in the weeks that you chose."
        rejected = self.reviewer.post(f"{path}/reject", {"code": "start_not_possible", "reason": reason})
        expect(rejected["status"] == "REJECTED", "the application is declined")
        page = trainee.client.get(path)
        expect(page["decision"]["text"] == reason, "the trainee reads the reason")
        others = [one["program"] for one in page["alternatives"]]
        expect(len(others) == ALTERNATIVES, f"three other programs are proposed ({len(others)})")
        mail = self.journey.stack.mailbox.wait_for(trainee.email, lambda mail: reason in mail.text, PATIENCE)
        for one in others:
            expect(f"/programs/{one['id']}" in mail.text, f"the mail leads to {one['name']}")
            sheet = trainee.client.get(f"/programs/{one['id']}")
            expect(one["id"] != trainee.application["program"]["id"] and sheet["starts"], f"{one['name']} has a seat")
            expect(any(verdict["allowed"] for verdict in sheet["verdicts"]), f"{one['name']} is open to her")
        return "; ".join(one["name"] for one in others)

    def _approves(self, trainee: Trainee) -> None:
        approved = self.reviewer.post(f"{_path(trainee)}/approve", {"overrides": []})
        expect(approved["status"] == "APPROVED", f"the application is approved ({approved['status']})")


def _path(trainee: Trainee) -> str:
    return f"/applications/{trainee.application['id']}"


def _refused(change: Callable[[], object], slug: str, what: str) -> None:
    try:
        change()
    except Refused as refused:
        expect(refused.slug == slug, f"{what} (refused as {refused})")
    else:
        raise Missed(what)


def _hours(left: timedelta) -> str:
    minutes = round(left.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60:02} min"
