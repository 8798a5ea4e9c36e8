"""Search among dossiers: a trigram index on PostgreSQL, where the extension may be had; plain LIKE everywhere else."""

import logging

from django.db import DatabaseError, connections, transaction

log = logging.getLogger(__name__)
INDEX = """
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX IF NOT EXISTS application_search_trigrams
        ON applications_application USING gin (search_text gin_trgm_ops);
"""


def index_after_migrate(using, **kwargs):
    """Create the index after every migrate; a search without it gives the same answers, later.

    Not a migration: the extension is trusted since PostgreSQL 13, yet some hosts refuse it.
    """
    connection = connections[using]
    if connection.vendor != "postgresql" or "applications_application" not in connection.introspection.table_names():
        return
    try:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.execute(INDEX)
    except DatabaseError as error:
        log.warning("no trigram index, searches will read the whole table: %s", error)
