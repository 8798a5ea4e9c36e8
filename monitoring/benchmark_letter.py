"""What a letter costs: whole, beside a bare rendering of the same page in the same run; then 300 by real workers."""

import datetime as dt
import itertools
import os
import signal
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext, override_settings

from documents import rendering, requests
from documents.facts import Addressee, Appeal, AwardFacts, Dossier, Instalment, Service, Signature
from documents.models import Document
from documents.production import produce

RUNS = 20
WARM, FEW, MANY = 6, 100, 300
AT_MOST_SECONDS = 240
# A whole letter costs so many times its bare rendering at most, two workers make so many times what one does.
TIMES_BARE, TIMES_ONE = 1.25, 1.8
DAY = dt.date(2027, 4, 14)
# Another measure may have left its letters in the database.
_subjects = itertools.count(time.time_ns())


def facts():
    """An invented award as the programme plans it by default, an instalment a year for three: two pages, a table."""
    kinds = ("Avance", "Convention signée"), ("Acompte", "Rapport accepté"), ("Solde", "Bilan final accepté")
    instalments = tuple(
        Instalment(year=year, kind=kind, condition=condition, expected=f"octobre {year}", amount_cents=4_000_000)
        for year, (kind, condition) in enumerate(kinds, 2027)
    )  # fmt: skip
    return AwardFacts(
        service=Service(name="Service mesuré", address_lines=("20 avenue de l’Exemple", "75000 Paris"),
                        phone="01 00 00 00 00", email="equipe@fabriques.example", city="Paris",
                        officer="Hélène Martin, instructrice"),
        addressee=Addressee(person="Madame Claire Rouvier, présidente", organisation="Association mesurée",
                            address_lines=("12 rue de la Coutellerie", "63300 Thiers")),
        dossier=Dossier(reference="2026-11-0147", call="Fabriques de territoire", wave="vague 11",
                        place="La Halle aux Possibles", commune="Thiers (63)", received_on=dt.date(2026, 11, 12)),
        issued_on=DAY,
        signature=Signature(name="Sophie Lambert", capacity_lines=("Pour le ministre et par délégation,", "la cheffe"),
                            signed_at=dt.datetime(2027, 4, 14, 15, 6, tzinfo=dt.UTC), delegation_on=DAY,
                            delegation_published_on=DAY),
        appeal=Appeal(court="tribunal administratif de Paris", hierarchical_authority="le ministre"),
        amount_cents=12_000_000, requested_cents=14_400_000, first_year=2027, last_year=2029, duration="sur trois ans",
        reasons="Le comité de sélection a donné un avis favorable. Il a retenu la réponse à un besoin établi.",
        instalments=instalments, commitment_year=2027, imputation="programme 112, action 12",
        dossier_version_on=DAY, sign_before=dt.date(2027, 10, 31), republican_contract_on=DAY,
    )  # fmt: skip


def asked(letter):
    """Key of one more letter to make."""
    return requests.request(
        kind="award_letter", subject_type="mesure", subject_id=next(_subjects), facts=letter, by=None
    ).pk


def measure_all():
    """(name, n, ms, queries, letters a second or None) of each measure."""
    yield from one_letter()
    yield from by_workers()


def one_letter():
    """A bare rendering, then a letter from its row to its stored bytes, in turn; the seal is not in it."""
    letter, bare, whole = facts(), [], []
    with override_settings(SEAL=settings.SEAL | {"BY_HAND": True, "KEY": "", "PKCS11_MODULE": ""}):
        document = Document.objects.get(pk=asked(letter))
        html = rendering.as_html(document.template, document.facts)
        with CaptureQueriesContext(connection) as captured:
            produce(document.pk)
        queries = len(captured)
        rendered_bare(html)
        for _ in range(RUNS):
            bare.append(timed(rendered_bare, html))
            whole.append(timed(produce, asked(letter)))
    yield "letter_bare", 1, round(statistics.median(bare), 1), 0, None
    yield "letter", 1, round(statistics.median(whole), 1), queries, None


def rendered_bare(html):
    """What WeasyPrint alone takes: no variant, no tags, fonts and style sheet parsed once as ours are."""
    fonts, style = rendering._fonts_and_style()
    page = rendering._weasyprint().HTML(string=html, base_url=rendering.SCHEME, url_fetcher=rendering._fetcher())
    return page.write_pdf(stylesheets=[style], font_config=fonts)


def timed(call, argument):
    start = time.perf_counter()
    call(argument)
    return (time.perf_counter() - start) * 1000


def by_workers():
    """Sealed letters by one real worker, then 300 by two: from the first asked for to the last kept."""
    with ExitStack() as stack:
        stack.enter_context(worker(1))
        make(WARM)
        one = FEW / make(FEW)
        yield "letters_tps", 1, round(1000 / one, 1), 0, round(one, 2)
        stack.enter_context(worker(2))
        make(4 * WARM)
        seconds = make(MANY)
        yield "letters_tps", 2, round(1000 * seconds / MANY, 1), 0, round(MANY / seconds, 2)
        yield "letters_300", 2, round(1000 * seconds), 0, None


@contextmanager
def worker(number):
    """A Celery worker of one process, on the broker and the database of the measure."""
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "-l", "ERROR"]
    process = subprocess.Popen(
        [*command, "-n", f"mesure-{number}-{os.getpid()}"], cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def make(count):
    """Seconds to make `count` letters, asked for in one transaction as a wave does."""
    letter, start = facts(), time.perf_counter()
    with transaction.atomic():
        keys = [asked(letter) for _ in range(count)]
    waiting = Document.objects.filter(pk__in=keys, rendered_at=None)
    while waiting.exists():
        if time.perf_counter() - start > AT_MOST_SECONDS:
            errors = set(waiting.values_list("last_error", flat=True))
            raise RuntimeError(f"{waiting.count()} courriers sur {count} ne sont pas faits : {errors}")
        time.sleep(0.05)
    return time.perf_counter() - start


def shortfalls(by_key):
    """Sentences, one for each ratio that is not met."""
    bare, whole = by_key.get(("letter_bare", 1)), by_key.get(("letter", 1))
    if bare and whole and whole.ms > TIMES_BARE * bare.ms:
        yield f"letter : {whole.ms / bare.ms:.2f} fois letter_bare, au lieu de {TIMES_BARE} au plus"
    one, two = by_key.get(("letters_tps", 1)), by_key.get(("letters_tps", 2))
    if one and two and two.tps < TIMES_ONE * one.tps:
        yield f"letters_tps : {two.tps / one.tps:.2f} fois plus avec deux workers, au lieu de {TIMES_ONE} au moins"
