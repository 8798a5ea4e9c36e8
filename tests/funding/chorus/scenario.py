"""Random extracts of one year: shuffled, sent twice, in halves, by two workers at once, one of them killed halfway.

What is paid in the end is what Chorus paid and agrees with the ledger, once; what disagrees has moved nothing.
"""

import multiprocessing
import random
import threading
import time
from dataclasses import dataclass, field

from django.db import connection, connections
from django.utils import timezone

from accounts import jobs
from accounts.errors import Refusal
from accounts.models import Job, JobRow, Role
from funding import reconciliation
from funding.chorus import applying, confirming, numbering, reading
from funding.models import Account, Allotment, ChorusFile, ChorusRow, Difference, Instalment, Kind, Movement
from tests.funding import conftest as money
from tests.funding.chorus import extracts
from tests.funding.chorus.conftest import laureate, order_first
from tests.funding.conftest import make_user, today

FORMS = (
    extracts.as_xlsx,
    lambda lines: extracts.as_xlsx(lines, numbers=False, title=False),
    extracts.as_csv,
    lambda lines: extracts.as_csv(lines, encoding="cp1252", delimiter=","),
)
FORK = multiprocessing.get_context("fork")
PAID = (Kind.CP_PAID, Kind.AE_LIQUIDATED)
WRONGS = ("too_much", "negative", "other_award", "other_payee")


@dataclass
class Year:
    """Lines that agree, lines that do not, and the instalments of each."""

    importer: object
    good: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    paid: set = field(default_factory=set)
    unpaid: set = field(default_factory=set)
    # Jobs whose worker was killed, and those that it left half done; what went wrong on the way.
    killed: int = 0
    halfway: int = 0
    wrongs: list = field(default_factory=list)

    @property
    def lines(self):
        return [*self.good, *self.wrong]


def make_year(count, seed):
    """`count` instalments ordered; a random number to a payment request, a random number of lines to each."""
    dice = random.Random(seed)
    line = money.make_line()
    wave = money.make_wave(line.programme, agreement_required=False)
    finance = [make_user(Role.FINANCE_OFFICER) for _ in range(3)]
    waiting = [order_first(laureate(wave, line, None), finance) for _ in range(count)]
    year, number = Year(finance[2]), 10_000_000 + 100_000 * seed
    while waiting:
        number += 1
        together = [waiting.pop() for _ in range(min(dice.choice((1, 1, 1, 2, 3)), len(waiting)))]
        wrong = dice.choice(WRONGS) if dice.random() < 0.2 else ""
        add_request(year, dice, number, together, finance[0], wrong)
    year.good += [extracts.line(f"7{n}", f"8{n}", 100 + n, today(), siret=f"99{n:012}") for n in range(5)]
    dice.shuffle(year.good)
    return year


def add_request(year, dice, number, together, by, wrong):
    """One payment request: half of them are noted before, the others are found by their EJ and amount."""
    ej, first = f"21{number}", together[0]
    for one in together:
        numbering.record_commitment(award=one.award, number=ej, by=by)
    if len(together) > 1 or dice.random() < 0.5:
        numbering.record_request(number=str(number), instalments=together, by=by)
    total = sum(one.cents for one in together)
    sirets = [one.award.organisation.siret for one in together]
    common = {"siret": sirets[0] if len(set(sirets)) == 1 else "", "payee": first.award.fabrique.name}
    lines = [
        extracts.line(ej, str(number), cents / 100, today(), item=str(item), **common)
        for item, cents in enumerate(cut(dice, total), start=1)
    ]
    if wrong:
        spoil(lines, wrong, year)
    (year.wrong if wrong else year.good).extend(lines)
    (year.unpaid if wrong else year.paid).update(one.pk for one in together)


def cut(dice, total):
    """A total in one to three parts, in cents."""
    marks = sorted(dice.sample(range(1, total), dice.choice((0, 0, 1, 2))))
    return [stop - start for start, stop in zip([0, *marks], [*marks, total], strict=True)]


def spoil(lines, wrong, year):
    if wrong == "too_much":
        lines[-1]["Montant payé"] += 0.01
    elif wrong == "negative":
        lines[-1]["Montant payé"] *= -1
    elif wrong == "other_award" and year.good:
        lines[-1]["N° EJ"] = year.good[0]["N° EJ"]
    else:
        lines[-1]["Code taxe 1"] = "12345678901234"


def send(lines, year, form):
    """Read and confirm an extract; the same content again is refused in words."""
    try:
        file = reading.receive(uploaded=form(lines), fiscal_year=today().year, by=year.importer)
    except Refusal:
        return None
    seen = confirming.preview(file=file, by=year.importer)
    return confirming.confirm(file=file, by=year.importer, digest=seen.digest)


def live(year, seed, *, rounds=6, workers=2):
    """Extracts as they come: whole ones, halves, twice the same, any order; two workers on every request at once."""
    dice = random.Random(seed)
    send_another_year(year)
    for number in range(rounds):
        lines = list(year.lines)
        dice.shuffle(lines)
        half = lines[: len(lines) // 2] if number % 2 == 0 else lines
        for part in (half, half, lines[len(lines) // 3 :]):
            job = send(part, year, dice.choice(FORMS))
            if job is not None:
                kill_a_worker(job, dice, year)
                at_once(workers, job, year)
    last = send([*year.lines, *year.lines], year, extracts.as_csv)
    if last is not None:
        jobs.run(last.pk)


def send_another_year(year):
    """A file with one line of another year is refused whole: nothing of it is kept."""
    before = ChorusFile.objects.count()
    strays = [year.lines[0] | {"Exercice comptable": today().year - 1}, *year.lines[1:]]
    if send(strays, year, extracts.as_csv) is not None or ChorusFile.objects.count() != before:
        year.wrongs.append("un fichier d’un autre exercice est accepté")


def kill_a_worker(job, dice, year):
    """SIGKILL at a moment that nothing chooses; the minute after which a silent worker is taken for dead goes by."""
    if connection.vendor != "postgresql":
        return
    connections.close_all()
    worker = FORK.Process(target=closing, args=(lambda: jobs.run(job.pk),))
    worker.start()
    time.sleep(dice.uniform(0.05, 0.6))
    worker.kill()
    worker.join()
    left = JobRow.objects.filter(job=job, status=JobRow.Status.WAITING).count()
    year.killed += 1
    year.halfway += 0 < left < JobRow.objects.filter(job=job).count()
    silent = timezone.now() - 2 * jobs.SILENCE
    Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING).update(beat_at=silent)


def at_once(workers, job, year):
    """The job, and somebody who applies the same requests by hand meanwhile."""
    if workers < 2 or connection.vendor != "postgresql":
        jobs.run(job.pk)
        return
    numbers = [row.request for row in ChorusRow.objects.filter(pk__in=job.rows.values("subject_id"))]
    threads = [threading.Thread(target=closing, args=(lambda: jobs.run(job.pk),))]
    threads += [threading.Thread(target=closing, args=(lambda: by_hand(numbers, year),))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def closing(work):
    try:
        work()
    finally:
        connections.close_all()


def by_hand(numbers, year):
    for number in reversed(numbers):
        applying.apply(number=number, by=year.importer)


def held():
    """Cents in each kind of account, and tied to instalments, in the whole database."""
    kinds = {kind: sum(Account.objects.filter(kind=kind).values_list("balance_cents", flat=True)) for kind in PAID}
    told = set(Difference.objects.filter(state="open").values_list("subject", flat=True))
    return {**kinds, "ties": sum(Allotment.objects.values_list("cents", flat=True)), "told": told}


def faults(year, before=None):
    """What is wrong in the end, in words; nothing when all is right.

    Args:
        before: what was `held` before this year, nothing when None.
    """
    before, now = before or {}, held()
    paid = Instalment.objects.filter(pk__in=year.paid)
    owed = sum(one.cents for one in paid)
    found = [f"{one} : {one.state}" for one in paid if one.state != "paid"]
    found += [f"{one} : payée à tort" for one in Instalment.objects.filter(pk__in=year.unpaid, state="paid")]
    for what in (*PAID, "ties"):
        grown = now[what] - before.get(what, 0)
        found += [f"{what} : {grown} au lieu de {owed}"] if grown != owed else []
    wrong = {f"dp:{one['N° DP']}" for one in year.wrong}
    told = now["told"] - before.get("told", set())
    found += [f"écart non dit : {subject}" for subject in wrong - told]
    found += [f"écart en trop : {subject}" for subject in told - wrong]
    return found + year.wrongs + reconciliation.differences()


def figures():
    return {
        "files": ChorusFile.objects.count(),
        "rows": ChorusRow.objects.count(),
        "movements": Movement.objects.count(),
    }
