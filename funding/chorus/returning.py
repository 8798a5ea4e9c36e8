"""The file of payment requests that comes back from Chorus with its numbers: each line names its request."""

import uuid
from dataclasses import dataclass

from django.db import transaction

from accounts.errors import Refusal
from accounts.french import plural
from accounts.permissions import require
from funding.chorus import cells, numbering, sheets
from funding.models import PaymentRequest, RequestPart
from funding.models.chorus import IMPORT

HEADINGS = {cells.heading(name): field for name, field in (("Référence", "ref"), ("N° DP", "dp"), ("N° EJ", "ej"))}


@dataclass(frozen=True)
class Noted:
    """How many requests received their number, and how many lines had none yet."""

    numbered: int
    empty: int


def take_back(*, export, uploaded, by):
    """Note the DP (and EJ) numbers of an export from its own file, filled in; all of them, or none.

    Args:
        export: the `PaymentExport`.
        uploaded: its file, XLSX or CSV.
        by: a finance officer.

    Returns:
        A `Noted`.

    Raises:
        Refusal: not that file, or a line that cannot be noted; tied to `file`.
    """
    require(by, IMPORT)
    _, lines = sheets.open_extract(uploaded)
    rows = rows_of(lines)
    with transaction.atomic():
        requests = {str(one.public_id): one for one in export.requests.select_for_update()}
        refuse_strangers(rows, requests, export)
        numbers: dict[str, list[PaymentRequest]] = {}
        for ref, dp in dict.fromkeys((row["ref"], row["dp"]) for row in rows if row["dp"]):
            numbers.setdefault(dp, []).append(requests[ref])
        note_commitments(rows, requests, by)
        done = sum(note(number, asked, by) for number, asked in numbers.items())
    return Noted(done, len({row["ref"] for row in rows if not row["dp"]}))


def rows_of(lines):
    for at, line in enumerate(lines[:20]):
        columns = {HEADINGS[key]: rank for rank, cell in enumerate(line) if (key := cells.heading(cell)) in HEADINGS}
        if {"ref", "dp"} <= columns.keys():
            below = enumerate(lines[at + 1 :], start=at + 2)
            return [row_of(number, one, columns) for number, one in below if any(one)]
    raise Refusal(
        "Ce n’est pas le fichier d’un envoi : il y manque les colonnes « Référence » et « N° DP ». "
        "Remplissez celui que cette page donne.",
        field="file",
    )


def row_of(number, line, columns):
    try:
        found = {field: cells.text(line[rank], 40) for field, rank in columns.items() if rank < len(line)}
        ref = str(uuid.UUID(found.get("ref", "")))
        return {"ref": ref, "dp": cells.code(found.get("dp"), 20), "ej": cells.code(found.get("ej"), 20)}
    except (cells.Unreadable, ValueError) as error:
        raise Refusal(
            f"Ligne {number} : la référence ou un numéro ne se lit pas. Rien n’est noté.", field="file"
        ) from error


def refuse_strangers(rows, requests, export):
    unknown = [row for row in rows if row["ref"] not in requests]
    if unknown or not rows:
        raise Refusal(
            f"{plural(len(unknown), 'ligne')} de ce fichier hors de l’envoi {export.number} : choisissez le sien.",
            field="file",
        )


def note_commitments(rows, requests, by):
    for ref, ej in dict.fromkeys((row["ref"], row["ej"]) for row in rows if row["ej"]):
        for part in RequestPart.objects.filter(request=requests[ref], live=True).select_related("instalment__award"):
            numbering.record_commitment(award=part.instalment.award, number=ej, by=by)


def note(number, requests, by):
    """Number what still waits of these requests; how many did."""
    waiting = [one for one in requests if one.number is None]
    parts = list(RequestPart.objects.filter(request__in=waiting, live=True).select_related("instalment"))
    if parts:
        numbering.record_request(
            number=number, instalments=[part.instalment for part in parts], by=by,
            payees={part.payee_id for part in parts} - {None},
        )  # fmt: skip
    return len({part.request_id for part in parts})
