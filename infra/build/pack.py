"""Fills one artifact of `sam build`: a function's code with the libraries that only it needs, or the layer with those
that all share.

The lock is the runtime's own (`requirements/runtime.txt`), cut down by package name; boto3 comes with the Lambda
runtime. Nothing is compiled: a `.pyc` of another Python would be ignored there, and this machine's Python is not the
deployed one.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "runtime.txt"
LAYER = "Dependencies"
IN_RUNTIME = {"boto3", "botocore", "s3transfer"}
"""https://docs.aws.amazon.com/lambda/latest/dg/python-package.html: the SDK is part of the managed runtime."""
OWN = {
    "reservations": {"stripe"},
    "payments": {"stripe"},
    "deadlines": {"stripe"},
    "catalogue": {"tantivy", "rapidfuzz"},
    "search_indexer": {"tantivy", "rapidfuzz"},
    "application_intake": {"tantivy", "rapidfuzz"},
    "pdf_maker": {"typst", "fontpkg", "fontpkg-noto-sans", "fontpkg-noto-sans-arabic", "fontpkg-noto-sans-thai"},
    "documents": {"pikepdf"},
}
"""Libraries too large for everybody: only these rooms carry them."""
LEFT_OUT = {"lxml", "packaging", "pillow"}
"""What pikepdf imports only for pictures and metadata, which nobody here asks it for: 35 MB that no room carries."""
# Amazon Linux 2023 has glibc 2.34 (https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html).
TARGET = ("--python-version", "3.13", "--python-platform", "aarch64-manylinux_2_28")
SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", "*.pyi")


def room_of(logical_id: str) -> str:
    """`StripeWebhook` -> `stripe_webhook`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", logical_id).lower()


def locked(text: str) -> Iterator[tuple[str, str]]:
    """(package name, its lock entry with hashes) of a requirements file."""
    for entry in re.split(r"\n(?=[a-zA-Z0-9])", text):
        name = re.match(r"[A-Za-z0-9._-]+", entry)
        if name:
            yield name.group().lower(), entry.rstrip()


def requirements(names: Iterable[str] | None) -> str:
    """The lock's entries for `names`, or for the layer (everything that is neither in the runtime nor a room's own)."""
    apart = IN_RUNTIME.union(LEFT_OUT, *OWN.values())
    wanted = set(names) if names is not None else None
    entries = [
        entry
        for name, entry in locked(LOCK.read_text())
        if (name in wanted if wanted is not None else name not in apart)
    ]
    return "\n".join(entries) + "\n"


def install(entries: str, target: Path, platform: tuple[str, ...] = TARGET) -> None:
    """Wheels only, exactly the locked ones. Raises `CalledProcessError` when one is missing for the platform."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lock:
        lock.write(entries)
        lock.flush()
        uv = Path(sys.executable).parent / "uv"
        subprocess.run(
            [
                uv,
                "pip",
                "install",
                "-q",
                "--no-deps",
                "--require-hashes",
                "--only-binary",
                ":all:",
                "--no-compile-bytecode",
                "--target",
                target,
                *platform,
                "-r",
                lock.name,
            ],
            check=True,
        )
    shutil.rmtree(target / "bin", ignore_errors=True)


def copy_code(room: str, target: Path) -> None:
    """`functions/<room>`, `shared`, and for the site the API document."""
    (target / "functions").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "functions" / "__init__.py", target / "functions")
    shutil.copytree(ROOT / "functions" / room, target / "functions" / room, ignore=SHIPPED)
    shutil.copytree(ROOT / "shared", target / "shared", ignore=SHIPPED)
    if room == "site":
        (target / "docs").mkdir()
        shutil.copy(ROOT / "docs" / "openapi.json", target / "docs")


def pack(logical_id: str, target: Path, platform: tuple[str, ...] = TARGET) -> None:
    if logical_id == LAYER:
        install(requirements(None), target / "python", platform)
        return
    room = room_of(logical_id)
    copy_code(room, target)
    if room in OWN:
        install(requirements(OWN[room]), target, platform)


def main() -> int:
    parser = argparse.ArgumentParser(description="Fill one artifact of sam build")
    parser.add_argument("logical_id")
    parser.add_argument("target", type=Path)
    options = parser.parse_args()
    os.chdir(ROOT)
    pack(options.logical_id, options.target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
