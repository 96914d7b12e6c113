"""The others who walk: a reviewer from the queue to the answer, a host behind the link of a mail, a coordinator who
waits no longer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.local.demo.authenticator_codes import fresh_code
from infra.local.seed.catalogue import load as catalogue
from infra.local.stack.local_stack import Stack
from tests.browser.people import Trainee
from tests.browser.visitor import Visitor


def sign_in_as(role: str, stack: Stack, visitor: Visitor) -> None:
    """A demo account of the seed with this role; with the code of its app where it has one."""
    account = next(one for one in stack.sign_ins if role in one.role.split(", "))
    visitor.open("/accounts/sign-in")
    visitor.fill(email=account.email, password=account.password)
    visitor.press("Sign in")
    if account.secret:
        visitor.look(f"code-{role}")
        visitor.fill(code=fresh_code(account.secret))
        visitor.press("Sign in")


@dataclass
class Reviewer:
    """Somebody of the operator with a browser of their own."""

    stack: Stack
    visitor: Visitor

    def signs_in(self) -> None:
        sign_in_as("reviewer", self.stack, self.visitor)

    def takes(self, trainee: Trainee) -> None:
        """H12, T17: finds it in the queue, opens and claims it."""
        visitor = self.visitor
        mine = visitor.page.locator(f"main a[href='/applications/{trainee.application}']")
        visitor.open("/workspace")
        visitor.until(mine, visitor.page.reload, "the application is in the queue")
        visitor.look("queue")
        with visitor.page.expect_navigation():
            mine.click()
        visitor.look("review-unclaimed")
        visitor.press("Take it")
        visitor.look("review-claimed")

    def asks(self, question: str) -> None:
        """The review clock stands still until the trainee answers."""
        visitor = self.visitor
        visitor.page.get_by_text("Ask the trainee").click()
        visitor.fill(question=question)
        visitor.look("review-asking")
        visitor.press("Ask", exact=True)
        assert "Waits for the trainee" in visitor.text()
        visitor.look("review-asked")

    def reads_the_answer(self, trainee: Trainee) -> None:
        self.visitor.open(f"/applications/{trainee.application}")
        assert "Questions and answers" in self.visitor.text()
        self.visitor.look("review-answered")

    def asks_the_host(self) -> None:
        """T19."""
        visitor = self.visitor
        folded = visitor.page.locator("main summary", has_text="Ask the host")
        if folded.count():  # open where the host decides too
            folded.click()
        visitor.press("Ask the host")
        assert "Waits for the host" in visitor.text()
        visitor.look("review-with-host")

    def accepts(self, trainee: Trainee, reason: str) -> None:
        """H12: the host has said yes; without a reason the failed guideline stands in the way, with one it is
        overridden."""
        visitor = self.visitor
        visitor.open(f"/applications/{trainee.application}")
        assert "The host recommends" in visitor.text()
        visitor.look("review-recommended")
        visitor.press("Approve")
        assert "There is a problem" in visitor.text()
        visitor.look("review-approve-refused")
        visitor.page.locator("main textarea[name^='override.']").first.fill(reason)
        visitor.press("Approve")
        assert reason in visitor.text()
        visitor.look("review-overridden")

    def approves(self) -> None:
        self.visitor.press("Approve")
        assert "Sign the terms and reserve" in self.visitor.text()
        self.visitor.look("review-approved")

    def declines(self, reason: str) -> None:
        visitor = self.visitor
        visitor.page.get_by_text("Decline instead").click()
        visitor.page.locator("main [name=code]").select_option(index=1)
        visitor.fill(reason=reason)
        visitor.look("review-declining")
        visitor.press("Decline")
        assert reason in visitor.text()
        visitor.look("review-declined")


@dataclass
class Host:
    """A host manager at the link of a mail, without an account."""

    stack: Stack
    visitor: Visitor
    program_id: str

    def comes(self, trainee: Trainee) -> str:
        """T19: opens the link of the mail about this trainee; the path of the link."""
        host_id = next(program.host_id for program in catalogue().programs if program.id == self.program_id)
        wanted = re.compile(rf"/applications/{trainee.application}/recommend/\S+")
        contact = catalogue().contacts[host_id].email
        mail = self.stack.mailbox.wait_for(contact, lambda message: bool(wanted.search(message.text)), 60)
        found = wanted.search(mail.text)
        assert found is not None
        self.visitor.open(found.group())
        assert trainee.name in self.visitor.text()
        return found.group()

    def recommends(self, note: str) -> None:
        """A forgotten answer is asked for beside the field; then yes, with a note; afterwards the page names nobody."""
        visitor = self.visitor
        visitor.look("recommend")
        visitor.press("Send my answer")
        assert "There is a problem" in visitor.text()
        visitor.look("recommend-refused")
        visitor.page.get_by_label("Yes, I recommend this trainee").check()
        visitor.fill(note=note)
        visitor.press("Send my answer")
        assert "your answer is here" in visitor.text()
        visitor.look("recommend-answered")


@dataclass
class Coordinator:
    stack: Stack
    visitor: Visitor

    def takes_back(self, trainee: Trainee, reason: str) -> None:
        """T20: what lies with a host comes back to the reviewer."""
        visitor = self.visitor
        sign_in_as("coordinator", self.stack, visitor)
        visitor.open(f"/applications/{trainee.application}")
        visitor.look("coordinator-with-host")
        visitor.fill(reason=reason)
        visitor.press("Take it back")
        assert reason in visitor.text()
        visitor.look("coordinator-taken-back")
