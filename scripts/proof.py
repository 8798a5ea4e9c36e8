"""`make proof`: the long proofs of `tests/proof/`, on a PostgreSQL that syncs to disk and a Redis.

ONLY=name runs one (several: separated by commas). Prints `name: figure (bar) pass|fail`, writes `build/proof.json`,
exits 1 on a failure.
"""

import os
import signal
import subprocess
import sys

from scripts import servers
from scripts.clamd import PACKAGE, find_clamd
from scripts.environment import PYTHON, ROOT, enter
from scripts.system import Missing, fail, install


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    names = [name for name in os.environ.get("ONLY", "").split(",") if name]
    try:
        enter("scripts.proof", dev=True)
        if not find_clamd():
            install(PACKAGE)
        with servers.postgresql(durable=True) as database, servers.redis() as redis:
            if not (database and redis):
                raise Missing(
                    "Les preuves demandent PostgreSQL et Redis : installez « postgresql » et « redis-server »."
                )
            env = {**os.environ, "DATABASE_URL": database, "REDIS_URL": redis}
            return subprocess.run([PYTHON, "-m", "tests.proof", *names], cwd=ROOT, env=env, check=False).returncode
    except (Missing, RuntimeError) as error:
        return fail(error)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
