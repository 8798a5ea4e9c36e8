"""A PostgreSQL and a Redis for tests, benches and proofs.

From DATABASE_URL / REDIS_URL when they are set; else from the binaries of the machine, in a throw-away folder on a
free port; else from apt when root. Whatever was started is torn down. Run as a program, it lends both to a command:

    python3 -m scripts.servers -- .venv/bin/pytest tests/funding
"""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scripts.supervisor import die_with_parent
from scripts.system import install

POSTGRESQL_FOLDERS = "/usr/lib/postgresql"
READY_WITHIN_S = 30


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def find_postgresql() -> Path | None:
    """Folder of the newest server binaries: Debian keeps them out of PATH."""
    folders = sorted(Path(POSTGRESQL_FOLDERS).glob("*/bin/initdb"), key=lambda path: version_of(path), reverse=True)
    if folders:
        return folders[0].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def version_of(path: Path) -> int:
    match = re.search(r"/(\d+)/bin/", str(path))
    return int(match[1]) if match else 0


def unprivileged() -> dict:
    """PostgreSQL refuses to run as root: who runs it then, as arguments of `subprocess`."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return {}


def wait_for(what: str, ready, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if ready():
            return
        time.sleep(0.05)
    raise RuntimeError(f"{what} n’a pas démarré.\n{log.read_text(errors='replace')[-2000:]}")


def answers(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def end(process: subprocess.Popen, number: int) -> None:
    process.send_signal(number)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def throwaway_folder(owner: dict):
    folder = Path(tempfile.mkdtemp(prefix="fabriques-server-"))
    if owner:
        os.chown(folder, owner["user"], owner["group"])
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_postgresql(binaries: Path, *, durable: bool = False):
    """A PostgreSQL of our own; yields its URL.

    Args:
        binaries: folder of `initdb` and `postgres`.
        durable: keep fsync on, for proofs about crashes and measures that must be true.
    """
    owner, port = unprivileged(), free_port()
    with throwaway_folder(owner) as folder:
        data, log = folder / "data", folder / "server.log"
        common = {"cwd": folder, "env": {**os.environ, "LC_ALL": "C.UTF-8"}, **owner}
        subprocess.run(
            [binaries / "initdb", "-D", data, "-N", "-U", "fabriques", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8"],
            check=True, stdout=subprocess.DEVNULL, **common,
        )  # fmt: skip
        with log.open("wb") as lines:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, *postgresql_options(folder, port, durable)],
                stdout=lines, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGQUIT), **common,
            )  # fmt: skip
        try:
            wait_for("PostgreSQL", lambda: b"ready to accept" in log.read_bytes(), server, log)
            subprocess.run(
                [binaries / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "fabriques", "fabriques"],
                check=True, **common,
            )  # fmt: skip
            yield f"postgres://fabriques@127.0.0.1:{port}/fabriques"
        finally:
            end(server, signal.SIGINT)


def postgresql_options(folder: Path, port: int, durable: bool) -> list[str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": folder,
        "max_connections": 300,
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
        # It sees nothing of what an open transaction wrote: it would note empty tables, and plans made for those.
        "autovacuum": "on" if durable else "off",
        "shared_buffers": "256MB",
        "timezone": "UTC",
    }
    return [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]


@contextmanager
def own_redis(binary: str):
    """A Redis of our own, kept in memory; yields its URL."""
    port = free_port()
    with throwaway_folder({}) as folder:
        log = folder / "server.log"
        with log.open("wb") as lines:
            server = subprocess.Popen(
                [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                 "--dir", str(folder)],
                stdout=lines, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )  # fmt: skip
        try:
            wait_for("Redis", lambda: answers(port), server, log)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            end(server, signal.SIGTERM)


@contextmanager
def postgresql(*, durable: bool = False):
    """Yield a DATABASE_URL, or None when no PostgreSQL can be had."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    binaries = find_postgresql() or (install("postgresql") and find_postgresql())
    if not binaries:
        yield None
        return
    with own_postgresql(binaries, durable=durable) as url:
        yield url


@contextmanager
def redis():
    """Yield a REDIS_URL, or None when no Redis can be had."""
    if given := os.environ.get("REDIS_URL"):
        yield given
        return
    binary = shutil.which("redis-server") or (install("redis-server") and shutil.which("redis-server"))
    if not binary:
        yield None
        return
    with own_redis(binary) as url:
        yield url


def main() -> int:
    command = sys.argv[1:]
    command = command[1:] if command[:1] == ["--"] else command
    with ExitStack() as stack:
        urls = {
            "DATABASE_URL": stack.enter_context(postgresql()),
            "REDIS_URL": stack.enter_context(redis()),
        }
        env = {**os.environ, **{name: url for name, url in urls.items() if url}}
        return subprocess.run(command, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
