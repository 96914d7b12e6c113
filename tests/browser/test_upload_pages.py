"""A file that does not count, and a form that ran out: neither ends on the bucket's own page, with scripts or without
(T15)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from infra.local.demo.journey import HANDS_ON, Journey
from infra.local.stack.local_stack import Stack
from tests.browser.people import Trainee
from tests.browser.visitor import Album, Visitor, Way
from tests.files import A_PDF

TOO_LARGE = A_PDF + b"\0" * 10_000_000


def _draft(stack: Stack, visitor: Visitor, name: str) -> str:
    """A draft without a CV, opened; its path."""
    person = Journey(stack, say=lambda _: None).sign_up(name)
    sheet = Journey(stack, say=lambda _: None).search(person)
    wish = {"program_id": sheet["program"]["id"], "experience_type": HANDS_ON, "start": sheet["starts"][-5]["start"]}
    path = f"/applications/{person.client.post('/applications', wish)['id']}"
    Trainee(stack, visitor, person.name, email=person.email, password=person.password).signs_in()
    visitor.open(path)
    return path


def _choose(visitor: Visitor, content: bytes) -> None:
    visitor.page.locator("input[type=file]").set_input_files(
        {"name": "cv.pdf", "mimeType": "application/pdf", "buffer": content}
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [(TOO_LARGE, "The file is larger than 10 MB."), (b"", "The file is empty.")],
    ids=["large", "empty"],
)
def test_T15_without_scripts_a_file_that_does_not_count_is_explained_and_the_next_try_leads_back(
    chromium: Browser, rota_stack: Stack, album: Album, content: bytes, words: str
) -> None:
    with Visitor(chromium, rota_stack.info.public_url, Way(390, scripts=False), album) as visitor:
        path = _draft(rota_stack, visitor, "Salma Aziz")
        assert "within 6 hours" in visitor.text()
        _choose(visitor, content)
        visitor.press("Upload this CV")
        assert words in visitor.text()
        visitor.look("document-refused")
        visitor.press("Upload it again")
        _choose(visitor, A_PDF)
        visitor.press("Upload")
        assert visitor.page.url.endswith(path)
        assert "CV, version 1" in visitor.text()


def test_T15_with_scripts_a_form_that_ran_out_meanwhile_is_made_anew(
    chromium: Browser, rota_stack: Stack, album: Album
) -> None:
    with Visitor(chromium, rota_stack.info.public_url, Way(1280), album) as visitor:
        path = _draft(rota_stack, visitor, "Tarek Fahmy")
        visitor.page.locator("input[name=policy]").evaluate("field => { field.value = 'b3Zlcg=='; }")
        _choose(visitor, A_PDF)
        visitor.press("Upload this CV")
        assert visitor.page.url.endswith(path)
        assert "CV, version 1" in visitor.text()
