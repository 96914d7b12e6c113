"""The webhook's Lambda entry point; in Lambda everything is made during INIT."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from functions.stripe_webhook.models import Settings
from functions.stripe_webhook.webhook import Webhook, made


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    return _webhook().answer(event, context)


_made: list[Webhook] = []


def _webhook() -> Webhook:
    if not _made:
        _made.append(made(Settings.read(os.environ)))
    return _made[0]


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    _webhook()
