"""Remake the two locks, `requirements/runtime.txt` and `requirements/dev.txt`, from `pyproject.toml`.

They hold versions and hashes for every platform, and no address: whichever mirror serves a package, its hash decides.
"""

import re
import subprocess
import sys

from scripts.environment import ROOT, enter
from scripts.system import Missing, fail

LOCKS = ROOT / "requirements"
COMPILE = [
    "-m", "uv", "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11", "--generate-hashes",
    "--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--no-header", "--quiet",
]  # fmt: skip
HEADER = "# Made by `make lock` from pyproject.toml. Do not edit.\n"
ADDRESS = re.compile(r"://|^--(index|extra-index|find-links)|^-f |^-i ", re.MULTILINE)


def compile_lock(name: str, *options: str) -> str:
    path = LOCKS / f"{name}.txt"
    subprocess.run([sys.executable, *COMPILE, *options, "--output-file", str(path)], cwd=ROOT, check=True)
    text = path.read_text()
    if not text.startswith(HEADER):
        text = HEADER + text
        path.write_text(text)
    return text


def main() -> int:
    try:
        enter("scripts.lock", dev=True)
    except Missing as error:
        return fail(error)
    LOCKS.mkdir(exist_ok=True)
    upgrade = sys.argv[1:]
    texts = [
        compile_lock("runtime", *upgrade),
        compile_lock("dev", "--extra", "dev", "--constraint", "requirements/runtime.txt", *upgrade),
    ]
    if any(ADDRESS.search(text) for text in texts):
        print(
            "Un verrou contient une adresse : il ne doit porter que des versions et des empreintes.", file=sys.stderr
        )
        return 1
    for name, text in zip(("runtime", "dev"), texts, strict=True):
        print(f"requirements/{name}.txt : {text.count('==')} distributions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
