"""Packages of the system: found, installed with apt when root, else named in the exact line to type."""

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

# libharfbuzz-subset0 is the one people forget: without it a letter takes four times as long.
PANGO = {
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
}
FONT_PACKAGE = "fonts-dejavu-core"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")


class Missing(Exception):
    """Something that this user cannot install; the message says what to type."""


def say(text: str) -> None:
    print(text, flush=True)


def can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_line(packages: list[str]) -> str:
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {' '.join(packages)}"


def install(*packages: str) -> bool:
    """Install Debian packages when root; tell the line to type otherwise. True when installed."""
    if not can_install():
        return False
    say(f"Installation de {', '.join(packages)} (apt-get)…")
    # An old list may still do: only the installation decides.
    apt("update", "-qq")
    return apt("install", "-y", "-qq", "--no-install-recommends", *packages)


def apt(*arguments: str) -> bool:
    """Run apt-get; its lines are shown only when it fails."""
    done = subprocess.run(
        ["apt-get", *arguments],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, check=False, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    if done.returncode:
        say(done.stdout.rstrip())
    return done.returncode == 0


def require(packages: list[str], reason: str) -> None:
    """Install or raise `Missing` with the sentence and the line to type."""
    if packages and not install(*packages):
        raise Missing(f"{reason}\nTapez :\n\n    {apt_line(packages)}\n\npuis relancez la commande.")


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_a_font() -> bool:
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return any(next(folder.rglob("*.[to]tf"), None) for folder in folders if folder.is_dir())


def missing_pango() -> list[str]:
    """Debian packages that the letters lack on this machine."""
    packages = [package for package, library in PANGO.items() if not loads(library)]
    return packages if has_a_font() else [*packages, FONT_PACKAGE]


def require_pango() -> None:
    reason = "Il manque de quoi mettre les courriers en page (Pango, HarfBuzz, une police)."
    require(missing_pango(), reason)


def fail(error: Exception) -> int:
    print(f"\n{error}\n", file=sys.stderr, flush=True)
    return 1
