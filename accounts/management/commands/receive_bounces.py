"""Reads the mails that came back (RFC 3464): from a Maildir, from a folder of .eml, or one on the standard input."""

import sys
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts import bounces

WORDS = {"bounced": "retour(s) enregistré(s)", "known": "déjà connu(s)", "delayed": "retard(s) sans suite",
         "unknown": "sans rapport avec nos courriels"}  # fmt: skip
DONE = "lus"


class Command(BaseCommand):
    help = "Enregistre les courriels revenus. Sans dossier, lit un courriel sur l’entrée standard (alias du serveur)."

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", type=Path, help="Maildir, ou dossier de fichiers .eml")

    def handle(self, *, folder, **options):
        if folder is None:
            found = Counter([bounces.receive(sys.stdin.buffer.read())])
        elif folder.is_dir():
            found = Counter(self.take(path) for path in waiting_in(folder))
        else:
            raise CommandError(f"{folder} n’est pas un dossier.")
        self.stdout.write(
            ", ".join(f"{found[word]} {label}" for word, label in WORDS.items() if found[word]) or "rien"
        )

    def take(self, path):
        """Taken in, then set aside: a file that was read is not read again."""
        word = bounces.receive(path.read_bytes())
        is_maildir = path.parent.name == "new"
        aside = path.parent.parent / "cur" if is_maildir else path.parent / DONE
        aside.mkdir(exist_ok=True)
        path.rename(aside / (f"{path.name}:2,S" if is_maildir else path.name))
        return word


def waiting_in(folder):
    if (folder / "new").is_dir():
        return sorted(path for path in (folder / "new").iterdir() if path.is_file())
    return sorted(folder.glob("*.eml"))
