"""The small pieces that templates are built with; available everywhere without `{% load %}`.

{% dsfr_field field %}                         one field: label, hint, input, error
{% state_badge "Reçu" "info" %}                tone: success, error, warning, info, new or ""
{% gauge 231 300 "231 sur 300" %}              a bar; the number must also stand in the text beside it
{% error_list form %} … {{ field|dsfr_kind }}  used by the form partials
"""

from django import forms, template
from django.utils.html import format_html
from django.utils.safestring import mark_safe

register = template.Library()

KINDS = (
    (forms.RadioSelect, "choices"),
    (forms.CheckboxSelectMultiple, "choices"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Select, "select"),
    (forms.FileInput, "upload"),
    (forms.Textarea, "textarea"),
    (forms.PasswordInput, "password"),
)
CLASSES = {"select": "fr-select", "upload": "fr-upload", "checkbox": "", "choices": ""}
BADGE_TONES = {"success", "error", "warning", "info", "new"}


def kind_of(field):
    return next((kind for widget, kind in KINDS if isinstance(field.field.widget, widget)), "input")


@register.filter
def dsfr_kind(field):
    """choices, checkbox, select, upload, textarea, password or input."""
    return kind_of(field)


@register.inclusion_tag("components/field.html")
def dsfr_field(field):
    return {"field": field}


@register.simple_tag
def dsfr_widget(field):
    """The input alone, with the classes and the references that assistive tools need."""
    kind = kind_of(field)
    # A placeholder vanishes when one types: the label and the hint say what is asked.
    field.field.widget.attrs.pop("placeholder", None)
    base = CLASSES.get(kind, "fr-input")
    classes = [base, f"{base}--error" if base and field.errors else "", field.field.widget.attrs.get("class", "")]
    attrs = {"class": " ".join(filter(None, classes))}
    if field.errors or field.help_text:
        attrs["aria-describedby"] = " ".join(described_by(field))
    if field.errors:
        attrs["aria-invalid"] = "true"
    if isinstance(field.field.widget, forms.DateInput):
        return field.as_widget(forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), attrs=attrs)
    return field.as_widget(attrs=attrs)


def described_by(field):
    if field.help_text:
        yield f"{field.auto_id}_helptext"
    if field.errors:
        yield f"{field.auto_id}_error"


@register.simple_tag
def choices_of(field):
    """The radio buttons or boxes of a field, one by one, for a fieldset written by hand."""
    return list(field)


@register.simple_tag
def error_list(*forms_):
    """[(id of the field or "", label or "", sentence)] of the forms given, in the order of the page; None is none."""
    found = []
    for form in filter(None, forms_):
        found += [("", "", error) for error in form.non_field_errors()]
        found += [
            (target_id(field), "" if field.is_hidden else field.label, error)
            for field in form
            for error in field.errors
        ]
    return found


def target_id(field):
    if field.is_hidden:
        return ""
    return f"{field.auto_id}_0" if kind_of(field) == "choices" else field.auto_id


@register.inclusion_tag("components/state_badge.html")
def state_badge(label, tone=""):
    return {"label": label, "tone": tone if tone in BADGE_TONES else ""}


@register.simple_tag
def gauge(value, maximum, label="", tone=""):
    """A horizontal bar as SVG (no inline style): `value` of `maximum`; `label` is for screen readers."""
    share = min(max(100 * float(value or 0) / float(maximum), 0), 100) if maximum else 0
    named = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="fab-gauge {}" viewBox="0 0 100 6" preserveAspectRatio="none" {}>'
        '<rect class="fab-gauge__all" width="100" height="6"/>'
        '<rect class="fab-gauge__part" width="{}" height="6"/></svg>',
        f"fab-gauge--{tone}" if tone else "",
        named,
        f"{share:.2f}",
    )
