"""`make lint`: every check of form and structure; prints what fails, exits 1 on any failure.

`python3 -m scripts.lint --fix` first puts in order what can be: imports, code, templates.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from scripts.environment import ROOT, VENV, enter
from scripts.system import Missing, fail, say

TOOLS = VENV / "bin"
CHECKS: dict[str, list[str]] = {
    "mypy": ["mypy"],
    # Its rules, not its form: its formatter moves spaces around inline elements, which readers see.
    "djlint": ["djlint", "templates", "--lint", "--quiet"],
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "contrat d’imports": ["lint-imports"],
    "migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
    "docker-compose.yml": ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
    "Dockerfile": ["hadolint", "Dockerfile"],
}


FIXES: list[list[str]] = [
    ["ruff", "check", "--fix", "--quiet", "."],
    ["ruff", "format", "--quiet", "."],
]


def run(name: str, command: list[str], var_dir: str) -> tuple[str, subprocess.CompletedProcess, float]:
    started = time.monotonic()
    env = {
        **os.environ,
        "VAR_DIR": var_dir,
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "PATH": f"{TOOLS}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        [str(TOOLS / command[0]), *command[1:]],
        cwd=ROOT, env=env, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    return name, done, time.monotonic() - started


def lint() -> list[str]:
    """Run every check, two at a time; return the names of those that failed."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="fabriques-lint-") as var_dir, ThreadPoolExecutor(2) as pool:
        for name, done, seconds in pool.map(lambda check: run(*check, var_dir), CHECKS.items()):
            say(f"  {'échec' if done.returncode else 'ok   '}  {name} ({seconds:.1f} s)")
            if done.returncode:
                failed.append(name)
                say(done.stdout.rstrip())
    return failed


def main() -> int:
    try:
        enter("scripts.lint", dev=True)
    except Missing as error:
        return fail(error)
    if "--fix" in sys.argv[1:]:
        for command in FIXES:
            subprocess.run([str(TOOLS / command[0]), *command[1:]], cwd=ROOT, check=False)
    return 1 if lint() else 0


if __name__ == "__main__":
    sys.exit(main())
