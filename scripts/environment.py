"""`make setup`: the Python environment and what the letters need from the system. Standard library only: runs first.

    python3 -m scripts.environment [--dev]

A second run with the same locks changes nothing and takes a few hundredths of a second.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.system import Missing, fail, missing_pango, require, require_pango, say

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "locks.json"
MINIMUM = (3, 11)


def lock_path(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def digest(name: str) -> str:
    return hashlib.sha256(lock_path(name).read_bytes()).hexdigest()


def installed() -> dict[str, str]:
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def is_usable() -> bool:
    """False for a folder half made, or copied from another machine whose Python is not here."""
    return PYTHON.exists() and os.access(PYTHON, os.X_OK) and any(VENV.glob("lib*/python*/site-packages/pip"))


def make_venv() -> None:
    if is_usable():
        return
    if not importlib.util.find_spec("ensurepip"):
        # Debian ships Python without it. Everything that is missing is asked for in one line.
        require(["python3-venv", *missing_pango()], "Il manque le module « venv » de Python.")
    say("Création de l’environnement Python (.venv)…")
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)


def install_lock(name: str) -> None:
    """Install exactly what the lock names, hash by hash, unless that was already done."""
    if installed().get(name) == digest(name):
        return
    say("Installation des dépendances verrouillées (une minute la première fois)…")
    STAMP.unlink(missing_ok=True)
    done = subprocess.run(
        [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input",
         "--require-hashes", "--requirement", lock_path(name)],
        check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        raise Missing("Les dépendances n’ont pas pu être installées : vérifiez l’accès au dépôt de paquets Python.")
    # The development lock holds the runtime lock, version by version.
    names = ("runtime", "dev") if name == "dev" else ("runtime",)
    STAMP.write_text(json.dumps({name: digest(name) for name in names}))


def setup(*, dev: bool = False) -> None:
    """Make the environment ready.

    Args:
        dev: with the tools of tests and checks.

    Raises:
        Missing: something this user cannot install; the message says what to type.
    """
    if sys.version_info < MINIMUM:
        raise Missing(
            f"Python {'.'.join(map(str, MINIMUM))} ou plus récent est nécessaire (ici {sys.version.split()[0]})."
        )
    make_venv()
    install_lock("dev" if dev else "runtime")
    require_pango()


def inside() -> bool:
    """True when this very Python is the one of `.venv`."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def enter(module: str, *, dev: bool) -> None:
    """Set up, then go on as `module` under the Python of `.venv`; returns at once when already there.

    Raises:
        Missing: see `setup`.
    """
    if inside() and os.environ.get("FABRIQUES_READY") == str(os.getpid()):
        return
    setup(dev=dev)
    os.chdir(ROOT)
    os.environ["FABRIQUES_READY"] = str(os.getpid())
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), "-m", module, *sys.argv[1:]])


def main() -> int:
    try:
        setup(dev="--dev" in sys.argv[1:])
    except Missing as error:
        return fail(error)
    say("L’environnement est prêt.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
