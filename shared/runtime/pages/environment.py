"""The one Jinja2 environment. The only module that imports jinja2, and it is imported at the first page."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound
from jinja2.environment import TemplateModule

from shared.runtime.pages.context import PageContext
from shared.runtime.pages.filters import filters, same_clock, seconds_until

SHARED = Path(__file__).parent / "templates"
# shared/runtime/pages/environment.py -> the folder that holds `shared` and `functions`, in a checkout as in a Lambda's
# zip.
ROOT = Path(__file__).resolve().parents[3]


class RoomLoader(BaseLoader):
    """Finds `room:name` in the room's pages, else among the shared templates; a plain name only among the shared
    ones."""

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:  # noqa: ARG002 (jinja2's signature)
        """The template's text. Raises TemplateNotFound also for a name that would leave the two folders."""
        room, _, name = template.rpartition(":")
        folders = ([self._root / "functions" / room / "pages"] if room else []) + [SHARED]
        for folder in folders:
            path = (folder / name).resolve()
            if path.is_relative_to(folder.resolve()) and path.is_file():
                # A file's text never changes under a running function: nothing to check again.
                return path.read_text(encoding="utf-8"), str(path), lambda: True
        raise TemplateNotFound(template)


class RoomEnvironment(Environment):
    def join_path(self, template: str, parent: str) -> str:
        """A template of a room looks in its own room first for what it extends or includes."""
        room, separator, _ = parent.rpartition(":")
        return template if ":" in template else f"{room}{separator}{template}"


@cache
def environment() -> Environment:
    """Autoescape always on, a missing key is an error, nothing checked on disk again."""
    made = RoomEnvironment(
        loader=RoomLoader(),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(filters())
    made.globals.update(seconds_until=seconds_until, same_clock=same_clock, zip=zip)
    return made


@cache
def _homes() -> dict[str, str]:
    """macro -> the file of `templates/ui/` that defines it."""
    files = sorted((SHARED / "ui").glob("*.html"))
    return {
        macro: f"ui/{file.name}"
        for file in files
        for macro in re.findall(r"{% macro (\w+)\(", file.read_text(encoding="utf-8"))
    }


class Ui:
    """The macros of `templates/ui/` under one name, each seeing the page it is used on (`ui.field` knows inputs and
    errors).

    A file is compiled when the first of its macros is used: that is most of a cold function's first page.
    """

    def __init__(self, made: Environment, page: PageContext) -> None:
        self._made = made
        self._page = page
        self._modules: dict[str, TemplateModule] = {}

    def __getattr__(self, name: str) -> Any:
        """The macro of that name. Raises AttributeError, which Jinja2 turns into an undefined that fails when
        called."""
        home = _homes().get(name)
        if home is None:
            raise AttributeError(name)
        if home not in self._modules:
            self._modules[home] = self._made.get_template(home).make_module({"page": self._page, "ui": self})
        return getattr(self._modules[home], name)


def render_page(template: str, room: str | None, resource: Any, context: PageContext) -> str:
    """See `shared.runtime.pages.render`."""
    made = environment()
    name = f"{room}:{template}" if room else template
    return made.get_template(name).render(resource=resource, page=context, ui=Ui(made, context))
