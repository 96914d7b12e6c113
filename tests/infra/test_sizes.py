"""The bound on file lengths sees what is too long, and the repository keeps it."""

from __future__ import annotations

from pathlib import Path

from infra.lint.sizes import LONGER, ROOT, too_long


def test_the_repository_keeps_its_bounds_and_no_exception_is_left_over() -> None:
    assert list(too_long(ROOT)) == []
    assert [name for name in LONGER if len((ROOT / name).read_text().splitlines()) <= 400] == []


def test_a_long_handler_and_a_long_file_are_named(tmp_path: Path) -> None:
    for name, lines in (("functions/room/handler.py", 91), ("functions/room/models.py", 400), ("shared/x.py", 401)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n" * lines)
    assert list(too_long(tmp_path)) == [
        "shared/x.py: 401 lines, at most 400",
        "functions/room/handler.py: 91 lines, at most 90",
    ]
