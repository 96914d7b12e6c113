"""The HTML part of an email; its text part comes from the same `EmailText`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from shared.runtime.pages import PageContext, render
from shared.services.email.text import EmailText


def email_html(text: EmailText, now: datetime, public_url: str) -> str:
    context = PageContext(title=text.subject, path="", now=now, public_url=public_url)
    return render("mail.html", "notifications", asdict(text), context)
