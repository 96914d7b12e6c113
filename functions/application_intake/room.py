"""The applications room itself: its settings, who may call its routes, and where an application is."""

from __future__ import annotations

from shared.runtime.http import Room, roles
from shared.runtime.settings import Http, Search, Uploads

STAFF = ("reviewer", "coordinator", "admin")


class Settings(Http, Uploads, Search):
    """The upload bucket: a draft's page carries the form that sends a CV there. The search bucket: who is declined is
    shown what else is open."""


room = Room("application_intake", Settings)

trainee, reviewer, anyone_here = roles("trainee"), roles("reviewer"), roles("trainee", *STAFF)
coordinator, host = roles("coordinator"), roles("host")
ONE, PAGE = "/applications/<application_id>", "/applications/{application_id}"
