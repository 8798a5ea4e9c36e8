"""`make test`: the checks, then the whole suite on PostgreSQL + Redis, then on SQLite.

What the machine cannot give is named at the end with the number of tests it cost; with CI=true that is a failure.
Arguments are handed to pytest (`python3 -m scripts.run_tests tests/funding -k ledger`).
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scripts import servers
from scripts.chromium import find_chromium
from scripts.clamd import PACKAGE, find_clamd
from scripts.environment import PYTHON, ROOT, enter
from scripts.lint import lint
from scripts.system import Missing, fail, install, say

# One more than the cores: a test that drives a browser or a process waits more than it works.
WORKERS = os.environ.get("TEST_WORKERS") or str((os.cpu_count() or 2) + 1)
NOT_HANDED_ON = {"DATABASE_ONLY", "DATABASE_URL", "REDIS_URL", "PYTHONDONTWRITEBYTECODE"}
NOTHING_TO_PLAY = 5  # Exit status of pytest.


def environment(folder: Path, **urls: str | None) -> dict[str, str]:
    """Of one run of the suite: a folder of its own, only the servers that are named, and what is compiled is kept.

    Each worker, and each process that a test starts, would else compile our code and rewrite the asserts again.
    """
    cleared = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON}
    folder.mkdir(exist_ok=True)
    kept = {"VAR_DIR": str(folder), "PYTHONPYCACHEPREFIX": str(folder.parent / "compiled")}
    return {**cleared, **kept, **{name: url for name, url in urls.items() if url}}


def pytest(env: dict[str, str], *arguments: str) -> int:
    """Exit status of one run; that nothing was asked of it is no failure."""
    status = subprocess.run(
        [PYTHON, "-m", "pytest", *arguments], cwd=ROOT, env=env, check=False, stdin=subprocess.DEVNULL
    ).returncode
    return 0 if status == NOTHING_TO_PLAY else status


def suite(env: dict[str, str], *arguments: str) -> tuple[int, dict[str, dict]]:
    """Play the suite, side by side, then one by one what measures a time.

    Returns:
        Exit status, and {marker: what is missing for it and how many tests that left out}.
    """
    report = Path(env["VAR_DIR"]) / "not-run.json"
    # A file at a time: what it builds is built by one worker. Their order is that of tests/conftest.py, longest first.
    side_by_side = ["-n", WORKERS, "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not alone"]
    status = pytest({**env, "NOT_RUN_REPORT": str(report)}, *side_by_side, *arguments)
    alone = pytest(env, "-m", "alone", *(arguments or files_that_say("alone")))
    return status or alone, json.loads(report.read_text()) if report.exists() else {}


def files_that_say(marker: str) -> list[str]:
    """The test files that put a marker on something: the others need not be read to know that they do not."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(path.relative_to(ROOT)) for path in files if f"mark.{marker}" in path.read_text(encoding="utf-8")]


@contextmanager
def compiled(folder: Path) -> Iterator[None]:
    """Read every test once meanwhile, so that the workers find it compiled: what is wrong there, they will say."""
    process = subprocess.Popen(
        [PYTHON, "-m", "pytest", "-q", "-n0", "--collect-only", "tests"], cwd=ROOT, env=environment(folder),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
        process.wait()
    finally:
        process.kill()
        process.wait()


@contextmanager
def reference_servers() -> Iterator[dict[str, str | None]]:
    with ExitStack() as stack:
        yield {
            "DATABASE_URL": stack.enter_context(servers.postgresql()),
            "REDIS_URL": stack.enter_context(servers.redis()),
        }


def on_reference(folder: Path, arguments: list[str]) -> tuple[int | None, list[str]]:
    """The suite on PostgreSQL + Redis: exit status (None: not played), and a line for each thing not to be had."""
    with reference_servers() as urls:
        env = environment(folder, **urls)
        if not urls["DATABASE_URL"]:
            return None, ["PostgreSQL : la suite n’a été jouée que sur SQLite"]
        say("\n== La suite sur PostgreSQL" + (" et Redis" if urls["REDIS_URL"] else ""))
        status, left_out = suite(env, *arguments)
        left_out.pop("sqlite", None)  # The second pass is theirs.
        return status, [f"{one['part']} : {one['tests']} tests non joués" for one in left_out.values()]


def on_sqlite(folder: Path, arguments: list[str], *, second: bool) -> int:
    """The suite on SQLite; what needs the reference servers is left out and counted.

    Args:
        second: the suite was played on PostgreSQL; what is forbidden every database would only be played again.
    """
    env = environment(folder) | ({"DATABASE_ONLY": "1"} if second else {})
    say("\n== La suite sur SQLite")
    status, left_out = suite(env, *arguments)
    for marker, one in left_out.items():
        say(f"SQLite : {one['tests']} tests « {marker} » laissés à la première passe.")
    return status


def find_browser() -> None:
    if not find_chromium():
        install("chromium", "fonts-dejavu-core")


def find_antivirus() -> None:
    if not find_clamd():
        install(PACKAGE)


def run(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="fabriques-suite-", ignore_cleanup_errors=True) as folder:
        say("== Contrôles")
        with compiled(Path(folder) / "reading"):
            failed_checks = lint()
            find_browser()
            find_antivirus()
        reference, missing = on_reference(Path(folder) / "reference", arguments)
        sqlite = on_sqlite(Path(folder) / "sqlite", arguments, second=reference is not None)
    return verdict(failed_checks, reference, sqlite, missing)


def verdict(failed_checks: list[str], reference: int | None, sqlite: int, missing: list[str]) -> int:
    say("\n== Bilan")
    say(f"Contrôles : {'échec (' + ', '.join(failed_checks) + ')' if failed_checks else 'ok'}")
    say(f"PostgreSQL et Redis : {'échec' if reference else 'ok'} ; SQLite : {'échec' if sqlite else 'ok'}")
    for line in missing:
        say(f"Il manque {line}.")
    complete = not missing or os.environ.get("CI") != "true"
    if not complete:
        say("CI=true : rien ne doit manquer.")
    return 0 if complete and not (failed_checks or reference or sqlite) else 1


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        enter("scripts.run_tests", dev=True)
        return run(sys.argv[1:])
    except (Missing, RuntimeError) as error:
        return fail(error)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
