"""Every kind of due row stands in one table: what is written fits it, what stands in it is written, and somebody looks
at it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.domain.accounts.account_input import ROLES
from shared.domain.core import due_kinds
from shared.domain.core.due_kinds import TABLE, of_coach
from shared.domain.search.query import SearchQuery
from shared.services.money.settlement import Settled
from shared.services.operations.sweep import KINDS
from shared.services.operations.workspace import QUEUES, WATCHED
from tests.fakes import FakeStore
from tests.unit.services.applications.application_scene import AS_REVIEWER, AS_TRAINEE, Desk
from tests.unit.services.money.test_settlement import late
from tests.unit.services.operations.test_email_reports import SES, Sent
from tests.unit.services.programs.test_publishing import Desk as ProgramDesk
from tests.unit.services.reservations.reservation_scene import WEBHOOK, Scene
from tests.unit.services.waitlist.waitlist_scene import Line

ROOT = Path(__file__).resolve().parents[4]
COACH = of_coach("<account>")
NAMES = {
    name: value
    for name, value in vars(due_kinds).items()
    if name.isupper() and isinstance(value, str) and name[0] != "_"
}


def listed(function: str) -> set[str]:
    """The kinds that the table says this function reads."""
    return {kind.name for kind in TABLE.values() if function in kind.read_by}


# --- the table --------------------------------------------------------------------------------------------------------
def test_each_constant_is_one_line_of_the_table_and_the_coaches_kind_is_the_only_other() -> None:
    assert sorted(TABLE) == sorted([*NAMES.values(), COACH])
    assert of_coach("account-1") == "coach:account-1"


@pytest.mark.parametrize("kind", TABLE.values(), ids=list(TABLE))
def test_who_owes_is_a_role_and_readers_are_functions_that_exist(kind: due_kinds.DueKind) -> None:
    assert set(kind.who) <= {*ROLES, "system"}
    assert kind.of
    assert all((ROOT / "functions" / name / "handler.py").is_file() for name in kind.read_by)


def test_the_sweep_acts_on_exactly_what_the_table_says_each_kind_once() -> None:
    assert sorted(KINDS) == sorted(listed("deadlines"))


def test_the_queue_and_the_coachs_list_show_exactly_what_the_table_says() -> None:
    shown = {kind for of_role in (*QUEUES.values(), *WATCHED.values()) for kind in of_role}
    assert shown | {COACH} == listed("workspace")


def test_every_kind_is_swept_or_shown_but_the_mark_that_is_shown_with_its_review() -> None:
    assert [kind.name for kind in TABLE.values() if not kind.read_by] == [due_kinds.ESCALATION]


# --- what is written --------------------------------------------------------------------------------------------------
def applications() -> Iterator[FakeStore]:
    desk = Desk().scene()
    id = desk.draft().id
    yield desk.store
    desk.submission.submit(AS_TRAINEE, id)
    desk.review.claim(AS_REVIEWER, id)
    yield desk.store
    desk.information_requests.ask(AS_REVIEWER, id, "Which ward?")
    yield desk.store
    desk.information_requests.reply(AS_TRAINEE, id, "The second.")
    desk.host_review.route(AS_REVIEWER, id)
    yield desk.store
    desk.clock.move(timedelta(days=7))
    desk.swept(id)
    yield desk.store
    approved = Desk().scene()
    approved.review.approve(AS_REVIEWER, approved.claimed().id)
    yield approved.store


def seats() -> Iterator[FakeStore]:
    line = Line()
    yield line.store
    yield line.offered().store
    scene = Scene()
    scene.apply()
    scene.coach("<account>")
    link = scene.checkout()
    scene.webhook(scene.pay(link))
    scene.coaching.match(link.reserved.id, WEBHOOK)
    yield scene.store
    paid_late = Scene()
    paid_late.apply()
    _, session = late(paid_late)
    paid_late.checkout()
    paid_late.payments.unavailable_after()
    assert paid_late.settlement.settle(session, WEBHOOK) is Settled.REFUND_DUE
    yield paid_late.store


def the_rest() -> Iterator[FakeStore]:
    sent = Sent()
    sent.email_reports.report(sent.tag, "bounced", SES)
    yield sent.store
    asked = Desk().scene()
    asked.saved_searches.save(AS_TRAINEE, SearchQuery())
    yield asked.store
    program = ProgramDesk()
    program.publish()
    yield program.store


def test_what_cases_leave_due_is_the_whole_table_of_the_right_thing_for_the_right_role() -> None:
    written = set()
    for scenes in (applications, seats, the_rest):
        for store in scenes():
            for item in store.waiting.values():
                line = TABLE[item.due.kind]
                assert item.subject_kind in line.of
                assert item.due.who in line.who
                written.add(line.name)
    assert written == set(TABLE)


# --- no strings beside it ---------------------------------------------------------------------------------------------
def literals(tree: ast.AST) -> Iterator[ast.Constant]:
    """Strings where a kind belongs: in a `Due`, in `done`, in a question for due rows, beside a row's kind, in a list
    of kinds."""
    for node in ast.walk(tree):
        places: list[ast.AST] = []
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            places += node.args[:1] if called in ("Due", "due") else []
            places += [
                one.value for one in node.keywords if one.arg == "done" or (called == "Due" and one.arg == "kind")
            ]
        elif isinstance(node, ast.Compare) and "kind" in {
            getattr(one, "attr", "") for one in (node.left, *node.comparators)
        }:
            places += [one for one in (node.left, *node.comparators) if names_kinds(one)]
        elif isinstance(node, ast.Tuple | ast.List | ast.Set) and len(node.elts) > 1 and names_kinds(node):
            places.append(node)
        for place in places:
            yield from (one for one in ast.walk(place) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def names_kinds(node: ast.AST) -> bool:
    """A name of the table, or nothing but such names."""
    if isinstance(node, ast.Constant):
        return node.value in TABLE
    return (
        isinstance(node, ast.Tuple | ast.List | ast.Set)
        and bool(node.elts)
        and all(names_kinds(one) for one in node.elts)
    )


@pytest.mark.parametrize(
    "line",
    [
        'Due("review", at, "reviewer")',
        'ports.Due("x", at, who)',
        'Due(kind="x", at=at, who=who)',
        'Due(f"coach:{id}", at, "coach")',
        'step(one, event, call, now, done=("hold",))',
        'store.due("mail", None)',
        'item.due.kind == "host"',
        'a.kind in ("host", "reply")',
        'KINDS = ("host", "host_late")',
        'QUEUES = {"admin": ["review", "mail"]}',
    ],
)
def test_a_string_in_the_place_of_a_kind_is_found(line: str) -> None:
    assert list(literals(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        'Due(due_kinds.HOST, at, "host")',
        'event.subject.kind == "ACCOUNT"',
        'roles("host", "offer")',
        'ROLES = ("host", "trainee")',
    ],
)
def test_other_strings_are_left_alone(line: str) -> None:
    assert not list(literals(ast.parse(line)))


def test_services_and_functions_name_kinds_by_the_tables_constants() -> None:
    files = sorted([*(ROOT / "shared" / "services").glob("*.py"), *(ROOT / "functions").rglob("*.py")])
    found = [
        f"{file.name}:{one.lineno} {one.value!r}"
        for file in files
        for one in literals(ast.parse(file.read_text("utf-8")))
    ]
    assert len(files) > 50
    assert found == []
