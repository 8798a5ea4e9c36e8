"""What no test may do, whatever it tests: reach the outside, write during a GET, show an undefined variable."""

import ipaddress
import socket
import sys
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction

from accounts import database

ROOT = Path(__file__).resolve().parent.parent


class OutsideRefused(AssertionError):
    """A test tried to reach another machine."""


def is_local(host: object) -> bool:
    if host in {"", "localhost", None}:
        return True
    try:
        return ipaddress.ip_address(str(host).split("%")[0]).is_loopback
    except ValueError:
        return False


def close_the_network() -> None:
    """Connections leave only for this machine; the name of another one is not even resolved."""
    real = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex")}
    real_getaddrinfo = socket.getaddrinfo

    def guarded(name):
        def connect(self, address):
            if self.family != socket.AF_UNIX and not is_local(address[0]):
                raise OutsideRefused(f"A test tried to reach {address!r}.")
            return real[name](self, address)

        return connect

    def getaddrinfo(host, *args, **kwargs):
        if not is_local(host.decode() if isinstance(host, bytes) else host):
            raise OutsideRefused(f"A test tried to resolve {host!r}.")
        return real_getaddrinfo(host, *args, **kwargs)

    for name in real:
        setattr(socket.socket, name, guarded(name))
    socket.getaddrinfo = getaddrinfo


def forget_after(log, length):
    """The guard's own statements are no queries of the page: counts stay the same on both engines."""
    while len(log) > length:
        log.pop()


class ReadOnlyGet:
    """Middleware of the tests: the database refuses any write made while a GET or a HEAD is answered.

    PostgreSQL restores the outer access mode when the savepoint ends, so the test around it can still write.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        return self.read_only(request)

    def read_only(self, request):
        if connection.vendor != "postgresql":
            return self.query_only(request)
        log = connection.queries_log
        before = len(log)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            forget_after(log, before)
            response = self.get_response(request)
            done = len(log)
        forget_after(log, done)
        return response

    def query_only(self, request):
        connection.ensure_connection()
        # On the raw connection: a transaction that already failed must not keep the pragma on.
        connection.connection.execute("PRAGMA query_only = ON")
        try:
            return self.get_response(request)
        finally:
            connection.connection.execute("PRAGMA query_only = OFF")


@contextmanager
def triggers_aside(connection):
    """Let a test empty or falsify the append-only tables of its database, then put every trigger back."""
    set_aside = disable_triggers if connection.vendor == "postgresql" else drop_triggers
    set_aside(connection)
    try:
        yield
    finally:
        # A transaction that failed takes the change with it.
        if not connection.needs_rollback:
            if connection.vendor == "postgresql":
                alter_triggers(connection, "ENABLE")
            database.install(connection)


def disable_triggers(connection):
    alter_triggers(connection, "DISABLE")


def alter_triggers(connection, action):
    existing = set(connection.introspection.table_names())
    tables = {trigger.table for trigger in database.REGISTRY.values()} & existing
    with connection.cursor() as cursor:
        # PostgreSQL alters no table whose foreign keys wait to be checked.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in sorted(tables):
            cursor.execute(f"ALTER TABLE {table} {action} TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def drop_triggers(connection):
    with connection.cursor() as cursor:
        for name in database.installed_names(connection):
            cursor.execute(f"DROP TRIGGER {name}")


class UndefinedVariable(str):
    """`string_if_invalid` of the tests: one of our templates that names an unknown variable fails.

    Django asks for its truth just before it would print it: that is where the template and the filters are known.
    Templates of the packages are left alone, and so is a variable followed by `default`.
    """

    __slots__ = ()
    MEANT = frozenset({"default", "default_if_none", "yesno"})

    def __bool__(self):
        expression, origin = self.asked_by()
        if expression is None or not self.is_ours(origin):
            return False
        if any(filter_.__name__ in self.MEANT for filter_, _ in expression.filters):
            return False
        raise AssertionError(f"Undefined template variable {expression.var} in {origin}")

    @staticmethod
    def asked_by():
        """The filter expression being resolved, and the file of the template it stands in."""
        frame, expression = sys._getframe(2), None
        while frame is not None:
            owner = frame.f_locals.get("self")
            if expression is None and type(owner).__name__ == "FilterExpression":
                expression = owner
            origin = getattr(owner, "origin", None)
            if expression is not None and hasattr(owner, "token") and origin is not None:
                return expression, str(origin)
            frame = frame.f_back
        return expression, ""

    @staticmethod
    def is_ours(origin: str) -> bool:
        return origin.startswith(str(ROOT)) and "site-packages" not in origin
