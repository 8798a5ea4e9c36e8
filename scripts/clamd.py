"""A clamd of our own, for tests and proofs: the real daemon with a tiny base of signatures, on a Unix socket.

The base knows the EICAR test file and nothing else: nothing is downloaded, the daemon starts in a second.
"""

import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

from scripts.servers import end, throwaway_folder, wait_for
from scripts.supervisor import die_with_parent

NAMES = ("clamd", "/usr/sbin/clamd")
PACKAGE = "clamav-daemon"
# Cut in two, so that no antivirus ever puts this very file aside.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SIGNATURE = "Fabriques.Eicar-Test"
CONFIGURATION = """
LocalSocket {folder}/clamd.sock
DatabaseDirectory {folder}/base
TemporaryDirectory {folder}
Foreground yes
StreamMaxLength 25M
MaxScanSize 100M
MaxThreads 4
"""


def find_clamd() -> str | None:
    """Path of the daemon, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def write_base(folder: Path) -> None:
    """One extended signature: the bytes of the EICAR file, anywhere, in any kind of file."""
    base = folder / "base"
    base.mkdir()
    (base / "fabriques.ndb").write_text(f"{SIGNATURE}:0:*:{EICAR.hex()}\n")


@contextmanager
def own_clamd():
    """Run the daemon in a throw-away folder; yields its address, as CLAMD_URL wants it.

    Raises:
        RuntimeError: it is not on this machine, or did not start.
    """
    binary = find_clamd()
    if binary is None:
        raise RuntimeError(f"clamd manque : installez {PACKAGE}.")
    with throwaway_folder({}) as folder:
        write_base(folder)
        configuration, log, socket = folder / "clamd.conf", folder / "clamd.log", folder / "clamd.sock"
        configuration.write_text(CONFIGURATION.format(folder=folder))
        with log.open("wb") as lines:
            daemon = subprocess.Popen(
                [binary, "--config-file", str(configuration)], env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL, stdout=lines, stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )  # fmt: skip
        try:
            wait_for("clamd", socket.exists, daemon, log)
            yield f"unix://{socket}"
        finally:
            end(daemon, signal.SIGTERM)
