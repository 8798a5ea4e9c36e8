from django import template

from accounts import french

register = template.Library()


@register.filter
def score(hundredths):
    """8333 → « 83,33 »; None → « — »."""
    return "—" if hundredths is None else french.decimal(hundredths / 100, 2)
