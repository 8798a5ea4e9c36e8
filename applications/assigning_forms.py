"""What officers ask of a calculation of the assignment, and who they keep apart."""

from dataclasses import fields

from django import forms

from accounts.forms import DsfrForm
from applications.evaluations.assignment_problem import Settings

LARGEST_SEED = 1_000_000
KEEP, AFRESH = "garder", "reprendre"
PRICES = {
    "lock": "Choix verrouillé, ou fait à la main, qui ne serait pas gardé",
    "outside": "Personne sans domaine en commun avec le dossier",
    "same_region": "Personne de la région du dossier",
    "alert": "Alerte sur un lien, que la présidence n’a pas encore appréciée",
    "expert": "Dossier sans personne experte",
    "regions": "Dossier dont les évaluateurs viennent d’une seule région",
    "overlap": "Évaluateurs que rien ne relie (leurs notes ne se comparent pas)",
    "load": "Un dossier de plus, fois la charge déjà portée",
}
HELP = {
    "lock": "1 000 au départ, plus cher que tout le reste : un choix verrouillé ne change que s’il est devenu "
    "impossible, par un lien ou un refus. À un prix plus bas, le calcul le change quand le reste y gagne davantage."
}
HIGHEST = {"lock": 5_000}


class ProposalForm(DsfrForm):
    """The settings of a calculation, with the prices of its rules."""

    before = forms.ChoiceField(
        label="Les propositions déjà faites",
        widget=forms.RadioSelect,
        choices=[(KEEP, "En changer le moins possible"), (AFRESH, "Les reprendre toutes, sauf celles verrouillées")],
        initial=KEEP,
    )
    least = forms.IntegerField(
        label="Dossiers par évaluateur, au moins",
        help_text="Quatre au moins pour que les notes puissent être calibrées. 0 : pas de minimum.",
        min_value=0,
        max_value=200,
        initial=0,
    )
    seed = forms.IntegerField(
        label="Graine",
        help_text="La même graine donne la même proposition. Une autre départage autrement des choix équivalents.",
        min_value=0,
        max_value=LARGEST_SEED,
        initial=1,
    )
    partial = forms.BooleanField(
        label="S’il manque des évaluateurs, affecter quand même ce qui peut l’être", required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for one in fields(Settings):
            if one.name in PRICES:
                self.fields[one.name] = forms.IntegerField(
                    label=PRICES[one.name],
                    help_text=HELP.get(one.name, ""),
                    min_value=0,
                    max_value=HIGHEST.get(one.name, 100),
                    initial=one.default,
                )

    @property
    def price_fields(self):
        return [self[name] for name in PRICES]

    @staticmethod
    def initial_of(run):
        """What the calculation before was asked with."""
        if run is None:
            return {}
        kept = Settings.read(run.settings)
        initial = {name: getattr(kept, name) for name in (*PRICES, "least")}
        return initial | {"seed": run.seed, "before": KEEP}

    def asked(self):
        """The arguments of `proposing.propose`."""
        data = self.cleaned_data
        prices = {name: data[name] for name in PRICES}
        change = Settings.change if data["before"] == KEEP else 0
        settings = Settings(least=data["least"], partial=data["partial"], change=change, **prices)
        return {"seed": data["seed"], "settings": settings}


class ApartForm(DsfrForm):
    one = forms.ChoiceField(label="Une personne")
    other = forms.ChoiceField(label="L’autre")
    reason = forms.CharField(label="Motif", max_length=300, help_text="Par exemple : conjoints, même service.")

    def __init__(self, *args, seats, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(seat.reviewer.public_id): seat.reviewer for seat in seats}
        choices = [("", "Choisissez une personne"), *((key, str(person)) for key, person in self.people.items())]
        for name in ("one", "other"):
            self.fields[name].choices = choices

    def asked(self):
        """The arguments of `proposing.keep_apart`."""
        data = self.cleaned_data
        return {"one": self.people[data["one"]], "other": self.people[data["other"]], "reason": data["reason"]}
