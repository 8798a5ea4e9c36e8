"""A database made in one step is the database that went through every migration since the first."""

from tests.proof.frame import proof

COLUMNS = """
    SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, is_identity
    FROM information_schema.columns WHERE table_schema = 'public'
"""
CONSTRAINTS = """
    SELECT c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid)
    FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname = 'public'
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"


@proof(seconds=600)
def one_schema():
    from django.db import connection

    at_once = schema_of(connection)
    through_every_migration(connection)
    step_by_step = schema_of(connection)
    different = at_once ^ step_by_step
    figure = f"{len(different)} différence, {len(at_once)} colonnes, contraintes et index"
    if different:
        figure += " : " + " ; ".join(str(row) for row in sorted(different, key=str)[:10])
    return figure, "0 différence, plus de 1 000 objets comparés", not different and len(at_once) > 1_000


def schema_of(connection):
    """What the database holds, as a set of facts; the order of columns does not count."""
    found = set()
    with connection.cursor() as cursor:
        for question in (COLUMNS, CONSTRAINTS, INDEXES):
            cursor.execute(question)
            found |= set(cursor.fetchall())
    return found


def through_every_migration(connection):
    from django.core.management.sql import emit_post_migrate_signal
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.loader import MigrationLoader

    from scripts.squash import FLOORS, chain_of

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    executor = MigrationExecutor(connection)
    executor.loader = MigrationLoader(connection, replace_migrations=False)
    leaves = [node for node in executor.loader.graph.leaf_nodes() if node[0] not in FLOORS]
    executor.migrate([*leaves, *((floor, chain_of(floor)[-1]) for floor in FLOORS)])
    # Triggers, and the indexes that only one engine has.
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
