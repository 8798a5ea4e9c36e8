"""Bring one installation up to date, in one process so that a second start is short.

    .venv/bin/python -m scripts.prepare [demo]

Migrations (only if some are missing), static files (only if they changed); with `demo`, the demonstration programme
and the list of its accounts, which is the only thing printed on the standard output.
"""

import fcntl
import hashlib
import io
import os
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent


def migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Mise à jour de la base…", file=sys.stderr, flush=True)
        call_command("migrate", verbosity=0, interactive=False)


def static_signature() -> str:
    """Changes when one of our files, or the set of packages, changes."""
    digest = hashlib.sha256()
    for path in ("requirements/runtime.txt", "config/apps.py", "config/static.py"):
        digest.update((ROOT / path).read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(ROOT)} ".encode() + path.read_bytes())
    return digest.hexdigest()


def collect_static() -> None:
    from django.conf import settings
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    root.parent.mkdir(parents=True, exist_ok=True)
    stamp, signature = root.parent / "static.sha256", static_signature()
    # Two installations may share the folder and start together: the second waits, then finds the work done.
    with (root.parent / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == signature and root.is_dir():
            return
        print("Préparation des feuilles de style…", file=sys.stderr, flush=True)
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", verbosity=0, interactive=False, clear=root.is_dir())
        stamp.write_text(signature)


def load_demonstration() -> str:
    from django.core.management import call_command

    call_command("load_demo", stdout=sys.stderr)
    accounts = io.StringIO()
    call_command("demo_accounts", stdout=accounts)
    return accounts.getvalue()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    migrate()
    collect_static()
    if "demo" in sys.argv[1:]:
        print(load_demonstration(), end="")


if __name__ == "__main__":
    main()
