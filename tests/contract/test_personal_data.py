"""Every erasable text that the source writes is in the registry of personal data, and nothing else is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from shared.domain.personal_data import ITEMS, TEXTS

ROOT = Path(__file__).resolve().parents[2] / "shared" / "services"
_OF_A_PERSON = re.compile(r"^/[a-z-]+[:-]")
NAMED_BY = {"text_ref": (1, "application:*:"), "form_ref": (2, "credit-form:*:")}
"""Functions that name a text: which argument says what, and what stands before it."""


def written(node: ast.AST) -> str:
    """An f-string with `*` for what differs."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "*" for one in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else ""


def names(tree: ast.AST) -> Iterator[str]:
    """What stands behind the owner in each ref of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and len(node.values) > 1 and isinstance(node.values[0], ast.FormattedValue):
            owner, text = ast.unparse(node.values[0].value), written(node)[1:]
            if _OF_A_PERSON.match(text) and not owner.endswith(("url", "address")):
                yield text[1:]
        # `text_ref` with a version is a text of its own each time.
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMED_BY:
            at, before = NAMED_BY[node.func.id]
            again = "-*" if node.func.id == "text_ref" and len(node.args) > 2 else ""
            yield before + written(node.args[at]) + again


def found() -> set[str]:
    all_names = {name for path in ROOT.rglob("*.py") for name in names(ast.parse(path.read_text("utf-8")))}
    # The two functions themselves, whose callers say what: `<application or form>:*:<what>`.
    return {re.sub(r"[0-9]+$", "*", one) for one in all_names if one not in ("application:*:**", "credit-form:*:*")}


def test_every_text_about_a_person_is_in_the_registry_and_each_of_the_registry_is_written() -> None:
    registered = {one.name for one in TEXTS}
    assert len(registered) == len(TEXTS)
    assert {re.sub(r"\*+-\*|-[0-9*]+$", "-*", one) for one in found()} == {
        re.sub(r"\*+-\*|-[0-9*]+$", "-*", one) for one in registered
    }


def test_a_text_that_nobody_registered_is_noticed() -> None:
    source = 'PersonalRecord(f"{account.id}/diary-{n}", {})\ntext_ref(application, "secret", loaded.version)'
    assert set(names(ast.parse(source))) == {"diary-*", "application:*:secret-*"}


def test_what_is_kept_says_why() -> None:
    assert all(one.holds for one in TEXTS)
    assert [one.what for one in ITEMS if one.kept], "something is kept, and says why"
