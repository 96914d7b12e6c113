"""`python -m infra.lint`: cfn-lint on all templates and our own rules on the whole; prints what was looked at and every
finding."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from infra.lint import rules_access, rules_delivery, rules_storage, rules_wiring
from infra.lint.cfn import lint_templates
from infra.lint.project import Finding, Project

ROOT = Path(__file__).resolve().parents[2]
RULES: tuple[Callable[[Project], Iterable[Finding]], ...] = (
    *rules_delivery.RULES,
    *rules_storage.RULES,
    *rules_access.RULES,
    *rules_wiring.RULES,
)


def own_findings(project: Project) -> list[Finding]:
    """What our own rules find, in the rules' order."""
    return [finding for rule in RULES for finding in rule(project)]


def main(root: Path = ROOT) -> int:
    names, found = lint_templates(root)
    project = Project.read(root)
    found += own_findings(project)
    out = sys.stdout.write
    out(f"cfn-lint: {', '.join(names)}\n")
    out(
        f"{len(RULES)} rules of our own on {len(project.resources)} resources in {len(project.stacks)} stacks, as in "
        "production:\n"
    )
    for rule in RULES:
        # A rule's name is the first sentence of what it says of itself.
        out(f"  {(rule.__doc__ or '').strip().splitlines()[0]}\n")
    out("A bare * is allowed only where AWS forces it:\n")
    for (type, action, target), reason in rules_access.FORCED.items():
        out(f"  {action} on {target} ({type}): {reason}\n")
    for finding in found:
        out(f"! {finding}\n")
    out(f"{len(found)} findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
