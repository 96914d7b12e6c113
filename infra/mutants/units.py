"""Pieces of code that a mutant belongs to, and a shape of each that survives renaming.

A unit is a function that stands in a module or class (with everything within it), or any other statement there, such as
a constant or a field. Its shape is its syntax with every name replaced by the order in which names come: a renamed
file, class, function or variable keeps it, a changed operator, number or text does not.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

DECLARATIONS = (ast.Import, ast.ImportFrom, ast.Global, ast.Pass)
IDENTIFIERS = {"id", "attr", "arg", "name", "asname", "kwd_attrs"}
UNRUN = {"annotation", "returns", "type_comment", "ctx", "decorator_list"}


@dataclass(frozen=True)
class Unit:
    """`name` is dotted within its module, such as `Money.plus` or `HOLD_HOURS`."""

    name: str
    node: ast.stmt
    shape: str

    @property
    def is_function(self) -> bool:
        return isinstance(self.node, ast.FunctionDef | ast.AsyncFunctionDef)


def units(tree: ast.Module) -> Iterator[Unit]:
    """Every unit of a module, in the order of its text."""
    yield from _units(tree.body, "")


def _units(body: list[ast.stmt], prefix: str) -> Iterator[Unit]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _units(node.body, f"{prefix}{node.name}.")
        elif not (isinstance(node, DECLARATIONS) or is_docstring(node) or _is_for_types(node) or _is_config(node)):
            yield Unit(prefix + _name(node), node, shape(node))


def _name(node: ast.stmt) -> str:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name
        case ast.Assign(targets=[target, *_]) | ast.AnnAssign(target=target):
            return ast.unparse(target)
        case _:
            return type(node).__name__.lower()


def is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_for_types(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _is_config(node: ast.stmt) -> bool:
    """That a model is frozen guards against code that nobody has written."""
    return isinstance(node, ast.Assign) and _name(node) == "model_config"


def children(node: ast.AST) -> Iterator[ast.AST]:
    """What of a node is run, in the order of its text: neither docstrings nor annotations nor decorators."""
    for field, value in ast.iter_fields(node):
        if field not in UNRUN:
            for child in value if isinstance(value, list) else (value,):
                if isinstance(child, ast.AST) and not is_docstring(child):
                    yield child


def shape(node: ast.AST) -> str:
    """A digest that stays when names change, and only then."""
    names: dict[str, str] = {}
    return hashlib.sha256(_written(node, names).encode()).hexdigest()[:20]


def _written(node: ast.AST, names: dict[str, str]) -> str:
    parts = [type(node).__name__]
    for field, value in ast.iter_fields(node):
        if field in UNRUN:
            continue
        if field in IDENTIFIERS:
            for name in value if isinstance(value, list) else (value,):
                parts.append(names.setdefault(name, str(len(names))) if name is not None else "-")
        elif isinstance(value, ast.AST):
            parts.append(_written(value, names))
        elif isinstance(value, list):
            parts += [
                _written(one, names) if isinstance(one, ast.AST) else repr(one)
                for one in value
                if not is_docstring(one)
            ]
        else:
            parts.append(repr(value))
    return f"({' '.join(parts)})"
