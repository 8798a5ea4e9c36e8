"""A fresh database on a PostgreSQL server, and gone afterwards. Runs in `.venv` (psycopg)."""

from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql


@contextmanager
def fresh_database(server_url: str, name: str, *, template: str = "template0"):
    """Create database `name` on the server of `server_url`; yield its URL; drop it, whoever is still connected.

    Args:
        template: the database it starts as a copy of; nobody may be connected to it.
    """
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(drop)
        names = sql.Identifier(name), sql.Identifier(template)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    try:
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(drop)
