"""What the budget says of the payments to come: each amount opens the instalments that make it, on the same day."""

import datetime
from urllib.parse import urlencode

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from funding.models import Line
from funding.outlook.by_line import COLUMNS, by_payment_year, lefts
from programme.models import Programme

LABELS = {"before": "Engagements antérieurs", "new": "Engagements de {year}", "refunds": "Remboursements dus, hors AE"}


def left_of(clocks):
    """What was left to pay on the day of the page, of every programme that has a line."""
    today = clocks.today
    programmes = Line.objects.order_by().values_list("programme", flat=True).distinct()
    return lefts(
        as_of=min(clocks.day, today), known_on=min(clocks.known_on or today, today), programmes=set(programmes)
    )


def need_url(position, clocks, only):
    """The instalments that wait for the CP of a line, or of all of them, by 31 December.

    Args:
        only: the programme that alone has lines, or None.
    """
    if not position.need_cents:
        return ""
    asked = {"nature": "sans-cp", "prevue_au": datetime.date(position.year, 12, 31).isoformat()}
    if position.line is not None and not position.whole:
        asked |= {"ligne": position.line.public_id, "dispositif": position.line.programme.slug}
    elif position.line is not None:
        asked |= {"ensemble": position.line.public_id, "dispositif": position.line.programme.slug}
    elif only is not None:
        asked |= {"dispositif": only.slug}
    else:
        return ""
    return waiting(asked | clocks.query)


def only_programme():
    """The one programme whose lines hold grants; None when several do: no list has rows of two."""
    first = Line.objects.filter(programme=OuterRef("pk")).order_by("pk").values("pk")[:1]
    found = list(Programme.objects.annotate(line=Subquery(first)).filter(line__isnull=False)[:2])
    return found[0] if len(found) == 1 else None


def waiting(asked):
    return f"{reverse('monitoring:waiting')}?{urlencode(asked)}"


def schedule(left, clocks, only):
    """The table of CP to open: its columns, its rows [(label, [(cents, address)])], its total."""
    year = clocks.day.year
    rows = by_payment_year(left, year)
    shown = [
        (LABELS[key].format(year=year), cells(amounts, addresses(key, year, only, clocks)))
        for key, amounts in rows.items()
        if key != "refunds" or any(amounts)
    ]
    sums = [sum(amounts) for amounts in zip(*rows.values(), strict=True)]
    heads = [str(one) for one in range(year, year + COLUMNS)]
    heads += [f"Après {year + COLUMNS - 1}", "Sans échéance", "Total"]
    return {"heads": heads, "rows": shown, "total": cells(sums, addresses("", year, only, clocks))}


def cells(amounts, urls):
    return [*zip(amounts, urls, strict=False), (sum(amounts), urls[-1])]


def addresses(key, year, only, clocks):
    """The rows of each column of a row of the schedule, "" where no list has them; the total last."""
    if only is None:
        return [""] * (COLUMNS + 3)
    which = {"dispositif": only.slug, **clocks.query}
    rows = {"before": {"avant": year}, "new": {"exercice": year}, "refunds": {"nature": "remboursements"}}
    which |= rows.get(key, {})
    left = f"{reverse('funding:remaining')}?{urlencode(clocks.query)}"
    if key == "refunds":
        return [waiting(which)] * (COLUMNS + 3)
    urls = []
    for n in range(COLUMNS + 1):
        first = {"prevue_du": datetime.date(year + n, 1, 1).isoformat()} if n else {}
        last = {"prevue_au": datetime.date(year + n, 12, 31).isoformat()} if n < COLUMNS else {}
        urls.append(waiting(which | first | last))
    return [*urls, left, left]
