"""Whoever has a tie with a dossier gets no byte of it: through any address, search, file, mail or count.

The dossier goes through its whole life: reviewed, before the panel, signed, announced and contested, paid. At each
stage every address of the service is asked by everybody who is kept out of it.
"""

import logging

from tests.proof.frame import proof


@proof(seconds=2400)
def conflict_zero_bytes():
    from django.db import transaction
    from django.test.utils import setup_test_environment

    from accounts.french import plural
    from tests.access import counted, marked, stages
    from tests.proof.proof_access import refuse_writes_of_gets

    setup_test_environment()
    refuse_writes_of_gets()
    logging.disable(logging.WARNING)
    with transaction.atomic():
        marks, dossier, _, _ = marked.plant()
        excluded = marked.keep_out(dossier)
        before = marked.mails_sent()
        with transaction.atomic():
            mails = marked.mails_to(excluded, marks, dossier)
            transaction.set_rollback(True)
        told = [counted.walk(dossier, excluded)]
        for stage in stages.every(dossier, marks, excluded):
            told.append(marked.walk(stage, marks, excluded))
        mails += marked.mailed(excluded, marks, before)
        leaks = [leak for one in told for leak in one.leaks] + mails
        transaction.set_rollback(True)
    asked, shown = sum(one.asked for one in told), min(one.shown for one in told[1:])
    figure = (
        f"{plural(len(leaks), 'fuite')}, {asked} requêtes, {len(marks)} mots semés, {shown} pages au moins qui les "
        f"montrent, {told[0].shown} qui comptent le dossier"
    )
    if leaks:
        figure += " : " + " ; ".join(leaks)[:1500]
    bar = "0 fuite, 20 pages au moins qui montrent ces mots à qui peut les lire, 5 qui comptent"
    return figure, bar, not leaks and shown >= 20 and told[0].shown >= 5
