"""Structured log lines: ids, codes and counts, never names, addresses or free text. One line of JSON per fact on
standard output."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger


@cache
def _logger(service: str) -> Logger:
    return Logger(service=service)


def log(service: str, what: str, error: BaseException | None = None, **facts: Any) -> None:
    """`error` adds its type and trace, which name code, not people: refusals' texts come from our own pages and hold no
    input."""
    if error is None:
        _logger(service).info(what, extra=facts)
    else:
        _logger(service).error(what, extra={**facts, "error_type": type(error).__name__}, exc_info=error)
