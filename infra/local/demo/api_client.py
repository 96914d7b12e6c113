"""An API client as an integrator would write one: JSON in, JSON out, bearer tokens. The demo and the end-to-end tests
speak through it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import requests

Json = dict[str, Any]


class Refused(Exception):
    """The product said no: `status` and the problem document."""

    def __init__(self, status: int, problem: Json) -> None:
        super().__init__(
            f"{status} {problem.get('title', '')}: {problem.get('detail', '')} {problem.get('remedy', '')}".strip()
        )
        self.status, self.problem = status, problem

    @property
    def slug(self) -> str:
        return str(self.problem.get("type", "")).rpartition("/")[2]


class Client:
    """One person's connection to `public_url`. Every change carries an idempotency key of its own unless one is
    given."""

    def __init__(self, public_url: str, timeout: float = 30.0) -> None:
        self.url, self._timeout = public_url, timeout
        self._http = requests.Session()
        self._http.headers["Accept"] = "application/json"

    def get(self, path: str, **query: Any) -> Json:
        return self._answer(self._http.get(self.url + path, params=query, timeout=self._timeout))

    def post(self, path: str, body: Mapping[str, Any] | None = None, key: str = "") -> Json:
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self._answer(self._http.post(self.url + path, json=body or {}, headers=headers, timeout=self._timeout))

    def sign_in(self, email: str, password: str, code: str = "") -> None:
        """From now on every call is this person's. `code` for an account with an authenticator app. Raises
        `Refused`."""
        token = self.post(
            "/accounts/tokens", {"email": email, "password": password, **({"code": code} if code else {})}
        )["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def upload(self, kind: str, name: str, content: bytes, content_type: str) -> Json:
        """A file through the presigned form, registered and stored; returns the document. Raises `Refused`."""
        form = self.post("/documents/uploads", {"kind": kind})
        sent = requests.post(
            form["url"],
            data=form["fields"],
            files={"file": (name, content, content_type)},
            timeout=self._timeout,
            allow_redirects=False,
        )
        if sent.status_code not in {201, 204, 303}:
            raise Refused(sent.status_code, {"title": "The bucket refused the upload", "detail": sent.text[:300]})
        self._http.get(
            f"{self.url}/documents/{form['document_id']}/received",
            params={"kind": kind},
            timeout=self._timeout,
            allow_redirects=False,
        )
        return self.get(f"/documents/{form['document_id']}")

    def download(self, path: str) -> bytes:
        """A file, from the bucket that the address leads to. Raises `Refused`."""
        found = self._http.get(self.url + path, timeout=self._timeout)
        if found.status_code >= 400:
            self._answer(found)
        return found.content

    @staticmethod
    def _answer(response: requests.Response) -> Json:
        if response.status_code >= 400:
            try:
                problem = response.json()
            except ValueError:
                problem = {"title": response.reason, "detail": response.text[:300]}
            raise Refused(response.status_code, problem)
        answer: Json = response.json()
        return answer
