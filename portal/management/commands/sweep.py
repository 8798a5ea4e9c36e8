"""The work that the broker forgot: mail not sent, documents not rendered. And the dates that pass by themselves."""

import logging
import signal
import threading

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from accounts import delivery, digests, jobs
from applications import silence
from applications.evaluations import reminders
from documents import missing, notifying, previews, scanning, sweeper
from selection import sweeping

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Envoie les courriels et rend les documents en attente. Avec --loop, recommence jusqu’à SIGTERM."

    def add_arguments(self, parser):
        parser.add_argument("--loop", action="store_true", help="recommencer jusqu’à SIGTERM ou Ctrl-C")
        parser.add_argument("--every", type=float, default=5.0, help="secondes entre deux passages (5)")

    def handle(self, *, loop, every, **options):
        if not loop:
            self.once()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            self.once_or_log()
            stop.wait(every)

    def once(self):
        digests.sweep()
        missing.ask_all()
        mails, letters = delivery.sweep(), sweeper.sweep()
        jobs.sweep()
        scans, drawn = scanning.sweep(), previews.sweep()
        clocks, refusals = silence.sweep()
        reviews = reminders.sweep()
        closed, silent, handed = sweeping.sweep()
        presumed = notifying.sweep()
        if scans or drawn:
            self.stdout.write(f"{scans} fichier(s) à analyser, {drawn} aperçu(x)")
        if mails or letters or clocks or refusals:
            done = f"{mails} courriel(s), {letters} document(s), {clocks} horloge(s) reprise(s), {refusals} rejet(s)"
            self.stdout.write(f"{done} implicite(s) constaté(s)")
        if reviews != reminders.Done():
            done = f"{reviews.recused} déport(s) inscrit(s), {reviews.reminded} rappel(s)"
            self.stdout.write(f"{done}, {reviews.lapsed} évaluation(s) caduque(s), {reviews.replaced} remplacée(s)")
        if closed or silent or handed:
            done = f"{closed} rejet(s) de liste complémentaire à signer, {silent} recours rejeté(s) par le silence"
            self.stdout.write(f"{done}, {handed} décision(s) remise(s)")
        if presumed:
            self.stdout.write(f"{presumed} notification(s) réputée(s) faite(s)")

    def once_or_log(self):
        """A database that is away for a moment must not end the loop."""
        try:
            close_old_connections()
            self.once()
        except Exception:
            log.exception("sweep failed, trying again")
