"""A browser as an attacker drives it: cookies kept by hand, headers as wished, nothing followed by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import requests

SESSION = "__Host-session"


@dataclass(frozen=True)
class Reply:
    """An answer as it came; `location` is empty without a redirect."""

    method: str
    path: str
    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


class Visitor:
    """One browser at `url`. Cookies are sent whatever their flags say: `__Host-` ones want https, which a laptop has
    not."""

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        self.url, self.cookies, self._timeout = url, dict[str, str](), timeout

    def get(self, path: str, **headers: str) -> Reply:
        return self.send("GET", path, headers=headers)

    def form(self, path: str, fields: Mapping[str, str | Sequence[str]] | None = None, **headers: str) -> Reply:
        """A form of our own pages. `Origin=""` leaves the header away; another one is another site's form."""
        own = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"} | headers
        return self.send("POST", path, data=fields or {}, headers=own)

    def json(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        return self.send(method, path, json=body, headers={"Accept": "application/json"} | headers)

    def send(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **body: Any) -> Reply:
        sent = {"Accept": "text/html"} | {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = requests.request(
            method,
            path if path.startswith("http") else self.url + path,
            headers={name: value for name, value in sent.items() if value},
            timeout=self._timeout,
            allow_redirects=False,
            **body,
        )
        self._keep(answer)
        headers_seen = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(method, path, answer.status_code, answer.text, headers_seen)

    def _keep(self, answer: requests.Response) -> None:
        for line in answer.raw.headers.getlist("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)

    # --- what everybody does ------------------------------------------------------------------------------------------
    def sign_in(self, email: str, password: str) -> Reply:
        """The form; a session's cookie is kept when it is right."""
        return self.form("/accounts/sign-in", {"email": email, "password": password})

    @property
    def signed_in(self) -> bool:
        """Whether our session still counts."""
        return self.get("/accounts/security").status == 200
