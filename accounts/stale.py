"""What was typed on a page that is no longer up to date, beside what its object holds now."""

import datetime
from dataclasses import dataclass

from accounts.errors import StalePage
from accounts.french import euros, long_date, long_datetime


@dataclass(frozen=True)
class BothTexts:
    label: str
    typed: str
    saved: str


def both_texts(refusal, posted):
    """`BothTexts` of each field that differs; none when the refusal names no object.

    Args:
        posted: the fields as they were sent.
    """
    subject = getattr(refusal, "subject", None) if isinstance(refusal, StalePage) else None
    if subject is None or subject.pk is None:
        return []
    now = type(subject)._base_manager.filter(pk=subject.pk).first()
    names = [name for name in getattr(subject, "shown_when_stale", ()) if name in posted]
    pairs = [pair_of(now, name, posted.get(name)) for name in names] if now else []
    return [pair for pair in pairs if pair.typed != pair.saved]


def pair_of(now, name, typed):
    field = now._meta.get_field(name)
    choices = dict(field.flatchoices)
    return BothTexts(str(field.verbose_name).capitalize(), str(choices.get(typed, typed)).strip(), shown(now, field))


def shown(now, field):
    value = getattr(now, field.name)
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, ""))
    if isinstance(value, datetime.datetime):
        return long_datetime(value)
    if isinstance(value, datetime.date):
        return long_date(value)
    if field.name.endswith("_cents"):
        return euros(value)
    return "" if value is None else str(value)
