"""cfn-lint on every template as it is written, and on the root as AWS gets it: SAM hides circles and wrong types until
it is expanded."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cfnlint.config import ConfigMixIn, ManualArgs
from cfnlint.runner import Runner

from infra.lint.project import PSEUDO, Finding, expanded, load, nested_paths

EXPANDED = "template.yaml, expanded"
IGNORED = {
    "W3002": "local paths of nested templates: they are there so that cfn-lint compares a nested stack's parameters "
    "with its file"
}


def lint_templates(root: Path) -> tuple[list[str], list[Finding]]:
    """(what was looked at, what cfn-lint found), for template.yaml as written and expanded, and for each nested
    template."""
    source = load(root / "template.yaml")
    names = ["template.yaml", *nested_paths(source)]
    with tempfile.TemporaryDirectory() as folder:
        copies = {str(Path(folder) / name): name for name in names}
        for copy, name in copies.items():
            Path(copy).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, copy)
        whole = Path(folder) / "expanded.json"
        whole.write_text(json.dumps(expanded(source), indent=1))
        copies[str(whole)] = EXPANDED
        return [*copies.values()], list(lint_files(copies))


def lint_files(files: dict[str, str]) -> Iterator[Finding]:
    """`files` maps each path to the name it is reported under. One run: reading the rules takes longer than applying
    them."""
    config = ConfigMixIn(
        cli_args=[], **ManualArgs(templates=list(files), regions=[PSEUDO["AWS::Region"]], ignore_checks=list(IGNORED))
    )
    for match in Runner(config).run():
        where = "/".join(str(part) for part in getattr(match, "path", None) or []) or f"line {match.linenumber}"
        yield Finding(f"cfn-lint {match.rule.id}", f"{files[match.filename or '']}: {where}", match.message)
