"""Real Celery workers that start in a moment: one process has imported everything, each worker is a fork of it.

`python -m tests.documents.nursery FOLDER` writes the process number of a new worker for each line that it reads. A
worker is a process of its own, with its own connections, and dies like one.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKER = ["worker", "--pool", "solo", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]


class Nursery:
    """The process that workers are born from, on the database and the broker of `environment`."""

    def __init__(self, folder, environment):
        self.folder = folder
        command = [sys.executable, "-m", "tests.documents.nursery", str(folder)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def born(self):
        """The process number of a new worker."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def tail(self):
        return (self.folder / "workers.log").read_text(errors="replace")[-3000:]

    def close(self):
        self.process.kill()
        self.process.wait()


def kill(pid):
    """SIGKILL, then the certainty that it is over."""
    os.kill(pid, signal.SIGKILL)
    while is_running(pid):
        pass


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def serve(folder):
    import django

    django.setup()
    from config.celery import app
    from documents import production, tasks  # noqa: F401
    from documents.rendering import render
    from tests.documents.letters import frozen

    render("refusal_letter", frozen("refusal_letter"))
    # Nobody waits for the dead.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for number, _ in enumerate(sys.stdin):
        pid = os.fork()
        if not pid:
            live(app, folder, number)
        print(pid, flush=True)


def live(app, folder, number):
    from scripts.supervisor import die_with_parent

    die_with_parent(signal.SIGKILL)()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(folder / "workers.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, target)
    app.worker_main([*WORKER, "-n", f"w{number}@%h"])
    os._exit(0)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    serve(Path(sys.argv[1]))
