"""The rules of a tie on the page of a call's settings: three lists, the first applied first."""

from django import forms

from programme.tie_break import MOST_RULES, TieBreak, problem_of

CHOSEN = tuple(f"tie_break_{rank}" for rank in range(1, MOST_RULES + 1))


def rule(label, help_text=""):
    choices = [("", "Aucune"), *TieBreak.choices]
    return forms.ChoiceField(label=label, help_text=help_text, choices=choices, required=False)


class TieBreakForm(forms.Form):
    """Gives `cleaned_data["tie_break"]`: the codes chosen, in order."""

    tie_break_1 = rule(
        "D’abord",
        "Deux dossiers qui ont la même note sont séparés par ces règles, dans cet ordre. Les porteurs les lisent "
        "dans l’appel. Aucune : les dossiers restent à égalité.",
    )
    tie_break_2 = rule("Puis, s’ils sont encore à égalité")
    tie_break_3 = rule("Enfin")

    def clean(self):
        data = super().clean()
        data["tie_break"] = [code for name in CHOSEN if (code := data.pop(name, ""))]
        if problem := problem_of(data["tie_break"]):
            self.add_error(CHOSEN[0], problem)
        return data


def initial_rules(codes):
    """{name of a list: its code}."""
    return dict(zip(CHOSEN, codes, strict=False))
