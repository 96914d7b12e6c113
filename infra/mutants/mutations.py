"""The mutations: one operator, constant or `not` of a unit, replaced by another.

A mutation is addressed by its unit and its index among all of this unit, so that the same address means the same change
as long as the unit keeps its shape.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from infra.mutants.units import Unit, children, units

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
BOOLEANS: dict[type[ast.boolop], type[ast.boolop]] = {ast.And: ast.Or, ast.Or: ast.And}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}


@dataclass(frozen=True)
class Mutation:
    """`before` and `after` are the expression that changes; `lines` are those that run it (first and last)."""

    unit: Unit
    index: int
    before: str
    after: str
    line: int
    lines: tuple[int, int]


@dataclass(frozen=True)
class _Change:
    """`parent.field` becomes `value`, or `parent.field[at]` where the field is a list; `shown` is what a reader sees of
    it."""

    shown: ast.AST
    parent: ast.AST
    field: str
    at: int | None
    value: object

    def swap(self, value: object) -> object:
        """Sets `value` and returns what was there."""
        holder: object = getattr(self.parent, self.field)
        if self.at is None:
            setattr(self.parent, self.field, value)
            return holder
        assert isinstance(holder, list)
        before, holder[self.at] = holder[self.at], value
        return before


def mutations(tree: ast.Module) -> Iterator[Mutation]:
    """Every mutation of a module; the tree is as it was after each."""
    for unit in units(tree):
        for index, (change, lines) in enumerate(_changes(unit.node, unit.node, _header(unit.node))):
            before = ast.unparse(change.shown)
            original = change.swap(change.value)
            # A `not` that goes is replaced in its parent: what is left is its operand.
            after = ast.unparse(change.value if isinstance(change.value, ast.expr) else change.shown)
            change.swap(original)
            yield Mutation(unit, index, before, after, getattr(change.shown, "lineno", lines[0]), lines)


def mutated(source: str, shape: str, index: int, line: int) -> str:
    """The module's source with this one change in the unit that `line` is in."""
    return ast.unparse(mutated_tree(source, shape, index, line)) + "\n"


def mutated_tree(source: str, shape: str, index: int, line: int) -> ast.Module:
    """The same as syntax, every node with the line it had.

    Raises LookupError if a unit of that shape is not there."""
    tree = ast.parse(source)
    for unit in units(tree):
        if unit.shape == shape and unit.node.lineno <= line <= (unit.node.end_lineno or 0):
            change, _ = list(_changes(unit.node, unit.node, _header(unit.node)))[index]
            change.swap(change.value)
            return ast.fix_missing_locations(tree)
    raise LookupError(f"line {line} is in no unit of shape {shape}")


def _header(node: ast.AST) -> tuple[int, int]:
    """First and last line of a statement; of one that holds others, those before them."""
    first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
    body = getattr(node, "body", None)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node.body[0].lineno, last  # what stands in its first line runs when it is defined: any call will do
    if isinstance(body, list) and body:
        return first, max(first, body[0].lineno - 1)
    return first, last


def _changes(node: ast.AST, parent: ast.AST, lines: tuple[int, int]) -> Iterator[tuple[_Change, tuple[int, int]]]:
    for change in _of(node, parent):
        yield change, lines
    for field, value in ast.iter_fields(node):
        for at, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(child, ast.UnaryOp) and isinstance(child.op, ast.Not):
                yield _Change(child, node, field, at, child.operand), _lines(child, lines)
    for child in children(node):
        yield from _changes(child, node, _lines(child, lines))


def _lines(node: ast.AST, around: tuple[int, int]) -> tuple[int, int]:
    return _header(node) if isinstance(node, ast.stmt) else around


def _of(node: ast.AST, parent: ast.AST) -> Iterator[_Change]:
    """What can be changed in a node itself; a constant is shown within its parent, unless that is a whole block."""
    around = node if hasattr(parent, "body") else parent
    match node:
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                for other in COMPARISONS[type(op)]:
                    yield _Change(node, node, "ops", at, other())
        case ast.BoolOp(op=boolean):
            yield _Change(node, node, "op", None, BOOLEANS[type(boolean)]())
        case ast.Constant(value=bool(flag)):
            yield _Change(around, node, "value", None, not flag)
        case ast.Constant(value=int(number)) | ast.Constant(value=float(number)):
            yield _Change(around, node, "value", None, number + 1)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as operator, right=right):
            if not (_is_text(left) or _is_text(right)):
                yield _Change(node, node, "op", None, ARITHMETIC[type(operator)]())
        case ast.AugAssign(op=ast.Add() | ast.Sub() as operator, value=value):
            if not _is_text(value):
                yield _Change(node, node, "op", None, ARITHMETIC[type(operator)]())


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
