"""What a function reads from its environment is set by its template section or by the template's globals, a section
sets nothing that its function does not read, and nothing else reads the environment."""

from __future__ import annotations

import ast
import dataclasses
import importlib
from functools import cache
from typing import Any

import pytest

from infra.lint.__main__ import ROOT
from infra.lint.project import Project
from infra.local.stack.preprocess import functions

LIBRARIES = {"POWERTOOLS_LOG_LEVEL": "Powertools' Logger reads its level itself"}
"""Variables that a library reads on its own: no settings model lists them."""
ALLOWED = {
    "Settings.read(os.environ)",
    "self.settings.read(os.environ)",
    "in_lambda(os.environ)",
    "'AWS_LAMBDA_FUNCTION_NAME' in os.environ",
}
"""The only ways to look at the environment: one settings model per function, and whether this is Lambda at all."""


@cache
def environments() -> dict[str, set[str]]:
    """Room -> names of the variables that AWS sets for it, the template's globals included."""
    rooms = functions(project().source)
    return {
        rooms[function.place.name]: set(function.properties["Environment"]["Variables"])
        for function in project().of("AWS::Lambda::Function")
    }


@cache
def sections() -> dict[str, set[str]]:
    """Room -> names of the variables that its own section of the template sets."""
    source = project().source
    return {
        room: set(source["Resources"][name]["Properties"].get("Environment", {}).get("Variables", {}))
        for name, room in functions(source).items()
    }


def shared() -> set[str]:
    """Names of the variables that the template's globals set for every function."""
    return set(project().source["Globals"]["Function"]["Environment"]["Variables"])


@cache
def project() -> Project:
    return Project.read(ROOT)


def settings(room: str) -> Any:
    return importlib.import_module(f"functions.{room}.handler").Settings


def fields(model: Any) -> set[str]:
    return (
        {field.name for field in dataclasses.fields(model)}
        if dataclasses.is_dataclass(model)
        else set(model.model_fields)
    )


ROOMS = sorted(path.parent.name for path in ROOT.glob("functions/*/handler.py"))


def test_every_room_is_a_function_of_the_template_and_every_function_a_room() -> None:
    assert sorted(environments()) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_a_function_reads_what_its_section_or_the_globals_set_and_all_that_its_section_sets(room: str) -> None:
    read = {name.upper() for name in fields(settings(room))}
    assert environments()[room] == sections()[room] | shared()
    assert read - environments()[room] == set(), "read, but set by nobody"
    assert sections()[room] - LIBRARIES.keys() - read == set(), "set for this function, which does not read it"
    assert sections()[room] & shared() == set(), "set by the globals already"


def test_the_globals_set_only_what_half_of_the_functions_read() -> None:
    for name in shared() - LIBRARIES.keys():
        readers = [room for room in ROOMS if name.lower() in fields(settings(room))]
        assert len(readers) >= len(ROOMS) / 2, f"{name} is read by {readers} only: set it in their sections"


@pytest.mark.parametrize("room", ROOMS)
def test_every_setting_takes_its_value_from_the_variable_of_its_name(room: str) -> None:
    model = settings(room)
    made = model.read({name: f"value of {name}" for name in environments()[room]})
    assert {name: getattr(made, name) for name in fields(model)} == {
        name: f"value of {name.upper()}" for name in fields(model)
    }


@pytest.mark.parametrize("room", ROOMS)
def test_a_function_without_its_environment_says_what_is_missing(room: str) -> None:
    with pytest.raises((ValueError, KeyError), match=r"(?i)stage"):
        settings(room).read({})


def test_nothing_else_reads_the_environment() -> None:
    found = []
    for path in sorted([*ROOT.glob("shared/**/*.py"), *ROOT.glob("functions/**/*.py")]):
        tree = ast.parse(path.read_text())
        allowed = {id(part) for node in ast.walk(tree) if _spelled(node) in ALLOWED for part in ast.walk(node)}
        found += [
            f"{path.relative_to(ROOT)}:{node.lineno}"
            for node in ast.walk(tree)
            if _reads(node) and id(node) not in allowed
        ]
    assert found == []


def _spelled(node: ast.AST) -> str:
    return ast.unparse(node) if isinstance(node, ast.Call | ast.Compare) else ""


def _reads(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv")


def test_every_variable_of_a_library_is_set_somewhere() -> None:
    assert set(LIBRARIES) <= set().union(*environments().values())
