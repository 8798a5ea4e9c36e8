"""Forms of the exchanges with Chorus: an extract, a line copied by hand, the numbers, an explanation."""

from django import forms
from django.utils import timezone

from accounts.forms import DsfrForm, EuroCentsField
from accounts.french import euros
from funding.chorus.reading import FIRST_YEAR, Typed


class ExtractForm(DsfrForm):
    """An extract and the year that it is of."""

    file = forms.FileField(
        label="Extrait de Chorus",
        help_text="XLSX ou CSV, tel que Chorus le donne, 20 Mo au plus",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
    fiscal_year = forms.TypedChoiceField(label="Exercice de l’extrait", coerce=int, widget=forms.Select)
    whole_year = forms.BooleanField(
        label="Cet extrait porte tous les paiements de l’exercice jusqu’à sa dernière date",
        help_text="Ce qui est payé ici et en est absent devient alors un écart",
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        this_year = timezone.localdate().year
        self.fields["fiscal_year"].choices = [(year, str(year)) for year in range(this_year, FIRST_YEAR - 1, -1)]
        self.fields["fiscal_year"].initial = this_year


class TypedRowForm(DsfrForm):
    """One line of Chorus, copied."""

    commitment = forms.CharField(label="N° EJ", max_length=24)
    request = forms.CharField(label="N° DP", max_length=24)
    siret = forms.CharField(label="SIRET payé (code taxe 1)", help_text="14 chiffres", max_length=20)
    cents = EuroCentsField(label="Montant payé", help_text="En euros, comme dans Chorus", min_cents=1)
    paid_on = forms.DateField(
        label="Date de dernière opération sur la DP",
        help_text="Elle fixe l’exercice des crédits consommés",
        widget=forms.DateInput,
    )

    @property
    def typed(self):
        return Typed(**self.cleaned_data)


class CommitmentForm(DsfrForm):
    number = forms.CharField(label="N° EJ", help_text="Engagement juridique qui porte l’attribution", max_length=24)


class RequestForm(DsfrForm):
    number = forms.CharField(label="N° DP", help_text="Demande de paiement qui paie cette échéance", max_length=24)
    payee = forms.TypedChoiceField(
        label="Structure payée", help_text="Chaque membre payé lui-même a sa demande", coerce=int, empty_value=None,
        required=False,
    )  # fmt: skip

    def __init__(self, *args, payees=(), **kwargs):
        super().__init__(*args, **kwargs)
        if len(payees) < 2:
            del self.fields["payee"]
            return
        each = [(one.pk, f"{one}, {euros(one.cents)}") for one in payees]
        self.fields["payee"].choices = [("", "Toutes celles qui n’ont pas encore de DP"), *each]


class ReturnForm(DsfrForm):
    file = forms.FileField(
        label="Fichier de l’envoi, rempli",
        help_text="La colonne « N° DP » remplie, et « N° EJ » si elle était vide",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )


class ExplainForm(DsfrForm):
    reason = forms.CharField(
        label="Explication",
        help_text="Ce qui s’est passé, et pourquoi rien n’est à corriger ici",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
