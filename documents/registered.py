"""Notification by registered letter: its number, the day it was presented, the day it was handed over, the proof."""

import csv
import datetime
import io
import re
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refusal, StalePage
from accounts.french import long_date, plural
from accounts.models import JournalEntry
from accounts.permissions import require
from documents import notifying, uploads
from documents.formal import FormalNotification

BY_POST = "documents.notify_by_post"
# The post keeps a letter that nobody fetched for fifteen days; only then is the day of its presentation the date.
KEPT_BY_THE_POST = datetime.timedelta(days=15)
NUMBER = re.compile(r"[0-9A-Z]{10,20}")
MOST_LINES = 1000


def record(*, notification, number, posted_on, by, presented_on=None, delivered_on=None, proof=None, version=None):
    """Record a registered letter: posted, then presented or handed over, at once or in two times.

    Args:
        number: of the registered letter, as the post writes it; spaces do not matter.
        posted_on, presented_on, delivered_on: Paris dates. Without `delivered_on`, nobody fetched it, and the act is
            notified on the day it was presented.
        proof: an uploaded file (the slip of the post), or None.

    Raises:
        NotAllowed: `by` does not follow the letters. StalePage: it is notified already.
        Refusal: the number or a date is not possible.
    """
    require(by, BY_POST)
    examined = uploads.examine(uploaded=proof, field="proof") if proof else None
    with transaction.atomic():
        row = notifying.locked(notification)
        row.expect_version(version)
        if row.is_notified:
            raise StalePage(f"Cet acte est déjà notifié, le {long_date(row.notified_on)}. Rien n’a été enregistré.")
        number = clean_number(number)
        refuse_impossible(row, posted_on, presented_on, delivered_on)
        row.move("post", by=by, number=number, posted_on=posted_on)
        if presented_on:
            kept = uploads.keep(examined=examined, by=by) if examined else None
            row.move("present", by=by, presented_on=presented_on, delivered_on=delivered_on, proof=kept)
            notifying.follow(row, by)
        details = {"act": str(row), "number": number, "posted_on": posted_on.isoformat()}
        details |= {"notified_on": row.notified_on.isoformat()} if row.notified_on else {}
        JournalEntry.write(action="record_registered", subject=row, actor=by, details=details)
    return row


def clean_number(text):
    number = "".join((text or "").split()).upper()
    if not NUMBER.fullmatch(number):
        raise Refusal(
            "Indiquez le numéro du recommandé tel que la Poste l’écrit : 10 à 20 chiffres et lettres, par exemple "
            "1A 234 567 8901 2.",
            field="number",
        )
    return number


def refuse_impossible(row, posted_on, presented_on, delivered_on):
    today = timezone.localdate()
    if not row.available_on <= posted_on <= today:
        raise Refusal(
            f"Le recommandé part entre le {long_date(row.available_on)}, où l’acte est mis à disposition, et "
            "aujourd’hui : corrigez le jour de dépôt.",
            field="posted_on",
        )
    if presented_on is None:
        if delivered_on is not None:
            raise Refusal("Un pli remis a été présenté : donnez aussi ce jour.", field="presented_on")
        return
    if not posted_on <= presented_on <= today:
        raise Refusal(
            "Le recommandé est présenté après son dépôt et au plus tard aujourd’hui : corrigez la date.",
            field="presented_on",
        )
    refuse_undelivered(presented_on, delivered_on, today)


def refuse_undelivered(presented_on, delivered_on, today):
    if delivered_on is not None:
        if not presented_on <= delivered_on <= today:
            raise Refusal(
                "Le recommandé est remis le jour où il est présenté, ou après, et au plus tard aujourd’hui.",
                field="delivered_on",
            )
    elif today <= presented_on + KEPT_BY_THE_POST:
        raise Refusal(
            "Donnez le jour de la remise. Un pli que personne n’a retiré reste quinze jours à la Poste : il est "
            f"notifié au jour de sa présentation à partir du {long_date(presented_on + KEPT_BY_THE_POST)} passé.",
            field="delivered_on",
        )


# --- Many at once --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of the list: which act, and what the post says of it."""

    place: int
    row: FormalNotification
    fields: dict


def record_many(*, text, scope, by, proof=None):
    """Record a list of registered letters, all or none: a line that is wrong leaves the whole list to be corrected.

    Args:
        text: one line an act: number of the letter or of the dossier; number of the registered letter; posted on;
            presented on; handed over on (the last two may be missing). Semicolons or tabs; dates as 31/12/2026.
        scope: the `FormalNotification`s that `by` may read.
        proof: an uploaded file that proves every line (the slip of the post), or None.

    Returns:
        How many were recorded.

    Raises:
        Refusal: names each line that is wrong, and why.
    """
    require(by, BY_POST)
    lines, wrong = read(text, scope)
    with transaction.atomic():
        for line in lines:
            try:
                with transaction.atomic():
                    rewind(proof)
                    record(notification=line.row, by=by, proof=proof, **line.fields)
            except Refusal as refusal:
                wrong.append((line.place, refusal.message))
        refuse_wrong(wrong, len(lines))
    return len(lines)


def rewind(proof):
    if proof is not None:
        proof.seek(0)


def refuse_wrong(wrong, count):
    if wrong:
        said = " ".join(f"Ligne {place} : {message}" for place, message in sorted(wrong)[:20])
        raise Refusal(f"{plural(len(wrong), 'ligne')} à corriger ; rien n’est enregistré. {said}", field="lines")
    if not count:
        raise Refusal("Collez au moins une ligne, ou choisissez un fichier.", field="lines")


def read(text, scope):
    """(lines, [(place, what is wrong)]) of a list as it was pasted or sent."""
    text = text.removeprefix("\ufeff")
    sample = text.splitlines()[0] if text.strip() else ""
    rows = list(csv.reader(io.StringIO(text), delimiter="\t" if "\t" in sample else ";"))[: MOST_LINES + 1]
    known = acts_named(scope, [row[0].strip() for row in rows if row])
    lines, wrong = [], []
    for place, cells in enumerate(rows, start=1):
        if not any(cell.strip() for cell in cells) or (place == 1 and is_heading(cells)):
            continue
        try:
            lines.append(line_of(place, [*(cell.strip() for cell in cells), *[""] * 5], known))
        except Refusal as refusal:
            wrong.append((place, refusal.message))
    return lines, wrong


def is_heading(cells):
    return not any(character.isdigit() for cell in cells for character in cell)


def acts_named(scope, names):
    """{name: [pending acts]} by the number of their letter, or of their dossier."""
    rows = scope.pending().select_related("document", "organisation")
    found: dict[str, list] = {}
    for row in [*rows.filter(document__number__in=names), *rows.filter(reference__in=names)]:
        for name in {row.document.number if row.document else "", row.reference} & set(names):
            if row not in found.setdefault(name, []):
                found[name].append(row)
    return found


def line_of(place, cells, known):
    name, number, posted, presented, delivered = cells[:5]
    rows = known.get(name, [])
    if len(rows) != 1:
        why = "aucun acte à notifier ne porte ce numéro" if not rows else "plusieurs actes attendent sur ce dossier"
        raise Refusal(f"« {name} » : {why}. Donnez le numéro du courrier.")
    fields = {"number": number, "posted_on": day_of(posted, "dépôt")}
    fields |= {"presented_on": day_of(presented, "présentation") if presented else None}
    fields |= {"delivered_on": day_of(delivered, "remise") if delivered else None}
    return Line(place, rows[0], fields)


def day_of(text, what):
    for pattern in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.datetime.strptime(text, pattern).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise Refusal(f"jour de {what} illisible, « {text} » : écrivez-le 31/12/2026.")
