from django.db.models import Exists, OuterRef, Q
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.lists import ChoiceFilter, Column, ConditionFilter, ListPage
from applications.models import Fabrique, FabriqueFact
from monitoring.figures import main_programme
from programme.models import Segment

STEPS = {"contracted": "Conventionnée", "opened": "Ouverte", "closed": "Fermée"}


def has(kind):
    return Exists(FabriqueFact.objects.filter(fabrique=OuterRef("pk"), kind=kind))


def laureates():
    """Places selected and still in the programme: what « lauréates » counts."""
    return Fabrique.objects.filter(has("selected"), ~has("left"), programme=main_programme())


def regions(listing):
    names = listing.queryset.exclude(region="").order_by("region").values_list("region", flat=True).distinct()
    return [(name, name) for name in names]


def step_of(row):
    facts = {fact.kind for fact in row.facts.all()}
    label = next((STEPS[kind] for kind in ("closed", "opened", "contracted") if kind in facts), "Lauréate")
    return label, "success" if label == "Ouverte" else ""


class PlaceList(ListPage):
    name = "fabriques"
    caption = "Fabriques lauréates"
    noun = ("fabrique", "fabriques")
    default_sort = "nom"
    search_field = "sort_name"
    search_label = "Nom du lieu"
    columns = [
        Column("nom", "Lieu", "name", sort="sort_name", header=True),
        Column("commune", "Commune", "commune", sort="commune__folded_name"),
        Column("region", "Région", "region", sort="region"),
        Column("segment", "Territoire", "get_segment_display", sort="segment"),
        Column(
            "depuis",
            "Lauréate le",
            lambda row: next((fact.effective_on for fact in row.facts.all() if fact.kind == "selected"), None),
            kind="date",
        ),
        Column("etape", "Où elle en est", step_of, kind="badge"),
        Column("origine", "Origine de la donnée", "get_origin_display", shown=False),
    ]
    filters = [
        ChoiceFilter("region", "Région", field="region", choices=regions),
        ChoiceFilter("territoire", "Territoire", field="segment", choices=Segment.choices),
        ConditionFilter(
            "etape",
            "Étape",
            conditions={
                "contracted": ("Conventionnée", Q(has("contracted"))),
                "opened": ("Ouverte", Q(has("opened")) & ~Q(has("closed"))),
                "closed": ("Fermée", Q(has("closed"))),
            },
        ),
    ]

    def page_rows(self, ids):
        return Fabrique.objects.filter(pk__in=ids).select_related("commune").prefetch_related("facts")


@require_GET
def places(request):
    """Who was funded, where?"""
    listing = PlaceList(request, laureates())
    return listing.file() or render(request, "portal/places.html", {"listing": listing})
