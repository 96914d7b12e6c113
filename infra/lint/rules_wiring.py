"""Stacks that fit together: what one hands to another is what the other asks for, and nothing is carried along
unused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from infra.lint.project import Finding, Project, Stack

WIRING = "R13 nested stacks get what they ask for and give what is used"


def wiring(project: Project) -> Iterator[Finding]:
    """R13: nested stacks get what they ask for, and give nothing that nobody uses.

    A missing output is found when the project is read: resolving it raises `KeyError`.
    """
    for stack in project.stacks[1:]:
        declared = stack.template.get("Parameters", {})
        missing = {name for name, spec in declared.items() if "Default" not in spec} - stack.arguments.keys()
        for name in sorted(missing):
            yield Finding(WIRING, stack.name, f"its parameter {name} is not given")
        for name in sorted(stack.arguments.keys() - declared.keys()):
            yield Finding(WIRING, stack.name, f"is given {name}, which it does not ask for")
    for template, names in _outputs(project).items():
        text = json.dumps([stack.template for stack in project.stacks])
        stacks = "|".join(sorted(stack.name for stack in project.stacks if id(stack.template) == template))
        for output in names:
            if not re.search(rf'"({stacks})", "Outputs\.{output}"|\$\{{({stacks})\.Outputs\.{output}\}}', text):
                yield Finding(WIRING, stacks, f"nobody uses its output {output}")


def _outputs(project: Project) -> dict[int, list[str]]:
    """Output names by template: a template that is used many times needs each of its outputs used once."""
    nested: list[Stack] = project.stacks[1:]
    return {id(stack.template): list(stack.template.get("Outputs", {})) for stack in nested}


RULES = (wiring,)
