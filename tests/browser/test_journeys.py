"""The trainee's and the reviewer's journey through a real browser: phone and desktop, with and without JavaScript (pages.md, issue 3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from infra.local.stack import Stack
from tests.browser.people import Reviewer, Trainee
from tests.browser.visitor import Visitor, Way

WAYS = (Way(1280), Way(390), Way(1280, scripts=False), Way(390, scripts=False))


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_T01_T10_T17_T24_T27_a_trainee_finds_applies_is_approved_pays_and_has_the_seat(
    way: Way, chromium: Browser, rota_stack: Stack, album: Path
) -> None:
    url = rota_stack.info.public_url
    with Visitor(chromium, url, way, album) as hers, Visitor(chromium, url, way, album) as theirs:
        amina = Trainee(rota_stack, hers, "Amina Farouk")
        reviewer = Reviewer(rota_stack, theirs)
        amina.joins()
        amina.finds()
        amina.applies(start=8 + WAYS.index(way))
        reviewer.signs_in()
        reviewer.takes(amina)
        reviewer.approves()
        amina.signs()
        amina.reserves()
        amina.looks_back()
