"""`make demo`: the site, a Celery worker and the sweep loop on the demonstration programme, until Ctrl-C.

PORT (8000) and HOST (127.0.0.1) are honoured. Everything is kept in `var/`: a second run finds it again.
"""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from scripts.environment import ROOT, setup
from scripts.installation import Installation, NotAnswering
from scripts.supervisor import Supervisor
from scripts.system import Missing, fail, say


class PortTaken(Exception):
    """Somebody else listens there."""


def chosen_port() -> int:
    """The port of the environment.

    Raises:
        PortTaken: the value is no port.
    """
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise PortTaken(f"PORT={text} n’est pas un numéro de port : choisissez un nombre entre 1 et 65535.")
    return int(text)


def require_free(host: str, port: int) -> None:
    """Raise `PortTaken` when the site could not listen there."""
    other = port + 1 if 1024 <= port < 65535 else 8001
    remedy = f"tapez par exemple « make demo PORT={other} »"
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except PermissionError as error:
            raise PortTaken(f"Le port {port} est réservé au système : {remedy}.") from error
        except OSError as error:
            raise PortTaken(f"Le port {port} est déjà utilisé : arrêtez l’autre programme, ou {remedy}.") from error


def run(place: Installation, supervisor: Supervisor, accounts: str) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.ask_to_stop)
    try:
        # The page first: the other two would take the cores it starts on.
        supervisor.start("web")
        place.wait(supervisor)
        if not supervisor.stopping:
            logs = str(place.var_dir / "logs").removeprefix(f"{ROOT}/")
            say(f"\nLa démonstration est prête : {place.url}\n\n{accounts}\nJournaux : {logs}/. Ctrl-C arrête tout.")
        supervisor.run()
    finally:
        supervisor.stop()
    say("Tout est arrêté ; rien n’est perdu, « make demo » reprendra où vous en étiez.")


def main() -> int:
    try:
        host, port = os.environ.get("HOST") or "127.0.0.1", chosen_port()
        require_free(host, port)
        setup()
        place = Installation(var_dir=Path(os.environ.get("VAR_DIR") or ROOT / "var"), port=port, host=host)
        run(place, place.supervisor(say=say), place.prepare("demo"))
    except (Missing, PortTaken, NotAnswering) as error:
        return fail(error)
    except subprocess.CalledProcessError:
        return fail(RuntimeError("La préparation a échoué ; la raison est au-dessus."))
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
