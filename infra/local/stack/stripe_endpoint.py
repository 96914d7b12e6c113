"""Registers our webhook endpoint at the Stripe simulator, as one does once in Stripe's dashboard, and keeps its signing
secret."""

from __future__ import annotations

import base64
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from infra.local.stack.child_process import StackError

EVENTS = ("*",)


def register_webhook(stripe_url: str, api_key: str, endpoint_url: str, state_dir: Path) -> str:
    """The signing secret of the endpoint at `endpoint_url`; other endpoints of earlier runs are removed.

    Stripe tells the secret only when the endpoint is created, so it is kept in `state_dir`. Raises `StackError` when
    Stripe refuses.
    """
    path = state_dir / "webhook.json"
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    existing = _call(stripe_url, api_key, "GET", "/v1/webhook_endpoints?limit=100")["data"]
    for endpoint in existing:
        if endpoint["url"] == endpoint_url and endpoint["id"] == kept.get("id"):
            return kept["secret"]
        _call(stripe_url, api_key, "DELETE", f"/v1/webhook_endpoints/{endpoint['id']}")
    fields = [("url", endpoint_url), *(("enabled_events[]", name) for name in EVENTS)]
    created = _call(stripe_url, api_key, "POST", "/v1/webhook_endpoints", urllib.parse.urlencode(fields).encode())
    secret = str(created["secret"])
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"id": created["id"], "secret": secret}, file)
    return secret


def _call(base: str, api_key: str, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
    credentials = base64.b64encode(f"{api_key}:".encode()).decode()
    request = urllib.request.Request(
        base + path, data=body, method=method, headers={"Authorization": f"Basic {credentials}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            raise StackError(f"The Stripe simulator refused {method} {path}: {refusal.read().decode()[:300]}") from None
    return found
