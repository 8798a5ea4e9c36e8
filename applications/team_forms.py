"""Forms of the people of a dossier: who fills what, which network reads, what is taken up again."""

from django import forms

from accounts.forms import DsfrForm
from accounts.models import Organisation
from programme.models import Question


class EntrustForm(DsfrForm):
    """One select a section, among the colleagues who may write."""

    def __init__(self, *args, sections, people, held, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(person.public_id): person for person in people}
        choices = [("", "Personne en particulier"), *((key, str(one)) for key, one in self.people.items())]
        for section in sections:
            holder = held.get(section.slug)
            self.fields[section.slug] = forms.ChoiceField(
                label=f"{section.number}. {section.title}",
                choices=choices,
                required=False,
                initial=str(holder.public_id) if holder else "",
            )

    def chosen(self):
        """{slug: `User` or None} of the sections whose choice differs from what the page showed."""
        return {slug: self.people.get(self.cleaned_data[slug]) for slug in self.changed_data}


class NetworkForm(DsfrForm):
    network: forms.ModelChoiceField = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        label="Réseau d’appui",
        to_field_name="public_id",
        empty_label="Choisir",
        error_messages={"invalid_choice": "Choisissez un réseau d’appui de la liste."},
    )
    agreed = forms.BooleanField(
        label="J’accepte que les membres de ce réseau lisent ce dossier et ses pièces",
        error_messages={"required": "Cochez la case : sans votre accord, le réseau ne lit rien."},
    )

    def __init__(self, *args, networks, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["network"].queryset = networks


class SignForm(DsfrForm):
    read = forms.BooleanField(
        label="J’ai lu ce dossier, et je le signe au nom de la structure",
        error_messages={"required": "Cochez la case : signer vaut pour toute la structure."},
    )


class ReuseForm(DsfrForm):
    """One box a line that an earlier dossier offers.

    Texts are ticked: one reads and adapts them. Numbers, dates, choices and statements may have changed since.
    """

    TICKED = (Question.Kind.SHORT_TEXT, Question.Kind.LONG_TEXT)

    def __init__(self, *args, offer, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = {f"r{line.question.pk}": line for line in offer.lines}
        for name, line in self.lines.items():
            self.fields[name] = forms.BooleanField(
                label=line.question.label, required=False, initial=line.question.kind in self.TICKED
            )

    def clean(self):
        data = super().clean()
        if not any(data.get(name) for name in self.lines):
            raise forms.ValidationError("Cochez au moins une réponse à reprendre, ou revenez au dossier.")
        return data

    def chosen(self):
        return {line.question.pk for name, line in self.lines.items() if self.cleaned_data.get(name)}
