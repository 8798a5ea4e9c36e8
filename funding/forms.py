"""Forms of public money: credits, signatures, and the three steps of a payment."""

from collections.abc import Callable

from django import forms
from django.utils import timezone

from accounts.forms import DsfrForm, EuroCentsField
from accounts.french import euros
from funding import budgets
from funding.models import Line

ACTS: dict[str, tuple[str, Callable]] = {
    "open": ("Ouvrir des crédits", budgets.open_credits),
    "freeze": ("Mettre en réserve (gel)", budgets.freeze),
    "unfreeze": ("Dégeler", budgets.unfreeze),
    "cancel": ("Annuler des crédits gelés", budgets.cancel),
    "cancel_open": ("Annuler des crédits non employés", budgets.cancel_unused),
    "carry_over": ("Reporter sur l’exercice suivant", budgets.carry_over),
}
AXES = (("ae", "Autorisations d’engagement (AE)"), ("cp", "Crédits de paiement (CP)"))
FIRST_YEAR = 2018


class LineField(forms.ModelChoiceField):
    """A budget line named by its public identifier; anything else is told in one sentence."""

    def to_python(self, value):
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError("Choisissez une ligne de la liste.") from error


class CreditsForm(DsfrForm):
    """One act on the credits of a line. The verb judges; the page shows before and after."""

    operation = forms.ChoiceField(
        label="Opération", choices=[(key, label) for key, (label, _) in ACTS.items()], widget=forms.Select
    )
    axis = forms.ChoiceField(label="Nature des crédits", choices=AXES, widget=forms.RadioSelect)
    line = LineField(
        label="Ligne budgétaire", queryset=Line.objects.none(), to_field_name="public_id", empty_label="Choisir"
    )
    fiscal_year = forms.IntegerField(
        label="Exercice", help_text="Année des crédits, par exemple 2026", min_value=FIRST_YEAR, max_value=2100
    )
    amount = EuroCentsField(label="Montant", help_text="En euros", min_cents=1)
    on = forms.DateField(label="Date d’effet", help_text="Celle de l’acte", widget=forms.DateInput)
    act = forms.CharField(
        label="Acte qui le décide",
        help_text="Loi de finances, décret, arrêté ou délégation de crédits",
        max_length=200,
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = Line.objects.visible_to(user)
        self.fields["line"].label_from_instance = lambda line: line.label

    @property
    def operation_label(self):
        return ACTS[self.cleaned_data["operation"]][0]

    def perform(self, *, by, key):
        """Call the verb of the chosen operation."""
        data = self.cleaned_data
        year = "from_year" if data["operation"] == "carry_over" else "fiscal_year"
        return ACTS[data["operation"]][1](
            axis=data["axis"], line=data["line"], cents=data["amount"], effective_on=data["on"], act=data["act"],
            by=by, key=key, **{year: data["fiscal_year"]},
        )  # fmt: skip


def today():
    return timezone.localdate()


class DayForm(DsfrForm):
    on = forms.DateField(label="Date", widget=forms.DateInput, initial=today)


class SendForm(DayForm):
    on = forms.DateField(label="Envoyée à la structure le", widget=forms.DateInput, initial=today)


class SignatureForm(DayForm):
    on = forms.DateField(label="Signée le", widget=forms.DateInput, initial=today)
    signatory = forms.CharField(
        label="Signataire", help_text="Nom et qualité, comme sur la convention", max_length=150
    )


class DueForm(DayForm):
    on = forms.DateField(label="Condition remplie le", widget=forms.DateInput, initial=today)
    evidence = forms.CharField(label="Ce qui le montre", help_text="Rapport accepté, document, visite", max_length=200)


class CertifyForm(DayForm):
    on = forms.DateField(label="Service fait certifié le", widget=forms.DateInput, initial=today)


class OrderForm(DayForm):
    on = forms.DateField(label="Mise en paiement le", widget=forms.DateInput, initial=today)
    cp_year = forms.TypedChoiceField(label="Crédits de paiement de l’exercice", coerce=int)

    def __init__(self, *args, left_by_year, **kwargs):
        """`left_by_year`: CP left on the lines of the award, in cents, by fiscal year."""
        super().__init__(*args, **kwargs)
        self.fields["cp_year"].choices = [
            (year, f"{year} : il reste {euros(cents)}") for year, cents in left_by_year.items()
        ]


class PaymentForm(DayForm):
    on = forms.DateField(
        label="Date de paiement du comptable",
        help_text="Celle que donne Chorus : elle fixe l’exercice des crédits consommés",
        widget=forms.DateInput,
    )
    chorus_reference = forms.CharField(
        label="Référence Chorus", help_text="Numéro de la demande de paiement (DP)", max_length=40
    )


class CancelOrderForm(DsfrForm):
    reason = forms.CharField(label="Motif", help_text="Par exemple : rejet du comptable", max_length=300)


class RegisterForm(DsfrForm):
    """Which aids were recorded in the national register, and when."""

    use_required_attribute = False
    until = forms.DateField(
        label="Aides attribuées jusqu’au", error_messages={"required": "Donnez la date des dernières aides inscrites."}
    )
    on = forms.DateField(label="Inscrites le", error_messages={"required": "Donnez la date d’inscription."})

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise forms.ValidationError("Cette date est à venir : notez l’inscription quand elle est faite.")
        return day
