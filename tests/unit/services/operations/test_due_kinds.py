"""Every kind of due row has one rule in its context: what is written fits it, what it says is written, and somebody
reads it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest

from shared.domain.accounts.account_input import ROLES
from shared.domain.core import due_readers
from shared.domain.core.due_readers import SWEEP, of_coach
from shared.domain.search.query import SearchQuery
from shared.services.contexts import due_rules, queue_tasks
from shared.services.core.due_rule import DueRule
from shared.services.money.settlement import Settled
from tests.fakes import FakeStore
from tests.fakes.wiring import FakeWiring
from tests.unit.services.applications.application_scene import AS_REVIEWER, AS_TRAINEE, Desk
from tests.unit.services.money.test_settlement import late
from tests.unit.services.operations.test_email_reports import SES, Sent
from tests.unit.services.programs.test_publishing import Desk as ProgramDesk
from tests.unit.services.reservations.reservation_scene import WEBHOOK, Scene
from tests.unit.services.waitlist.waitlist_scene import Line

ROOT = Path(__file__).resolve().parents[4]
RULES = due_rules()
COACH = of_coach("<account>")
READERS = {value for name, value in vars(due_readers).items() if name.isupper()} | {COACH}


def names() -> dict[str, str]:
    """The constants of every context's `due_kinds.py`."""
    files = (ROOT / "shared" / "domain").glob("*/due_kinds.py")
    modules = [import_module(f"shared.domain.{file.parent.name}.due_kinds") for file in files]
    return {name: value for module in modules for name, value in vars(module).items() if name.isupper()}


# --- the rules --------------------------------------------------------------------------------------------------------
def test_each_name_of_a_due_row_has_one_rule() -> None:
    assert sorted(RULES) == sorted(names().values())


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_who_owes_is_a_role_a_row_has_one_reader_and_what_the_sweep_reads_it_acts_on(rule: DueRule) -> None:
    assert set(rule.who) <= {*ROLES, "system"}
    assert rule.of
    assert rule.means
    assert rule.reader in READERS
    assert (rule.act is not None, rule.service is not None) == (rule.reader == SWEEP, rule.reader == SWEEP)


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.service], ids=lambda rule: rule.kind)
def test_the_wiring_makes_the_service_of_every_rule(rule: DueRule) -> None:
    assert rule.service is not None
    assert isinstance(FakeWiring().make(rule.service), rule.service)


def test_what_staff_read_is_shown_in_their_queue() -> None:
    listed = {due_readers.REVIEWERS, due_readers.COORDINATORS, due_readers.WATCHED}
    assert {rule.kind for rule in RULES.values() if rule.reader in listed} == set(queue_tasks())
    assert all(task.reader == RULES[kind].reader for kind, task in queue_tasks().items())
    assert all(task.owed_by or task.watched for task in queue_tasks().values())


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
    newcomer = FakeWiring()
    newcomer.account_wishes.sign_up("Amara Okafor", "amara@example.org")
    yield newcomer.store


def test_what_cases_leave_due_is_the_whole_table_of_the_right_thing_for_the_right_role() -> None:
    written = set()
    for scenes in (applications, seats, the_rest):
        for store in scenes():
            for item in store.waiting.values():
                rule = RULES[item.due.kind]
                assert item.subject_kind in rule.of
                assert item.due.who in rule.who
                assert item.due.reader == rule.reader
                written.add(rule.kind)
    assert written == set(RULES)


# --- no strings beside it ---------------------------------------------------------------------------------------------
def literals(tree: ast.AST) -> Iterator[ast.Constant]:
    """Strings where a kind belongs: in a `Due`, in `done`, beside a row's kind, in a list of kinds."""
    for node in ast.walk(tree):
        places: list[ast.AST] = []
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            places += node.args[:1] if called == "Due" else []
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
        return node.value in RULES
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
        'Due(HOST, at, "host")',
        'event.subject.kind == "ACCOUNT"',
        'roles("host", "offer")',
        'ROLES = ("host", "trainee")',
    ],
)
def test_other_strings_are_left_alone(line: str) -> None:
    assert not list(literals(ast.parse(line)))


def test_services_and_functions_name_kinds_by_their_constants() -> None:
    files = sorted([*(ROOT / "shared" / "services").rglob("*.py"), *(ROOT / "functions").rglob("*.py")])
    found = [
        f"{file.name}:{one.lineno} {one.value!r}"
        for file in files
        for one in literals(ast.parse(file.read_text("utf-8")))
    ]
    assert len(files) > 50
    assert found == []
