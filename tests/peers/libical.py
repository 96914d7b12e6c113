"""Debian's libical (package libical3), with which GNOME and KDE read calendars, through its C interface:
https://libical.github.io/libical/apidocs/"""

from __future__ import annotations

from collections.abc import Iterator
from ctypes import CDLL, c_char_p, c_int, c_void_p
from typing import Any

import pytest

ANY_PROPERTY = 0


def read(raw: bytes) -> tuple[int, dict[str, str], list[dict[str, str]]]:
    """How many mistakes it finds; the calendar's properties and each event's, by name, texts without their escapes. The
    test is left out, and says so, where the library is not installed."""
    library = _library()
    calendar = library.icalparser_parse_string(raw)
    assert calendar, "libical finds no calendar"
    event = library.icalcomponent_string_to_kind(b"VEVENT")
    found = [_properties(library, one) for one in _all(library, "component", calendar, event)]
    mistakes = library.icalcomponent_count_errors(calendar)
    named = _properties(library, calendar)
    library.icalcomponent_free(calendar)
    return mistakes, named, found


def _library() -> Any:
    try:
        library = CDLL("libical.so.3")
    except OSError:
        pytest.skip("Debian's libical is not installed: apt-get install libical3")
    for name, gives, *takes in (
        ("icalparser_parse_string", c_void_p, c_char_p),
        ("icalcomponent_free", None, c_void_p),
        ("icalcomponent_string_to_kind", c_int, c_char_p),
        ("icalcomponent_count_errors", c_int, c_void_p),
        ("icalcomponent_get_first_component", c_void_p, c_void_p, c_int),
        ("icalcomponent_get_next_component", c_void_p, c_void_p, c_int),
        ("icalcomponent_get_first_property", c_void_p, c_void_p, c_int),
        ("icalcomponent_get_next_property", c_void_p, c_void_p, c_int),
        ("icalproperty_get_property_name", c_char_p, c_void_p),
        ("icalproperty_get_value", c_void_p, c_void_p),
        ("icalproperty_get_value_as_string", c_char_p, c_void_p),
        ("icalvalue_isa", c_int, c_void_p),
        ("icalvalue_kind_to_string", c_char_p, c_int),
        ("icalvalue_get_text", c_char_p, c_void_p),
    ):
        function = getattr(library, str(name))
        function.restype, function.argtypes = gives, takes
    return library


def _all(library: Any, what: str, within: int, kind: int) -> Iterator[int]:
    found = getattr(library, f"icalcomponent_get_first_{what}")(within, kind)
    while found:
        yield found
        found = getattr(library, f"icalcomponent_get_next_{what}")(within, kind)


def _properties(library: Any, component: int) -> dict[str, str]:
    made = {}
    for one in _all(library, "property", component, ANY_PROPERTY):
        value = library.icalproperty_get_value(one)
        is_text = library.icalvalue_kind_to_string(library.icalvalue_isa(value)) == b"TEXT"
        said = library.icalvalue_get_text(value) if is_text else library.icalproperty_get_value_as_string(one)
        made[library.icalproperty_get_property_name(one).decode()] = said.decode()
    return made
