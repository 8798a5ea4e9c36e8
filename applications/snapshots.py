"""The dossier as it is sent: a plain dict, its fingerprint, and what changed between two of them.

Shape: {"organisation": {…}, "place": {…}, "segment": code, "sections": [{"slug", "title", "answers": [{"question",
"slug", "label", "kind", "text"}]}], "budget": {"first_year", "years", "requested_cents", "cells": [[side, account,
year_rank, cents]]}, "attachments": [{"id", "kind", "label", "name", "sha256", "byte_size"}]}.
"""

import hashlib
import json
from dataclasses import dataclass

from accounts.french import euros
from applications import budget
from programme.models import Segment


def snapshot(application):
    """The current content as JSON data; cents, ISO dates."""
    return {
        "organisation": organisation_of(application.organisation),
        "place": place_of(application.fabrique),
        "segment": application.declared_segment,
        "sections": sections_of(application),
        "budget": plan_of(application),
        "attachments": pieces_of(application),
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


def sections_of(application):
    answers = {answer.question_id: answer.text for answer in application.answers.all()}
    asked = application.call_version.sections.prefetch_related("questions").order_by("position")
    return [
        {
            "slug": section.slug,
            "title": section.title,
            "answers": [
                {
                    "question": question.pk,
                    "slug": question.slug,
                    "label": question.label,
                    "kind": question.kind,
                    "text": answers.get(question.pk, ""),
                }
                for question in section.questions.all()
            ],
        }
        for section in asked
    ]


def plan_of(application):
    cells = budget.cells_of(application)
    return {
        "first_year": budget.first_year_of(application.wave),
        "years": application.call_version.years,
        "requested_cents": budget.requested(cells),
        "cells": [[side, account, year, cents] for (side, account, year), cents in sorted(cells.items())],
    }


def pieces_of(application):
    kept = application.attachments.filter(removed_at=None).select_related("file").order_by("pk")
    return [
        {
            "id": str(piece.public_id),
            "kind": piece.kind,
            "label": piece.get_kind_display(),
            "name": piece.file.name,
            "sha256": piece.file.sha256,
            "byte_size": piece.file.byte_size,
        }
        for piece in kept
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
            (section["title"], answer["label"]): answer["text"]
            for section in content["sections"]
            for answer in section["answers"]
        },
        **plan_lines(content["budget"]),
        **{("Les pièces", f"{one['label']} : {one['name']}"): "jointe" for one in content["attachments"]},
    }


ORGANISATION_LABELS = {
    "name": "Nom",
    "legal_form_label": "Forme juridique",
    "siret": "SIRET",
    "address": "Adresse du siège",
    "postal_code": "Code postal",
    "city": "Ville",
    "representative_name": "Représentante ou représentant légal",
    "representative_title": "Qualité",
}
PLACE_LABELS = {"name": "Nom du lieu", "commune": "Commune", "address": "Adresse"}


def organisation_lines(organisation):
    return {("Votre structure", label): organisation[key] or "" for key, label in ORGANISATION_LABELS.items()}


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
