"""Every URL, as every role, by GET and by POST, on objects of one's own and of others, against the declared table."""

import logging

from tests.proof.frame import proof


@proof(seconds=480)
def access_matrix():
    from django.db import transaction
    from django.test.utils import setup_test_environment

    from accounts.french import plural
    from tests.access.leaks import every_leak
    from tests.access.resolver import url_names
    from tests.access.table import TABLE
    from tests.access.walk import walk_row
    from tests.access.world import World

    setup_test_environment()
    refuse_writes_of_gets()
    logging.disable(logging.WARNING)
    undeclared = url_names() ^ {row.name for row in TABLE}
    with transaction.atomic():
        world = World()
        walked = [walk_row(world, row, thorough=True) for row in TABLE]
        asked, leaks = every_leak(world)
        transaction.set_rollback(True)
    deviations = [*undeclared, *leaks, *(one for _, found in walked for one in found)]
    asked += sum(count for count, _ in walked)
    figure = f"{asked} requêtes, {plural(len(deviations), 'écart')}"
    if deviations:
        figure += " : " + " ; ".join(map(str, deviations))[:400]
    return figure, "0 écart", not deviations


def refuse_writes_of_gets():
    """As in the suite: the database refuses what a GET would write."""
    from django.conf import settings

    settings.MIDDLEWARE.insert(0, "tests.guards.ReadOnlyGet")
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
