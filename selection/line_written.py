"""Parts of the rows of the funding line written in Python: each edit writes dozens of rows again."""

from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import mark_safe

from selection.models import Outcome
from selection.scenarios import MOVABLE

OUTCOMES = tuple((outcome.value, outcome.label) for outcome in MOVABLE)
TONES = {Outcome.PROPOSED: "fab-issue fab-issue--p", Outcome.WAITLIST: "fab-issue fab-issue--c"}


@lru_cache(maxsize=256)
def options(choices, chosen):
    """The `<option>`s of ((value, label), …), the same few for every row; "" is offered to who has chosen nothing."""
    written = [
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(label)}</option>'
        for value, label in choices
    ]
    return mark_safe("".join(written))


def outcome_options(row, entry):
    """Those of the outcome; a dossier without one may stay so."""
    return options(OUTCOMES if row.outcome else (("", "Sans issue"), *OUTCOMES), entry.outcome)


def credit_choices(credits):
    return tuple((credit.key, f"{credit.line.code}, {credit.fiscal_year}") for credit in credits)


def interval(row, cut):
    """The drawing of a rank interval, the funding line across it at `cut`; "" when it is not known."""
    if row.drawing is None:
        return ""
    start, length, place = row.drawing
    return mark_safe(
        '<svg class="fab-intervalle" viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">'
        '<line class="axe" x1="0" y1="8" x2="100" y2="8" />'
        f'<rect class="barre" x="{start}" y="4" width="{length}" height="8" />'
        f'<rect class="rang" x="{place}" y="5" width="2" height="6" />'
        f'<line class="coupe" x1="{cut}" y1="0" x2="{cut}" y2="16" /></svg>'
    )
