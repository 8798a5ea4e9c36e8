"""What a reader may ask of a list: the conditions its URL carries."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, Count, F, IntegerField, Max, Q, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from accounts import french
from accounts.errors import Refusal


@dataclass
class Chip:
    """A filter in force, and the address without it."""

    label: str
    url: str


@dataclass
class Filter:
    """A condition that the reader may set; `values` are those of the URL that mean something.

    Args:
        key: name in the URL.
        label: French.
        field: ORM path the condition is on.
        tally_field: what rows are counted by when it is not `field` (a key, sooner than a column of another table);
            `counted` then says which value each key stands for.
    """

    key: str
    label: str
    field: str = ""
    tally_field: str = ""

    kind = "choice"

    def options(self, listing):
        return []

    def values(self, listing):
        if not (asked := list(filter(None, listing.request.GET.getlist(self.key)))):
            return []
        known = {str(value) for value, _ in self.options(listing)}
        return [value for value in dict.fromkeys(asked) if value in known]

    def apply(self, queryset, values):
        return queryset.filter(**{f"{self.field}__in": values})

    def chip_label(self, value, listing):
        names = {str(key): label for key, label in self.options(listing)}
        return f"{self.label} : {names[value]}"

    def tally(self, queryset):
        """Rows (key, value, how many) of what `queryset` holds, by value; None: counted otherwise, or not."""
        if not self.field:
            return None
        name, key = self.tally_field or self.field, Value(self.key, output_field=CharField())
        if is_number(queryset.model, name):
            # Grouped as a number and written as text once a group: writing it for each row costs as much as counting.
            rows = queryset.order_by().values(name).annotate(how_many=Count("pk"))
            return rows.values_list(key, Cast(Max(name), TextField()), "how_many")
        rows = queryset.order_by().values_list(key, Cast(F(name), TextField()))
        return rows.annotate(how_many=Count("pk"))

    def counted(self, counts, listing):
        """[(value, label, how many)] to show, from {value as text: how many}."""
        return [(value, label, counts.get(bare(value), 0)) for value, label in self.options(listing)]


def is_number(model, name):
    """The column is a whole number: a key to another table, most often."""
    column = None if "__" in name else model._meta.get_field(name)
    return isinstance(getattr(column, "target_field", column), IntegerField)


def bare(value):
    """A value as text, the same from both engines: only one of them writes the dashes of a UUID."""
    return str(value).replace("-", "")


@dataclass
class ChoiceFilter(Filter):
    """`choices`: pairs, or a function of the listing that gives them (one query at most).

    Args:
        own_words: the stored value is its own label, so that counts need no other query for it.
    """

    choices: Any = ()
    own_words: bool = False

    def options(self, listing):
        if not callable(self.choices):
            return self.choices
        return listing.remember(f"options:{self.key}", lambda: list(self.choices(listing)))

    def counted(self, counts, listing):
        if not self.own_words:
            return super().counted(counts, listing)
        return [(value, value, many) for value, many in sorted(listing.facet_values(self.key).items()) if value]


@dataclass
class ConditionFilter(Filter):
    """Named conditions: `conditions` maps a value of the URL to (label, Q)."""

    conditions: dict[str, tuple[str, Q]] = field(default_factory=dict)

    def options(self, listing):
        return [(value, label) for value, (label, _) in self.conditions.items()]

    def apply(self, queryset, values):
        wanted = Q()
        for value in values:
            wanted |= self.conditions[value][1]
        return queryset.filter(wanted)

    def tally(self, queryset):
        return None

    def aggregates(self):
        """{value: Count} of its conditions, for one pass over the rows."""
        return {value: Count("pk", filter=condition) for value, (_, condition) in self.conditions.items()}


@dataclass
class DateFilter(Filter):
    """A day, Europe/Paris; `lookup` is gte or lte (the whole day is inside)."""

    lookup: str = "gte"
    instant: bool = True

    kind = "date"

    def tally(self, queryset):
        return None

    def values(self, listing):
        value = listing.request.GET.get(self.key, "")
        return [value] if parsed_day(value) else []

    def apply(self, queryset, values):
        day = parsed_day(values[0])
        if not self.instant:
            return queryset.filter(**{f"{self.field}__{self.lookup}": day})
        after = self.lookup == "lte"
        limit = midnight(day + datetime.timedelta(days=1) if after else day)
        return queryset.filter(**{f"{self.field}__{'lt' if after else 'gte'}": limit})

    def chip_label(self, value, listing):
        return f"{self.label} {french.long_date(parsed_day(value))}"


def parsed_day(text):
    """ISO (date fields of browsers) or French day, else None."""
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.datetime.strptime(text, pattern).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return None


def midnight(day):
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def asked_day(request, key="au", default=None):
    """The day of the URL (`?au=2021-08-18`), or `default`.

    Raises:
        Refusal: what is typed is not a day.
    """
    text = request.GET.get(key, "").strip()
    if not text:
        return default
    if (day := parsed_day(text)) is None:
        raise Refusal("Cette date n’existe pas : écrivez-la comme 31/12/2021.", field=key)
    return day
