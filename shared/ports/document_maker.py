"""Documents that Rota writes itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class DocumentMaker(Protocol):
    def make(self, template: str, data: Mapping[str, Any]) -> bytes:
        """A tagged PDF (PDF/UA-1), the same bytes for the same data each time. Texts in `data` are printed as they
        stand, never read as markup. Raises `ValueError` for a template that does not exist."""
        ...
