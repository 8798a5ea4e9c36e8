"""The rows that make the count of places."""

from dataclasses import dataclass

from django.db.models import Exists, IntegerField, OuterRef, Q, Subquery, Sum
from django.urls import reverse

from accounts.lists import ChoiceFilter, Column, ConditionFilter, DateFilter, ListPage, parsed_day
from applications.models import Fabrique, FabriqueFact
from funding.models import Award
from monitoring.clocks import Clocks
from monitoring.panels.rows import NOWHERE
from programme.models import Segment, Wave

KINDS = FabriqueFact.Kind
STEPS = {
    KINDS.LEFT: ("Sortie du dispositif", "error"),
    KINDS.CLOSED: ("Fermée", "error"),
    KINDS.OPENED: ("Ouverte", "success"),
    KINDS.CONTRACTED: ("Conventionnée", "info"),
    KINDS.SELECTED: ("Lauréate", "new"),
}


def has(kind, clocks):
    """The place has that fact, true and known on that day."""
    known = {} if clocks.knows_all else {"booked_at__lt": clocks.known_until}
    return Exists(
        FabriqueFact.objects.filter(fabrique=OuterRef("pk"), kind=kind, effective_on__lte=clocks.as_of, **known)
    )


def selected(programme, clocks):
    """Places selected by that day, whatever became of them."""
    return Fabrique.objects.filter(has("selected", clocks), programme=programme)


def date_of(kind):
    return lambda row: row.dates.get(kind)


def step_of(row):
    return next((STEPS[kind] for kind in STEPS if kind in row.dates), None)


@dataclass
class KnownFilter(ChoiceFilter):
    """A field that may not be known."""

    def apply(self, queryset, values):
        return super().apply(queryset, ["" if value == NOWHERE else value for value in values])


class WaveFilter(ChoiceFilter):
    """Places that have an award in a wave."""

    def apply(self, queryset, values):
        awards = Award.objects.exclude(state=Award.State.RELEASED).filter(wave__public_id__in=values)
        return queryset.filter(pk__in=awards.values("fabrique"))


@dataclass
class SelectedOn(DateFilter):
    """Places selected (or of another fact) from a day on, or by a day; the whole day is inside."""

    fact: str = KINDS.SELECTED

    def apply(self, queryset, values):
        facts = FabriqueFact.objects.filter(
            fabrique=OuterRef("pk"), kind=self.fact, **{f"effective_on__{self.lookup}": parsed_day(values[0])}
        )
        return queryset.filter(Exists(facts))


def departements(listing):
    found = Fabrique.objects.filter(programme=listing.context["programme"]).exclude(departement="")
    known = [(code, code) for code in found.order_by("departement").values_list("departement", flat=True).distinct()]
    return [*known, (NOWHERE, "Non connu")]


def waves(listing):
    found = Wave.objects.filter(call__programme=listing.context["programme"], state="announced")
    return [(str(wave.public_id), f"Vague {wave.number}") for wave in found.order_by("number", "pk")]


def regions(listing):
    found = Fabrique.objects.filter(programme=listing.context["programme"]).exclude(region="")
    known = [(name, name) for name in found.order_by("region").values_list("region", flat=True).distinct()]
    return [*known, (NOWHERE, "Non connue")]


def place_url(row):
    return reverse("monitoring:place", args=[row.public_id])


class PlaceList(ListPage):
    """Wants `programme` and `clocks`."""

    name = "fabriques"
    caption = "Fabriques sélectionnées"
    noun = ("fabrique", "fabriques")
    default_sort = "nom"
    search_field = "sort_name"
    search_label = "Nom du lieu"
    empty_title = "Aucune fabrique"
    empty_text = "Une fabrique apparaît ici le jour où sa sélection est annoncée."
    columns = (
        Column("nom", "Lieu", "name", sort="sort_name", url=place_url, header=True),
        Column("commune", "Commune", "commune", sort="commune__folded_name"),
        Column("region", "Région", "region", sort="region"),
        Column("vague", "Vague", "wave_number", kind="integer"),
        Column("segment", "Segment", "get_segment_display", sort="segment"),
        Column("etape", "Étape", step_of, kind="badge"),
        Column("laureate", "Lauréate le", date_of("selected"), kind="date"),
        Column("conventionnee", "Conventionnée le", date_of("contracted"), kind="date"),
        Column("ouverte", "Ouverte le", date_of("opened"), kind="date"),
        Column("fermee", "Fermée le", date_of("closed"), kind="date", shown=False),
        Column("sortie", "Sortie le", date_of("left"), kind="date", shown=False),
        Column("attribue", "Attribué", "awarded_cents", kind="cents"),
        Column("origine", "Origine de la donnée", "get_origin_display", shown=False),
    )

    def get_filters(self):
        clocks = self.context["clocks"]
        standing = ~Q(has("left", clocks))
        opened = standing & Q(has("opened", clocks)) & ~Q(has("closed", clocks))
        return (
            ConditionFilter(
                "etape",
                "Étape",
                conditions={
                    "standing": ("Lauréates, dans le dispositif", standing),
                    "contracted": ("Conventionnées", standing & Q(has("contracted", clocks))),
                    "opened": ("Ouvertes", opened),
                    "closed": ("Fermées", standing & Q(has("closed", clocks))),
                    "left": ("Sorties du dispositif", Q(has("left", clocks))),
                },
            ),
            ChoiceFilter("segment", "Segment", field="segment", choices=Segment.choices),
            KnownFilter("region", "Région", field="region", choices=regions),
            KnownFilter("departement", "Département", field="departement", choices=departements),
            WaveFilter("vague", "Vague", choices=waves),
            SelectedOn("laureate_du", "Lauréate à partir du", lookup="gte", instant=False),
            SelectedOn("laureate_au", "Lauréate jusqu’au", lookup="lte", instant=False),
            SelectedOn("ouverte_au", "Ouverte jusqu’au", lookup="lte", instant=False, fact=KINDS.OPENED),
        )

    @property
    def kept(self):
        """The programme and the two days stay while the list is filtered."""
        scope = self.context["scope"]
        return [*super().kept, *scope.parameters.items()]

    def page_rows(self, ids):
        awards = Award.objects.filter(fabrique=OuterRef("pk")).exclude(state=Award.State.RELEASED).order_by()
        total = awards.values("fabrique").annotate(total=Sum("total_cents")).values("total")
        rows = list(
            Fabrique.objects.filter(pk__in=ids)
            .select_related("commune")
            .prefetch_related("facts")
            .annotate(
                wave_number=Subquery(awards.order_by("pk").values("wave__number")[:1], output_field=IntegerField()),
                awarded_cents=Subquery(total),
            )
        )
        for row in rows:
            row.dates = dates_of(row.facts.all(), self.context["clocks"])
        return rows


def dates_of(facts, clocks: Clocks):
    """{kind: day} of the facts true and known."""
    return {
        fact.kind: fact.effective_on
        for fact in facts
        if fact.effective_on <= clocks.as_of and (clocks.knows_all or fact.booked_at < clocks.known_until)
    }
