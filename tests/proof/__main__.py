"""Run the long proofs; `scripts/proof.py` lends the servers (DATABASE_URL, REDIS_URL).

python -m tests.proof [NAME …]          every proof, each in its own process and database
python -m tests.proof --one NAME FILE   that process: the outcome is written to FILE as JSON
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import django

from scripts.databases import fresh_database
from scripts.installation import STATIC_ROOT
from tests.proof.frame import Proof, load

ROOT = Path(__file__).resolve().parent.parent.parent
REPORT = ROOT / "build" / "proof.json"


def start_django() -> dict[str, Proof]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    return load()


def run_one(name: str, report: Path) -> None:
    figure, bar, passed = start_django()[name].run()
    report.write_text(json.dumps({"name": name, "figure": figure, "bar": bar, "pass": bool(passed)}))


def failed(name: str, why: str) -> dict:
    return {"name": name, "figure": why, "bar": "une preuve menée à son terme", "pass": False}


def environment(database_url: str, folder: Path) -> dict[str, str]:
    own = {"DATABASE_URL": database_url, "VAR_DIR": str(folder), "STATIC_ROOT": str(STATIC_ROOT)}
    return {**os.environ, **own, "FABRIQUES_ENV": "test"}


@contextmanager
def migrated_database(folder: Path):
    """Name of a migrated database that each proof starts from a copy of."""
    name = f"fabriques_preuve_{os.getpid()}"
    with fresh_database(os.environ["DATABASE_URL"], name) as url:
        subprocess.run([sys.executable, "-m", "scripts.prepare"], cwd=ROOT, env=environment(url, folder), check=True)
        yield name


def prove(proof: Proof, template: str) -> dict:
    """Run one proof apart, on its own database; whatever happens to it, an outcome comes back."""
    with (
        TemporaryDirectory(prefix="fabriques-preuve-", ignore_cleanup_errors=True) as folder,
        fresh_database(os.environ["DATABASE_URL"], f"{template}_{proof.name}"[:60], template=template) as url,
    ):
        env = {**environment(url, Path(folder)), "REDIS_URL": empty_redis()}
        return bounded(proof, env, Path(folder) / "outcome.json")


def empty_redis() -> str:
    """A Redis database that the tests do not use, emptied."""
    import redis

    url = urlsplit(os.environ["REDIS_URL"])._replace(path="/15").geturl()
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


def bounded(proof: Proof, env: dict[str, str], report: Path) -> dict:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.proof", "--one", proof.name, str(report)],
        cwd=ROOT, env=env, stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        status = process.wait(proof.seconds)
    except subprocess.TimeoutExpired:
        return failed(proof.name, f"pas finie en {proof.seconds} s")
    finally:
        end_session(process)
    if status or not report.exists():
        return failed(proof.name, f"interrompue (code {status})")
    return json.loads(report.read_text())


def end_session(process: subprocess.Popen) -> None:
    """The proof and whatever it started (workers, brokers)."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def run_all(names: list[str]) -> int:
    proofs = start_django()
    unknown = [name for name in names if name not in proofs]
    if unknown:
        print(f"Preuve inconnue : {', '.join(unknown)}. Il y a : {', '.join(proofs)}.", file=sys.stderr)
        return 1
    outcomes = []
    with TemporaryDirectory(prefix="fabriques-preuve-") as folder, migrated_database(Path(folder)) as template:
        for name in names or proofs:
            started = time.monotonic()
            outcome = prove(proofs[name], template)
            outcomes.append(outcome)
            print(
                f"{name}: {outcome['figure']} ({outcome['bar']}) {'pass' if outcome['pass'] else 'fail'}", flush=True
            )
            print(f"  {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(outcomes, ensure_ascii=False, indent=2) + "\n")
    return 0 if outcomes and all(outcome["pass"] for outcome in outcomes) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        run_one(sys.argv[2], Path(sys.argv[3]))
    else:
        sys.exit(run_all(sys.argv[1:]))
