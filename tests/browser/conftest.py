"""The browser of these tests: Debian's Chromium, headless. `make browser` requires it; `make test` leaves the walks out
and says so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.visitor import Album

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What was never walked is known at the end, and only after every walk: a run of some tests leaves it out."""
    last = [item for item in items if item.path.name == "test_every_page.py"]
    some = (
        config.option.keyword
        or config.option.markexpr
        or any("::" in one or one.endswith(".py") for one in config.args)
    )
    items[:] = [item for item in items if item not in last] + ([] if some else last)
    if some:
        config.hook.pytest_deselected(items=last)


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
    """One browser process for these tests and no longer: its driver keeps an event loop in this thread while it
    runs."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium_path, args=["--disable-dev-shm-usage", "--force-color-profile=srgb"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def album() -> Album:
    """The pictures go to a folder that git ignores."""
    folder = Path(__file__).parents[2] / "screenshots"
    folder.mkdir(exist_ok=True)
    return Album(folder)
