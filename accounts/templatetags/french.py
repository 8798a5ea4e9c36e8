from django import template

from accounts import french

register = template.Library()

for name in (
    "integer", "euros", "millions", "decimal", "long_date", "weekday_date", "hour", "long_datetime", "deadline",
    "plural", "siret",
):  # fmt: skip
    register.filter(name, getattr(french, name))
