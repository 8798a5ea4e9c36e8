"""The antivirus by its own protocol: clamd's INSTREAM command over its Unix socket or over TCP. Pure, no database."""

import socket
import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

CHUNK = 64 * 1024
MAX_ANSWER = 4096


class Unavailable(Exception):
    """The scanner gave no verdict; the message says why, in French. `silent`: nobody answers at that address."""

    def __init__(self, message, *, silent=False):
        super().__init__(message)
        self.silent = silent


@dataclass(frozen=True)
class Verdict:
    infected: bool
    signature: str = ""


def scan(file, *, url, timeout):
    """Have the bytes of an open file judged.

    Args:
        file: a binary file, read from where it stands.
        url: "unix:///run/clamav/clamd.ctl" or "tcp://host:3310".
        timeout: seconds that each exchange may last.

    Raises:
        Unavailable: no answer, a broken connection, or an answer that is not a verdict (too big, an error of clamd).
    """
    with connected(url, timeout) as line:
        try:
            line.sendall(b"zINSTREAM\0")
            send_chunks(line, file)
        except (BrokenPipeError, ConnectionResetError):
            pass  # It says why before it closes: its last words are read below.
        except OSError as error:
            raise Unavailable(f"L’antivirus a cessé de lire ({error}).") from error
        return verdict_of(answer_of(line))


def ping(*, url, timeout):
    """True when a clamd answers at that address."""
    try:
        with connected(url, timeout) as line:
            line.sendall(b"zPING\0")
            return answer_of(line) == "PONG"
    except (Unavailable, OSError):
        return False


def connected(url, timeout):
    parts = urlsplit(url)
    try:
        if parts.scheme == "unix":
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(timeout)
            line.connect(parts.path)
            return line
        return socket.create_connection((parts.hostname, parts.port or 3310), timeout=timeout)
    except OSError as error:
        raise Unavailable(f"Personne ne répond à l’adresse de l’antivirus ({error}).", silent=True) from error


def send_chunks(line, file):
    while chunk := file.read(CHUNK):
        line.sendall(struct.pack(">I", len(chunk)) + chunk)
    line.sendall(struct.pack(">I", 0))


def answer_of(line):
    answer = b""
    try:
        while not answer.endswith(b"\0") and len(answer) < MAX_ANSWER:
            received = line.recv(MAX_ANSWER)
            if not received:
                break
            answer += received
    except OSError as error:
        raise Unavailable(f"L’antivirus n’a pas répondu à temps ({error}).") from error
    if not answer:
        raise Unavailable("L’antivirus a coupé la connexion sans répondre.")
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def verdict_of(answer):
    """`stream: OK`, `stream: Name FOUND`; anything else is no verdict."""
    words = answer.removeprefix("stream: ")
    if words == "OK":
        return Verdict(infected=False)
    if words.endswith(" FOUND"):
        return Verdict(infected=True, signature=words.removesuffix(" FOUND")[:120])
    if "size limit" in words:
        raise Unavailable("Le fichier dépasse la taille que l’antivirus accepte (StreamMaxLength).")
    raise Unavailable(f"L’antivirus a répondu « {words[:120]} ».")
