"""Around a reserved seat: the trainee's list, the coach's suggestion, and a host's mail that came back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from infra.local.demo.journey import Journey
from infra.local.mailbox import ses_reports
from infra.local.seed.catalogue import load as catalogue
from infra.local.stack.local_stack import Stack
from infra.local.stack.queues import Queues
from tests.browser.people import Trainee
from tests.browser.staff import sign_in_as
from tests.browser.visitor import Album, Visitor, Way

WAYS = (Way(1280), Way(390))


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_H19_T31_a_list_is_ticked_a_partner_suggested_and_a_bounced_host_mail_sent_again(
    way: Way, chromium: Browser, rota_stack: Stack, album: Album
) -> None:
    journey, url = Journey(rota_stack, say=lambda _: None), rota_stack.info.public_url
    person = journey.sign_up("Salma Fathy")
    sheet = journey.search(person)
    journey.apply(person, sheet["program"]["id"], sheet["starts"][-2 - WAYS.index(way)]["start"])
    journey.approve(journey.staff("reviewer"), person)
    journey.sign(person)
    journey.pay(person, journey.checkout(person)["checkout_url"])
    Queues(rota_stack.info).drain()
    contact = catalogue().contacts[journey.host_of(person)].email
    mail = rota_stack.mailbox.wait_for(contact, lambda mail: person.name in mail.subject, 60)
    assert ses_reports.report(rota_stack.info, mail)
    Queues(rota_stack.info).drain()
    hub = f"/reservations/{person.reservation_id}"
    with (
        Visitor(chromium, url, way, album) as hers,
        Visitor(chromium, url, way, album) as coaches,
        Visitor(chromium, url, way, album) as ours,
    ):
        salma = Trainee(rota_stack, hers, person.name, person.email, person.password, person.application["id"])
        salma.signs_in()
        hers.look("my-rotations-to-prepare")
        hers.open(hub)
        hers.press("Mark as done Flights")
        assert "4 of 5 open" in hers.text()
        sign_in_as("coach", rota_stack, coaches)
        coaches.open("/reservations/cases")
        assert salma.name in coaches.text()
        coaches.look("cases-with-trainees")
        coaches.open(hub)
        coaches.press("Suggest it")
        assert "There is a problem" in coaches.text()
        coaches.fill(partner_id="lakeside-rooms")
        coaches.press("Suggest it")
        assert "You suggested: Lakeside Rooms" in coaches.text()
        coaches.look("case-of-a-coach")
        hers.open(hub)
        assert "Suggested by your coach: Lakeside Rooms" in hers.text()
        hers.look("reservation-prepared")
        hers.open("/reservations/partners")
        hers.look("partners-for-a-trainee")
        sign_in_as("coordinator", rota_stack, ours)
        ours.open("/workspace")
        assert "Email to the host came back" in ours.text()
        ours.look("queue-host-mail")
        ours.open(hub)
        assert "The email to the host came back" in ours.text()
        ours.press("Send it again")
        assert "There is a problem" in ours.text()
        ours.look("case-host-mail")
        ours.fill(email=contact)
        ours.press("Send it again")
        assert "The email to the host came back" not in ours.page.locator("h2").all_inner_texts()
