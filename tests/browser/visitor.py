"""Somebody in front of a browser: opens pages, and looks at each one as critically as a customer, an axe scan and a
phone would."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response

Json = dict[str, Any]

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
# WCAG 2.2 AA and what axe's makers advise beyond it. In other colours it is the same page: only the rules on colours
# can say more.
EVERYTHING: Json = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
ON_COLOURS: Json = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
SCAN = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(found => found.violations)"
ZONE = "Africa/Cairo"
PATIENCE_MS = 30_000
PHONE = 390
HEIGHTS = {1280: 900, PHONE: 844}


@dataclass(frozen=True)
class Way:
    """How somebody visits: width in CSS pixels, with JavaScript or without."""

    width: int
    scripts: bool = True

    def __str__(self) -> str:
        return f"{self.width}{'' if self.scripts else '-without-scripts'}"


@dataclass(frozen=True)
class Album:
    """The pictures of one run in `folder`, and which addresses were looked at: (path, width)."""

    folder: Path
    seen: set[tuple[str, int]] = field(default_factory=set)


@dataclass
class Visitor:
    """A browser profile with one tab. As a context manager it closes the profile, and what went wrong unseen fails the
    test."""

    browser: Browser
    url: str
    way: Way
    album: Album
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": self.way.width, "height": HEIGHTS[self.way.width]},
            java_script_enabled=self.way.scripts,
            is_mobile=self.way.width <= PHONE,
            has_touch=self.way.width <= PHONE,
            locale="en-US",
            timezone_id=ZONE,
        )
        self._context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self._context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"script error at {self.page.url}: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def __enter__(self) -> Visitor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.page.screenshot(path=self.album.folder / "failed.png", full_page=True)
        self._context.close()
        if kind is None:
            assert not self.problems, "\n".join(self.problems)

    # --- going somewhere ----------------------------------------------------------------------------------------------
    def open(self, path: str, status: int = 200) -> None:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{path} answers {answer.status}"

    def press(self, name: str, role: Any = "button", exact: bool = False) -> None:
        """A button, or with role "link" a link; waits until the page that follows is there."""
        with self.page.expect_navigation(wait_until="load"):
            self.page.locator("main").get_by_role(role, name=name, exact=exact).first.click()

    def fill(self, **fields: str) -> None:
        """Form fields by their name; selects by value."""
        for name, value in fields.items():
            control = self.page.locator(f"main [name={name}]")
            if control.evaluate("one => one.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)

    def until(self, wanted: Locator, again: Callable[[], object], what: str) -> None:
        """Asks for the page again until it has what is wanted, as a person would: it travels through queues, so it is
        there soon."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not wanted.is_visible():
            assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_MS // 1000} s"
            again()

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    # --- looking ------------------------------------------------------------------------------------------------------
    def look(self, name: str) -> None:
        """What every page owes everybody; keeps a picture. Scans and pictures are of the page with scripts. Dark
        colours are looked at from the desk only: they are the same on a phone."""
        page, at = self.page, f"{name}, {self.way}"
        self.album.seen.add((urlsplit(page.url).path, self.way.width))
        headings, wide = page.evaluate("[document.querySelectorAll('h1').length, document.documentElement.scrollWidth]")
        if headings != 1:
            self.problems.append(f"{at}: {headings} first headings")
        if wide > self.way.width:
            self.problems.append(f"{at}: {wide} pixels wide")
        if not self.way.scripts:
            return
        page.screenshot(path=self.album.folder / f"{name}-{self.way}.png", full_page=True)
        page.evaluate(AXE)
        self.problems += [f"{at}: {line}" for line in violations(page, EVERYTHING)]
        if self.way.width > PHONE:
            page.emulate_media(color_scheme="dark")
            page.screenshot(path=self.album.folder / f"{name}-{self.way}-dark.png", full_page=True)
            self.problems += [f"{at}, dark: {line}" for line in violations(page, ON_COLOURS)]
            page.emulate_media(color_scheme="light")

    def _console(self, message: ConsoleMessage) -> None:
        # A refused form answers 4xx on purpose; its status is checked where it is expected.
        refused = message.text.startswith("Failed to load resource") and message.location["url"] == self.page.url
        if message.type == "error" and not refused:
            self.problems.append(f"console at {self.page.url}: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"{request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and not response.request.is_navigation_request()):
            self.problems.append(f"{response.request.method} {response.url}: {response.status}")


def violations(page: Page, rules: Json) -> list[str]:
    """What axe finds, a line for each element. The page has `AXE` already."""
    found = page.evaluate(SCAN, rules)
    return [f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]
