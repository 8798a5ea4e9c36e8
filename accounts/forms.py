"""What every form of the house shares, and the forms of this floor.

    class AddressForm(DsfrForm):                                  # or DsfrModelForm
        street = forms.CharField(label="Rue", help_text="Numéro et voie")
        amount = EuroCentsField(label="Aide demandée", max_cents=15_000_000)

    def edit(request, public_id):
        form = AddressForm(request.POST or None, initial=…)
        if request.method == "POST" and attempt(form, lambda data: verb(by=request.user, **data)):
            messages.success(request, "…")
            return redirect(…)
        return render(request, "…", {"form": form}, status=status_of(form))

`attempt` calls the verb when the form is valid, and ties a `Refusal` to its field; a `StalePage` and a `NotAllowed` go
up to the middleware, which shows the sentence and the typed text. In the template, inside
`<form method="post" novalidate>`: `{% form_guard version=object.version %}`, then
`{% include "components/form.html" with form=form %}`, then the buttons.
"""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError

from accounts import french
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.models import LegalForm, Membership, Role, User
from accounts.organisations import clean_siret

EURO_TEXT = re.compile(r"(-|−)?([0-9]+)(?:[.,]([0-9]{1,2}))?")
ONE_BILLION_EUROS = 100_000_000_000


class FieldRefusals:
    """Mixin of forms: the sentence of a business rule shown where the reader can act on it."""

    def add_refusal(self, refusal):
        """Tie an `accounts.errors.Refusal` to its field, or to the whole form."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


class DsfrForm(FieldRefusals, forms.Form):
    required_css_class = "required"


class DsfrModelForm(FieldRefusals, forms.ModelForm):
    required_css_class = "required"


class EuroCentsField(forms.CharField):
    """An amount typed in euros ("150 000", "150000,50", "12,5 €"), given as integer cents.

    Args:
        min_cents, max_cents: bounds, inclusive.
    """

    widget = forms.TextInput

    def __init__(self, *, min_cents=0, max_cents=ONE_BILLION_EUROS, **kwargs):
        self.min_cents, self.max_cents = min_cents, max_cents
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value):
        if isinstance(value, int) or value in self.empty_values:
            return value if isinstance(value, int) else None
        return self.bounded(cents_of(value))

    def bounded(self, cents):
        if cents < 0 <= self.min_cents:
            raise ValidationError("Le montant ne peut pas être négatif. Saisissez un montant positif.")
        if cents > self.max_cents:
            raise ValidationError(f"Ce montant est trop grand : saisissez au plus {french.euros(self.max_cents)}.")
        if cents < self.min_cents:
            raise ValidationError(f"Ce montant est trop petit : saisissez au moins {french.euros(self.min_cents)}.")
        return cents

    def prepare_value(self, value):
        return french.euros(value).removesuffix(f"{french.NBSP}€") if isinstance(value, int) else value


def cents_of(text):
    """Cents of a typed amount.

    Raises:
        ValidationError: it is not an amount in euros.
    """
    compact = "".join(c for c in text if unicodedata.category(c) != "Zs" and c not in "€\t\u202f")
    match = EURO_TEXT.fullmatch(compact)
    if match is None or len(compact) > 30:
        raise ValidationError("Saisissez un montant en euros, par exemple 150 000 ou 150 000,50.")
    sign, whole, decimals = match.groups()
    cents = int(whole) * 100 + int((decimals or "0").ljust(2, "0"))
    return -cents if sign else cents


def attempt(form, verb):
    """Call `verb(cleaned_data)` when the form is valid; True when it was done.

    Args:
        verb: function of the cleaned data; its `Refusal` becomes an error of the form.

    Raises:
        StalePage, NotAllowed: left to the middleware, which keeps the typed text.
    """
    if not form.is_valid():
        return False
    try:
        form.result = verb(form.cleaned_data)
    except (StalePage, NotAllowed):
        raise
    except Refusal as refusal:
        form.refusal = refusal
        form.add_refusal(refusal)
        return False
    return True


def status_of(form):
    """422 for a form that came back with errors, else 200."""
    return 422 if form.is_bound and form.errors else 200


def version_of(request):
    """The version that the page carried (`{% form_guard version=… %}`), or None when it carried none.

    Raises:
        StalePage: it is not a number.
    """
    text = request.POST.get("version", "")
    if text and not (text.isdecimal() and len(text) < 10):
        raise StalePage
    return int(text) if text else None


class SignupDetailsForm(DsfrForm):
    """What the sign-up form asks beside the address and the password; the adapter saves it."""

    first_name = forms.CharField(label="Prénom", max_length=100)
    last_name = forms.CharField(label="Nom", max_length=100)
    field_order = ("first_name", "last_name", "email", "password1")

    for_autocomplete = {"first_name": "given-name", "last_name": "family-name"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, purpose in self.for_autocomplete.items():
            self.fields[name].widget.attrs["autocomplete"] = purpose

    def signup(self, request, user):
        """Asked for by allauth; `AccountAdapter.save_user` has done the work."""


class DetailsForm(DsfrModelForm):
    class Meta:
        model = User
        fields = ["first_name", "last_name", "title", "phone"]
        help_texts = {
            "title": "Par exemple : directrice, chargé de mission",
            "phone": "Pour vous joindre sur un dossier",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["first_name"].required = self.fields["last_name"].required = True
        purposes = {
            "first_name": "given-name",
            "last_name": "family-name",
            "title": "organization-title",
            "phone": "tel",
        }
        for name, purpose in purposes.items():
            self.fields[name].widget.attrs["autocomplete"] = purpose


class OrganisationForm(DsfrForm):
    name = forms.CharField(label="Nom de la structure", max_length=250)
    legal_form = forms.ChoiceField(label="Forme juridique", choices=[("", "Choisir"), *LegalForm.choices])
    siret = forms.CharField(
        label="SIRET",
        max_length=20,
        required=False,
        help_text="14 chiffres. Vide si la structure se crée : il faudra le donner avant la signature de l’aide.",
    )
    country = forms.CharField(
        label="Pays du siège, hors de France", max_length=60, required=False,
        help_text="Pour une structure d’un autre pays de l’Espace économique européen, qui n’a pas de SIRET.",
    )  # fmt: skip
    foreign_id = forms.CharField(label="Numéro dans le registre de ce pays", max_length=60, required=False)
    address = forms.CharField(label="Adresse du siège", max_length=250, required=False)
    postal_code = forms.RegexField(
        r"^(\d{5})?$",
        label="Code postal",
        required=False,
        error_messages={"invalid": "Un code postal a cinq chiffres, par exemple 63300."},
    )
    city = forms.CharField(label="Ville", max_length=100, required=False)
    email = forms.EmailField(label="Adresse électronique de la structure", required=False)
    phone = forms.CharField(label="Téléphone", max_length=30, required=False)
    representative_name = forms.CharField(
        label="Personne qui représente la structure",
        max_length=150,
        required=False,
        help_text="Prénom et nom de la personne qui peut signer pour elle",
    )
    representative_title = forms.CharField(
        label="Sa qualité", max_length=100, required=False, help_text="Par exemple : présidente, gérant, maire"
    )

    def clean(self):
        data = super().clean()
        if data.get("siret") and data.get("foreign_id"):
            self.add_error("foreign_id", "Donnez un SIRET, ou un numéro de registre étranger, pas les deux.")
        return data


class NewOrganisationForm(OrganisationForm):
    separate = forms.BooleanField(
        label="C’est une autre structure, ou un autre établissement : l’enregistrer à part", required=False
    )


class RightForm(DsfrForm):
    """What a member may do, and whether she signs for the structure."""

    role = forms.ChoiceField(
        label="Droit",
        widget=forms.RadioSelect,
        choices=[
            (Membership.Role.OWNER, "Responsable : tout, dont inviter et retirer"),
            (Membership.Role.EDITOR, "Rédaction : remplit et envoie les dossiers"),
            (Membership.Role.READER, "Lecture : voit sans modifier"),
        ],
    )
    is_representative = forms.BooleanField(
        label="Cette personne représente légalement la structure",
        required=False,
        help_text="Présidente, gérant, maire… Elle signe les dossiers avant l’envoi, quel que soit son droit.",
    )


class InvitationForm(RightForm):
    field_order = ("email",)
    email = forms.EmailField(label="Adresse électronique", help_text="Par exemple : nom@exemple.fr")


class SuccessorForm(DsfrForm):
    """Who comes after somebody who leaves."""

    successor = forms.ChoiceField(label="Qui prend la suite ?", required=False)

    def __init__(self, *args, departure, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(one.user.public_id): one.user for one in departure.successors}
        choices = [(key, str(person)) for key, person in self.people.items()]
        self.fields["successor"].choices = [("", "Choisir"), *choices]
        self.fields["successor"].required = departure.wants_successor
        self.fields["successor"].error_messages["required"] = (
            "Une structure garde au moins une personne responsable : nommez-en une autre d’abord."
            if departure.names_owner
            else "Dites à qui passe ce qui lui est confié."
        )

    def person(self):
        return self.people.get(self.cleaned_data.get("successor", ""))


class JoinForm(DsfrForm):
    message = forms.CharField(
        label="Votre message",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=500,
        required=False,
        help_text="Dites qui vous êtes : la personne responsable lira aussi votre nom et votre adresse.",
    )


class SiretForm(DsfrForm):
    siret = forms.CharField(label="SIRET de la structure", max_length=20, help_text="14 chiffres")

    def clean_siret(self):
        try:
            return clean_siret(self.cleaned_data["siret"])
        except Refusal as refusal:
            raise ValidationError(refusal.message) from refusal


class GrantForm(DsfrForm):
    role = forms.ChoiceField(label="Rôle à donner", choices=[("", "Choisir"), *Role.choices])
