"""The browser of these tests: Debian's Chromium, headless. Where there is none they say that they were left out (ROTA_BROWSER=required)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser process for all of these tests. Ask for it before the stack: without a browser the test ends here."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        said = "no Chromium is installed here (Debian: apt-get install chromium)"
        if os.environ.get("ROTA_BROWSER") == "required":
            pytest.fail(f"ROTA_BROWSER=required, but {said}", pytrace=False)
        pytest.skip(f"left out: {said}")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--disable-dev-shm-usage", "--force-color-profile=srgb"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def album() -> Path:
    """Where the pictures go: a folder that git ignores."""
    folder = Path(__file__).parents[2] / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder
