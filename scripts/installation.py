"""One place where the site runs: its folder, database, broker and port, and the processes that make it live."""

import os
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from scripts.environment import PYTHON, ROOT
from scripts.supervisor import Child, Supervisor

# Every installation of this checkout serves the same files.
STATIC_ROOT = ROOT / "build" / "static"
# Settings of whoever types the command must not reach a place that has its own.
FOREIGN = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "FABRIQUES_ENV", "DJANGO_DEBUG", "VAR_DIR")


class NotAnswering(Exception):
    """The site did not come up; the message carries the last lines of its log."""


@dataclass(frozen=True)
class Installation:
    """What distinguishes one running site from another.

    Args:
        var_dir: folder of everything it writes.
        port: where the site listens.
        host: address it listens on.
        database_url: None for an SQLite file in `var_dir`.
        redis_url: None for the filesystem broker in `var_dir`.
        extra: more environment variables.
    """

    var_dir: Path
    port: int
    host: str = "127.0.0.1"
    database_url: str | None = None
    redis_url: str | None = None
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        return f"http://{'localhost' if self.host == '0.0.0.0' else self.host}:{self.port}"

    def environment(self) -> dict[str, str]:
        given = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        own = {
            "DEMO": "1",
            "PUBLIC_URL": self.url,
            "VAR_DIR": str(self.var_dir),
            "STATIC_ROOT": str(STATIC_ROOT),
            "HOST": self.host,
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": self.database_url or "",
            "REDIS_URL": self.redis_url or "",
        }
        return {**given, **own, **dict(self.extra)}

    def prepare(self, *steps: str) -> str:
        """Bring database and static files up to date; return what the steps print.

        Args:
            steps: names of `scripts.prepare` beyond the migrations and the static files ("demo").

        Raises:
            subprocess.CalledProcessError: a step failed; its lines went to the terminal.
        """
        self.var_dir.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [PYTHON, "-m", "scripts.prepare", *steps],
            cwd=ROOT, env=self.environment(), check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        return done.stdout

    def commands(self) -> dict[str, list[str]]:
        python = str(PYTHON)
        return {
            "web": [python, "-m", "gunicorn", "config.wsgi:application"],
            "worker": [python, "-m", "celery", "-A", "config", "worker", "-P", "solo", "--loglevel", "INFO",
                       "--without-gossip", "--without-mingle", "--without-heartbeat"],
            "sweep": [python, "manage.py", "sweep", "--loop"],
        }  # fmt: skip

    def supervisor(self, *names: str, say=print) -> Supervisor:
        """A supervisor of the named processes (all three without a name), with fresh logs in `var_dir/logs`."""
        commands = self.commands()
        children = [Child(name, commands[name], self.log(name)) for name in names or commands]
        for child in children:
            child.log.unlink(missing_ok=True)
        return Supervisor(children, cwd=ROOT, env=self.environment(), say=say)

    def log(self, name: str) -> Path:
        return self.var_dir / "logs" / f"{name}.log"

    def wait(self, supervisor: Supervisor, *, path: str = "/", within_s: float = 60) -> None:
        """Return when the page answers.

        Raises:
            NotAnswering: the web process died, or nothing came in time.
        """
        web = next(child for child in supervisor.children if child.name == "web")
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline and web.alive and not supervisor.stopping:
            if status_of(f"{self.url}{path}") == 200:
                return
            time.sleep(0.05)
        if not supervisor.stopping:
            raise NotAnswering(f"Le site ne répond pas sur {self.url}{path}.\n{web.last_lines()}")


def status_of(url: str) -> int:
    """HTTP status of a page, 0 when nobody answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
