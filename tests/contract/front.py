"""A house behind WSGI, so that an HTTP client's requests reach its rooms as API Gateway's events (payload 2.0).

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from tests.contract.house import House
from tests.rooms import CONTEXT

TEXT = ("text/", "application/json", "application/xml", "application/javascript", "application/x-www-form-urlencoded")
Environ = Mapping[str, Any]


def wsgi(house: House) -> Callable[[Environ, Callable[..., Any]], Iterable[bytes]]:
    def app(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = house.answer(event(environ), CONTEXT)
        text = answer.get("body") or ""
        body = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
        headers = [(name, str(value)) for name, value in answer["headers"].items()]
        headers += [("Set-Cookie", cookie) for cookie in answer["cookies"]]
        start_response(f"{answer['statusCode']} {HTTPStatus(answer['statusCode']).phrase}", headers)
        return [body]

    return app


def event(environ: Environ) -> dict[str, Any]:
    """The path arrives decoded and the query as it was; values of one name are joined; a body that is no text is
    base64."""
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    headers |= {"content-type": environ["CONTENT_TYPE"]} if environ.get("CONTENT_TYPE") else {}
    found: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "ANY",
        "rawPath": path or "/",
        "rawQueryString": environ.get("QUERY_STRING", ""),
        "headers": headers,
        "isBase64Encoded": False,
        "requestContext": {
            "http": {
                "method": environ["REQUEST_METHOD"],
                "path": path,
                "sourceIp": "192.0.2.1",
                "protocol": "HTTP/1.1",
                "userAgent": "t",
            },
            "requestId": "request-1",
            "stage": "$default",
            "accountId": "1",
            "apiId": "a",
            "domainName": "rota.test",
        },
    }
    if cookie := headers.pop("cookie", ""):
        found["cookies"] = [part.strip() for part in cookie.split(";")]
    query: dict[str, str] = {}
    for name, value in parse_qsl(found["rawQueryString"], keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    found |= {"queryStringParameters": query} if query else {}
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return found | body(raw, headers.get("content-type", "")) if raw else found


def body(raw: bytes, kind: str) -> dict[str, Any]:
    if kind.startswith(TEXT):
        try:
            return {"body": raw.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass  # API Gateway encodes what it cannot pass on as text
    return {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}
