"""The PDF of a signed form: from what was signed, with dates of the event, so that it is the same bytes each time.
Never on it: an IP address, money, the NPI unless the school asked for the license."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.core.aggregate import Actor
from shared.domain.core.instants import say
from shared.domain.credit_forms.checklist import Read, Verdict, said
from shared.domain.credit_forms.content import Answers
from shared.domain.credit_forms.fingerprint import shown
from shared.domain.credit_forms.form import CreditForm, Version
from shared.domain.documents.uploads import forms_folder
from shared.domain.programs import specialties
from shared.domain.programs.program import ExperienceType, Program
from shared.events.credit_form import CreditFormSigned
from shared.events.envelope import Envelope
from shared.ports import Catalogue, Store
from shared.services.core.document_rule import DocumentOrder, DocumentRule
from shared.services.core.transitions import RequestContext
from shared.services.credit_forms.acceptance import CreditAcceptance
from shared.services.credit_forms.records import form_of

Rows = list[tuple[str, str]]
WORDS: Mapping[str, str] = {
    "ward": "Hospital ward",
    "hospital_clinic": "Hospital clinic",
    "private_clinic": "Private clinic",
    "mixed": "Ward and clinic",
    "most": "Most of it",
    "half": "About half of it",
    "less": "Less than half of it",
    "none": "None",
    "on_site": "Always on site",
    "mostly": "Mostly on site",
    "on_call": "On call",
    "certified": "Board-certified",
    "eligible": "Board-eligible",
    "neither": "Neither certified nor eligible",
    "covered": "Covered by the site",
    "student_brings": "The student brings it",
    "not_needed": "Not needed",
    "in_place": "In place",
    "needed": "Needed first",
    "yes": "Yes",
    "partly": "Partly",
    "no": "No",
    "supervising_physician": "Supervising physician",
    "director": "Director",
    "education_office": "Education office",
    "practice_manager": "Practice manager",
    "other": "Other",
}


def both_zones(at: datetime, zone: str) -> str:
    """`Wed 3 February 2027, 12:20:31 CST (18:20:31 UTC)`: every instant names its zone (C47)."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{say(local.date())}, {local:%H:%M:%S %Z} ({at.astimezone(UTC):%H:%M:%S} UTC)"


@dataclass(frozen=True, kw_only=True)
class CreditFormDocuments:
    store: Store
    catalogue: Catalogue
    credit_acceptance: CreditAcceptance
    public_url: str

    def order(self, event: Envelope) -> DocumentOrder | None:
        """Of the version that this event signed; None once somebody whose words it needs was erased."""
        form = form_of(self.store.load("CREDIT_FORM", event.subject.id))
        version = form.versions[len(event.data["versions"]) - 1]
        student, host = self.store.text(version.student_ref), self.store.text(version.answers_ref)
        mark = self.store.text(version.signature_ref)
        if student is None or host is None or mark is None:
            return None
        program = self.catalogue.program(form.program_id)
        data = _data(form, version, program, student, host, mark, self.public_url)
        return DocumentOrder(
            "record", data, f"{forms_folder(form.trainee_id)}/{form.id}", "credit_form", (form.id, version.n)
        )

    def made(self, order: DocumentOrder, key: str, sha256: str, event: Envelope) -> None:
        call = RequestContext(Actor(role="system", id="pdf_maker"), event.correlation_id, event.id)
        form_id, version = order.about
        self.credit_acceptance.file(call, form_id, version, key, sha256)


def _data(
    form: CreditForm,
    version: Version,
    program: Program,
    student: Mapping[str, Any],
    host: Mapping[str, Any],
    mark: Mapping[str, Any],
    url: str,
) -> dict[str, Any]:
    answers, request = Answers.model_validate(host["answers"]), student["request"]
    lines = [Read.model_validate(one) for one in host["lines"]]
    sections = [
        _section("Student and school", _student(student, request)),
        _section("Rotation", _rotation(form, program)),
        _section("The site", _site(answers)),
        _section("Supervision", _supervision(answers, any(line.code == "license" for line in form.lines))),
        _section("Insurance, agreement, evaluation", _terms(answers)),
        _section("What the school asks", _checklist(lines, request.get("line_words", []))),
        _section("Remarks", [], [answers.remarks] if answers.remarks else []),
        _section("Signature", _signature(form, version, mark), [PROVES]),
    ]
    title = f"Credit form {form.number}"
    replaces = f", replaces version {version.n - 1}" if version.n > 1 else ""
    return {
        "title": title,
        "subtitle": f"Version {version.n}{replaces} · {student['name']} · {program.name}",
        "lang": "en",
        "sections": [one for one in sections if one["rows"] or one["paragraphs"]],
        "footer": {
            "left": f"{form.number} · version {version.n}",
            "lines": [
                f"Fingerprint {shown(version.answers_sha256)}",
                f"Compare this file at {url}/credit-forms/check/{form.number}",
            ],
        },
        "unprintable": False,
    }


PROVES = (
    "Signed electronically by somebody who held the link that we sent to the address named above, or to whom it was "
    "passed on there. The fingerprint covers every answer: the page named below says whether a file is the one that "
    "was signed."
)


def _section(title: str, rows: Rows, paragraphs: list[str] | None = None) -> dict[str, Any]:
    return {"title": title, "rows": [[label, value] for label, value in rows if value], "paragraphs": paragraphs or []}


def _word(code: object) -> str:
    return WORDS.get(str(code), "") if code is not None else ""


def _yes(value: bool | None) -> str:
    return "" if value is None else ("Yes" if value else "No")


def _student(student: Mapping[str, Any], request: Mapping[str, Any]) -> Rows:
    course = " · ".join(part for part in (request.get("course"), request.get("course_number")) if part)
    return [
        ("Student", str(student["name"])),
        ("School", ", ".join(part for part in (student["school"], student["country"]) if part)),
        ("Course", course),
        ("Credit", str(request.get("credit", ""))),
        ("School's form", str(request.get("form_name", ""))),
    ]


def _rotation(form: CreditForm, program: Program) -> Rows:
    kind = "Hands-on" if form.experience_type is ExperienceType.HANDS_ON else "Observership"
    place = program.place
    return [
        ("Program", program.name),
        ("Where", f"{place.city}, {place.state} {place.zip}"),
        ("When", f"{say(form.start)} to {say(form.end)} ({form.weeks} weeks)"),
        ("Kind", kind),
    ]


def _site(answers: Answers) -> Rows:
    hours = [
        f"{answers.hours_week} a week" if answers.hours_week is not None else "",
        f"{answers.structured_hours} structured" if answers.structured_hours is not None else "",
        f"{answers.teaching_hours} of teaching" if answers.teaching_hours is not None else "",
    ]
    residency = " · ".join(
        part for part in (_yes(answers.residency), answers.acgme and f"ACGME {answers.acgme}") if part
    )
    return [
        ("Setting", _word(answers.setting)),
        ("Hours", ", ".join(part for part in hours if part)),
        ("Time with patients", _word(answers.patient_time)),
        ("Schedule", answers.schedule),
        ("Objectives", answers.objectives),
        ("Assessment", answers.assessment),
        ("Feedback at the midpoint", _yes(answers.midpoint)),
        ("Residency in this specialty", residency),
        ("Medical school", answers.medical_school),
        ("Emergency care", answers.emergency_care),
    ]


def _supervision(answers: Answers, license_asked: bool) -> Rows:
    degree = f", {answers.degree}" if answers.degree in ("MD", "DO") else ""
    until = f", valid until {say(answers.license_until)}" if answers.license_until else ""
    specialty = specialties.get(answers.specialty).name if answers.specialty else ""
    return [
        ("Supervising physician", f"{answers.supervisor}{degree}" if answers.supervisor else ""),
        ("Title and specialty", ", ".join(part for part in (answers.title, specialty) if part)),
        ("License", f"{answers.license_state} {answers.license_number}{until}" if answers.license_number else ""),
        ("NPI", answers.npi if license_asked else ""),
        ("Board", ", ".join(part for part in (_word(answers.board), answers.board_name) if part)),
        ("Contact", " · ".join(part for part in (answers.email, answers.phone) if part)),
        ("Also supervise", "\n".join(answers.others)),
        ("Supervision", _word(answers.supervision)),
        ("Students per supervisor", str(answers.students or "")),
        ("Not related, not their physician", _yes(answers.not_relative)),
    ]


def _terms(answers: Answers) -> Rows:
    amounts = [
        f"{value:,} USD {what}"
        for value, what in ((answers.liability_each_usd, "each"), (answers.liability_total_usd, "in total"))
        if value is not None
    ]
    evaluation = " · ".join(part for part in (answers.evaluator, answers.evaluator_email) if part)
    by = f"by {say(answers.evaluation_by)}" if answers.evaluation_by else ""
    return [
        ("Liability", ", ".join(part for part in (_word(answers.liability), *amounts) if part)),
        ("Agreement", _word(answers.agreement)),
        ("Evaluation", ", ".join(part for part in (evaluation, by) if part)),
    ]


def _checklist(lines: list[Read], words: list[str]) -> Rows:
    rows = []
    for index, one in enumerate(lines):
        own = words[index] if index < len(words) else ""
        source = " (from the answers above)" if one.computed else ""
        verdict = _word(one.verdict.value) if isinstance(one.verdict, Verdict) else "Not answered"
        rows.append((said(one.line, own), f"{verdict}{source}" + (f"\n{one.words}" if one.words else "")))
    return rows


def _signature(form: CreditForm, version: Version, mark: Mapping[str, Any]) -> Rows:
    return [
        ("Signed by", f"{mark['name']}, {_word(version.capacity.value).lower()}"),
        ("Signed", both_zones(version.signed_at, form.zone)),
        ("Sent to", str(mark["sent_to"])),
    ]


DOCUMENTS = (DocumentRule(CreditFormSigned, CreditFormDocuments, CreditFormDocuments.order, CreditFormDocuments.made),)
