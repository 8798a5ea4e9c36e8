from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import history
from accounts.access import permission_required
from accounts.french import folded
from accounts.lists import ChoiceFilter, Column, DateFilter, Filter, ListPage
from accounts.models import JournalEntry


@cache
def kinds():
    """[(model label, French name)] of what the journal can speak of."""
    named = [(model._meta.label, str(model._meta.verbose_name).capitalize()) for model in apps.get_models()]
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR}
    return sorted(((label, name) for label, name in named if label.split(".")[0] in ours), key=lambda pair: pair[1])


class ActFilter(Filter):
    """One act; "Agreement.close" is an act of one kind of object."""

    def options(self, listing):
        return sorted(history.WORDS.items(), key=lambda pair: folded(pair[1]))

    def apply(self, queryset, values):
        model, _, action = values[0].rpartition(".")
        return queryset.filter(action=action, **({"subject_type__endswith": f".{model}"} if model else {}))


class JournalList(ListPage):
    name = "journal"
    caption = "Journal des actes"
    noun = ("acte", "actes")
    default_sort = "-le"
    search_field = "search_text"
    search_label = "Personne ou objet"
    columns = [
        Column("le", "Le", "at", kind="datetime", sort="at"),
        Column("par", "Par", lambda row: str(row.actor or history.SYSTEM)),
        Column("acte", "Acte", history.words_of),
        Column(
            "objet", "Objet", "subject_label", note=lambda row: dict(kinds()).get(row.subject_type, ""), header=True
        ),
        Column("etat", "État", history.state_change),
        Column("code", "Code de l’acte", "action", shown=False),
        Column("details", "Détail", lambda row: row.details or "", shown=False),
        Column("requete", "Requête", "request_id", shown=False),
    ]
    filters = [
        ChoiceFilter("objet", "Objet", field="subject_type", choices=lambda listing: kinds()),
        ActFilter("acte", "Acte"),
        DateFilter("du", "À partir du", field="at"),
        DateFilter("au", "Jusqu’au", field="at", lookup="lte"),
    ]

    def page_rows(self, ids):
        return JournalEntry.objects.filter(pk__in=ids).select_related("actor")


@require_GET
@permission_required("accounts.read_journal")
def journal(request):
    """Who did what, when, on which ground?"""
    listing = JournalList(request, JournalEntry.objects.visible_to(request.user))
    return listing.file() or render(request, "accounts/journal.html", {"listing": listing})
