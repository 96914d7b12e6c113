"""What `sam build` makes is what AWS runs: Python 3.13 on arm64, complete, and small enough. No Docker, from any
machine.

An arm64 artifact cannot be imported on another machine: there its files are read, and the same lock is built for this
machine and run.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infra.build import pack
from infra.lint.project import load

pytestmark = pytest.mark.xdist_group("packaging")  # one process: everything is built once
ROOT = pack.ROOT
MAGIC_3_13 = (3571).to_bytes(2, "little") + b"\r\n"
"""Byte code of Python 3.13 (CPython 3.13, Include/internal/pycore_magic_number.h); any other is dead weight there."""
AARCH64 = 183
"""e_machine of the ELF header (https://www.sco.com/developers/gabi/latest/ch4.eheader.html), 64-bit little-endian."""
UNZIPPED_LIMIT = 250 * 1024 * 1024
"""Function and layers together: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
ROOMS = sorted(path.parent.name for path in ROOT.glob("functions/*/handler.py"))


# --- the artifacts for AWS --------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `sam build` filled, as `make package` does, but elsewhere."""
    sam = ROOT / ".venv-sam" / "bin" / "sam"
    folder = tmp_path_factory.mktemp("artifacts")
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1"}
    done = subprocess.run(
        [sam, "build", "--parallel", "--build-dir", folder],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def artifacts(built: Path) -> dict[str, Path]:
    """Logical id -> folder, of the layer and each function, as the built template says."""
    resources = load(built / "template.yaml")["Resources"]
    found = {}
    for name, resource in resources.items():
        location = resource["Properties"].get("CodeUri") or resource["Properties"].get("ContentUri")
        if location:
            found[name] = built / location
    return found


def files(folder: Path, *patterns: str) -> Iterator[Path]:
    return (path for pattern in patterns for path in folder.rglob(pattern) if path.is_file())


def unzipped(folder: Path) -> int:
    return sum(path.stat().st_size for path in files(folder, "*"))


def foreign(library: Path) -> str | None:
    """What makes a compiled library useless on Lambda's arm64 with Python 3.13; None when it fits."""
    header = library.read_bytes()[:20]
    if header[:6] != b"\x7fELF\x02\x01" or int.from_bytes(header[18:20], "little") != AARCH64:
        return f"{library.name} is not for arm64"
    bundled = any(part.endswith(".libs") for part in library.parts)
    if not bundled and not any(tag in library.name for tag in (".abi3.", "cpython-313", ".cp313")):
        return f"{library.name} is not for Python 3.13"
    return None


def test_every_function_and_the_layer_are_built_for_python_3_13_on_arm64(
    built: Path, artifacts: Mapping[str, Path]
) -> None:
    assert sorted(pack.room_of(name) for name in artifacts.keys() - {pack.LAYER}) == ROOMS
    template = load(built / "template.yaml")
    assert template["Globals"]["Function"]["Runtime"] == "python3.13"
    assert template["Globals"]["Function"]["Architectures"] == ["arm64"]
    layer = template["Resources"][pack.LAYER]["Properties"]
    assert (layer["CompatibleRuntimes"], layer["CompatibleArchitectures"]) == (["python3.13"], ["arm64"])


def test_every_compiled_library_is_for_arm64_and_python_3_13(artifacts: Mapping[str, Path]) -> None:
    libraries = [path for folder in artifacts.values() for path in files(folder, "*.so", "*.so.*")]
    assert {path.name.partition(".")[0] for path in libraries} >= {"_pydantic_core", "tantivy", "_rust"}
    assert [reason for path in libraries if (reason := foreign(path))] == []


def test_make_package_sets_up_the_environment_that_its_builds_run_in() -> None:
    """A fresh clone has none yet."""
    environment = re.search(r"^PACK := (\S+)/bin/python ", (ROOT / "infra/build/Makefile").read_text(), re.M)
    package = re.search(r"^package: (.*?) ##", (ROOT / "Makefile").read_text(), re.M)
    assert environment is not None
    assert package is not None
    assert f"{environment[1]}/ready" in package[1].split()


def test_no_byte_code_of_another_python_is_shipped(artifacts: Mapping[str, Path]) -> None:
    wrong = [
        path.name
        for folder in artifacts.values()
        for path in files(folder, "*.pyc")
        if path.read_bytes()[:4] != MAGIC_3_13
    ]
    assert wrong == []


def test_each_function_with_the_layer_is_below_the_limit(artifacts: Mapping[str, Path]) -> None:
    layer = unzipped(artifacts[pack.LAYER])
    sizes = {name: layer + unzipped(folder) for name, folder in artifacts.items() if name != pack.LAYER}
    assert {name: size for name, size in sizes.items() if size >= UNZIPPED_LIMIT} == {}


def test_an_artifact_holds_its_own_room_only_and_no_sdk_that_the_runtime_has(artifacts: Mapping[str, Path]) -> None:
    for name, folder in artifacts.items():
        if name != pack.LAYER:
            assert {path.name for path in (folder / "functions").iterdir()} == {"__init__.py", pack.room_of(name)}
        assert not list(files(folder, "boto3/__init__.py", "botocore/__init__.py"))
        assert not (folder / "tests").exists()


def test_a_library_for_another_machine_or_python_is_seen(tmp_path: Path) -> None:
    arm = b"\x7fELF\x02\x01" + bytes(12) + AARCH64.to_bytes(2, "little")
    x86 = b"\x7fELF\x02\x01" + bytes(12) + (62).to_bytes(2, "little")
    verdicts = {
        "good.cpython-313-aarch64-linux-gnu.so": (arm, None),
        "good.abi3.so": (arm, None),
        "old.cpython-311-aarch64-linux-gnu.so": (arm, "old.cpython-311-aarch64-linux-gnu.so is not for Python 3.13"),
        "foreign.abi3.so": (x86, "foreign.abi3.so is not for arm64"),
    }
    for name, (content, verdict) in verdicts.items():
        (tmp_path / name).write_bytes(content)
        assert foreign(tmp_path / name) == verdict


# --- the same lock for this machine -----------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("layer")
    pack.pack(pack.LAYER, folder, platform=())
    return folder / "python"


@pytest.fixture(scope="session")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """boto3 as the Lambda runtime has it, and nothing else of this environment."""
    folder = tmp_path_factory.mktemp("sdk")
    for name in pack.IN_RUNTIME:
        origin = sys.modules.get(name) or __import__(name)
        (folder / name).symlink_to(Path(str(origin.__file__)).parent)
    return folder


@pytest.mark.parametrize("room", ROOMS)
def test_a_handler_starts_from_an_empty_directory_seeing_only_artifact_layer_and_boto3(
    room: str, layer: Path, sdk: Path, tmp_path: Path
) -> None:
    artifact, empty = tmp_path / "artifact", tmp_path / "empty"
    empty.mkdir()
    pack.pack(logical_id(room), artifact, platform=())
    given = {
        "path": [str(artifact), str(layer), str(sdk)],
        "environment": environment(room),
        "room": room,
        "libraries": sorted(name.replace("-", "_") for name in pack.OWN.get(room, ())),
        "settings": sorted({name.lower() for other in ROOMS for name in environment(other)}),
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", (Path(__file__).parent / "probe.py").read_text()],
        cwd=empty,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@cache
def source() -> dict[str, Any]:
    return load(ROOT / "template.yaml")


def logical_id(room: str) -> str:
    return next(name for name in source()["Resources"] if pack.room_of(name) == room)


def environment(room: str) -> dict[str, str]:
    """What Lambda sets, with values that no client can use for anything but being made."""
    template = source()
    properties = template["Resources"][logical_id(room)]["Properties"]
    names = {
        **template["Globals"]["Function"]["Environment"]["Variables"],
        **properties.get("Environment", {}).get("Variables", {}),
    }
    own = {
        "CALL_LOG_FILE": "",
        "BUSINESS_CLOCK_FILE": "",
        "MALWARE_SCAN_COMMAND": "",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "PUBLIC_URL": "https://rota.example",
    }
    lambda_sets = {
        "AWS_LAMBDA_FUNCTION_NAME": room,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "PATH": "/usr/bin",
    }
    return {name: own.get(name, name.lower()) for name in names} | lambda_sets
