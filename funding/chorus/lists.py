"""Lists of the exchanges with Chorus: files, differences, requests to take out."""

from django.db.models import Count, Q, Sum

from accounts.lists import ChoiceFilter, Column, DateFilter, ListPage
from funding.models import ChorusFile, Difference, PaymentExport

FILE_TONES = {"read": "warning", "confirmed": "success", "abandoned": ""}
DIFFERENCE_TONES = {"open": "warning", "explained": "info", "corrected": "success"}


class ChorusFileList(ListPage):
    name = "imports-chorus"
    caption = "Extraits et lignes lus"
    noun = ("import", "imports")
    default_sort = "-lu"
    empty_title = "Aucun import"
    empty_text = "Importez l’extrait de Chorus : rien ne bouge avant votre confirmation."
    columns = [
        Column("nom", "Fichier", "name", sort="name", header=True, url=lambda row: row.get_absolute_url(),
               note="get_origin_display"),
        Column("exercice", "Exercice", "fiscal_year", kind="code", sort="fiscal_year"),
        Column("etat", "État", lambda row: (row.get_state_display(), FILE_TONES[row.state]), kind="badge"),
        Column("lu", "Lu le", "read_at", kind="datetime", sort="read_at", note="read_by"),
        Column("confirme", "Confirmé le", "confirmed_at", kind="datetime", sort="confirmed_at", note="confirmed_by"),
        Column("lignes", "Lignes", "row_count", kind="integer"),
        Column("appliquees", "Appliquées", "applied_count", kind="integer"),
        Column("ecarts", "Écarts ouverts", "open_count", kind="integer"),
    ]  # fmt: skip
    filters = [
        ChoiceFilter("etat", "État", field="state", choices=ChorusFile.State.choices),
        ChoiceFilter("origine", "Origine", field="origin", choices=ChorusFile.Origin.choices),
    ]

    def page_rows(self, ids):
        return ChorusFile.objects.filter(pk__in=ids).select_related("read_by", "confirmed_by").annotate(
            row_count=Count("rows", distinct=True),
            applied_count=Count("rows", filter=Q(rows__status="applied"), distinct=True),
            open_count=Count("differences", filter=Q(differences__state="open"), distinct=True),
        )  # fmt: skip


class DifferenceList(ListPage):
    name = "ecarts-chorus"
    search_field = "search_text"
    search_label = "DP ou bénéficiaire"
    caption = "Écarts avec Chorus"
    noun = ("écart", "écarts")
    default_sort = "-trouve"
    empty_title = "Aucun écart ici"
    empty_text = "Ce que Chorus a payé est ce qui est payé ici."
    totals = {"Montant": ("cents", Sum("cents"))}
    columns = [
        Column("objet", "Objet", "label", sort="label", header=True, url=lambda row: row.get_absolute_url()),
        Column("nature", "Nature", "get_kind_display", sort="kind"),
        Column("phrase", "Ce qui diffère", "sentence"),
        Column("etat", "État", lambda row: (row.get_state_display(), DIFFERENCE_TONES[row.state]), kind="badge"),
        Column("montant", "Montant", "cents", kind="cents", sort="cents"),
        Column("trouve", "Trouvé le", "found_at", kind="datetime", sort="found_at", note="file.name"),
        Column("explication", "Explication", "reason", shown=False),
        Column("traite", "Traité le", "closed_at", kind="datetime", sort="closed_at", note="closed_by"),
    ]  # fmt: skip

    def get_filters(self):
        return [
            ChoiceFilter("etat", "État", field="state", choices=Difference.State.choices),
            ChoiceFilter("nature", "Nature", field="kind", choices=Difference.Kind.choices),
            DateFilter("du", "Trouvé à partir du", field="found_at"),
        ]

    def page_rows(self, ids):
        return Difference.objects.filter(pk__in=ids).select_related("file", "closed_by")


class ExportList(ListPage):
    name = "envois-chorus"
    caption = "Demandes de paiement sorties"
    noun = ("envoi", "envois")
    default_sort = "-fait"
    empty_title = "Aucun envoi"
    empty_text = "Choisissez au-dessus les échéances mises en paiement, puis sortez leur fichier."
    totals = {"Montant": ("cents", Sum("cents"))}
    columns = [
        Column("numero", "Numéro", "number", kind="code", sort="number", header=True,
               url=lambda row: row.get_absolute_url()),
        Column("fait", "Fait le", "made_at", kind="datetime", sort="made_at", note="made_by"),
        Column("lignes", "Échéances", "row_count", kind="integer", sort="row_count"),
        Column("montant", "Montant", "cents", kind="cents", sort="cents"),
        Column("sans", "Sans numéro de DP", "unnumbered", kind="integer"),
    ]  # fmt: skip

    def page_rows(self, ids):
        waiting = Count("requests", filter=Q(requests__number=None, requests__parts__live=True), distinct=True)
        return PaymentExport.objects.filter(pk__in=ids).select_related("made_by").annotate(unnumbered=waiting)
