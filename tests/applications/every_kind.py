"""A call whose form has one question of every kind, with conditions and calculated values."""

import json

from programme import editing_form
from programme.models import Question
from tests import factories

COLUMNS = [
    {"key": "poste", "label": "Poste", "kind": "text", "sum": False},
    {"key": "heures", "label": "Heures", "kind": "number", "sum": True},
    {"key": "cout", "label": "Coût", "kind": "amount", "sum": True},
]
OPEN = "Oui, il accueille du public"
PLANNED = "Non, il est en projet"
QUESTIONS = (
    {"kind": "short_text", "label": "Nom d’usage", "slug": "nom-d-usage", "max_length": 20},
    {"kind": "long_text", "label": "Histoire du lieu", "slug": "histoire-du-lieu", "max_length": 60,
     "required": False},
    {"kind": "choice", "label": "Le lieu est-il ouvert ?", "slug": "ouvert", "options": [OPEN, PLANNED]},
    {"kind": "date", "label": "Ouvert depuis", "slug": "depuis",
     "condition": {"all": [{"question": "ouvert", "op": "is", "value": OPEN}]}},
    {"kind": "choices", "label": "Activités", "slug": "occupations", "options": ["Bureaux", "Ateliers", "Formation"]},
    {"kind": "number", "label": "Surface", "slug": "metres", "settings": {"min": 10, "max": 5000, "unit": "m²"}},
    {"kind": "amount", "label": "Loyer annuel", "slug": "loyer"},
    {"kind": "commune", "label": "Commune du siège", "slug": "siege"},
    {"kind": "address", "label": "Adresse du siège", "slug": "adresse-siege", "required": False},
    {"kind": "siret", "label": "SIRET du gestionnaire", "slug": "siret"},
    {"kind": "rna", "label": "Numéro RNA", "slug": "rna", "required": False},
    {"kind": "iban", "label": "IBAN", "slug": "iban"},
    {"kind": "file", "label": "Le bail", "slug": "bail",
     "condition": {"any": [{"question": "ouvert", "op": "is", "value": OPEN},
                           {"question": "loyer", "op": "more", "value": "100000"}]}},
    {"kind": "table", "label": "Les postes", "slug": "salaries", "settings": {"columns": COLUMNS, "max_rows": 3}},
    {"kind": "computed", "label": "Charges par an", "slug": "charges",
     "settings": {"formula": "loyer + sum(salaries.cout)", "format": "amount"}},
)  # fmt: skip
# What a person types, and what is kept of it.
TYPED = {
    "nom-d-usage": "La Halle", "histoire-du-lieu": "Une halle\r\nde 1887.", "ouvert": OPEN, "depuis": "14/03/2019",
    "occupations": '["Formation", "Bureaux"]', "metres": "1 200,5", "loyer": "12 000,50 €", "siege": "63300 Thiers",
    "adresse-siege": "12 rue X\n63300 Thiers", "siret": "73282932000074", "rna": "w631234567",
    "iban": "FR14 2004 1010 0505 0001 3M02 606",
    "salaries": '[{"poste": "Animation", "heures": "1 607", "cout": "38 000"}, {"poste": "Ménage", "cout": "4500,5"}]',
}  # fmt: skip
KEPT = {
    "nom-d-usage": "La Halle", "histoire-du-lieu": "Une halle\nde 1887.", "ouvert": OPEN, "depuis": "2019-03-14",
    "occupations": '["Bureaux", "Formation"]', "metres": "1200.5", "loyer": "1200050", "siege": "63430",
    "adresse-siege": "12 rue X\n63300 Thiers", "siret": "73282932000074", "rna": "W631234567",
    "iban": "FR1420041010050500013M02606",
    "salaries": '[{"poste": "Animation", "heures": "1607", "cout": "3800000"}, {"poste": "Ménage", "cout": "450050"}]',
}  # fmt: skip


def call(*questions):
    """A call in preparation with one section, « Tout sur le lieu », of these questions (one of every kind)."""
    made = factories.draft_call()
    version = made.versions.get()
    section = editing_form.add_section(version=version, title="Tout sur le lieu", by=None)
    for fields in questions or QUESTIONS:
        editing_form.add_question(section=section, by=None, **{"required": True, **fields})
    return made


def draft(*questions, by=None):
    """A dossier just started of such a call."""
    factories.communes()
    return factories.draft(by=by, wave_=factories.wave(call(*questions)))


def section(application):
    return application.call_version.sections.get(slug="tout-sur-le-lieu")


def question(application, slug):
    return Question.objects.get(section__version=application.call_version, slug=slug)


def typed(application, **changes):
    """{question id: what a person types} of the whole section."""
    words = TYPED | {slug.replace("_", "-"): text for slug, text in changes.items()}
    asked = section(application).questions.all()
    return {one.pk: words[one.slug] for one in asked if one.slug in words}


def page(application, **changes):
    """The form of the page as a browser sends it: cells of the table, boxes, the questions shown."""
    data, shown = {}, []
    for one in section(application).questions.all():
        shown.append(str(one.pk))
        text = (TYPED | changes).get(one.slug)
        data |= fields_of(one, text) if text is not None else {}
    return {"q": shown, **data}


def fields_of(question_, text):
    name = f"q{question_.pk}"
    if question_.kind == "choices":
        return {name: json.loads(text) if text else []}
    if question_.kind == "table":
        rows = json.loads(text) if text else []
        return {f"{name}-{i}-{key}": cell for i, row in enumerate(rows) for key, cell in row.items()}
    return {name: text}
