"""Lists of envelopes: the acts that moved credits."""

from django.db.models import Count, Q
from django.urls import reverse

from accounts.lists import ChoiceFilter, Column, ConditionFilter, DateFilter, ListPage
from funding.models import Act


class ActList(ListPage):
    """Every recorded act, with how many postings it founds."""

    name = "actes-budgetaires"
    search_field = "search_text"
    search_label = "Numéro ou intitulé"
    caption = "Actes budgétaires"
    noun = ("acte", "actes")
    default_sort = "-date"
    empty_title = "Aucun acte"
    empty_text = "Ils apparaissent avec le premier mouvement de crédits."
    columns = [
        Column("date", "Date", "dated_on", kind="date", sort="dated_on"),
        Column("nature", "Nature", "get_kind_display", sort="kind"),
        Column("numero", "Numéro", "number", sort="number", header=True, note="title",
               url=lambda row: reverse("funding:act", args=[row.public_id])),
        Column("ecritures", "Écritures", "posting_count", kind="integer"),
        Column("texte", "Texte", lambda row: "joint" if row.file_id else "à joindre"),
    ]  # fmt: skip
    filters = [
        ChoiceFilter("nature", "Nature", field="kind", choices=Act.Kind.choices),
        ConditionFilter("texte", "Texte", conditions={
            "joint": ("Joint", Q(file__isnull=False)), "a-joindre": ("À joindre", Q(file=None)),
        }),
        DateFilter("du", "À partir du", field="dated_on", lookup="gte", instant=False),
        DateFilter("au", "Jusqu’au", field="dated_on", lookup="lte", instant=False),
    ]  # fmt: skip

    def page_rows(self, ids):
        return Act.objects.filter(pk__in=ids).annotate(posting_count=Count("postings"))
