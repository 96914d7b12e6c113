"""The macros under `ui` and the renderer itself: input kept, refusals beside their field, nothing unescaped, nothing
missing unnoticed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from lxml import html

from shared.domain.email.email_names import EmailTrouble
from shared.runtime.pages import FieldError, Notice, PageContext, ProblemView, render
from shared.runtime.pages.environment import Ui, environment

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
PAGE = PageContext(title="A page", path="/programs", now=NOW, idempotency_key="key", viewer_zone="Africa/Cairo")
WRONG = FieldError("email", "E-mail", "This is not an address.", "Write it like name@example.com.")


def fragment(source: str, page: PageContext = PAGE, **resource: Any) -> html.HtmlElement:
    """The markup that a template's content would become."""
    text = environment().from_string(source).render(resource=resource, page=page, ui=Ui(environment(), page))
    return html.fragment_fromstring(text, create_parent="div")


def said(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_a_missing_key_fails_loudly() -> None:
    with pytest.raises(UndefinedError):
        fragment("{{ resource.nothing }}")
    with pytest.raises(UndefinedError):
        fragment("{{ ui.nothing() }}")
    with pytest.raises(UndefinedError):
        render("home.html", "site", {"specialties": [], "months": []}, PAGE)


@pytest.mark.parametrize("name", ["nowhere.html", "../context.py", "ui/../../csp.py", "/etc/hostname"])
def test_an_unknown_template_or_one_outside_the_folders_is_not_found(name: str) -> None:
    for room in ("site", None):
        with pytest.raises(TemplateNotFound):
            render(name, room, {}, PAGE)


def test_everything_a_person_wrote_is_escaped() -> None:
    evil = "<script>alert(1)</script>\"' onfocus=x"
    page = replace(
        PAGE,
        inputs={"email": evil, "note": evil},
        notices=[Notice(evil)],
        errors=[FieldError("email", evil, evil, evil)],
    )
    shown = fragment(
        """{{ ui.field("email", resource.evil, resource.evil) }}{{ ui.field("note", "Note", rows=3) }}
        {{ ui.facts([(resource.evil, resource.evil)]) }}
        {{ ui.verdicts([{"verdict": "met", "text": resource.evil, "evidence": resource.evil}]) }}
        {{ ui.error_summary() }}
        {{ ui.table([{"key": "a", "label": resource.evil}], [{"a": resource.evil}]) }}{{ ui.chip(resource.evil) }}""",
        page,
        evil=evil,
    )
    assert not shown.xpath("//script | //*[@onfocus]")
    assert shown.xpath("//input/@value") == [evil]
    assert shown.xpath("//textarea")[0].text.strip() == evil
    whole = render(
        "error.html",
        None,
        {},
        replace(page, title=evil, problem=ProblemView(evil, evil, evil, 409, evil, [(evil, "/x")])),
    )
    assert "<script>alert" not in whole


def test_a_field_binds_label_hint_and_error_and_keeps_what_was_typed() -> None:
    page = replace(PAGE, errors=[WRONG], inputs={"email": "amira@"})
    shown = fragment(
        '{{ ui.field("email", "E-mail", "We send a link.", "email", autocomplete="email", required=true) }}', page
    )
    control = shown.xpath("//input")[0]
    assert shown.xpath("//label/@for") == [control.get("id")] == ["f-email"]
    assert control.get("aria-describedby").split() == shown.xpath("//p/@id") == ["h-email", "e-email"]
    assert (control.get("value"), control.get("aria-invalid"), control.get("autocomplete")) == (
        "amira@",
        "true",
        "email",
    )
    assert "Error: This is not an address. Write it like name@example.com." in said(shown)


def test_a_good_field_shows_its_value_and_no_error() -> None:
    shown = fragment(
        '{{ ui.field("city", "City", value="Chicago") }}{{ ui.field("zip", "ZIP", value=none, optional=true) }}'
    )
    assert shown.xpath("//input/@value") == ["Chicago", ""]
    assert not shown.xpath("//*[@aria-invalid or @aria-describedby]")
    assert "ZIP (optional)" in said(shown)


def test_a_password_is_never_filled_in_again() -> None:
    shown = fragment(
        '{{ ui.field("password", "Password", type="password") }}', replace(PAGE, inputs={"password": "secret"})
    )
    assert not shown.xpath("//input/@value")


def test_choices_keep_what_was_chosen_across_types() -> None:
    page = replace(PAGE, inputs={"weeks": "4", "who": "g", "kinds": ["a", "b"]})
    shown = fragment(
        """{{ ui.select("weeks", "Weeks", [(2, "Two"), (4, "Four")], blank="Any", groups=[("More", [(8, "Eight")])]) }}
        {{ ui.radios("who", "I am", [("s", "a student"), ("g", "a graduate", "Step 1 passed")]) }}
        {{ ui.checkboxes("kinds", "Kinds", [("a", "A"), ("b", "B"), ("c", "C")]) }}""",
        page,
    )
    assert shown.xpath("//option[@selected]/@value") == ["4"]
    assert shown.xpath("//option/@value") == ["", "2", "4", "8"]
    assert shown.xpath("//optgroup/@label") == ["More"]
    assert shown.xpath("//input[@checked]/@value") == ["g", "a", "b"]
    assert set(shown.xpath("//label/@for")) == set(shown.xpath("//select/@id | //input/@id"))
    assert shown.xpath("//legend/text()") == ["I am", "Kinds"]


def test_the_summary_links_to_the_first_choice_of_a_refused_group() -> None:
    page = replace(PAGE, errors=[FieldError("who", "I am", "Choose one.")])
    shown = fragment(
        '{{ ui.error_summary() }}{{ ui.radios("who", "I am", [("s", "a student"), ("g", "a graduate")]) }}', page
    )
    assert shown.xpath("//div[@role='alert']//a/@href") == ["#" + shown.xpath("//input/@id")[0]]


def test_a_consent_stays_unticked_until_ticked() -> None:
    source = '{{ ui.checkbox("agree", "I sign the terms", hint="Read them first.") }}'
    assert not fragment(source).xpath("//input[@checked]")
    assert fragment(source, replace(PAGE, inputs={"agree": "yes"})).xpath("//input[@checked]")
    preset = '{{ ui.checkbox("mail", "News", checked=true) }}'
    assert fragment(preset).xpath("//input[@checked]")
    assert not fragment(preset, replace(PAGE, errors=[WRONG])).xpath("//input[@checked]"), (
        "unticked by the person: it stays so"
    )


def test_each_form_of_a_page_has_its_own_idempotency_key() -> None:
    source = (
        '{{ ui.submit("A") }}{{ ui.submit("B", "quiet", name="action", value="b") }}{{ ui.submit("C", '
        "with_key=false) }}"
    )
    shown = fragment(source)
    assert shown.xpath("//input[@name='idempotency_key']/@value") == ["key", "key-2"]
    assert shown.xpath("//button[@name='action']/@value") == ["b"]
    assert fragment(source).xpath("//input/@value") == ["key", "key-2"], "every page counts from one"


CLOCK = (
    '{{ ui.clock(resource.due, "2026-11-20T22:00:00Z", "the host", "You need to do nothing.", "America/Chicago", '
    '"a note") }}'
)


def test_a_clock_says_what_is_left_who_acts_and_by_when_in_both_zones() -> None:
    shown = fragment(CLOCK, due="2026-11-25T22:00:00Z")
    text = said(shown)
    for part in (
        "2 d 6 h",
        "2 days 6 hours left",
        "Next to act: the host, by Wed 25 Nov 2026, 16:00 Chicago",
        "00:00 for you in Cairo · a note",
    ):
        assert part in text
    assert "You need to do nothing." in text
    meter = shown.xpath("//meter")[0]
    assert (meter.get("max"), meter.get("value")) == ("432000", "237600")
    assert shown.xpath("//time/@datetime") == ["2026-11-25T22:00:00Z"]
    assert len(shown.xpath("//script[@type='module'][starts-with(@src, '/assets/clock.')]")) == 1


def test_H16_an_overdue_clock_says_so_in_words_at_the_second_it_is_due() -> None:
    shown = fragment(CLOCK, due="2026-11-23T16:00:00Z")
    assert "overdue" in said(shown)
    assert "Was due from the host by" in said(shown)
    assert shown.xpath("//*[contains(@class, 'overdue')]")


def test_the_readers_zone_is_not_repeated_where_it_shows_the_same_time() -> None:
    page = replace(PAGE, viewer_zone="America/Chicago")
    text = said(fragment(CLOCK, page, due="2026-11-25T22:00:00Z"))
    assert "for you" not in text
    assert "A note" in text
    assert (
        said(fragment('{{ ui.moment("2026-11-25T22:00:00Z", "America/Chicago") }}', page))
        == "Wed 25 Nov 2026, 16:00 Chicago"
    )
    assert "(Thu 26 Nov 2026, 00:00 for you in Cairo)" in said(
        fragment('{{ ui.moment("2026-11-25T22:00:00Z", "America/Chicago") }}')
    )


def test_the_clock_module_is_sent_once_however_many_clocks_there_are() -> None:
    shown = fragment(
        '{{ ui.left("2026-11-23T18:00:00Z") }}{{ ui.left("2026-11-23T15:00:00Z") }}' + CLOCK, due="2026-11-25T22:00:00Z"
    )
    assert len(shown.xpath("//script")) == 1
    assert [said(e) for e in shown.xpath("//*[@data-short]")] == ["2 h", "1 h over", "2 d 6 h"]


def test_verdicts_are_told_by_mark_and_words_never_by_colour_alone() -> None:
    items = [
        {"verdict": "met", "text": "Step 1 passed", "evidence": "Verified.", "would_change": "never shown"},
        {
            "verdict": "failed",
            "text": "Graduated after 2022",
            "evidence": "",
            "would_change": "Nothing: choose another program.",
        },
        {"verdict": "unknown", "text": "BLS"},
    ]
    shown = fragment(
        "{{ ui.verdicts(resource.items_) }}{{ ui.verdict_chip('failed', 'Not eligible') }}{{ ui.chip('Late', 'bad') }}",
        items_=items,
    )
    assert [said(li) for li in shown.xpath("//li")] == [
        "✓Met: Step 1 passedVerified.",
        "✗Not met: Graduated after 2022Nothing: choose another program.",
        "?Not known yet: BLS",
    ]
    assert [said(chip) for chip in shown.xpath("//span[contains(@class, 'chip')]")] == ["✗Not eligible", "✗Late"]


def test_a_timeline_says_which_step_is_now() -> None:
    shown = fragment(
        """{{ ui.timeline([
        {"state": "done", "title": "You applied", "at": "2026-11-19T16:12:00Z", "note": "with your CV"},
        {"state": "now", "title": "The host reviews it"},
        {"state": "todo", "title": "Decision"}], "America/Chicago") }}"""
    )
    assert [said(li).split(")")[0] for li in shown.xpath("//li[@aria-current='step']")] == ["The host reviews it (now"]
    assert "Thu 19 Nov 2026, 10:12 Chicago" in said(shown)
    assert "Decision (to come)" in said(shown)


def test_a_table_row_becomes_a_card_that_names_each_cell() -> None:
    shown = fragment(
        """{{ ui.table([{"key": "what", "label": "What"}, {"key": "cents", "label": "Amount", "num": true}],
        [{"what": "Deposit", "cents": 69900 | money}], "Fees", total={"cents": 214900 | money}) }}"""
    )
    assert shown.xpath("//tbody/tr[1]/td/@data-label") == ["What", "Amount"]
    assert shown.xpath("//tr[@class='total']/td/@data-label") == ["Amount"]
    assert shown.xpath("//th/@scope") == ["col", "col"]
    assert said(shown.xpath("//caption")[0]) == "Fees"


def test_empty_states_and_pages_offer_a_way_on_and_only_existing_ones() -> None:
    shown = fragment(
        '{{ ui.empty("No applications yet", "Find one.", "/programs", "Find a rotation") }}'
        '{{ ui.pagination("/n?cursor=a&b") }}{{ ui.pagination() }}'
    )
    assert shown.xpath("//a/@href") == ["/programs", "/n?cursor=a&b"]
    assert len(shown.xpath("//nav")) == 1


def test_calls_with_a_body_keep_it() -> None:
    shown = fragment(
        '{% call ui.card("Now", level=3) %}<p>a</p>{% endcall %}{% call ui.notice("bad", "No") %}<p>b</p>{% endcall %}'
        '{{ ui.steps([("Find", "It")]) }}{{ ui.link("Go", "/x", "quiet") }}{{ ui.saved("UTC") }}',
        replace(PAGE, draft_saved_at=NOW),
    )
    assert said(shown.xpath("//section")[0]) == "Nowa"
    assert shown.xpath("//div[@role='alert']/p[2]/text()") == ["b"]
    assert "Saved Mon 23 Nov 2026, 16:00 UTC" in said(shown)


def test_a_page_context_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        PageContext(title="x", path="/", now=datetime(2026, 11, 23))


# --- an email in trouble ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("trouble", get_args(EmailTrouble))
def test_each_trouble_of_an_email_is_said_in_words_and_only_who_ends_it_has_the_form(trouble: EmailTrouble) -> None:
    source = '{{ ui.email_trouble(resource, "/cases/1/host-mail", "America/Chicago") }}'
    found = {"what": "email to the host", "who": "host", "trouble": trouble, "since": NOW}
    reads, ends = (fragment(source, **found, address=address) for address in (None, "desk@clinic.example"))
    assert "email to the host" in said(reads.xpath(".//h2")[0])
    assert (reads.xpath(".//form"), ends.xpath(".//form/@action")) == ([], ["/cases/1/host-mail"])
    assert ("desk@clinic.example" in said(reads), "desk@clinic.example" in said(ends)) == (False, True)
