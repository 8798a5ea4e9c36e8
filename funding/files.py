"""Tables that are computed, not listed, as files: CSV, XLSX and ODS, the same columns in each."""

from operator import itemgetter
from urllib.parse import urlencode

from django.utils import timezone

from accounts.exports import WRITERS
from accounts.lists import Column

KINDS = (("CSV", "csv"), ("XLSX", "xlsx"))


def table_file(request, name, heads, rows):
    """The file that the address asks for (`?format=xlsx`), or None.

    Args:
        name: of the file, without its day.
        heads: [(heading, kind of `Column`)], in the order of the values.
        rows: function that gives the lists of values; amounts in cents, under a heading of kind "cents".
    """
    write = WRITERS.get(request.GET.get("format"))
    if write is None:
        return None
    columns = [Column(str(n), label, itemgetter(n), kind=kind) for n, (label, kind) in enumerate(heads)]
    return write(f"{name}-{timezone.localdate():%Y-%m-%d}", columns, rows())


def file_links(**query):
    """[(words, address)] of the files of a page, on the days that it is read at."""
    return [(label, f"?{urlencode({**query, 'format': kind})}") for label, kind in KINDS]
