"""Structured log lines: ids, codes and counts, never names, addresses or free text. One line of JSON per fact on
standard output."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeVar

from aws_lambda_powertools import Logger

from shared.domain.core.errors import RotaError

Handler = TypeVar("Handler", bound=Callable[..., Any])
NAMESPACE = "Rota"


@cache
def _logger(service: str) -> Logger:
    return Logger(service=service)


def with_context(service: str, handler: Handler) -> Handler:
    """The handler, with Lambda's request id, memory and cold start on every line that it logs."""
    found: Handler = _logger(service).inject_lambda_context(handler, clear_state=True)
    return found


def correlate(service: str, correlation_id: str) -> None:
    """Every line from here on belongs to this request or event."""
    _logger(service).set_correlation_id(correlation_id)


def log(service: str, what: str, error: BaseException | None = None, **facts: Any) -> None:
    """`error` adds its type, its code and where it was raised, and counts as a failure (`infra/function.yaml` alarms on
    it, also where the function answered). Never its message: a library's may hold what somebody typed."""
    if error is None:
        _logger(service).info(what, extra=facts)
        return
    told = {"error_type": type(error).__name__, "error_code": code(error), "frames": list(frames(error))}
    _logger(service).error(what, extra={**facts, **told})
    _count_failure(service)


def code(error: BaseException) -> str:
    """What kind of refusal it was: a problem's slug, or the code of an AWS error; empty for everything else."""
    if isinstance(error, RotaError):
        return error.slug
    answer = getattr(error, "response", None)
    return str(answer.get("Error", {}).get("Code", "")) if isinstance(answer, dict) else ""


def frames(error: BaseException) -> Iterator[str]:
    """The lines of code that it came through, innermost last, then those of what it was raised from."""
    seen: BaseException | None = error
    while seen is not None:
        if seen is not error:
            yield f"from {type(seen).__name__}"
        for frame in traceback.extract_tb(seen.__traceback__):
            yield f"{frame.filename}:{frame.lineno} {frame.name}"
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def _count_failure(service: str) -> None:
    """Imported here: no start pays for it, and failures are rare."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    with single_metric(name="Failures", unit=MetricUnit.Count, value=1, namespace=NAMESPACE) as metric:
        metric.add_dimension(
            name="function", value=str(_logger(service).get_current_keys().get("function_name", service))
        )
