"""Run a few long-lived processes together: restart the one that dies, stop all of them at once, leave no orphan."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
LONG_ENOUGH_S = 30.0
BACKOFF_S = (0.2, 1, 2, 5, 10, 20)
STOP_GRACE_S = 10.0


def die_with_parent(number: int = signal.SIGTERM):
    """`preexec_fn`: the kernel sends the signal when this parent dies, even killed with SIGKILL."""

    def ask_the_kernel():
        if sys.platform == "linux":
            LIBC.prctl(PR_SET_PDEATHSIG, number)

    return ask_the_kernel


@dataclass
class Child:
    """One supervised process; its lines go to `log`."""

    name: str
    command: list[str]
    log: Path
    deaths: int = 0
    started: float = 0.0
    not_before: float = 0.0
    process: subprocess.Popen | None = field(default=None, repr=False)

    def start(self, *, cwd: Path, env: dict[str, str]) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            # Its own session: Ctrl-C reaches the supervisor alone, which then stops the others in order.
            self.process = subprocess.Popen(
                self.command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, preexec_fn=die_with_parent(),
            )  # fmt: skip
        self.started = time.monotonic()

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def bury(self) -> float:
        """Count the death; return the seconds to wait before the next start."""
        lived = time.monotonic() - self.started
        self.deaths = 1 if lived > LONG_ENOUGH_S else self.deaths + 1
        delay = BACKOFF_S[min(self.deaths, len(BACKOFF_S)) - 1]
        self.not_before = time.monotonic() + delay
        return delay

    def signal(self, number: int) -> None:
        """To the whole session: a worker of the process must not outlive it."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def last_lines(self, count: int = 15) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-count:])


class Supervisor:
    """Starts its children, keeps them alive, stops them.

    `say` receives one French line for each event worth telling.
    """

    def __init__(self, children: list[Child], *, cwd: Path, env: dict[str, str], say=print):
        self.children = children
        self.cwd, self.env, self.say = cwd, env, say
        self.stopping = False

    def start(self, *names: str) -> None:
        """Start the named children, all without a name; `run` starts those that are left."""
        for child in self.children:
            if not names or child.name in names:
                child.start(cwd=self.cwd, env=self.env)

    def tend(self) -> None:
        """One round: note the dead, restart those whose pause is over."""
        for child in self.children:
            if child.process is not None and not child.alive:
                self.say(f"{child.name} s’est arrêté (code {child.process.returncode}) ; redémarrage.")
                child.process = None
                child.bury()
            if child.process is None and time.monotonic() >= child.not_before:
                child.start(cwd=self.cwd, env=self.env)

    def run(self, period_s: float = 0.2) -> None:
        """Tend the children until `ask_to_stop`."""
        while not self.stopping:
            self.tend()
            time.sleep(period_s)

    def ask_to_stop(self, *_signal) -> None:
        self.stopping = True

    def stop(self) -> None:
        """Ask all to end, wait, then insist. Returns when none is left."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_GRACE_S
        for child in self.children:
            self.wait_or_kill(child, deadline)

    @staticmethod
    def wait_or_kill(child: Child, deadline: float) -> None:
        if child.process is None:
            return
        try:
            child.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        # Whatever is left of its session goes too (gunicorn workers, a task's own subprocess).
        child.signal(signal.SIGKILL)
        child.process.wait()
