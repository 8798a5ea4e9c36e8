"""`make bench`: `manage.py bench` on a fresh PostgreSQL database that syncs to disk, and a fresh Redis.

Arguments are handed to the command. The figures land in `build/bench.json`.
"""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from scripts import servers
from scripts.environment import PYTHON, ROOT, enter
from scripts.installation import STATIC_ROOT
from scripts.system import Missing, fail


def measure(stack: ExitStack) -> int:
    from scripts.databases import fresh_database

    server = stack.enter_context(servers.postgresql(durable=True))
    if not server:
        raise Missing("La mesure demande PostgreSQL : installez le paquet « postgresql », ou donnez DATABASE_URL.")
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fabriques-mesure-"))
    env = {
        **os.environ,
        "DATABASE_URL": stack.enter_context(fresh_database(server, f"fabriques_mesure_{os.getpid()}")),
        "REDIS_URL": stack.enter_context(servers.redis()) or "",
        "VAR_DIR": folder,
        "STATIC_ROOT": str(STATIC_ROOT),
        "DJANGO_DEBUG": "0",
    }
    (ROOT / "build").mkdir(exist_ok=True)
    subprocess.run([PYTHON, "-m", "scripts.prepare"], cwd=ROOT, env=env, check=True)
    command = [PYTHON, Path("manage.py"), "bench", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        enter("scripts.bench", dev=False)
        with ExitStack() as stack:
            return measure(stack)
    except (Missing, RuntimeError, subprocess.CalledProcessError) as error:
        return fail(error)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
