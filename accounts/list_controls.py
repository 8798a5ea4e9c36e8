"""What stands around the rows of a list: addresses, headings, filters with their counts, pages, files."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from accounts.filters import Chip

if TYPE_CHECKING:
    from accounts.columns import Column
    from accounts.facets import Facets

PAGE_SIZE = 50
EVERY_COLUMN = "toutes"
# What belongs to one reading of the list, not to the question asked.
PASSING = ("page", "format")
FORMATS = (("csv", "CSV"), ("ods", "ODS"), ("xlsx", "XLSX"))


@dataclass(frozen=True)
class Act:
    """What can be done to the rows ticked: the value of its button, and its words."""

    key: str
    label: str


class Controls:
    """The half of `accounts.lists.ListPage` that writes no row."""

    request: HttpRequest
    facets: bool
    counts_facets: bool
    query: str
    active_filters: list
    columns: Sequence["Column"]
    shown_columns: list["Column"]
    sort: tuple["Column | None", bool]
    counts: "Facets"
    count: int
    page: int
    page_count: int
    has_optional_columns: bool
    get_columns: Any
    every_filter: list

    def url(self, **changes):
        """The same list with parameters changed; None removes one. Changing anything goes back to page 1."""
        query = self.request.GET.copy()
        for key in PASSING:
            query.pop(key, None)
        for key, value in changes.items():
            query.pop(key, None)
            if value is not None:
                query[key] = str(value)
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    def url_without(self, key, value):
        query = self.request.GET.copy()
        query.setlist(key, [one for one in query.getlist(key) if one != value])
        query.pop("page", None)
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    @property
    def headings(self):
        """[{column, url, direction}] of the table head; direction is ascending, descending or ""."""
        current, descending = self.sort
        return [self._heading(column, column is current, descending) for column in self.shown_columns]

    def _heading(self, column, is_current, descending):
        if not column.sort:
            return {"column": column, "url": "", "direction": ""}
        key = column.key if is_current and descending else f"-{column.key}" if is_current else column.key
        direction = ("descending" if descending else "ascending") if is_current else ""
        return {"column": column, "url": self.url(tri=key), "direction": direction}

    @property
    def chips(self):
        chips = [
            Chip(one.chip_label(value, self), self.url_without(one.key, value))
            for one, values in self.active_filters
            for value in values
        ]
        return [Chip(f"« {self.query} »", self.url(q=None)), *chips] if self.query else chips

    @cached_property
    def controls(self):
        """What the filter form shows: [{key, label, kind, options: [(value, label, chosen, how many)], value}]."""
        active = {one.key: values for one, values in self.active_filters}
        return [self._control(one, active.get(one.key, [])) for one in self.every_filter]

    def _control(self, one, values):
        facet = self.facets and one.kind == "choice"
        counted = facet and self.counts_facets
        found = self.counts.options(one) if counted else [(value, label, None) for value, label in one.options(self)]
        options = [(value, label, str(value) in values, many) for value, label, many in found]
        return {
            "key": one.key,
            "label": one.label,
            "kind": "facet" if facet else one.kind,
            # A value that would find nothing is no choice, unless it is the one in force.
            "options": [option for option in options if option[3] != 0 or option[2]] if counted else options,
            "value": (values or [""])[0],
            "chosen": len(values),
        }

    @property
    def nothing_asked(self):
        return not (self.query or self.active_filters)

    @property
    def kept(self):
        """Parameters that the filter form must carry along: [(name, value)]."""
        return [(key, value) for key in ("tri", "colonnes") for value in self.request.GET.getlist(key)]

    @property
    def column_choices(self):
        """[(column, shown)] when there are columns to choose from, else []."""
        if not self.has_optional_columns:
            return []
        return [(column, column in self.shown_columns) for column in self.get_columns()]

    @property
    def kept_but_columns(self):
        return [
            (key, value)
            for key, values in self.request.GET.lists()
            if key not in {"colonnes", *PASSING}
            for value in values
        ]

    @property
    def url_with_own_columns(self):
        """Where choosing columns comes back to: the columns of the URL would hide the choice."""
        return self.url(colonnes=None)

    @property
    def pages(self):
        """Numbers around the current page, None for a gap."""
        near = {1, self.page_count, *range(self.page - 1, self.page + 2)}
        numbers = sorted(number for number in near if 1 <= number <= self.page_count)
        links: list[dict | None] = []
        for number in numbers:
            if links and links[-1] and number - links[-1]["number"] > 1:
                links.append(None)
            links.append({"number": number, "url": self.page_url(number)})
        return links

    def page_url(self, number):
        return self.url() if number == 1 else f"{self.url()}{'&' if '?' in self.url() else '?'}page={number}"

    @property
    def previous_url(self):
        return self.page_url(self.page - 1) if self.page > 1 else ""

    @property
    def next_url(self):
        return self.page_url(self.page + 1) if self.page < self.page_count else ""

    @property
    def first_shown(self):
        return (self.page - 1) * PAGE_SIZE + 1 if self.count else 0

    @property
    def last_shown(self):
        return min(self.page * PAGE_SIZE, self.count)

    @property
    def files(self):
        """[(label, address)] of the formats, with the columns shown."""
        return [(label, self.url(format=key)) for key, label in FORMATS]

    @property
    def full_files(self):
        """The same with every column, when some are not shown."""
        if len(self.shown_columns) == len(self.get_columns()):
            return []
        return [(label, self.url(format=key, colonnes=EVERY_COLUMN)) for key, label in FORMATS]
