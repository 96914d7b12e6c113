"""Pages: one call turns a resource into HTML in Rota's look. Nothing here reads a clock, the environment or the
network.

How a room uses it:

render("program.html", "catalogue", program, PageContext(title="Lakeview Cardiology",
path="/programs/lakeview", now=now))

The template (`functions/catalogue/pages/program.html`) extends `base.html`, fills the block `content`, and finds three
names: `resource` (the same model that a JSON client gets), `page` (the `PageContext`) and `ui` (every macro of
`templates/ui/`, no import needed). A key that is missing fails loudly (StrictUndefined). Jinja2 is imported at the
first page, so a call answered in JSON never pays for it.
"""

from __future__ import annotations

from typing import Any

from shared.runtime.pages.apidocs import api_overview, api_room
from shared.runtime.pages.assets import asset_url, read_asset
from shared.runtime.pages.context import FieldError, Notice, PageContext, ProblemView
from shared.runtime.pages.csp import csp
from shared.runtime.pages.nav import NavItem, nav_for

__all__ = [
    "FieldError",
    "NavItem",
    "Notice",
    "PageContext",
    "ProblemView",
    "api_overview",
    "api_room",
    "asset_url",
    "csp",
    "nav_for",
    "read_asset",
    "render",
]


def render(template: str, room: str | None, resource: Any, context: PageContext) -> str:
    """The page as HTML text.

    `resource` is the route's model, or a dict with the same names: templates read both by `resource.name`.
    `template` is looked for in `functions/<room>/pages/`, then among the shared templates; a template that extends,
    includes or imports another one looks in the same order. Raises `jinja2.TemplateNotFound` for an unknown template
    and `jinja2.UndefinedError` when the template asks for a key that the resource does not have.
    """
    from shared.runtime.pages.environment import render_page

    return render_page(template, room, resource, context)
