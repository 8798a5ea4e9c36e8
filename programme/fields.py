"""Form fields of this floor."""

import re

from django import forms

from accounts.errors import Refusal
from programme.communes import find_commune

SCORE = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?")
FULL_SCORE = 10_000


class ScoreField(forms.CharField):
    """A score out of 100 ("60", "62,5"), given as hundredths of a point; None when left empty."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **kwargs)

    def prepare_value(self, value):
        if not isinstance(value, int):
            return value
        whole, rest = divmod(value, 100)
        return f"{whole},{rest:02d}".rstrip("0") if rest else str(whole)

    def to_python(self, value):
        if isinstance(value, int) or value in self.empty_values:
            return value if isinstance(value, int) else None
        found = SCORE.fullmatch(value.strip())
        hundredths = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else 0
        if not 1 <= hundredths <= FULL_SCORE:
            raise forms.ValidationError("Donnez une note au-dessus de 0, jusqu’à 100 : par exemple 60 ou 62,5.")
        return hundredths


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
