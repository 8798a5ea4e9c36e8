"""What is asked on the funding line besides its rows: a scenario to draw up, a proposal, words for an adoption."""

from django import forms

from accounts.forms import DsfrForm, EuroCentsField
from accounts.french import euros
from programme.models import Segment
from selection.cash import cash_years
from selection.coverage import counted_label
from selection.models import Scenario
from selection.panel import latest_targets
from selection.proposals import Asked

ASKED_AS_TYPED = (
    "most", "regional_minimum", "count_earlier", "lowest_percent", "waitlist", "thresholds", "adjusted",
)  # fmt: skip
COUNTED = (Segment.QPV, Segment.QPV_DIGITAL, Segment.OUTSIDE_LARGE_CENTRES)


class ScenarioForm(DsfrForm):
    """A new scenario."""

    name = forms.CharField(label="Nom", max_length=60, help_text="Par exemple : A. Classement seul.")
    origin = forms.ChoiceField(label="À partir", choices=())
    waitlist = forms.IntegerField(
        label="Places en liste complémentaire", min_value=0, max_value=500, initial=5, required=False,
        help_text="Pour le classement seul.",
    )  # fmt: skip

    def __init__(self, *args, scenario=None, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(Scenario.Origin.RANKING.value, "du classement seul")]
        if scenario:
            choices.append((Scenario.Origin.COPY.value, f"du scénario « {scenario} »"))
        choices.append((Scenario.Origin.PREPARED.value, "des issues préparées au comité"))
        self.fields["origin"].choices = choices


class RenameForm(DsfrForm):
    name = forms.CharField(label="Nouveau nom", max_length=60)


class ProposalForm(DsfrForm):
    """What a proposal must keep; nothing typed in a field is no rule."""

    name = forms.CharField(label="Nom du scénario", max_length=60, initial="Proposition")
    most = forms.IntegerField(label="Lauréats au plus dans la vague", min_value=1, max_value=1000, required=False)
    regional_minimum = forms.IntegerField(
        label="Lauréats au moins par région", min_value=0, max_value=20, initial=0,
        help_text="Dans chaque région qui a un dossier à financer. 0 : pas de minimum.",
    )  # fmt: skip
    count_earlier = forms.BooleanField(
        label="Compter les lauréats des vagues précédentes", required=False, initial=True
    )
    lowest_percent = forms.IntegerField(
        label="Montant d’un lauréat, en % au moins de ce qu’il demande", min_value=50, max_value=100, initial=100,
        help_text="100 : aucun montant n’est réduit. Toujours dans les bornes de l’appel.",
    )  # fmt: skip
    waitlist = forms.IntegerField(label="Places en liste complémentaire", min_value=0, max_value=500, initial=5)
    thresholds = forms.BooleanField(
        label="Écarter les dossiers sous un seuil de l’appel", required=False, initial=True
    )
    adjusted = forms.BooleanField(
        label="Compter les notes ajustées", required=False, help_text="Quand la vague est calibrée."
    )

    def __init__(self, *args, page, **kwargs):
        super().__init__(*args, **kwargs)
        # What is left of a year does not follow from a scenario: it is the same where one is asked for and sent.
        cash = cash_years(page.accounts)[:3]
        self.page, self.years = page, [year.year for year in cash]
        self.fields["most"].initial = page.wave.capacity
        for segment in COUNTED:
            self.add_quota(segment)
        for year in cash:
            self.add_cash(year)

    def add_quota(self, segment):
        label = counted_label(segment)
        target = latest_targets(self.page.targets).get(segment)
        line = next((one for one in self.page.segments if one["label"] == label), None)
        left = max(target - line["before"], 0) if target and line else None
        for name, words, initial in (("at_least", "au moins", None), ("at_most", "au plus", left)):
            self.fields[f"{name}_{segment}"] = forms.IntegerField(
                label=f"{label}, {words}", min_value=0, max_value=1000, required=False, initial=initial
            )

    def add_cash(self, year):
        opened = "aucun CP ouvert" if year.room_cents is None else f"{euros(year.room_cents)} disponibles"
        self.fields[f"cp_{year.year}"] = EuroCentsField(
            label=f"CP {year.year} que la vague peut demander, en euros",
            required=False,
            # 0 where it is short already: an empty field would take the ceiling away.
            initial=year.room_cents,
            help_text=f"{opened} une fois payés les engagements antérieurs. Vide : pas de plafond.",
        )

    def clean(self):
        data = super().clean()
        for segment in COUNTED:
            low, high = data.get(f"at_least_{segment}"), data.get(f"at_most_{segment}")
            if low is not None and high is not None and low > high:
                self.add_error(f"at_least_{segment}", "Le minimum dépasse le maximum : corrigez l’un des deux.")
        return data

    def asked(self):
        """The `Asked` of the cleaned form."""
        data = self.cleaned_data
        pairs = {str(s): (data[f"at_least_{s}"] or 0, data[f"at_most_{s}"]) for s in COUNTED}
        cp = {year: data[f"cp_{year}"] for year in self.years if data[f"cp_{year}"] is not None}
        return Asked(
            quotas={segment: pair for segment, pair in pairs.items() if pair != (0, None)},
            cp=cp,
            **{name: data[name] for name in ASKED_AS_TYPED},
        )


class AdoptionForm(DsfrForm):
    """Words for the dossiers that have none yet; each is asked for when it is wanted."""

    ground = forms.CharField(
        label="Motif commun des dossiers non proposés", max_length=3000, required=False,
        help_text="Il figurera dans le courrier de ceux qui n’ont pas encore le leur.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    reduced_ground = forms.CharField(
        label="Motif commun des montants réduits", max_length=3000, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    departure_reason = forms.CharField(
        label="Motif commun des écarts au classement", max_length=300, required=False,
        help_text="Pour le procès-verbal, quand la ligne ne dit pas pourquoi.",
    )  # fmt: skip
    over_capacity = forms.CharField(
        label="Motif du dépassement de la capacité", max_length=300, required=False,
        help_text="Demandé seulement si plus de dossiers sont proposés que la capacité de la vague.",
    )  # fmt: skip
