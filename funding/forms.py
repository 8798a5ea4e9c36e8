"""Forms of public money: signatures, and the three steps of a payment."""

from django import forms
from django.utils import timezone

from accounts.forms import DsfrForm
from accounts.french import euros

AXES = (("ae", "Autorisations d’engagement (AE)"), ("cp", "Crédits de paiement (CP)"))
FIRST_YEAR = 2018


class LineField(forms.ModelChoiceField):
    """A budget line named by its public identifier; anything else is told in one sentence."""

    def to_python(self, value):
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError("Choisissez une ligne de la liste.") from error


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
