"""The pages under /_local/: where to begin, the mailbox, the business clock. For developers, on this machine only."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, quote, urlsplit

import pyotp

from infra.local.clock.business_clock import BusinessClock, target_of
from infra.local.clock.mover import RunningStack, mover_of
from infra.local.mailbox import ses_reports
from infra.local.mailbox.mailbox import Mailbox, Message
from infra.local.stack.child_process import StackError
from infra.local.stack.gateway import Page
from infra.local.stack.stack_info import StackInfo
from shared.domain.core.instants import iso

TEST_CARDS = (
    ("4242 4242 4242 4242", "pays"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "is declined: insufficient funds"),
    ("4000 0027 6000 3184", "asks for 3-D Secure"),
)
STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:62rem;margin:2rem auto;padding:0 1rem}
nav a{margin-right:1.2rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .8rem .35rem 0;
border-bottom:1px solid #8884;vertical-align:top}code,pre{font:14px/1.5 ui-monospace,monospace}pre{white-space:pre-wrap;
border:1px solid #8884;padding:1rem;overflow-wrap:anywhere}iframe{width:100%;height:34rem;border:1px solid #8884;
  background:#fff}
input,button{font:inherit;padding:.3rem .6rem}.error{border-left:4px solid #c33;padding-left:1rem}
"""


@dataclass(frozen=True)
class SignIn:
    """A demo account of the seed. `secret` is what its authenticator app would hold; empty where the password is
    enough."""

    role: str
    name: str
    email: str
    password: str
    secret: str = ""


class LocalPages:
    """Routes /_local/… ; an instance is what the gateway calls. `sign_ins` is asked at each view: the seed may still be
    loading."""

    def __init__(
        self,
        info: Callable[[], StackInfo],
        mailbox: Mailbox,
        clock: BusinessClock,
        sign_ins: Callable[[], Sequence[SignIn]],
    ) -> None:
        self._info = info
        self._mailbox = mailbox
        self._clock = clock
        self._sign_ins = sign_ins
        self._moving = threading.Lock()

    def __call__(self, method: str, target: str, body: bytes) -> Page:
        path = urlsplit(target).path.removeprefix("/_local").rstrip("/")
        if method == "POST" and path == "/clock":
            return self._move(parse_qs(body.decode()))
        if method == "POST" and path.startswith("/mail/") and path.endswith("/bounce"):
            return self._bounce(path.split("/")[2])
        if method not in ("GET", "HEAD"):
            return _page("Not possible", "<p>This page is only to be read.</p>", 405)
        if path in ("", "/clock"):
            return self._index() if path == "" else self._clock_page()
        if path == "/codes":
            return self._codes()
        if path == "/mail":
            return self._inbox(parse_qs(urlsplit(target).query).get("to", [None])[0])
        if path.startswith("/mail/"):
            return self._mail(path.removeprefix("/mail/").split("/"))
        return _page("Not found", "<p>There is no such local page.</p>", 404)

    def _index(self) -> Page:
        info = self._info()
        people = "".join(
            f"<tr><td>{_e(person.role)}<td>{_e(person.name)}<td><code>{_e(person.email)}</code><td><code>{_e(person.password)}</code>"
            for person in self._sign_ins()
        )
        cards = "".join(f"<tr><td><code>{number}</code><td>{what}" for number, what in TEST_CARDS)
        outputs = "".join(
            f"<tr><td>{_e(name)}<td><code>{_e(value)}</code>" for name, value in sorted(info.outputs.items())
        )
        return _page(
            "Rota on this machine",
            f"<p><a href='/'>Rota</a> · <a href='{_e(info.stripe_url)}/'>Stripe simulator</a> · business time "
            f"{iso(self._clock.now())}</p>"
            "<h2>Demo sign-ins</h2><p>Finance and admin also need a code: <a href='/_local/codes'>what their apps "
            "show</a>.</p>"
            f"<table><tr><th>Role<th>Name<th>E-mail<th>Password{people}</table>"
            f"<h2>Test cards</h2><p>Any date in the future, any CVC.</p><table>{cards}</table>"
            "<h2>Move business time</h2><p><code>make clock BY=48h</code>, or on the <a href='/_local/clock'>clock "
            "page</a>.</p>"
            f"<h2>What is deployed</h2><table>{outputs}</table>",
        )

    def _codes(self) -> Page:
        rows = "".join(
            f"<tr><td>{_e(person.role)}<td>{_e(person.name)}<td><code>{pyotp.TOTP(person.secret).now()}</code><td><code>{person.secret}</code>"
            for person in self._sign_ins()
            if person.secret
        )
        return _page(
            "Codes at sign-in",
            "<p>What the demo accounts' authenticator apps show at this moment. A code counts once; every 30 seconds "
            "there is another: "
            "<a href='/_local/codes'>look again</a>.</p>"
            f"<table><tr><th>Role<th>Name<th>Code<th>Secret for an app of your own{rows}</table>",
        )

    def _clock_page(self, note: str = "", status: int = 200) -> Page:
        waiting_rows = RunningStack(self._info()).due_items()[:200]
        rows = "".join(
            f"<tr><td>{iso(item.due_at)}<td>{_e(item.kind)}<td><code>{_e(item.key)}</code>" for item in waiting_rows
        )
        waiting = f"<table><tr><th>Due<th>Kind<th>Row{rows}</table>" if rows else "<p>Nothing waits.</p>"
        form = (
            "<form method='post' action='/_local/clock'><label>Move it by <input name='by' value='48h' "
            "size='8'></label> "
            "<label>or until <input name='to' placeholder='2027-01-15T06:00:00Z' size='22'></label> "
            "<button>Move</button></form>"
        )
        now = f"<p>Business time is <b>{iso(self._clock.now())}</b>.</p>"
        return _page("Business clock", f"{note}{now}{form}<h2>What waits</h2>{waiting}", status)

    def _move(self, form: dict[str, list[str]]) -> Page:
        until = form.get("to", [""])[0].strip()
        by = "" if until else form.get("by", [""])[0].strip()
        if not self._moving.acquire(blocking=False):
            return self._clock_page("<p class='error'>The clock is moving already.</p>", 409)
        try:
            steps = mover_of(self._info()).move(target_of(self._clock.now(), by, until))
        except StackError as error:
            return self._clock_page(f"<p class='error'>{_e(str(error))}</p>", 422)
        finally:
            self._moving.release()
        fell = "".join(
            f"<li>{iso(step.at)}: {_e(item.kind)} <code>{_e(item.key)}</code>"
            for step in steps
            for item in step.fell_due
        )
        return self._clock_page(f"<p>It moved. {'' if fell else 'Nothing fell due.'}</p><ul>{fell}</ul>")

    def _inbox(self, to: str | None) -> Page:
        rows = "".join(
            f"<tr><td>{_time(mail.received_at)}<td>{_e(', '.join(mail.recipients))}"
            "<td><a "
            f"href='/_local/mail/{mail.id}'>{_e(mail.subject or '(no subject)')}</a><td>{len(mail.attachments) or ''}"
            for mail in reversed(self._mailbox.messages(to))
        )
        table = (
            f"<table><tr><th>Received<th>To<th>Subject<th>Attachments{rows}</table>" if rows else "<p>No mail yet.</p>"
        )
        return _page("Mailbox", table)

    def _mail(self, parts: list[str]) -> Page:
        """/mail/<id>, /mail/<id>/raw, /mail/<id>/html, /mail/<id>/attachment/<number>"""
        mail = self._mailbox.get(parts[0])
        if mail is None:
            return _page("Not found", "<p>There is no such mail.</p>", 404)
        if parts[1:] == ["raw"]:
            return Page(mail.raw, content_type="message/rfc822", headers=_download(f"{mail.id}.eml"))
        if parts[1:] == ["html"]:
            # Mail is shown as a mail program would: no scripts, nothing fetched from elsewhere.
            policy = {
                "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
            }
            return Page(mail.html.encode(), headers=policy)
        if (
            len(parts) == 3
            and parts[1] == "attachment"
            and parts[2].isdigit()
            and int(parts[2]) < len(mail.attachments)
        ):
            attachment = mail.attachments[int(parts[2])]
            return Page(attachment.content, content_type=attachment.content_type, headers=_download(attachment.name))
        if parts[1:]:
            return _page("Not found", "<p>This mail has no such part.</p>", 404)
        return self._message(mail)

    def _bounce(self, message_id: str) -> Page:
        mail = self._mailbox.get(message_id)
        if mail is None:
            return _page("Not found", "<p>There is no such mail.</p>", 404)
        if not ses_reports.report(self._info(), mail):
            return _page(
                "Not possible",
                "<p class='error'>This mail was sent without a name: nobody could tell whose it was.</p>",
                409,
            )
        back = f"<a href='/_local/mail/{mail.id}'>the mail</a>"
        return _page(
            "It bounced", f"<p>Reported as SES would, for {_e(', '.join(mail.recipients))}. Back to {back}.</p>"
        )

    def _message(self, mail: Message) -> Page:
        files = "".join(
            f"<li><a href='/_local/mail/{mail.id}/attachment/{number}'>{_e(item.name)}</a> "
            f"({_e(item.content_type)}, {len(item.content):,} bytes)"
            for number, item in enumerate(mail.attachments)
        )
        view = (
            f"<h2>HTML</h2><iframe src='/_local/mail/{mail.id}/html' title='The mail as HTML' sandbox></iframe>"
            if mail.html
            else ""
        )
        return _page(
            mail.subject or "(no subject)",
            f"<p>From {_e(mail.sender)} to {_e(', '.join(mail.recipients))}, {_time(mail.received_at)}. "
            f"<a href='/_local/mail/{mail.id}/raw'>Raw message</a></p>"
            f"<form method='post' action='/_local/mail/{mail.id}/bounce'><button>Let it bounce</button></form>"
            f"{f'<h2>Attachments</h2><ul>{files}</ul>' if files else ''}<h2>Text</h2><pre>{_e(mail.text)}</pre>{view}",
        )


def _page(title: str, content: str, status: int = 200) -> Page:
    text = (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        f"<title>{_e(title)}</title><style>{STYLE}</style><nav><a href='/_local/'>Local stack</a><a "
        "href='/_local/mail'>Mailbox</a>"
        "<a href='/_local/clock'>Clock</a><a href='/_local/codes'>Codes</a><a "
        f"href='/'>Rota</a></nav><h1>{_e(title)}</h1>{content}</html>"
    )
    return Page(text.encode(), status)


def _e(text: str) -> str:
    return html.escape(text, quote=True)


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def _download(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
