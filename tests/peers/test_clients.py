"""Clients that two generators make from docs/openapi.json: every model and every call is there, and a call is answered
(PyPI's openapi-python-client, npm's @hey-api/openapi-ts)."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
from werkzeug.serving import make_server

from infra.build import openapi
from tests.contract.front import wsgi
from tests.contract.house import House
from tests.peers.peer import HERE, MODULES, need

DOCUMENT: dict[str, Any] = json.loads(openapi.TARGET.read_text())
CALLS = [operation["operationId"] for _, _, operation in openapi.operations(DOCUMENT)]


def words(name: str) -> str:
    """`catalogue.SaveRequest` -> CatalogueSaveRequest, `catalogue_search` -> CatalogueSearch."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[._]", name))


MODELS = [words(name) for name in DOCUMENT["components"]["schemas"]]
FUNCTIONS = [name[0].lower() + name[1:] for name in map(words, CALLS)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="module")
def address(house: House) -> Iterator[str]:
    """Where the house answers over HTTP."""
    server = make_server("127.0.0.1", 0, wsgi(house))
    serving = Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


def run(*command: str | Path) -> str:
    ran = subprocess.run([str(one) for one in command], capture_output=True, check=False, timeout=120, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def token(house: House) -> str:
    return house.headers("owner")["authorization"].removeprefix("Bearer ")


# --- PyPI's openapi-python-client -------------------------------------------------------------------------------------
ONE_PROCESS = pytest.mark.xdist_group("python-client")  # which makes the client once


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package, made without one warning: a model that cannot be made is only a warning there."""
    folder = tmp_path_factory.mktemp("python")
    (folder / "config.yaml").write_text("post_hooks: []\n")
    command = (sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", "--meta", "none")
    run(*command, "--path", openapi.TARGET, "--output-path", folder / "rota_made", "--config", folder / "config.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield importlib.import_module("rota_made")


@ONE_PROCESS
def test_the_python_client_has_every_model_and_every_call(made: ModuleType) -> None:
    models = importlib.import_module("rota_made.models")
    assert [name for name in MODELS if not hasattr(models, name)] == []
    found = {path.stem for path in Path(str(made.__file__)).parent.glob("api/*/*.py")}
    assert [name for name in CALLS if name not in found] == []


@ONE_PROCESS
def test_a_call_of_the_python_client_is_answered_with_its_model(made: ModuleType, house: House, address: str) -> None:
    show = importlib.import_module("rota_made.api.application_intake.application_intake_show_application")
    client, id = made.AuthenticatedClient(base_url=address, token=token(house)), house.applications["RESERVED"]
    with client:
        shown, refused = show.sync(id, client=client), show.sync("nobody-has-it", client=client)
    assert (type(shown).__name__, shown.id) == ("ApplicationView", id)
    assert shown.to_dict() == house.client("owner").get(f"/applications/{id}").json
    assert (type(refused).__name__, refused.status) == ("Problem", 404)


# --- npm's @hey-api/openapi-ts ----------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the client, compiled strictly together with a file that uses each model and call by its name."""
    wanted = json.loads((need("@hey-api/openapi-ts") / "package.json").read_text())["engines"]["node"]
    version = run("node", "--version")
    if numbers(version) < numbers(wanted):
        pytest.skip(f"@hey-api/openapi-ts wants Node {wanted}, here is {version.strip()}")
    folder = tmp_path_factory.mktemp("typescript")
    source = folder / "client"
    run(
        MODULES / ".bin" / "openapi-ts",
        *("--input", openapi.TARGET, "--output", source, "--client", "@hey-api/client-fetch", "--no-log-file"),
    )
    shutil.copy(HERE / "call_rota.ts", source)
    uses = [f'export type {{ {", ".join(sorted(MODELS))} }} from "./types.gen";']
    uses += [f'export {{ {", ".join(sorted(FUNCTIONS))} }} from "./sdk.gen";']
    (source / "everything.ts").write_text("\n".join(uses))
    run(
        MODULES / ".bin" / "tsc",
        *("--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2023,dom,dom.iterable"),
        *("--module", "commonjs", "--moduleResolution", "node10", "--outDir", folder / "compiled"),
        *(source / "call_rota.ts", source / "everything.ts"),
    )
    return folder / "compiled"


def test_a_call_of_the_typescript_client_with_every_model_and_call_is_answered(
    compiled: Path, house: House, address: str
) -> None:
    def called(id: str) -> Any:
        return json.loads(run("node", compiled / "call_rota.js", address, token(house), id))

    id = house.applications["RESERVED"]
    assert called(id) == {"status": 200, "found": house.client("owner").get(f"/applications/{id}").json}
    refused = called("nobody-has-it")
    assert (refused["status"], refused["refused"]["type"]) == (404, "/problems/not-found")
