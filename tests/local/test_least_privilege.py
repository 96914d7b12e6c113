"""Issue 2, done-when 6: with IAM enforced, what each function is granted equals what it used end to end, both ways."""

from __future__ import annotations

import json

from infra.local.checks.least_privilege import compare
from infra.local.demo.journey import Journey
from infra.local.stack.local_stack import ROOT, Stack
from tests.local.account_acts import joins_the_staff, keeps_the_account, signs_in_with_a_code
from tests.local.host_acts import answers_signed_in
from tests.local.rare import Rare, program_for

NOT_ASKED_YET = ("pdf_maker:",)
"""No page asks for a document yet, so this function has used nothing; its line goes when the forms' room comes."""


def test_each_function_is_granted_exactly_what_it_used_from_end_to_end(rota_stack: Stack) -> None:
    journey = Journey(rota_stack)
    play(journey, Rare(journey))
    found = compare(ROOT, rota_stack.call_log, rota_stack.info.outputs)
    assert [line for line in found if not line.startswith(NOT_ASKED_YET)] == []


def play(journey: Journey, rare: Rare) -> None:
    """The main journey, then everything that goes wrong."""
    stack = journey.stack
    with journey.step("the journey"):
        leila = journey.sign_up("Leila Osman")
        journey.search(leila)
        roomy = program_for(leila, range(6, 20))
        journey.apply(leila, *roomy)
        journey.approve(journey.staff("reviewer"), leila)
        journey.sign(leila)
        journey.pay(leila, journey.checkout(leila)["checkout_url"])
        journey.host_mail(leila)
        leila.client.get("/workspace")
        journey.staff("coach").get("/reservations/cases")
    with journey.step("a browser"):
        hub = f"/reservations/{leila.reservation_id}"
        rare.browser(("/", "/programs", "/documents", f"/applications/{leila.application['id']}", hub, "/workspace"))
    with journey.step("accounts"):
        keeps_the_account(journey)
        joins_the_staff(journey)
        signs_in_with_a_code(journey)
    with journey.step("a routed review"):
        rare.routed("Gita Rao", *roomy)
    with journey.step("a host's manager"):
        answers_signed_in(journey, "Ines Moreau", *roomy)
    with journey.step("a no with alternatives"):
        rare.declined("Hana Sato", *roomy)
    with journey.step("a saved search"):
        rare.saved_search(leila)
    with journey.step("guidelines"):
        rare.guidelines(roomy[0])
    with journey.step("a bad file"):
        rare.bad_file(leila)
        rare.malware(leila)
    with journey.step("a passport"):
        rare.passport(leila)
    bilal, chidi, dina, farid = (
        rare.approved(name, *roomy) for name in ("Bilal Haddad", "Chidi Okoro", "Dina Kamel", "Farid Aziz")
    )
    with journey.step("lost webhooks"):
        rare.paid_before_cancelled(bilal)
        rare.paid_and_never_told(chidi)
    with journey.step("a late payment"):
        rare.paid_after_the_hold(dina)
    with journey.step("mails"):
        rare.mail_refused()
        rare.mail_bounced(bilal)
        rare.mail_uncertain(leila, lambda: _used(stack, "notifications", "dynamodb:BatchGetItem"))
    with journey.step("the last seat"):
        emil = rare.approved("Emil Sand", *program_for(leila, range(1, 2)))
        rare.version_that_was_there(emil)
    with journey.step("sweeps that meet"):
        rare.sweeps_that_meet(farid, lambda: _used(stack, "deadlines", "dynamodb:BatchGetItem"))


def _used(stack: Stack, room: str, action: str) -> bool:
    calls = map(json.loads, stack.call_log.read_text().splitlines())
    return any(call["function"] == room and action in call["actions"] for call in calls)
