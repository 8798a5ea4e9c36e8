"""The rules of the panel on the page of a call's settings."""

from django import forms

from programme.panel_rules import FIELDS, MOST_NOTICE_DAYS, problem_of

LAW = "Code des relations entre le public et l’administration, CRPA"


def whole(label, help_text, *, most):
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=1, max_value=most,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


class PanelRulesForm(forms.Form):
    """Gives the values of `programme.panel_rules.FIELDS`."""

    panel_notice_days = whole(
        "Convocation du comité, en jours avant la séance",
        f"Cinq jours au moins par défaut ({LAW}, R133-8). Davantage est toujours permis ; l’urgence se motive à "
        "chaque séance.",
        most=MOST_NOTICE_DAYS,
    )
    panel_quorum_percent = whole(
        "Quorum du comité, en % des membres",
        "La moitié, soit 50, par défaut (R133-10) : membres ayant voix délibérative, présents ou représentés.",
        most=100,
    )
    panel_second_call_free = forms.BooleanField(
        label="Après une séance sans quorum, délibérer sans quorum à la seconde convocation", required=False,
        help_text="Sur le même ordre du jour (R133-10). Sans cela, le quorum vaut à chaque séance.",
    )  # fmt: skip
    panel_casting_vote = forms.BooleanField(
        label="À égalité des voix, suivre qui préside", required=False,
        help_text="Voix prépondérante (R133-11). Sans elle, à égalité l’avis n’est pas adopté.",
    )  # fmt: skip
    panel_rules_basis = forms.CharField(
        label="Texte qui fixe d’autres règles", required=False, max_length=300,
        help_text="L’article du texte qui institue le comité. Demandé quand l’appel demande moins que le CRPA.",
    )  # fmt: skip

    def clean(self):
        data = super().clean()
        given = {name: data[name] for name in FIELDS if name in data}
        if problem := problem_of(given):
            self.add_error(*problem)
        return data
