"""What goes into a function's zip, and that it is the same for the same files."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.local.stack import function_zips


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "functions/__init__.py": '"""Rooms."""\n',
        "functions/site/__init__.py": "",
        "functions/site/handler.py": "from shared import rules\n\nANSWER = rules.RULE\n",
        "functions/site/pages/home.html": "<h1>home</h1>\n",
        "functions/other/handler.py": "",
        "functions/site/__pycache__/handler.cpython-311.pyc": "stale",
        "functions/site/.DS_Store": "",
        "shared/__init__.py": "",
        "shared/rules.py": "RULE = __file__\n",
        "docs/openapi.json": "{}\n",
        "docs/architecture.md": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def sources(archive: bytes) -> set[str]:
    return {name for name in zipfile.ZipFile(io.BytesIO(archive)).namelist() if "__pycache__" not in name}


def test_a_zip_holds_its_own_room_and_shared_and_nothing_else(root: Path) -> None:
    own = {"functions/__init__.py", "shared/__init__.py", "shared/rules.py"}
    site = {
        "functions/site/__init__.py",
        "functions/site/handler.py",
        "functions/site/pages/home.html",
        "docs/openapi.json",
    }
    assert sources(function_zips.pack(root, "site")) == own | site
    assert sources(function_zips.pack(root, "other")) == own | {"functions/other/handler.py"}


def test_the_same_files_give_the_same_bytes_and_a_changed_file_another_key(root: Path) -> None:
    first = function_zips.key_of(function_zips.pack(root, "site"))
    (root / "shared/rules.py").touch()
    assert function_zips.key_of(function_zips.pack(root, "site")) == first
    (root / "shared/rules.py").write_text("RULE = 2\n")
    assert function_zips.key_of(function_zips.pack(root, "site")) != first


def test_its_byte_code_is_used_as_it_is_and_names_the_unpacked_file(root: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(io.BytesIO(function_zips.pack(root, "site"))) as archive:
        archive.extractall(unpacked)
    script = "import functions.site.handler as h; print(h.__cached__); print(h.ANSWER); print(h.__spec__.loader.path)"
    source = unpacked / "functions/site/handler.py"
    # Were the byte code not used, this would be what runs.
    source.write_text("raise SystemExit('compiled again')\n")
    ran = subprocess.run([sys.executable, "-c", script], cwd=unpacked, capture_output=True, text=True, check=True)
    cached, rule, path = ran.stdout.split()
    assert cached == str(source.parent / "__pycache__" / f"handler.{sys.implementation.cache_tag}.pyc")
    assert (rule, path) == (str(unpacked / "shared/rules.py"), str(source))


def test_a_file_that_does_not_compile_is_named(root: Path) -> None:
    (root / "functions/site/handler.py").write_text("def broken(:\n")
    with pytest.raises(SyntaxError) as caught:
        function_zips.pack(root, "site")
    assert caught.value.filename == "functions/site/handler.py"
