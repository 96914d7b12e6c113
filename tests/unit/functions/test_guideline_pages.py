"""The guidelines page (H12, host screen 8): what it says, what a trial shows, what saving does, and every refusal with
its form."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lxml import html

from shared.domain.documents.rules import DocumentRule, NeededBy
from shared.domain.programs.guidelines import Guidelines
from tests.builders import PROGRAM, TRAINEE
from tests.rooms import Answer
from tests.unit.functions.application_rooms import COORDINATOR, Rooms, primary, shown

HERE = f"/workspace/programs/{PROGRAM}/guidelines"
ANY_ROW = {"document_kind[]": "any", "document_age[]": "any", "document_cover[]": "any", "document_when[]": "clearance"}
FORM: dict[str, Any] = {"version": "1", "statuses[]": ["", "student", "graduate"], "lead_days": "0", **ANY_ROW}


class Desk(Rooms):
    def open(self, query: str = "") -> Answer:
        return self.in_workspace(self.browser(COORDINATOR)).get(HERE + query)

    def send(self, where: str = "", **changes: Any) -> Answer:
        return self.in_workspace(self.browser(COORDINATOR)).post(HERE + where, {**FORM, **changes})

    def in_force(self) -> Guidelines:
        return self.catalogue.program(PROGRAM).guidelines

    def applied(self) -> Desk:
        """Two past applicants: a student who passed nothing further, and one who passed Step 2 CK."""
        self.ready().sent()
        self.clock.move(timedelta(minutes=1))
        self.rival(step2_ck="passed", step2_ck_verified=True)
        return self


def value(tree: html.HtmlElement, name: str) -> str:
    return str(tree.xpath(f"//*[@name='{name}']/@value")[0])


def chosen(tree: html.HtmlElement, column: str) -> list[str]:
    return [select.xpath("string(option[@selected]/@value)") for select in tree.xpath(f"//select[@name='{column}[]']")]


def test_H12_a_program_without_applicants_says_so_and_offers_one_action() -> None:
    tree = shown(
        Desk().open(),
        200,
        "Guidelines",
        "Inpatient Cardiology",
        "No past applicants yet",
        "Unchanged since the program went live.",
    )
    assert primary(tree) == ["Try against past applicants"]
    assert tree.xpath("//main//a[text()='Who may sign in for this host']/@href") == ["/accounts/hosts/host-1"]


def test_H12_the_form_shows_what_is_in_force_with_two_more_rows_for_documents() -> None:
    rules = Guidelines(
        statuses=("graduate",),
        step1_required=True,
        min_graduation_year=2020,
        languages=("Spanish", "French"),
        lead_days=30,
        documents=(DocumentRule(kind="tb_test", max_age_days=75, must_cover=True, needed_by=NeededBy.APPROVAL),),
    )
    tree = shown(Desk(guidelines=rules).open(), 200, "Document 1", "75 days")
    assert tree.xpath("//input[@name='statuses[]'][@checked]/@value") == ["graduate"]
    assert (value(tree, "languages"), value(tree, "min_graduation_year"), value(tree, "lead_days")) == (
        "Spanish, French",
        "2020",
        "30",
    )
    assert [chosen(tree, f"document_{column}") for column in ("kind", "age", "cover", "when")] == [
        ["tb_test", "any", "any"],
        ["75", "any", "any"],
        ["yes", "any", "any"],
        ["approval", "clearance", "clearance"],
    ]


def test_H12_a_trial_counts_past_applicants_keeps_what_was_typed_and_writes_nothing() -> None:
    desk = Desk().applied()
    commits = desk.store.commits
    answer = desk.send("/preview", step2_ck_required="yes", languages="English")
    tree = shown(
        answer,
        200,
        "Would have accepted 1 of 2 past applicants",
        "The guidelines in force accept 2.",
        "With this change 1 more would be refused.",
        "USMLE Step 2 CK passed",
        "Applicant 1 of 2",
        "No contradictions found",
        never=("Amara", "Bela", TRAINEE),
    )
    assert primary(tree) == ["Save these guidelines"]
    assert tree.xpath("//button[@formaction]/@formaction") == [HERE]
    assert (value(tree, "languages"), tree.xpath("//input[@name='step2_ck_required']/@checked")) == (
        "English",
        ["checked"],
    )
    assert (desk.store.commits, desk.in_force()) == (commits, Guidelines())


def test_H12_a_trial_shows_what_is_wrong_with_it() -> None:
    answer = Desk().send("/preview", languages="Spanish, spanish", weeks_max="3")
    tree = shown(
        answer, 200, "2 remarks on this change", "Cannot be saved: “spanish” is named twice.", "Cannot be saved: Nobody"
    )
    assert primary(tree) == ["Try again"], "what cannot be saved is not offered to be"


def test_H12_saving_leads_back_and_says_so() -> None:
    desk = Desk()
    rows = {
        "document_kind[]": ["bls", "any", "tb_test"],
        "document_age[]": ["any", "any", "90"],
        "document_cover[]": ["yes", "any", "any"],
        "document_when[]": ["clearance", "clearance", "approval"],
    }
    answer = desk.send(step2_ck_required="yes", languages="Spanish", weeks_min="4", **rows)
    assert (answer.status, answer.location) == (303, f"{HERE}?saved=1")
    assert desk.in_force() == Guidelines(
        step2_ck_required=True,
        languages=("Spanish",),
        weeks_min=4,
        documents=(
            DocumentRule(kind="bls", must_cover=True),
            DocumentRule(kind="tb_test", max_age_days=90, needed_by=NeededBy.APPROVAL),
        ),
    )
    shown(desk.open("?saved=1"), 200, "Saved", "From now on applications are held to these guidelines.", "Last changed")


def test_H12_an_error_of_the_linter_comes_back_beside_its_field_with_what_was_typed() -> None:
    desk = Desk()
    tree = shown(desk.send(languages="Spanish, spanish"), 422, "There is a problem", "“spanish” is named twice.")
    assert tree.xpath("//a[@href='#f-languages']")
    assert value(tree, "languages") == "Spanish, spanish"
    assert desk.in_force() == Guidelines()


def test_H12_what_was_taken_out_stays_out_of_a_form_that_comes_back_refused() -> None:
    desk = Desk(
        guidelines=Guidelines(min_graduation_year=2018, languages=("French",), step1_required=True, weeks_max=4)
    )
    changed = desk.send(**{"visa_types[]": ["", "B-1", "b1"]})
    tree = shown(changed, 422, "“B-1” is named twice.", "Graduated in 2018 or later, or still studying")
    assert [value(tree, name) for name in ("min_graduation_year", "languages", "weeks_max")] == ["", "", ""]
    assert tree.xpath("//input[@name='step1_required'][@checked]") == []


def test_H12_ways_to_enter_are_ticked_and_programs_may_name_them_in_their_own_words() -> None:
    desk = Desk(guidelines=Guidelines(visa_types=("b1/b2", "Royal letter")))
    ticks = "//input[@name='visa_types[]'][@checked]/@value"
    assert shown(desk.open(), 200).xpath(ticks) == ["B-1/B-2", "Royal letter"]
    refused = desk.send(**{"visa_types[]": ["", "B-1/B-2", "Royal letter"]})
    assert shown(refused, 422, "Choose one of the options").xpath(ticks) == ["B-1/B-2", "Royal letter"]
    assert shown(refused, 422).xpath("//a[@href='#f-visa_types']")
    assert desk.send(**{"visa_types[]": ["", "B-1", "ESTA"]}).status == 303
    assert desk.in_force().visa_types == ("B-1", "ESTA")
    desk.send(version="2", visa_types="F1, green card")
    assert desk.in_force().visa_types == ("F-1", "Green card")
    assert desk.send(version="3", **{"visa_types[]": ""}).status == 303
    assert desk.in_force().visa_types == ()


def test_H12_bad_input_is_refused_beside_its_field() -> None:
    desk = Desk()
    for changes, field in (
        ({"statuses[]": ""}, "statuses"),
        ({"weeks_min": "8", "weeks_max": "4"}, "weeks_min"),
        ({"lead_days": "many"}, "lead_days"),
        ({"min_graduation_year": "20"}, "min_graduation_year"),
        ({**ANY_ROW, "document_kind[]": ["bls", "bls"]}, "documents"),
        ({**ANY_ROW, "document_kind[]": ["bls"], "document_age[]": ["old"]}, "documents"),
        ({**ANY_ROW, "document_kind[]": ["../etc"]}, "documents"),
        ({"gender": "any"}, "gender"),
    ):
        answer = desk.in_workspace(desk.api(COORDINATOR)).post(HERE, _json({**FORM, **changes}))
        assert (answer.status, [one["field"] for one in answer.json["fields"]]) == (422, [field]), answer.body
        assert desk.send(**changes).status == 422
    assert desk.in_force() == Guidelines()


def test_H12_programs_send_rules_as_they_are() -> None:
    desk = Desk()
    rule = {"kind": "tb_test", "max_age_days": 90, "must_cover": False, "needed_by": "approval"}
    answer = desk.in_workspace(desk.api(COORDINATOR)).post(HERE, {"version": 1, "documents": [rule]})
    assert (answer.status, answer.json["version"], answer.json["guidelines"]["documents"]) == (200, 2, [rule])
    assert desk.in_workspace(desk.api(COORDINATOR)).get(HERE).json["findings"] == []


def test_two_people_at_once_the_second_sees_both_and_loses_nothing() -> None:
    desk = Desk()
    assert desk.send(step2_ck_required="yes").status == 303
    tree = shown(
        desk.send(languages="Spanish"), 409, "while you were looking at it", "In force now", "USMLE Step 2 CK passed"
    )
    assert (value(tree, "languages"), value(tree, "version")) == ("Spanish", "2")
    assert desk.in_force() == Guidelines(step2_ck_required=True)
    assert desk.send(version="2", languages="Spanish").status == 303


def _json(form: dict[str, Any]) -> dict[str, Any]:
    """A form's fields as a program sends them."""
    found: dict[str, Any] = {}
    for name, given in form.items():
        if name.endswith("[]"):
            found[name[:-2]] = [one for one in ([given] if isinstance(given, str) else given) if one]
        else:
            found[name] = given
    return found
