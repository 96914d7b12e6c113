"""The real template on the local stack: everything warms, and the commands that act on a running stack work on it."""

from __future__ import annotations

import subprocess
import sys
import urllib.request

from infra.local.stack.local_stack import ROOT, Stack
from infra.local.stack.warm_up import prewarm


def run(stack: Stack, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"infra.local.{module}", "--state-dir", str(stack.state_dir), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_function_of_the_template_answers(rota_stack: Stack) -> None:
    assert list(prewarm(rota_stack.info, rota_stack.deployment.template)) == []


def test_the_home_page_is_a_page_for_a_browser(rota_stack: Stack) -> None:
    request = urllib.request.Request(rota_stack.info.public_url + "/", headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "<h1" in answer.read().decode()


def test_there_is_a_demo_sign_in_for_every_role(rota_stack: Stack) -> None:
    roles = {role for person in rota_stack.sign_ins for role in person.role.split(", ")}
    assert roles >= {"trainee", "reviewer", "coordinator", "coach", "finance", "admin", "host"}
    shown = run(rota_stack, "admin", "people")
    assert shown.returncode == 0, shown.stderr
    assert all(person.email in shown.stdout and person.password in shown.stdout for person in rota_stack.sign_ins)


def test_an_account_is_provisioned_and_erased_and_what_is_stored_still_holds(rota_stack: Stack) -> None:
    made = run(rota_stack, "admin", "provision", "Ada Leaving", "ada.leaving@staff.example", "reviewer")
    assert made.returncode == 0, made.stderr
    gone = run(rota_stack, "admin", "erase", "Ada.Leaving@staff.example")
    assert gone.returncode == 0, gone.stderr
    again = run(rota_stack, "admin", "erase", "ada.leaving@staff.example")
    assert (again.returncode, "Nobody has the address" in again.stderr) == (1, True)
    checked = run(rota_stack, "admin", "check")
    assert checked.returncode == 0, checked.stdout


def test_a_role_that_is_none_is_refused_with_what_to_do(rota_stack: Stack) -> None:
    refused = run(rota_stack, "admin", "provision", "Ada Nobody", "ada.nobody@staff.example", "emperor")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr


def test_the_seed_loads_again_with_generated_programs(rota_stack: Stack) -> None:
    loaded = run(rota_stack, "seed", "--programs", "3")
    assert loaded.returncode == 0, loaded.stderr
    assert "3 generated programs" in loaded.stdout


def test_business_time_moves_on_the_real_stack(rota_stack: Stack) -> None:
    before = rota_stack.clock.now()
    moved = run(rota_stack, "clock", "--by", "2m")
    assert moved.returncode == 0, moved.stderr
    assert (rota_stack.clock.now() - before).total_seconds() >= 120
