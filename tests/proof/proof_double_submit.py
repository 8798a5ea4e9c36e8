"""One dossier sent many times at once, over HTTP, and while the site is killed: sent once, told once."""

import os
import random
import tempfile
from datetime import timedelta

from accounts.models import IdempotencyKey
from tests.proof.frame import proof

AT_ONCE = 50
# Seconds after the start of a rush: before anything is written, in the middle, once answers are on their way.
CRASHES = (0.05, 0.2, 0.4, 0.8, 1.4, 2.2)


@proof(seconds=300)
def double_submit():
    """Fifty posts with one key, fifty with as many keys, then six rushes during which every process is killed."""
    from tests import factories
    from tests.applications import double_submit as rushes

    wave = factories.wave()
    site = rushes.Site(tempfile.mkdtemp(dir=os.environ["VAR_DIR"]))
    site.start()
    try:
        dossiers = [rushes.ready(wave) for _ in range(2 + len(CRASHES))]
        same = rushes.rush(site, dossiers[0], rushes.fresh_keys(1) * AT_ONCE)
        different = rushes.rush(site, dossiers[1], rushes.fresh_keys(AT_ONCE))
        lost = sum(crash(site, rushes, *one) for one in zip(dossiers[2:], CRASHES, strict=True))
    finally:
        site.kill()
    wrong = [fault for dossier in dossiers for fault in rushes.faults(dossier)] + rushes.number_faults()
    wrong += [
        f"{name} : {dict(told)}" for name, told in (("même clé", same), ("clés", different)) if told != {302: 50}
    ]
    figure = (
        f"2 × {AT_ONCE} envois simultanés, {len(CRASHES)} arrêts brutaux ({lost} réponses perdues) : "
        f"{len(dossiers)} dossiers, {len(wrong)} écart"
    )
    if wrong:
        figure += " : " + " ; ".join(wrong)[:400]
    return figure, "un numéro, une version, un accusé par dossier, un courriel par personne ; 0 écart", not wrong


def crash(site, rushes, dossier, after_s):
    """Kill everything while one key and many keys are sent, then press the button again; answers lost meanwhile."""
    key, *others = rushes.fresh_keys(12)
    told = rushes.rush_and_kill(site, dossier, [key] * 6 + others, after_s=after_s + random.uniform(0, 0.1))
    # The page that was open is sent again with its own key, a minute later; then a fresh page.
    late = timedelta(minutes=2)
    for row in IdempotencyKey.objects.filter(location=""):
        IdempotencyKey.objects.filter(pk=row.pk).update(created_at=row.created_at - late)
    session = rushes.session_of(dossier.created_by)
    for again in (key, *rushes.fresh_keys(1)):
        site.send(dossier, session, again)
    return told[rushes.LOST]
