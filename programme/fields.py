"""Form fields of this floor."""

from django import forms

from accounts.errors import Refusal
from programme.communes import find_commune


class CommuneField(forms.CharField):
    """« 63300 Thiers », « Thiers » or an official code, given as the `Commune`."""

    def __init__(self, **kwargs):
        attrs = {
            "autocomplete": "off",
            "list": "communes",
            "hx-get": "/communes/?champ=commune",
            "hx-target": "#communes",
        }
        attrs |= {"hx-trigger": "input changed delay:250ms", "hx-sync": "this:replace"}
        super().__init__(
            label="Commune du lieu",
            help_text="Code postal et nom, par exemple « 63300 Thiers ».",
            max_length=120,
            widget=forms.TextInput(attrs=attrs),
            error_messages={"required": "Indiquez la commune du lieu, par exemple « 63300 Thiers »."},
            **kwargs,
        )

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            return find_commune(text)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from refusal
