from django import forms

from accounts.forms import DsfrForm
from documents.verification import MAX_BYTES, normalise


class CodeForm(DsfrForm):
    code = forms.CharField(
        label="Code de vérification",
        help_text="12 caractères, au bas de chaque page. Exemple : K7QM-4TXR-9WHD",
        max_length=40,
        error_messages={"required": "Saisissez le code imprimé au bas de la lettre."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )

    def clean_code(self):
        code = normalise(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(
                "Ce code n’est pas complet : il a 12 caractères, comme K7QM-4TXR-9WHD. "
                "Il ne contient ni A, E, I, O, U, L, S, ni 0, 1, 5. Relisez-le sur la lettre."
            )
        return code


class LetterFileForm(DsfrForm):
    file = forms.FileField(
        label="Le fichier tel que vous l’avez reçu",
        help_text="PDF, ou image du papier (JPEG, PNG). 10 Mo au plus. Le fichier est comparé, puis effacé aussitôt.",
        error_messages={
            "required": "Choisissez le fichier PDF de la lettre.",
            "empty": "Ce fichier est vide (0 octet). Choisissez le PDF tel que vous l’avez reçu.",
        },
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )

    def clean_file(self):
        uploaded = self.cleaned_data["file"]
        if uploaded.size > MAX_BYTES:
            raise forms.ValidationError("Ce fichier dépasse 10 Mo : ce n’est pas une de nos lettres.")
        return uploaded


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class ScansField(forms.FileField):
    """At least one file."""

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data]
        return [super(ScansField, self).clean(one, initial) for one in files] if files else super().clean(None)


class ScansForm(DsfrForm):
    sheets = ScansField(
        label="Ce qui sort du scanner",
        help_text="PDF (200 points par pouce suffisent), JPEG ou PNG, 20 Mo par fichier. "
        "Les pages peuvent être en désordre.",
        error_messages={"required": "Choisissez au moins un fichier."},
        widget=SeveralFiles(attrs={"multiple": True, "accept": "application/pdf,image/jpeg,image/png"}),
    )


class ProofField(forms.FileField):
    widget = forms.FileInput

    def __init__(self, **kwargs):
        super().__init__(
            label="Preuve", required=False,
            help_text="Bordereau ou avis de réception numérisé (PDF ou image).", **kwargs,
        )  # fmt: skip


class RegisteredForm(DsfrForm):
    """A registered letter: posted, then presented; what is not known yet is left empty."""

    number = forms.CharField(label="Numéro du recommandé", help_text="Par exemple 1A 234 567 8901 2.", max_length=30)
    posted_on = forms.DateField(label="Déposé à la Poste le", widget=forms.DateInput)
    presented_on = forms.DateField(
        label="Présenté le", required=False, widget=forms.DateInput, help_text="Vide tant que vous ne le savez pas."
    )
    delivered_on = forms.DateField(
        label="Remis le", required=False, widget=forms.DateInput,
        help_text="Vide si personne ne l’a retiré : le jour de présentation fait alors foi, après quinze jours.",
    )  # fmt: skip
    proof = ProofField()


class AssureForm(DsfrForm):
    """The mail came back: how the structure knows of the act all the same."""

    how = forms.CharField(
        label="Qui a été prévenu, quand et comment", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Par exemple : la présidente, au téléphone, le 12 mai ; l’adresse du compte est corrigée.",
    )  # fmt: skip


class RegisteredListForm(DsfrForm):
    """Many registered letters: pasted, or in a file."""

    lines = forms.CharField(
        label="Une ligne par acte", required=False, widget=forms.Textarea(attrs={"rows": 12}),
        help_text=(
            "Numéro du courrier ou du dossier ; numéro du recommandé ; déposé le ; présenté le ; remis le. Les deux "
            "dernières dates peuvent manquer. Vous pouvez coller des colonnes d’un tableur."
        ),
    )  # fmt: skip
    file = forms.FileField(
        label="Ou un fichier CSV", required=False, widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text="Les mêmes colonnes, 1 Mo au plus.",
    )  # fmt: skip
    proof = ProofField()

    def clean(self):
        data = super().clean()
        if uploaded := data.pop("file", None):
            data["lines"] = self.text_of(uploaded)
        return data

    def text_of(self, uploaded):
        data = uploaded.read(1_000_001)
        if len(data) > 1_000_000:
            self.add_error("file", "Ce fichier dépasse 1 Mo : partagez-le.")
            return ""
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("cp1252", "replace")
