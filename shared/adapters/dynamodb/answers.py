"""How answers of DynamoDB are read: its items come as they are.

Botocore looks at every attribute of every item once for each of the ten types that it could have, and builds what the
JSON had said already; only binary needs decoding. On a page of search results that was more than the search.
"""

from __future__ import annotations

from typing import Any

from botocore.parsers import JSONParser, ResponseParserFactory

ATTRIBUTE = "AttributeValue"
BINARY = (b'"B"', b'"BS"')


class ItemsAsTheyAre(JSONParser):
    """The same answers as botocore's, without the walk through attributes; an answer that may have binary in it is left
    to botocore."""

    def _handle_json_body(self, raw_body: bytes, shape: Any) -> Any:
        binary = any(name in raw_body for name in BINARY)
        parser: Any = _THOROUGH if binary else super()
        return parser._handle_json_body(raw_body, shape)

    def _handle_map(self, shape: Any, value: Any) -> Any:
        thorough: Any = super()
        return value if shape.value.name == ATTRIBUTE else thorough._handle_map(shape, value)

    def _handle_structure(self, shape: Any, value: Any) -> Any:
        thorough: Any = super()
        return value if shape.name == ATTRIBUTE else thorough._handle_structure(shape, value)


class Parsers(ResponseParserFactory):
    """Botocore's `response_parser_factory`."""

    def create_parser(self, protocol_name: str) -> Any:
        return ItemsAsTheyAre() if protocol_name == "json" else super().create_parser(protocol_name)


_THOROUGH = JSONParser()
