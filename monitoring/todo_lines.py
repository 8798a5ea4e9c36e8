"""The shape of what waits: natures of act, lines of eight columns, items in words."""

import datetime
from dataclasses import dataclass

from django.db.models import CharField, IntegerField, TextField, UUIDField, Value
from django.db.models.functions import Cast

from accounts.french import plural

HORIZON = datetime.timedelta(days=15)
# Beyond that many lines of one nature, the list of that nature is the page to open.
MOST = 100


@dataclass(frozen=True)
class Nature:
    """One nature of act: `label` in the table, `chip` for several, `rows_url` the whole list."""

    key: str
    label: str
    chip: str
    rows_url: str


@dataclass(frozen=True)
class Item:
    """One line: what, on what, who must act, by when."""

    nature: Nature
    title: str
    url: str
    note: str
    who: str
    due_label: str
    due_on: datetime.date
    today: datetime.date

    @property
    def days_late(self):
        return (self.today - self.due_on).days

    @property
    def delay(self):
        days = abs(self.days_late)
        if days == 0:
            return "aujourd’hui"
        return plural(days, "jour") if self.days_late > 0 else f"dans {plural(days, 'jour')}"

    @property
    def tone(self):
        if self.days_late > 0:
            return "fab-retard"
        return "fab-bientot" if self.days_late >= -HORIZON.days else ""


def line(rows, nature, *, state, ref, name, person, wave, number, day):
    """The same eight columns for every nature, so that one statement reads them all."""
    return rows.order_by().values_list(
        Value(nature, output_field=CharField()), Cast(state, CharField()), ref, Cast(name, TextField()),
        Cast(person, TextField()), wave,
    ).annotate(how_many=number, on_day=day)  # fmt: skip


NONE = Value("", output_field=CharField())
ONE = Value(1, output_field=IntegerField())
NOBODY = Value(None, output_field=UUIDField())


def limited(rows, *order):
    """At most `MOST` of them: a sub-query, since SQLite limits no part of a union."""
    return rows.model.objects.filter(pk__in=rows.order_by(*order, "pk").values("pk")[:MOST])
