"""The dossier as it is sent: a plain dict, its fingerprint, and what changed between two of them.

Shape: {"organisation": {…}, "place": {…}, "segment": code, "sections": [{"slug", "title", "answers": [{"question",
"slug", "label", "kind", "text", "shown" where it reads otherwise, "table" for a table}]}], "budget": {"first_year",
"years", "requested_cents", "cells": [[side, account, year_rank, cents]]}, "attachments": [{"id", "kind", "label",
"name", "sha256", "byte_size"}]}, and the parts beside (`applications.parts`).
"""

import hashlib
import json
from dataclasses import dataclass

from accounts.french import euros
from applications import budget
from applications.answer_tables import Table, columns_of
from applications.answering import sheet_of
from applications.part_reading import part_lines
from applications.parts import parts_of
from applications.read_once import joined_of
from programme.models import Segment

TABLE = Table()


def snapshot(application):
    """The current content as JSON data; cents, ISO dates."""
    sheet = sheet_of(application)
    return {
        "organisation": organisation_of(application.organisation),
        "place": place_of(application.fabrique),
        "segment": application.declared_segment,
        "sections": sections_of(sheet),
        "budget": plan_of(application),
        **parts_of(application),
        "attachments": pieces_of(application, sheet),
    }


def digest(content):
    """SHA-256 of the canonical JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def organisation_of(organisation):
    return {
        "id": str(organisation.public_id),
        "name": organisation.name,
        "legal_form": organisation.legal_form,
        "legal_form_label": organisation.get_legal_form_display(),
        "siret": organisation.siret,
        "foreign_id": organisation.foreign_id,
        "country": organisation.country,
        "address": organisation.address,
        "postal_code": organisation.postal_code,
        "city": organisation.city,
        "representative_name": organisation.representative_name,
        "representative_title": organisation.representative_title,
    }


def place_of(fabrique):
    commune = fabrique.commune
    return {
        "name": fabrique.name,
        "address": fabrique.address,
        "commune": str(commune or ""),
        "commune_code": commune.code if commune else "",
        "region": fabrique.region,
    }


def sections_of(sheet):
    """The answers to the questions that are asked; an answer that is kept and not asked is not sent."""
    return [
        {
            "slug": section.slug,
            "title": section.title,
            "answers": [answer_of(entry, sheet.names) for entry in sheet.of(section)],
        }
        for section in sheet.sections
    ]


def answer_of(entry, names):
    """One answer, with all that is needed to read it when the form and the communes are others."""
    question, shown = entry.question, entry.shown(names)
    answer = {"question": question.pk, "slug": question.slug, "label": question.label, "kind": question.kind}
    answer["text"] = entry.text
    if shown != entry.text:
        answer["shown"] = shown
    if question.kind == question.Kind.TABLE and not entry.as_typed:
        answer["table"] = table_of(question, entry.text)
    return answer


def table_of(question, text):
    """A table in French: {"columns": [{"label", "kind"}], "rows": [[cell]], "totals": [cell] or []}."""
    return {
        "columns": [{"label": one["label"], "kind": one.get("kind", "text")} for one in columns_of(question)],
        "rows": TABLE.shown_rows(question, text),
        "totals": TABLE.shown_totals(question, text),
    }


def plan_of(application):
    cells = budget.cells_of(application)
    return {
        "first_year": budget.first_year_of(application.wave),
        "years": application.call_version.years,
        "requested_cents": budget.requested(cells),
        "cells": [[side, account, year, cents] for (side, account, year), cents in sorted(cells.items())],
    }


def pieces_of(application, sheet):
    """The pieces that are joined; not the file of a question that is not asked any more."""
    return [
        {
            "id": str(piece.public_id),
            "kind": piece.kind,
            "label": piece.question.label if piece.question else piece.get_kind_display(),
            "name": piece.file.name,
            "sha256": piece.file.sha256,
            "byte_size": piece.file.byte_size,
        }
        for piece in joined_of(application)
        if piece.question_id is None or piece.question_id in sheet.asked
    ]


@dataclass(frozen=True)
class Change:
    section: str
    label: str
    before: str
    after: str


def changes(before, after):
    """What differs between two snapshots, in the order of the sections, as `Change`s in French."""
    old, new = lines_of(before), lines_of(after)
    return [
        Change(section, label, old.get((section, label), ""), new.get((section, label), ""))
        for section, label in dict.fromkeys([*new, *old])
        if old.get((section, label), "") != new.get((section, label), "")
    ]


def lines_of(content):
    """{(section title, label): text} of every value that a person can change."""
    return {
        **organisation_lines(content["organisation"]),
        **place_lines(content),
        **{
            (section["title"], answer["label"]): answer.get("shown", answer["text"])
            for section in content["sections"]
            for answer in section["answers"]
        },
        **part_lines(content),
        **plan_lines(content["budget"]),
        **{("Les pièces", f"{one['label']} : {one['name']}"): "jointe" for one in content["attachments"]},
    }


ORGANISATION_LABELS = {
    "name": "Nom",
    "legal_form_label": "Forme juridique",
    "siret": "SIRET",
    "foreign_id": "Numéro de registre",
    "country": "Pays",
    "address": "Adresse du siège",
    "postal_code": "Code postal",
    "city": "Ville",
    "representative_name": "Représentante ou représentant légal",
    "representative_title": "Qualité",
}
PLACE_LABELS = {"name": "Nom du lieu", "commune": "Commune", "address": "Adresse"}


def organisation_lines(organisation):
    return {("Votre structure", label): organisation.get(key) or "" for key, label in ORGANISATION_LABELS.items()}


def place_lines(content):
    lines = {("L’adresse du lieu", label): content["place"][key] for key, label in PLACE_LABELS.items()}
    return {**lines, ("L’adresse du lieu", "Segment"): Segment(content["segment"]).label}


def plan_lines(plan):
    lines = {}
    for side, account, year, cents in plan["cells"]:
        row = budget.ROW_BY_CELL.get((side, account))
        label = row.label if row else account
        lines["Le plan de financement", f"{label}, {plan['first_year'] + year - 1}"] = euros(cents)
    return lines
