"""Hundreds of hostile files sent through the site, with a real clamd: refused in words, or kept and inert."""

import logging
import warnings
from collections import Counter

from tests.proof.frame import proof

AT_LEAST = 300


@proof(seconds=480)
def hostile_files():
    from django.conf import settings
    from django.test import Client
    from django.test.utils import setup_test_environment

    from scripts.clamd import own_clamd
    from tests import factories
    from tests.documents import hostile
    from tests.documents.hostile_walk import try_one

    setup_test_environment()
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    person = factories.applicant()
    dossier = factories.draft(by=person)
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)
    client.force_login(person)
    with own_clamd() as url:
        settings.CLAMD_URL = url
        outcomes = [try_one(client, dossier, sample) for sample in hostile.samples()]
    return verdict(outcomes)


def verdict(outcomes):
    fates = Counter(outcome.fate for outcome in outcomes)
    faulty = [outcome for outcome in outcomes if outcome.faults]
    figure = (
        f"{len(outcomes)} fichiers : {fates['refused']} refusés, {fates['infected']} mis à l’écart, "
        f"{fates['stored']} gardés inertes, {len(faulty)} en défaut"
    )
    if faulty:
        figure += " : " + " ; ".join(f"{one.sample.name!r} {one.faults[0]}" for one in faulty[:8])
    return figure, f"au moins {AT_LEAST} fichiers, 0 en défaut", len(outcomes) >= AT_LEAST and not faulty
