"""The payments that teach a delay: what the comptable had paid on a day, each with its two delays."""

from django.db.models import Case, CharField, DateField, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from accounts.lists import Column, ListPage
from funding.lists import instalment_url
from funding.models import Instalment, Posting
from funding.outlook.remaining import paid_by
from funding.outlook.slippage import learned_from
from monitoring.panels.rows import OF_AN_INSTALMENT

# What was due on a day, in the address of its rows.
DUE_ONLY = "exigibles"


class DueList(ListPage):
    """Instalments that were due on a day, whatever became of them, the last first."""

    name = "exigibles"
    caption = "Échéances exigibles depuis l’origine"
    noun = ("échéance", "échéances")
    default_sort = "-exigible"
    search_field = "award__fabrique__sort_name"
    search_label = "Lieu"
    empty_title = "Aucune échéance"
    empty_text = "Rien n’était exigible à ces dates."
    totals = {"Exigible": ("cents", Sum("cents"))}
    columns = (
        *OF_AN_INSTALMENT,
        Column("exigible", "Exigible le", "due_on", kind="date", sort="due_on"),
        Column("payee", "Payée le", "paid_then", kind="date"),
        Column("montant", "Montant", "cents", kind="cents", sort="cents", url=instalment_url),
    )
    kept_keys = ("dispositif", "au", "connu_au", "nature")

    @property
    def kept(self):
        asked = [(key, self.request.GET[key]) for key in self.kept_keys if key in self.request.GET]
        return [*super().kept, *asked]

    def page_rows(self, ids):
        clocks = self.context["scope"].clocks
        paid = paid_by(as_of=clocks.as_of, known_on=clocks.known_on)
        rows = Instalment.objects.filter(pk__in=ids).select_related("award__fabrique", "award__organisation")
        return rows.annotate(paid_then=Case(When(paid, then="paid_on"), output_field=DateField()))


class PaidList(ListPage):
    """Payments of one scheme, the last first."""

    name = "paiements"
    caption = "Paiements du comptable"
    noun = ("paiement", "paiements")
    default_sort = "-payee"
    search_field = "award__fabrique__sort_name"
    search_label = "Lieu"
    empty_title = "Aucun paiement"
    empty_text = "Rien n’était payé à ces dates."
    totals = {"Payé": ("cents", Sum("cents"))}
    columns = (
        *OF_AN_INSTALMENT,
        Column("exigible", "Exigible le", "due_on", kind="date", sort="due_on"),
        Column("payee", "Payée le", "paid_on", kind="date", sort="paid_on"),
        Column("depuis-exigible", "Jours depuis l’exigibilité", lambda row: (row.paid_on - row.due_on).days,
               kind="integer"),
        Column("depuis-prevue", "Jours depuis la date prévue", lambda row: (row.paid_on - row.expected_on).days,
               kind="integer"),
        Column("montant", "Montant", "cents", kind="cents", sort="cents"),
        Column("ecriture", "Payée par", lambda row: "Écriture" if row.posting else None,
               url=lambda row: reverse("monitoring:posting", args=[row.posting]) if row.posting else None),
    )  # fmt: skip
    kept_keys = ("dispositif", "au", "connu_au")

    @property
    def kept(self):
        asked = [(key, self.request.GET[key]) for key in self.kept_keys if key in self.request.GET]
        return [*super().kept, *asked]

    def page_rows(self, ids):
        key = Concat(Value("instalment:"), Cast(OuterRef("pk"), CharField()), Value(":pay:"), output_field=CharField())
        posting = Posting.objects.filter(key__startswith=key).order_by("pk").values("public_id")[:1]
        rows = Instalment.objects.filter(pk__in=ids).select_related("award__fabrique", "award__organisation")
        return list(rows.annotate(posting=Subquery(posting)))


def payments_learned(user, scope):
    """(the payments of the delays that `user` may read, how many she may not)."""
    every = learned_from(as_of=scope.clocks.as_of, known_on=scope.clocks.known_on, programme=scope.programme)
    rows = Instalment.objects.visible_to(user).filter(pk__in=every.values("pk"))
    return rows, every.count() - rows.count()
