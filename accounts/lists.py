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
keys are read from the other end, so the last page is as fast as the first. One more where there are columns to choose
or rows to tick (what the reader chose); two with `facets` (counts beside each value); one with `keeps_filters`.
A list whose rows can be ticked says `selection_url` (where they are posted) and `acts` (accounts.lists.Act).
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest

from accounts import exports, french
from accounts.columns import Cell, Column, checkbox, formatted
from accounts.facets import Facets
from accounts.filters import Chip, ChoiceFilter, ConditionFilter, DateFilter, Filter, asked_day, midnight, parsed_day
from accounts.list_controls import EVERY_COLUMN, PAGE_SIZE, PASSING, Act, Controls
from accounts.models import ListMemory, SavedFilter

__all__ = [
    "Act",
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


class ListPage(Controls):
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
    # Counts beside the values of the filters; questions kept under a name.
    facets = False
    keeps_filters = False
    # Where ticked rows are posted ("" when rows cannot be ticked), and what can be done to them.
    selection_url = ""
    acts: Sequence[Act] = ()

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
    def every_filter(self):
        return list(self.get_filters())

    @cached_property
    def active_filters(self):
        return [(one, values) for one in self.every_filter if (values := one.values(self))]

    @cached_property
    def filtered(self):
        return self.narrowed()

    def narrowed(self, but=None):
        """The rows that answer the question, one filter left out when there is one."""
        queryset = self.queryset
        for one, values in self.active_filters:
            if but is None or one.key != but.key:
                queryset = one.apply(queryset, values)
        for word in french.folded(self.query).split() if self.search_field else []:
            queryset = queryset.filter(**{f"{self.search_field}__contains": word})
        return queryset

    # What the reader keeps.

    @property
    def key(self):
        """What the reader's settings of this list are kept under; two floors may have lists of one name."""
        return f"{type(self).__module__.split('.')[0]}.{self.name}"

    @cached_property
    def reader(self):
        """The signed-in person, or None."""
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def memory(self):
        """Her `ListMemory`, empty when she keeps nothing."""
        found = ListMemory.objects.filter(user=self.reader, listing=self.key).first() if self.reader else None
        return found or ListMemory(listing=self.key)

    @cached_property
    def saved_filters(self):
        if not (self.keeps_filters and self.reader):
            return []
        return list(SavedFilter.objects.visible_to(self.reader).filter(listing=self.key))

    @property
    def saved_query(self):
        """The question that « Enregistrer » keeps: all but the page and the columns."""
        query = self.request.GET.copy()
        for name in (*PASSING, "colonnes"):
            query.pop(name, None)
        for name in [name for name, values in query.lists() if not any(values)]:
            query.pop(name)
        return query.urlencode()

    # Rows ticked.

    @cached_property
    def selectable(self):
        return bool(self.selection_url and self.reader)

    @cached_property
    def selected(self):
        return set(self.memory.selected) if self.selectable else set()

    @property
    def selected_text(self):
        return french.plural(len(self.selected), *self.noun)

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
    def sums(self):
        expressions = {f"total_{n}": expression for n, (_, expression) in enumerate(self.totals.values())}
        if self.counts_facets:
            expressions |= self.counts.idle_aggregates
        return self.filtered.order_by().aggregate(how_many=Count("pk"), **expressions)

    @property
    def counts_facets(self):
        """Counting every value costs as much as the list itself: once something is narrowed, or when asked."""
        return self.facets and bool(self.active_filters or self.request.GET.get("compter"))

    @cached_property
    def counts(self):
        return Facets(self)

    def facet_values(self, key):
        """{value as stored: how many} of a filter on a field."""
        return self.counts.choices[key]

    @property
    def count(self):
        return self.sums["how_many"]

    @property
    def count_text(self):
        return french.plural(self.count, *self.noun)

    @property
    def total_texts(self):
        """[(label, formatted total over the filter)]."""
        return [
            (label, formatted(self.sums[f"total_{n}"] or 0, kind))
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
        """Those of the URL, else those that the reader chose, else the list's own."""
        columns = self.get_columns()
        wanted = {key for value in self.request.GET.getlist("colonnes") for key in value.split(",") if key}
        if EVERY_COLUMN in wanted:
            return list(columns)
        if not wanted and self.has_optional_columns:
            wanted = set(self.memory.columns)
        if not any(column.key in wanted for column in columns):
            return [column for column in columns if column.shown]
        return [column for column in columns if column.key in wanted or column.header]

    @property
    def has_optional_columns(self):
        return not all(column.shown for column in self.get_columns())

    @cached_property
    def table(self):
        """[(row, [what is written in each cell])] of the page."""
        written = [(row, [column.cell(row) for column in self.shown_columns]) for row in self.rows]
        return [(row, [self.box(row, cells), *cells]) for row, cells in written] if self.selectable else written

    def box(self, row, cells):
        """The box of a row that can be ticked, named by the cell that names the row."""
        name = next((cell.text for cell in cells if cell.column.header), None)
        return checkbox(row.public_id, str(row) if name is None else name, row.pk in self.selected)

    # Files out.

    def file(self):
        """The CSV, XLSX or ODS answer when the URL asks for one (`?format=csv`), with the columns shown; else None."""
        wanted = self.request.GET.get("format")
        if not self.exportable or wanted not in exports.WRITERS:
            return None
        return exports.WRITERS[wanted](self.name, self.shown_columns, self.every_row())

    def every_row(self):
        """All the rows of the filter in order, read by chunks with the same queries as a page."""
        keys = list(self.ordered.values_list("pk", flat=True))
        for start in range(0, len(keys), 500):
            yield from self.rows_of(keys[start : start + 500])


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
