"""Whoever has a tie with a dossier gets no byte of it: through any address, search, file or mail."""

import logging

from tests.proof.frame import proof


@proof(seconds=900)
def conflict_zero_bytes():
    from django.db import transaction
    from django.test.utils import setup_test_environment

    from accounts.french import plural
    from tests.access import marked
    from tests.proof.proof_access import refuse_writes_of_gets

    setup_test_environment()
    refuse_writes_of_gets()
    logging.disable(logging.WARNING)
    with transaction.atomic():
        marks, dossier, wave, _ = marked.plant()
        excluded = marked.keep_out(dossier)
        told = marked.walk(dossier, marks, excluded)
        marked.deliberate(wave)
        panel = marked.walk(dossier, marks, excluded)
        leaks = [*told.leaks, *panel.leaks, *marked.mails_to(excluded, marks, dossier)]
        transaction.set_rollback(True)
    asked, shown = told.asked + panel.asked, min(told.shown, panel.shown)
    figure = (
        f"{plural(len(leaks), 'fuite')}, {asked} requêtes, {len(marks)} mots semés, {shown} pages qui les montrent"
    )
    if leaks:
        figure += " : " + " ; ".join(leaks)[:600]
    return figure, "0 fuite, 20 pages au moins qui montrent ces mots à qui peut les lire", not leaks and shown >= 20
