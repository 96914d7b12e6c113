"""The browser of these tests: Debian's Chromium, headless. `make browser` requires it; `make test` leaves the walks out and says so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session", autouse=True)
def chromium_path() -> str:
    """Asked for first, so that no stack is started where nobody looks at it."""
    if os.environ.get("ROTA_BROWSER") != "required":
        pytest.skip("left out: the walks through a real browser are minutes of their own: make browser")
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.fail("no Chromium is installed here (Debian: apt-get install chromium)", pytrace=False)
    return found


@pytest.fixture(scope="package")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """One browser process for these tests and no longer: its driver keeps an event loop in this thread while it runs."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path, args=["--disable-dev-shm-usage", "--force-color-profile=srgb"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def album() -> Path:
    """Where the pictures go: a folder that git ignores."""
    folder = Path(__file__).parents[2] / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder
