"""The de minimis aids granted here, as the national register wants them (Reg. (EU) 2023/2831 art. 6 § 1)."""

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone

from accounts.lists import ChoiceFilter, Column, ConditionFilter, DateFilter, ListPage
from applications.de_minimis import CEILINGS, RULES, Regime
from funding.de_minimis import counted_cents, register_by
from funding.models import DeMinimisGrant

INSTRUMENT = "Subvention directe"


class DeMinimisList(ListPage):
    """One row a beneficiary and an award; its file is what is sent to the register."""

    name = "aides-de-minimis"
    search_field = "award__fabrique__sort_name"
    search_label = "Lieu"
    caption = "Aides de minimis attribuées"
    noun = ("aide", "aides")
    default_sort = "-date"
    empty_title = "Aucune aide de minimis"
    empty_text = "Elles apparaissent à la signature, pour les appels dont la base est le de minimis."
    totals = {"Montant": ("cents", Sum("cents"))}
    columns = [
        Column("beneficiaire", "Bénéficiaire", "beneficiary", sort="beneficiary", header=True,
               url=lambda row: reverse("funding:dossier", args=[row.award.application.public_id])),
        Column("siret", "SIRET", "siret", kind="code"),
        Column("entreprise", "Entreprise", "undertaking", kind="code", shown=False),
        Column("montant", "Montant", "cents", kind="cents", sort="cents"),
        Column("reste_attribue", "Compte encore pour", "counted_cents", kind="cents"),
        Column("date", "Attribuée le", "granted_on", kind="date", sort="granted_on"),
        Column("autorite", "Autorité", lambda row: row.award.wave.call.programme.service_name),
        Column("instrument", "Instrument", lambda row: INSTRUMENT),
        Column("secteur", "Code APE", "nace_code", kind="code"),
        Column("regime", "Règlement", lambda row: RULES[Regime(row.regime)]),
        Column("avant", "Déjà reçu sur trois ans", "before_cents", kind="cents"),
        Column("reste", "Reste après elle", lambda row: left_after(row), kind="cents"),
        Column("limite", "À inscrire avant le", lambda row: register_by(row.granted_on), kind="date",
               sort="granted_on", note=lambda row: late(row)),
        Column("inscrite", "Inscrite le", "registered_on", kind="date", sort="registered_on"),
    ]  # fmt: skip

    def get_filters(self):
        waiting = Q(registered_on=None)
        return [
            ConditionFilter("registre", "Registre", conditions={
                "a-inscrire": ("À inscrire", waiting), "inscrite": ("Inscrite", ~waiting),
            }),
            ChoiceFilter("regime", "Régime", field="regime", choices=DeMinimisGrant.Regime.choices),
            DateFilter("du", "Attribuée à partir du", field="granted_on", lookup="gte", instant=False),
            DateFilter("au", "Attribuée jusqu’au", field="granted_on", lookup="lte", instant=False),
        ]  # fmt: skip

    def page_rows(self, ids):
        rows = list(
            DeMinimisGrant.objects.filter(pk__in=ids).select_related(
                "award__application", "award__wave__call__programme"
            )
        )
        counted = counted_cents(rows)
        for one in rows:
            one.counted_cents = counted[one.pk]
        return rows


def left_after(grant):
    return max(0, CEILINGS[Regime(grant.regime)] - grant.before_cents - grant.cents)


def late(grant):
    waits = grant.registered_on is None and register_by(grant.granted_on) < timezone.localdate()
    return "en retard" if waits else ""
