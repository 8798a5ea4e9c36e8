"""Forms of a meeting of the panel: usable by keyboard and without JavaScript."""

import datetime

from django import forms
from django.utils import timezone

from accounts.forms import DsfrForm, EuroCentsField
from accounts.models import Role, User
from selection.models import OPINIONS

SEATED = (Role.PANEL_MEMBER, Role.PANEL_CHAIR)


class Person(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return f"{obj}, {obj.title}" if obj.title else str(obj)


class People(forms.ModelMultipleChoiceField):
    label_from_instance = Person.label_from_instance


class When(DsfrForm):
    """A day, an hour of Paris, a place."""

    on = forms.DateField(label="Jour", widget=forms.DateInput)
    hour = forms.TimeField(
        label="Heure, à Paris",
        initial=datetime.time(14),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    place = forms.CharField(label="Lieu, ou lien de la visioconférence", max_length=200)

    def clean(self):
        data = super().clean()
        if data.get("on") and data.get("hour"):
            data["meets_at"] = timezone.make_aware(datetime.datetime.combine(data.pop("on"), data.pop("hour")))
        return data


class PlanForm(When):
    """A meeting to prepare."""

    chair = Person(User.objects.none(), label="Présidence", to_field_name="public_id", empty_label=None)
    members = People(
        User.objects.none(), label="Membres", to_field_name="public_id", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["chair"].queryset = User.objects.holding(Role.PANEL_CHAIR).order_by("last_name", "pk")
        self.fields["members"].queryset = User.objects.holding(*SEATED).order_by("last_name", "pk")


class ConveneForm(DsfrForm):
    urgency_reason = forms.CharField(
        label="Motif de l’urgence",
        help_text="Demandé seulement à moins de cinq jours de la réunion ; il est écrit au procès-verbal.",
        max_length=300,
        required=False,
    )


class CancelForm(DsfrForm):
    reason = forms.CharField(label="Motif de l’annulation", max_length=300)


class DepartureForm(DsfrForm):
    reason = forms.CharField(label="Motif de l’écart à l’avis", max_length=500)


class NoteForm(DsfrForm):
    text = forms.CharField(
        label="Note pour le procès-verbal", widget=forms.Textarea(attrs={"rows": 2}), max_length=4000
    )
    member = forms.ChoiceField(
        label="Désaccord d’un membre",
        help_text="Tout membre peut demander qu’il soit fait mention de son désaccord (R133-13).",
        required=False,
    )

    def __init__(self, *args, members=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = [("", "Non, note de séance"), *((m.public_id.hex, str(m)) for m in members)]


class TieForm(DsfrForm):
    member = forms.ChoiceField(label="Qui se déporte")
    text = forms.CharField(label="En quoi", max_length=500)

    def __init__(self, *args, members=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = [(m.public_id.hex, str(m)) for m in members]


class OwnTieForm(DsfrForm):
    """What a member declares before the meeting."""

    item = forms.ChoiceField(label="Dossier")
    text = forms.CharField(label="En quoi", max_length=500)

    def __init__(self, *args, points=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = [("", "Choisissez un dossier"), *points]


class ScoreForm(DsfrForm):
    score = forms.DecimalField(
        label="Note modérée, sur 100", min_value=0, max_value=100, decimal_places=2, localize=True
    )
    reason = forms.CharField(label="Motif", max_length=500)


class TogetherForm(DsfrForm):
    """The list that one vote follows."""

    source = forms.ChoiceField(label="Avis conforme", widget=forms.RadioSelect)

    def __init__(self, *args, choices=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = choices


class MotionForm(DsfrForm):
    outcome = forms.ChoiceField(label="Avis mis aux voix", choices=list(OPINIONS.items()))
    amount = EuroCentsField(label="Montant, en euros", required=False, help_text="Pour un avis favorable.")
    text = forms.CharField(label="Précision", max_length=500, required=False)

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, **kwargs)
        if item.application_id is None:
            del self.fields["outcome"], self.fields["amount"]
            self.fields["text"].required, self.fields["text"].label = True, "Texte mis aux voix"
