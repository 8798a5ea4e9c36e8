"""Scanners for the tests: the real clamd is `scripts.clamd.own_clamd`; these speak its protocol and break it."""

import socket
import struct
import threading
from contextlib import contextmanager


def read_stream(line):
    """The bytes of one INSTREAM command, chunk by chunk, as clamd reads them."""
    file = line.makefile("rb")
    assert file.read(10) == b"zINSTREAM\0"
    content = b""
    while size := struct.unpack(">I", file.read(4))[0]:
        content += file.read(size)
    return content


def answers(words):
    def behave(line):
        read_stream(line)
        line.sendall(words.encode() + b"\0")

    return behave


def hangs_up_at_once(line):
    """Reset, as a daemon that dies does."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def refuses_while_it_is_sent(line):
    """What clamd does beyond StreamMaxLength: its answer, then no more reading."""
    line.recv(1024)
    line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
    line.shutdown(socket.SHUT_RD)


def says_nothing(line):
    read_stream(line)
    line.settimeout(5)
    line.recv(1)


@contextmanager
def scanner(behave):
    """A listening socket that treats each connection with `behave`; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:
                    return
                with line:
                    try:
                        behave(line)
                    except (OSError, struct.error, AssertionError):
                        pass

        threading.Thread(target=serve, daemon=True).start()
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
