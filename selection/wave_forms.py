"""Changing the calendar or the capacity of a wave, and reading what was changed."""

import datetime

from django import forms
from django.utils import timezone

from accounts import french
from accounts.forms import DsfrForm
from programme.models import Wave, WaveAmendment
from programme.waves import AMENDABLE

INSTANTS = ("opens_at", "closes_at")


class MinuteInput(forms.DateTimeInput):
    """A day and an hour, Europe/Paris, as browsers ask for it."""

    input_type = "datetime-local"

    def __init__(self):
        super().__init__(format="%Y-%m-%dT%H:%M")


class AmendmentForm(DsfrForm):
    """Every date of the wave as it is, and the reason of the change."""

    opens_at = forms.DateTimeField(label="Ouverture du dépôt (heure de Paris)", widget=MinuteInput)
    closes_at = forms.DateTimeField(label="Clôture du dépôt (heure de Paris)", widget=MinuteInput)
    instruction_until = forms.DateField(label="Fin de l’instruction", widget=forms.DateInput, required=False)
    reviews_due_on = forms.DateField(label="Évaluations attendues le", widget=forms.DateInput, required=False)
    panel_on = forms.DateField(label="Comité le", widget=forms.DateInput, required=False)
    announcement_on = forms.DateField(label="Annonce le", widget=forms.DateInput, required=False)
    capacity = forms.IntegerField(label="Lauréats au plus", min_value=1, max_value=1000)
    reason = forms.CharField(
        label="Motif", max_length=300, help_text="Il est gardé et montré dans l’historique de la vague."
    )

    def __init__(self, *args, wave, **kwargs):
        super().__init__(*args, initial={name: getattr(wave, name) for name in AMENDABLE}, **kwargs)
        self.wave = wave
        if not wave.has_window():
            self.fields["opens_at"].required = self.fields["closes_at"].required = False

    def clean(self):
        """Minutes typed are whole: an instant that was not touched keeps its seconds."""
        data = super().clean()
        for name in INSTANTS:
            before = getattr(self.wave, name)
            if before and data.get(name) == before.replace(second=0, microsecond=0):
                data[name] = before
        return data


def amendment_lines(wave):
    """[{at, actor, label, old, new, reason}] latest first: every change of the wave that was traced."""
    rows = WaveAmendment.objects.filter(wave=wave).select_related("amended_by").order_by("-pk")
    return [
        {
            "at": row.amended_at,
            "actor": str(row.amended_by or "Le service"),
            "label": Wave._meta.get_field(row.field).verbose_name,
            "old": in_words(row.old),
            "new": in_words(row.new),
            "reason": row.reason,
        }
        for row in rows
    ]


def in_words(text):
    """A date or an instant in French; anything else as it was written."""
    for parse, write in (
        (datetime.date.fromisoformat, french.long_date),
        (datetime.datetime.fromisoformat, french.long_datetime),
    ):
        try:
            value = parse(text)
        except ValueError:
            continue
        if isinstance(value, datetime.datetime) and timezone.is_naive(value):
            continue
        return write(value)
    return text or "—"
