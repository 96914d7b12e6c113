"""The pages of the site room, whole: what they say, what they send, what every page must hold to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import html

from shared.domain.core.policy import CURRENT
from shared.domain.programs import specialties
from shared.domain.programs.program import ExperienceType
from shared.runtime.pages import FieldError, Notice, PageContext, ProblemView, asset_url, read_asset, render
from tests.unit.pages.page_markup import problems

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
POLICY = CURRENT.model_dump(mode="json")
HOME = {
    "specialties": [s.model_dump(mode="json") for s in specialties.all()],
    "months": ["2026-12", "2027-01"],
    "policy": POLICY,
}
GONE = ProblemView(
    "The last seat is gone",
    "Nothing was charged.",
    "Choose another start.",
    409,
    "01J8",
    [("See other starts", "/programs/x")],
)
STRANGER = PageContext(title="Title", path="/", now=NOW, idempotency_key="key")
TRAINEE = replace(STRANGER, path="/workspace", signed_in="Amira Hassan", roles=("trainee",))


def pages() -> Iterator[tuple[str, str]]:
    """Every page of this room as a stranger and as a trainee see it, with notices and refusals."""
    busy = replace(
        TRAINEE,
        notices=[Notice("Saved.", "good"), Notice("No.", "bad", "Title")],
        errors=[FieldError("text", "Search", "Too long.")],
    )
    for who, page in (("stranger", STRANGER), ("trainee", TRAINEE), ("busy", busy)):
        yield f"not-found {who}", render("not-found.html", "site", {}, page)
        if who == "busy":
            continue
        yield f"home {who}", render("home.html", "site", HOME, page)
        yield f"how-it-works {who}", render("how-it-works.html", "site", {"policy": POLICY}, page)
        yield f"error {who}", render("error.html", None, {}, replace(page, problem=GONE))
        yield (
            f"failure {who}",
            render(
                "error.html",
                None,
                {},
                replace(page, problem=ProblemView("Something broke", "On our side.", reference="r")),
            ),
        )


PAGES = dict(pages())


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_well_formed_labelled_light_and_without_inline_code(name: str) -> None:
    assert problems(PAGES[name]) == []


def test_the_page_check_sees_each_fault() -> None:
    inside = (
        '<h1>a</h1><h3 id="a">b</h3><p id="a" style="x"><input name="n"><a href="#gone" onclick="x">2027-W03</a> '
        "2027-01-18</b>"
    )
    bad = f"<html><body><main>{inside}</main></body></html>"
    found = " ".join(problems(bad))
    for fault in (
        "Unexpected end tag",
        "id a used 2",
        "no label: n",
        "inline style",
        "inline onclick",
        "h1 then h3",
        "the id gone",
        "no language",
        "no reader says: 2027-W03",
        "no reader says: 2027-01-18",
    ):
        assert fault in found


@pytest.mark.parametrize("name", PAGES)
def test_every_class_on_a_page_has_a_rule(name: str) -> None:
    css = read_asset(asset_url("rota.css"))[0].decode()
    ruled = set(re.findall(r"\.([a-z][a-z-]*)", css)) | {"todo", "later", "info", "bar"}
    used = {name for value in html.fromstring(PAGES[name]).xpath("//@class") for name in value.split()}
    assert used <= ruled


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_one_request_beside_the_style_sheet_and_the_icon(name: str) -> None:
    tree = html.fromstring(PAGES[name])
    assert tree.xpath("//link/@href") == [asset_url("rota.css"), asset_url("favicon.svg")]
    assert not tree.xpath("//script | //img | //iframe")


def test_no_template_of_any_room_has_inline_code_or_turns_escaping_off() -> None:
    templates = [*ROOT.glob("functions/*/pages/**/*.html"), *ROOT.glob("shared/runtime/pages/templates/**/*.html")]
    assert len(templates) >= 8
    # Mail programs read neither style sheets nor scripts: a mail's few styles stand on its elements.
    for path in (path for path in templates if "notifications" not in path.parts):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=[\"']|<style|<script(?![^>]*src=)|autoescape false", text), path.name
        # `safe` only behind a literal of the template itself.
        assert len(re.findall(r"\|\s*safe", text)) == len(re.findall(r"'[^'{}]*' \| safe", text)), path.name


def test_T10_home_asks_what_one_is_then_specialty_then_month_in_the_words_of_the_search() -> None:
    form = html.fromstring(PAGES["home stranger"]).xpath("//form[@action='/programs']")[0]
    assert form.get("method") == "get"
    assert list(dict.fromkeys(form.xpath(".//@name"))) == ["experience_type", "specialty", "month"]
    assert set(form.xpath(".//input[@name='experience_type']/@value")) == {"", *ExperienceType}
    assert len(form.xpath(".//select[@name='specialty']/option")) == 1 + 92
    assert form.xpath(".//select[@name='month']/option/text()") == ["Any month", "December 2026", "January 2027"]


def test_T07_T08_T09_home_tells_who_may_do_what() -> None:
    facts = html.fromstring(PAGES["home stranger"]).xpath("//section[@aria-labelledby='types']//dl")[0]
    assert facts.xpath("./dd/text()") == ["hands-on", "hands-on and observership", "observership"]


def test_T22_T23_home_says_what_the_fee_covers_and_what_not() -> None:
    text = html.fromstring(PAGES["home stranger"]).text_content()
    assert "$999 to $4,199" in text
    assert "$699.00" in text
    covered, other = text.split("Not covered:")
    assert "the physician’s time, and the processing of payments and documents" in covered
    assert other.strip().startswith("housing, meals, travel, insurance, visa")


def test_H01_the_four_host_steps_are_shown_in_order() -> None:
    section = html.fromstring(PAGES["how-it-works stranger"]).xpath("//*[@id='for-hosts']")[0]
    assert section.xpath(".//h3/text()") == ["Going live", "Reserving", "Trainees prepare", "During and after"]


def test_the_operators_former_name_appears_nowhere() -> None:
    for name, text in PAGES.items():
        assert not re.search(r"\bAMO\b|AMOpportunities", text), name


def test_a_problem_page_says_what_is_wrong_what_to_do_and_what_to_quote() -> None:
    text = html.fromstring(PAGES["error trainee"]).xpath("//main")[0].text_content()
    for part in (
        "The last seat is gone",
        "Nothing was charged.",
        "What to do",
        "Choose another start.",
        "See other starts",
        "01J8",
    ):
        assert part in text
    assert "try again" in PAGES["failure stranger"], "without a remedy of its own, a failure still says what to do"


def test_the_way_out_of_a_problem_fits_who_looks() -> None:
    bare = ProblemView("Please sign in", "This needs an account.", "Sign in.", 401)
    assert 'class="button" href="/accounts/sign-in"' in render("error.html", None, {}, replace(STRANGER, problem=bare))
    gone = replace(GONE, links=(), status=404)
    assert 'class="button" href="/"' in render("error.html", None, {}, replace(STRANGER, problem=gone))
    assert 'class="button" href="/workspace"' in render("error.html", None, {}, replace(TRAINEE, problem=gone))


def test_the_header_shows_where_one_is_and_who_one_is() -> None:
    tree = html.fromstring(PAGES["home trainee"])
    assert tree.xpath("//header//nav/a[@aria-current='page']/text()") == ["My rotations"]
    assert tree.xpath("//header//form[@method='post']/@action") == ["/accounts/sign-out"]
    assert "Amira Hassan" in PAGES["home trainee"]
    assert not html.fromstring(PAGES["home stranger"]).xpath("//header//form")
    below = html.fromstring(render("not-found.html", "site", {}, replace(STRANGER, path="/programs/lakeview")))
    assert below.xpath("//header//nav/a[@aria-current='true']/@href") == ["/programs"]


def test_a_refused_page_says_error_in_its_title_and_links_to_the_field() -> None:
    tree = html.fromstring(PAGES["not-found busy"])
    assert tree.xpath("//title/text()") == ["Error: Title · Rota"]
    assert tree.xpath("//div[@role='alert']//a/@href") == ["#f-text"]


def test_a_room_finds_its_own_templates_first_and_the_shared_ones_after() -> None:
    assert render("error.html", "site", {}, replace(STRANGER, problem=GONE)) == PAGES["error stranger"]
