"""Indexes of the officers' list that only PostgreSQL can hold: any page, sort or search is read from one.

Not migrations: SQLite knows neither NULLS LAST in an index nor trigrams, and some hosts refuse the extension. Without
them every list gives the same answer, later.
"""

import logging

from django.db import DatabaseError, connections, transaction

log = logging.getLogger(__name__)
TABLE = "applications_application"
# What the list sorts by (applications.lists); a key that may be empty runs "NULLS LAST" both ways.
SORTS = ("sort_name", "requested_cents", "wave_id", "segment", "state")
SORTS_WITH_EMPTY = ("reference", "submitted_at", "implied_rejection_on")
TRIGRAMS = f"""
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX IF NOT EXISTS application_search_trigrams ON {TABLE} USING gin (search_text gin_trgm_ops);
"""


# What the list counts by beside those: the value of a filter, then the key.
COUNTS = ("officer_id", "fabrique_id")


def sort_index(name, columns):
    # The scope of staff (ApplicationQuerySet.visible_to) is the condition: such an index answers alone.
    return f"CREATE INDEX IF NOT EXISTS {name} ON {TABLE} ({columns}) WHERE submitted_at IS NOT NULL;"


def sort_indexes():
    return [
        *(sort_index(f"application_list_{key}", f"{key}, id") for key in (*SORTS, *SORTS_WITH_EMPTY, *COUNTS)),
        *(sort_index(f"application_list_{key}_desc", f"{key} DESC NULLS LAST, id DESC") for key in SORTS_WITH_EMPTY),
    ]


def create_after_migrate(using, **kwargs):
    """Create what is missing after every migrate."""
    connection = connections[using]
    if connection.vendor != "postgresql" or TABLE not in connection.introspection.table_names():
        return
    for statements in ("".join(sort_indexes()), TRIGRAMS):
        try:
            with transaction.atomic(using=using), connection.cursor() as cursor:
                cursor.execute(statements)
        except DatabaseError as error:
            log.warning("lists will be slower, an index is missing: %s", error)
