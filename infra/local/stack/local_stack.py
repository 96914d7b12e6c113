"""The whole local stack as a context manager: MiniStack, Stripe simulator, mailbox, gateway, the deployed template,
seed, warm functions.

`make run`, the demo and the tests use the same one. Whatever was started is stopped in reverse order, also when
starting fails half-way.
"""

from __future__ import annotations

import fcntl
import importlib
import importlib.util
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from infra.local.clock.business_clock import BusinessClock
from infra.local.mailbox.mailbox import Mailbox, SmtpSink
from infra.local.stack import ministack
from infra.local.stack.child_process import Child, StackError, free_port, port_is_free
from infra.local.stack.gateway import Gateway
from infra.local.stack.local_pages import LocalPages, SignIn
from infra.local.stack.queues import Queues
from infra.local.stack.stack_info import StackInfo
from infra.local.stack.stripe_endpoint import register_webhook

if TYPE_CHECKING:
    from infra.local.stack.deploy import Deployment

ROOT = Path(__file__).resolve().parents[3]
LOADER = "infra.local.seed.loader"
STRIPE_KEY = "sk_test_rota_local"


@dataclass(frozen=True)
class Options:
    """How to run. `port` 0 takes any free port; `state_dir` holds everything that must survive a restart; `say` gets
    progress lines; `call_log` records every AWS call that a function makes (`Stack.call_log`)."""

    state_dir: Path
    root: Path = ROOT
    template: Path | None = None
    port: int = 0
    fresh: bool = False
    persist: bool = True
    auth: bool = True
    seed: bool = True
    prewarm: bool = True
    watch: bool = False
    call_log: bool = False
    say: Callable[[str], None] = field(default=lambda _: None)


class Stack:
    """`with Stack(Options(...)) as stack:` everything answers inside; `info` says where. Raises `StackError`."""

    info: StackInfo
    deployment: Deployment
    created: bool

    def __init__(self, options: Options) -> None:
        self.options = options
        self.state_dir = options.state_dir.resolve()
        self.sign_ins: list[SignIn] = []
        self._running = ExitStack()

    def __enter__(self) -> Stack:
        try:
            self._start()
        except BaseException:
            self._running.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    @property
    def clock(self) -> BusinessClock:
        return BusinessClock(self.state_dir / "clock")

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox(self.state_dir / "mail")

    @property
    def call_log(self) -> Path:
        return self.state_dir / "calls.jsonl"

    def password(self, email: str) -> str:
        """The demo password of an account."""
        return demo_password(self.state_dir, email)

    def _start(self) -> None:
        options = self.options
        if options.port and not port_is_free(options.port):
            raise StackError(
                f"Port {options.port} is taken by another program. Stop that one, or choose another: PORT=8001 make run"
            )
        self._take_state_dir()
        public_port = options.port or free_port()
        ports = self._ports()
        with self._step("AWS, Stripe simulator and mailbox"):
            self._start_processes(ports)
        webhook_secret = register_webhook(
            f"http://127.0.0.1:{ports['stripe']}",
            STRIPE_KEY,
            f"http://127.0.0.1:{public_port}/webhooks/stripe",
            self.state_dir,
        )
        self.info = StackInfo(
            f"http://127.0.0.1:{public_port}",
            f"http://127.0.0.1:{ports['aws']}",
            f"http://127.0.0.1:{ports['stripe']}",
            str(self.state_dir),
            str(self.clock.path),
        )
        with self._step("template deployed") as step:
            self._deploy(webhook_secret)
            step.note = f"{len(self.deployment.functions)} functions"
        self._start_gateway(public_port, ports["aws"])
        self.info.save()
        self._running.callback(self.info.forget)
        self._seed()
        if options.prewarm:
            self._prewarm()
        if options.watch:
            self._watch()

    # --- steps --------------------------------------------------------------------------------------------------------
    def _take_state_dir(self) -> None:
        """One stack per state directory; `fresh` empties it, but only after the lock is ours."""
        self.state_dir.mkdir(parents=True, exist_ok=True)
        lock = self._running.enter_context((self.state_dir / "lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StackError(
                f"A local stack is running from {self.state_dir} already. Stop it first (Ctrl-C where it runs)."
            ) from None
        if self.options.fresh:
            for item in self.state_dir.iterdir():
                if item.name != "lock":
                    shutil.rmtree(item) if item.is_dir() else item.unlink()
        shutil.rmtree(self.state_dir / "tmp", ignore_errors=True)

    def _ports(self) -> dict[str, int]:
        """Ports of the parts behind the gateway. Stored rows hold addresses with them, so they stay the same for a
        state directory."""
        path = self.state_dir / "ports.json"
        if path.exists():
            ports: dict[str, int] = json.loads(path.read_text())
            for name, port in ports.items():
                if not port_is_free(port):
                    raise StackError(
                        f"Port {port} ({name}) of this state is taken by another program. Stop it, or: FRESH=1 make run"
                    )
            return ports
        ports = {"aws": free_port(), "stripe": free_port(), "smtp": free_port()}
        path.write_text(json.dumps(ports))
        return ports

    def _start_processes(self, ports: Mapping[str, int]) -> None:
        sink = SmtpSink(self.mailbox, ports["smtp"])
        sink.start()
        self._running.callback(sink.stop)
        simulator = self._start_simulator(ports["stripe"])
        options = self.options
        aws = ministack.launch(ports["aws"], self.state_dir, ports["smtp"], auth=options.auth, persist=options.persist)
        self._running.callback(aws.stop)
        # Reading the SAM translator takes a second of processor time: it passes while the servers start.
        importlib.import_module("infra.local.stack.deploy")
        ministack.wait_until_ready(aws, ports["aws"])
        simulator.wait_until_answers(f"http://127.0.0.1:{ports['stripe']}/")

    def _start_simulator(self, port: int) -> Child:
        arguments = ["infra.local.stripe", "--port", str(port), "--state-dir", str(self.state_dir / "stripe")]
        arguments += ["--clock-file", str(self.clock.path), "--public-url", f"http://127.0.0.1:{port}"]
        environment = dict(os.environ) | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        (self.state_dir / "stripe").mkdir(exist_ok=True)
        simulator = Child("the Stripe simulator", arguments, environment, self.state_dir / "logs" / "stripe.log")
        self._running.callback(simulator.stop)
        return simulator

    def _deploy(self, webhook_secret: str) -> None:
        from infra.local.stack.deploy import deploy
        from infra.local.stack.template_parameters import parameters, settle

        path = self.state_dir / "outputs.json"
        if path.exists():
            self.info = replace(self.info, outputs=json.loads(path.read_text()))
        call_log = str(self.call_log) if self.options.call_log else ""
        given = parameters(self.info, call_log)
        self.deployment = deploy(self.info.aws, self.options.root, given, template=self.options.template)
        self.created = self.deployment.created
        self.info = replace(self.info, outputs=self.deployment.outputs, functions=self.deployment.functions)
        settle(self.info.aws, self.deployment, stripe_key=STRIPE_KEY, webhook_secret=webhook_secret)
        path.write_text(json.dumps(self.info.outputs))

    def _start_gateway(self, port: int, aws_port: int) -> None:
        pages = LocalPages(lambda: self.info, self.mailbox, self.clock, lambda: self.sign_ins)
        gateway = Gateway(port, aws_port, self.info.outputs["ApiId"], pages)
        gateway.start()
        self._running.callback(self._let_queues_run_empty)
        self._running.callback(gateway.stop)

    def _let_queues_run_empty(self) -> None:
        """Before AWS stops: its table streams are not kept, so what is on its way should arrive. What cannot is kept in
        its queue."""
        with suppress(StackError):
            Queues(self.info).drain(3.0)

    def _seed(self) -> None:
        if not self.options.seed:
            return
        path = self.state_dir / "sign-ins.json"
        if not self.created and path.exists():
            self.sign_ins = [SignIn(**item) for item in json.loads(path.read_text())]
            return
        with self._step("seed loaded") as step:
            if importlib.util.find_spec(LOADER) is None:
                step.note = "there is no seed"
                return
            self.sign_ins = list(importlib.import_module(LOADER).load(self.info, self.password))
            _write_private(path, json.dumps([asdict(item) for item in self.sign_ins], indent=2))

    def _prewarm(self) -> None:
        from infra.local.stack.warm_up import prewarm

        with self._step("functions warm") as step:
            problems = list(prewarm(self.info, self.deployment.template))
            step.note = f"{len(self.info.functions) - len(problems)} of {len(self.info.functions)}"
        for problem in problems:
            self.options.say(f"    ! {problem}")

    def _watch(self) -> None:
        from infra.local.stack.hot_reload import Watcher

        watcher = Watcher(self.options.root, self.info, lambda line: self.options.say(f"  ~ {line}"))
        watcher.start()
        self._running.callback(watcher.stop)

    def _step(self, name: str) -> _Progress:
        return _Progress(name, self.options.say)


class _Progress:
    """One progress line with its time, said when the step is done."""

    def __init__(self, name: str, say: Callable[[str], None]) -> None:
        self.name = name
        self.note = ""
        self._say = say
        self._began = time.monotonic()

    def __enter__(self) -> _Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._say(f"  {time.monotonic() - self._began:5.1f} s  {self.name}{f' ({self.note})' if self.note else ''}")


def demo_password(state_dir: Path, email: str) -> str:
    """The demo password of an account: made up once per state directory, kept in a file that only its owner can
    read."""
    path = state_dir / "passwords.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if email not in known:
        known[email] = f"Rota-{secrets.token_urlsafe(9)}-1a"
        _write_private(path, json.dumps(known, indent=2))
    return known[email]


def _write_private(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    os.replace(draft, path)
