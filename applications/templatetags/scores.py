from django import template

from accounts import french

register = template.Library()


@register.filter
def at(found, key):
    """The value of a dictionary at a key, or None."""
    return found.get(key)


@register.filter
def score(hundredths):
    """8333 → « 83,33 »; None → « — »."""
    return "—" if hundredths is None else french.decimal(hundredths / 100, 2)


@register.filter
def points(hundredths):
    """8333 → « 83,3 »; None → « — »."""
    return "—" if hundredths is None else french.decimal(hundredths / 100)


@register.filter
def signed_points(hundredths):
    """-412 → « −4,1 »; 130 → « +1,3 »; None → « — »."""
    if hundredths is None:
        return "—"
    text = french.decimal(abs(hundredths) / 100)
    if text == "0,0":
        return text
    return f"+{text}" if hundredths > 0 else f"−{text}"


@register.filter
def ratio(value):
    """0.2634 → « 0,26 »; None → « — »."""
    return "—" if value is None else french.decimal(value, 2).replace("-", "−")
