"""Forms of bank details, of claims and of withholdings."""

from django import forms

from accounts.forms import DsfrForm, EuroCentsField
from accounts.french import euros
from funding.claims.claiming import ACCOUNTS


class BankAccountForm(DsfrForm):
    """What the structure copies from its RIB."""

    holder = forms.CharField(label="Titulaire du compte", help_text="Comme sur le RIB", max_length=150)
    iban = forms.CharField(
        label="IBAN",
        help_text="Il commence par FR pour un compte en France",
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    bic = forms.CharField(
        label="BIC",
        help_text="8 ou 11 signes",
        max_length=14,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    rib = forms.FileField(
        label="Relevé d’identité bancaire (RIB)",
        help_text="Donné par la banque, au nom de la structure : PDF, JPEG ou PNG",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class VerifyForm(DsfrForm):
    checked_how = forms.CharField(
        label="Comment vous l’avez vérifié",
        help_text="Qui vous avez appelé, à quel numéro déjà connu, ce qui est comparé",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReasonForm(DsfrForm):
    reason = forms.CharField(
        label="Motif",
        help_text="La structure le lit",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PeriodForm(DsfrForm):
    """Of which period, and what was done."""

    period_from = forms.DateField(label="Dépenses du", widget=forms.DateInput)
    period_to = forms.DateField(label="au", widget=forms.DateInput)
    note = forms.CharField(
        label="Ce qui a été fait",
        help_text="Quelques lignes",
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class LineForm(DsfrForm):
    """One expense and its paper."""

    account = forms.ChoiceField(
        label="Nature de la dépense", choices=[("", "Choisir"), *ACCOUNTS], widget=forms.Select
    )
    label = forms.CharField(label="Objet", help_text="Par exemple : salaire de l’animatrice, mars", max_length=150)
    cents = EuroCentsField(label="Montant", help_text="En euros, toutes taxes comprises", min_cents=1)
    evidence = forms.FileField(label="Justificatif", help_text="Facture, fiche de paie, relevé")


class AcceptForm(DsfrForm):
    """What is kept of each line of a claim; less than the whole wants a remark."""

    def __init__(self, *args, claim, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = list(claim.lines.order_by("pk"))
        for line in self.lines:
            self.fields[f"cents_{line.pk}"] = EuroCentsField(
                label=f"Retenu pour « {line.label} »",
                help_text=f"Demandé : {euros(line.cents)}",
                min_cents=0,
                initial=line.cents,
            )
            self.fields[f"remark_{line.pk}"] = forms.CharField(
                label=f"Remarque sur « {line.label} »", required=False, max_length=300
            )

    @property
    def amounts(self):
        data = self.cleaned_data
        return {line.pk: (data[f"cents_{line.pk}"], data[f"remark_{line.pk}"]) for line in self.lines}
