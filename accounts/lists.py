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

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts import exports, french
from accounts.errors import Refusal

PAGE_SIZE = 50
FORMATS: dict[str, Callable] = {
    "text": lambda value: value if isinstance(value, SafeString) else str(value),
    "integer": french.integer,
    "cents": french.euros,
    "decimal": french.decimal,
    "date": french.long_date,
    "datetime": french.long_datetime,
}
NUMERIC = {"integer", "cents", "decimal"}


@dataclass
class Cell:
    """What one `<td>` shows."""

    column: "Column"
    text: str
    url: str = ""
    note: str = ""
    tone: str = ""


@dataclass
class Column:
    """One column of a list, of its CSV and of its XLSX.

    Args:
        key: French, short, without accents: it stands in the URL (`?tri=-recu`).
        label: heading.
        value: attribute path ("call.name"), or a function of the row. For kind "badge" it gives (label, tone), the
            tone being success, error, warning, info, new or "".
        kind: text, integer, cents, decimal, date, datetime or badge.
        sort: ORM field or fields to order by; None: this column does not sort.
        url: function of the row giving the link of the cell, or None.
        note: attribute path or function of the row: small grey text under the value.
        shown: False for a column that the reader has to choose.
        header: True for the cell that names the row (`<th scope="row">`).
    """

    key: str
    label: str
    value: str | Callable[[Any], Any]
    kind: str = "text"
    sort: str | Sequence[str] | None = None
    url: Callable[[Any], str | None] | None = None
    note: str | Callable[[Any], Any] | None = None
    shown: bool = True
    header: bool = False

    @property
    def numeric(self):
        return self.kind in NUMERIC

    @property
    def sort_fields(self):
        return [self.sort] if isinstance(self.sort, str) else list(self.sort or [])

    def raw(self, row):
        return read(row, self.value)

    def cell(self, row):
        value = self.raw(row)
        text, tone = value if self.kind == "badge" and value else (formatted(value, self.kind), "")
        return Cell(
            column=self,
            text=text,
            url=(self.url(row) or "") if self.url else "",
            note=read(row, self.note) or "" if self.note else "",
            tone=tone,
        )


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
    """

    key: str
    label: str
    field: str = ""

    kind = "choice"

    def options(self, listing):
        return []

    def values(self, listing):
        known = {str(value) for value, _ in self.options(listing)}
        return [value for value in listing.request.GET.getlist(self.key) if value in known]

    def apply(self, queryset, values):
        return queryset.filter(**{f"{self.field}__in": values})

    def chip_label(self, value, listing):
        names = {str(key): label for key, label in self.options(listing)}
        return f"{self.label} : {names[value]}"


@dataclass
class ChoiceFilter(Filter):
    """`choices`: pairs, or a function of the listing that gives them (one query at most)."""

    choices: Any = ()

    def options(self, listing):
        if not callable(self.choices):
            return self.choices
        return listing.remember(f"options:{self.key}", lambda: list(self.choices(listing)))


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


@dataclass
class DateFilter(Filter):
    """A day, Europe/Paris; `lookup` is gte or lte (the whole day is inside)."""

    lookup: str = "gte"
    instant: bool = True

    kind = "date"

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


class ListPage:
    """A list as the reader asked for it in the URL: `q`, the keys of the filters, `tri`, `page`, `colonnes`, `format`."""

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


def read(row, source):
    """A function of the row, or an attribute path through objects ("call.name")."""
    if callable(source):
        return source(row)
    for name in source.split("."):
        row = getattr(row, name, None)
    return row() if callable(row) else row


def formatted(value, kind):
    if value is None or value == "":
        return "—"
    return FORMATS.get(kind, str)(value)


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
        raise Refusal("Cette date n’existe pas : écrivez-la comme 31/12/2021.", field=key)
    return day
