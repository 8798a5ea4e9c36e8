"""A cursor for statements that the engine should read once a connection and remember."""

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections


def statements():
    """A cursor whose statements are prepared where the engine prepares (after some uses, see the settings)."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    return connection._prepare_cursor(psycopg.Cursor(connection.connection))
