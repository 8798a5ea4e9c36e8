"""Lists: search, filters, sort, page, totals and files out, from one definition of columns.

    class DossierList(ListPage):
        name = "dossiers"                                   # file name of the exports
        caption = "Dossiers déposés"                        # caption of the table
        noun = ("dossier", "dossiers")
        default_sort = "-recu"
        search_field = "search_text"                        # accent-folded column (accounts.french.folded)
        search_label = "Lieu, structure ou numéro"
        columns = [
            Column("numero", "Numéro", "number", sort="number", url=lambda row: row.get_absolute_url()),
            Column("lieu", "Lieu", "place_name", sort="place_sort", note="commune_name", header=True),
            Column("recu", "Reçu le", "submitted_at", kind="datetime", sort="submitted_at"),
            Column("demande", "Demandé", "requested_cents", kind="cents", sort="requested_cents"),
            Column("etat", "État", lambda row: (row.get_state_display(), "info"), kind="badge"),
            Column("notes", "Notes rendues", "reviews_done", kind="integer", shown=False),   # an optional column
        ]
        filters = [
            ChoiceFilter("etat", "État", field="state", choices=State.choices),
            DateFilter("du", "Reçu à partir du", field="submitted_at", lookup="gte"),
        ]
        totals = {"Montant demandé": ("cents", Sum("requested_cents"))}

        def page_rows(self, ids):                           # page first: aggregates for these rows only
            return Application.objects.filter(pk__in=ids).select_related("call").annotate(...)

    def dossiers(request):
        listing = DossierList(request, Application.objects.visible_to(request.user))
        return listing.file() or render(request, "applications/list.html", {"listing": listing})

and in the template `{% include "components/listing.html" with listing=listing %}`.

The page costs three queries (count and totals, keys of the page, its rows), whatever the page: past the middle the
keys are read from the other end, so the last page is as fast as the first.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest

from accounts import exports, french
from accounts.columns import Cell, Column, formatted
from accounts.filters import Chip, ChoiceFilter, ConditionFilter, DateFilter, Filter, asked_day, midnight, parsed_day

__all__ = [
    "Cell",
    "Chip",
    "ChoiceFilter",
    "Column",
    "ConditionFilter",
    "DateFilter",
    "Filter",
    "ListPage",
    "asked_day",
    "midnight",
    "parsed_day",
]

PAGE_SIZE = 50


class ListPage:
    """A list as the URL asks for it: `q`, the keys of the filters, `tri`, `page`, `colonnes`, `format`."""

    name = "liste"
    caption = "Liste"
    noun: tuple[str, str] = ("ligne", "lignes")
    default_sort = ""
    search_field = ""
    search_label = "Rechercher"
    columns: Sequence[Column] = ()
    filters: Sequence[Filter] = ()
    totals: dict[str, tuple[str, Any]] = {}
    empty_title = "Aucune ligne"
    empty_text = "Aucune ligne ne correspond à votre recherche. Retirez un filtre pour en voir plus."
    exportable = True

    def __init__(self, request: HttpRequest, queryset: QuerySet, **context):
        self.request = request
        self.queryset = queryset
        self.context = context
        self._memory: dict[str, Any] = {}

    # What a list may redefine.

    def page_rows(self, ids):
        """The rows of these keys, with what their cells need; their order does not matter."""
        return self.queryset.model._default_manager.filter(pk__in=ids)

    def get_columns(self):
        return self.columns

    def get_filters(self):
        return self.filters

    # The question asked.

    def remember(self, key, compute):
        if key not in self._memory:
            self._memory[key] = compute()
        return self._memory[key]

    @cached_property
    def query(self):
        return self.request.GET.get("q", "").strip()[:200]

    @cached_property
    def active_filters(self):
        return [(one, values) for one in self.get_filters() if (values := one.values(self))]

    @cached_property
    def filtered(self):
        queryset = self.queryset
        for one, values in self.active_filters:
            queryset = one.apply(queryset, values)
        for word in french.folded(self.query).split() if self.search_field else []:
            queryset = queryset.filter(**{f"{self.search_field}__contains": word})
        return queryset

    @cached_property
    def sort(self):
        """(column or None, descending): a key that does not sort falls back on the default."""
        sortable = {column.key: column for column in self.get_columns() if column.sort}
        for asked in (self.request.GET.get("tri", ""), self.default_sort):
            if (column := sortable.get(asked.removeprefix("-"))) is not None:
                return column, asked.startswith("-")
        return None, False

    @cached_property
    def ordered(self):
        column, descending = self.sort
        if column is None:
            return self.filtered.order_by("pk")
        terms = [ordering_term(self.queryset.model, name, descending) for name in column.sort_fields]
        return self.filtered.order_by(*terms, "-pk" if descending else "pk")

    # The answer.

    @cached_property
    def _sums(self):
        expressions = {f"total_{n}": expression for n, (_, expression) in enumerate(self.totals.values())}
        return self.filtered.order_by().aggregate(how_many=Count("pk"), **expressions)

    @property
    def count(self):
        return self._sums["how_many"]

    @property
    def count_text(self):
        return french.plural(self.count, *self.noun)

    @property
    def total_texts(self):
        """[(label, formatted total over the filter)]."""
        return [
            (label, formatted(self._sums[f"total_{n}"] or 0, kind))
            for n, (label, (kind, _)) in enumerate(self.totals.items())
        ]

    @property
    def page_count(self):
        return max(1, -(-self.count // PAGE_SIZE))

    @cached_property
    def page(self):
        asked = self.request.GET.get("page", "1")
        return min(max(int(asked), 1), self.page_count) if asked.isdecimal() and len(asked) < 9 else 1

    @cached_property
    def ids(self):
        return slice_of_keys(self.ordered, (self.page - 1) * PAGE_SIZE, PAGE_SIZE, self.count)

    @cached_property
    def rows(self):
        return self.rows_of(self.ids)

    def rows_of(self, ids):
        by_key = {row.pk: row for row in self.page_rows(ids)} if ids else {}
        return [by_key[key] for key in ids if key in by_key]

    @cached_property
    def shown_columns(self):
        wanted = {key for value in self.request.GET.getlist("colonnes") for key in value.split(",")}
        columns = self.get_columns()
        chosen = [column for column in columns if column.key in wanted or (wanted and column.header)]
        return chosen if wanted and chosen else [column for column in columns if column.shown]

    @cached_property
    def table(self):
        """[(row, [Cell])] of the page."""
        return [(row, [column.cell(row) for column in self.shown_columns]) for row in self.rows]

    # Addresses and controls.

    def url(self, **changes):
        """The same list with parameters changed; None removes one. Changing anything goes back to page 1."""
        query = self.request.GET.copy()
        for key in ("page", "format"):
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
        return [Chip(f"« {self.query} »", self.url(q=None)), *chips] if self.query else chips

    @property
    def controls(self):
        """What the filter form shows: [{key, label, kind, options: [(value, label, chosen)], value}]."""
        active = {one.key: values for one, values in self.active_filters}
        return [
            {
                "key": one.key,
                "label": one.label,
                "kind": one.kind,
                "options": [
                    (value, label, str(value) in active.get(one.key, ())) for value, label in one.options(self)
                ],
                "value": (active.get(one.key) or [""])[0],
            }
            for one in self.get_filters()
        ]

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
        if all(column.shown for column in self.get_columns()):
            return []
        return [(column, column in self.shown_columns) for column in self.get_columns()]

    @property
    def kept_but_columns(self):
        return [
            (key, value)
            for key, values in self.request.GET.lists()
            if key not in {"colonnes", "page", "format"}
            for value in values
        ]

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

    # Files out.

    def file(self):
        """The CSV or XLSX answer when the URL asks for one (`?format=csv`), else None."""
        wanted = self.request.GET.get("format")
        if not self.exportable or wanted not in exports.WRITERS:
            return None
        return exports.WRITERS[wanted](self.name, self.get_columns(), self.every_row())

    def every_row(self):
        """All the rows of the filter in order, read by chunks with the same queries as a page."""
        keys = list(self.ordered.values_list("pk", flat=True))
        for start in range(0, len(keys), 500):
            yield from self.rows_of(keys[start : start + 500])

    @property
    def csv_url(self):
        return self.url(format="csv")

    @property
    def xlsx_url(self):
        return self.url(format="xlsx")


def ordering_term(model, name, descending):
    """Empty values last, on both engines, whichever way the list runs."""
    try:
        nullable = model._meta.get_field(name).null
    except FieldDoesNotExist:
        nullable = "__" in name
    if not nullable:
        return f"-{name}" if descending else name
    return F(name).desc(nulls_last=True) if descending else F(name).asc(nulls_last=True)


def slice_of_keys(ordered, start, size, count):
    """Primary keys of rows `start` to `start + size`, read from the nearer end."""
    stop = min(start + size, count)
    if start * 2 <= count:
        return list(ordered.values_list("pk", flat=True)[start:stop])
    return list(ordered.reverse().values_list("pk", flat=True)[count - stop : count - start])[::-1]
