"""Lists of bank details and of claims."""

from django.db.models import Sum
from django.utils import timezone

from accounts.lists import ChoiceFilter, Column, ListPage
from funding.models import BankAccount, Claim

ACCOUNT_TONES = {"proposed": "warning", "verified": "info", "active": "success", "refused": "error", "replaced": ""}
CLAIM_TONES = {"drafted": "new", "sent": "warning", "returned": "info", "accepted": "success"}


class BankAccountList(ListPage):
    name = "comptes-bancaires"
    search_field = "organisation__search_text"
    search_label = "Structure"
    caption = "Comptes bancaires"
    noun = ("compte", "comptes")
    default_sort = "-propose"
    empty_title = "Aucun compte ici"
    empty_text = "Une structure propose son compte depuis sa page « Compte bancaire »."
    columns = [
        Column("structure", "Structure", "organisation.name", sort="organisation__name", header=True,
               url=lambda row: row.get_absolute_url()),
        Column("compte", "Compte", "masked", kind="code", note="holder"),
        Column("etat", "État", lambda row: (row.get_state_display(), ACCOUNT_TONES[row.state]), kind="badge"),
        Column("propose", "Proposé le", "proposed_at", kind="datetime", sort="proposed_at", note="proposed_by"),
        Column("verifie", "Vérifié le", "verified_at", kind="datetime", sort="verified_at", note="verified_by"),
        Column("approuve", "Approuvé le", "approved_at", kind="datetime", sort="approved_at", note="approved_by"),
        Column("utilisable", "Utilisable du", "usable_from", kind="date", sort="usable_from",
               note=lambda row: resting(row)),
    ]  # fmt: skip
    filters = [ChoiceFilter("etat", "État", field="state", choices=BankAccount.State.choices)]

    def page_rows(self, ids):
        return BankAccount.objects.filter(pk__in=ids).select_related(
            "organisation", "proposed_by", "verified_by", "approved_by"
        )


def resting(account):
    waits = account.state == "active" and account.usable_from > timezone.localdate()
    return "délai de sûreté en cours" if waits else ""


class ClaimList(ListPage):
    name = "demandes-de-versement"
    search_field = "instalment__award__fabrique__sort_name"
    search_label = "Lieu"
    caption = "Demandes de versement"
    noun = ("demande", "demandes")
    default_sort = "envoyee"
    empty_title = "Aucune demande ici"
    empty_text = "Une structure demande un acompte ou un solde depuis la page « Versements » de son dossier."
    totals = {"Échéances": ("cents", Sum("instalment__cents"))}
    columns = [
        Column("lieu", "Lieu", "instalment.award.fabrique.name", sort="instalment__award__fabrique__sort_name",
               header=True, url=lambda row: row.get_absolute_url(), note="instalment.award.organisation"),
        Column("echeance", "Échéance", "instalment.number", sort="instalment__number"),
        Column("montant", "Montant de l’échéance", "instalment.cents", kind="cents", sort="instalment__cents"),
        Column("etat", "État", lambda row: (row.get_state_display(), CLAIM_TONES[row.state]), kind="badge"),
        Column("envoyee", "Envoyée le", "sent_at", kind="datetime", sort="sent_at", note="sent_by"),
        Column("examinee", "Examinée le", "judged_at", kind="datetime", sort="judged_at", note="judged_by"),
    ]  # fmt: skip
    filters = [ChoiceFilter("etat", "État", field="state", choices=Claim.State.choices[1:])]

    def page_rows(self, ids):
        return Claim.objects.filter(pk__in=ids).select_related(
            "instalment__award__fabrique", "instalment__award__organisation", "sent_by", "judged_by"
        )
