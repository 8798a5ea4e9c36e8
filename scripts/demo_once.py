"""`make demo-check`: the demonstration in a throw-away folder and database, driven by `demo_check.py`, then gone."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.environment import PYTHON, ROOT, setup
from scripts.installation import Installation, NotAnswering
from scripts.servers import free_port
from scripts.system import Missing, fail, say

AT_MOST_S = 900


def drive(place: Installation) -> int:
    """Run the drive against the started site; keep every process alive meanwhile."""
    place.prepare("demo")
    supervisor = place.supervisor(say=say)
    try:
        supervisor.start()
        place.wait(supervisor)
        say(f"Le site de contrôle répond sur {place.url}.")
        command = [PYTHON, ROOT / "scripts" / "demo_check.py", "--base-url", place.url]
        status = subprocess.run(command, cwd=ROOT, env=place.environment(), check=False, timeout=AT_MOST_S).returncode
        if status:
            show_logs(place)
        return status
    finally:
        supervisor.stop()


def show_logs(place: Installation) -> None:
    for name in place.commands():
        log = place.log(name)
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        say(f"\n--- {name}, dernières lignes ---\n" + "\n".join(lines[-15:]))


def main() -> int:
    # A SIGTERM unwinds like Ctrl-C: processes stopped, folder removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        setup()
        with tempfile.TemporaryDirectory(prefix="fabriques-controle-", ignore_cleanup_errors=True) as folder:
            return drive(Installation(var_dir=Path(folder), port=free_port()))
    except (Missing, NotAnswering) as error:
        return fail(error)
    except subprocess.CalledProcessError:
        return fail(RuntimeError("La préparation a échoué ; la raison est au-dessus."))
    except subprocess.TimeoutExpired:
        return fail(RuntimeError(f"Le contrôle n’a pas fini en {AT_MOST_S // 60} minutes."))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
