"""Which rows of the funding line a page shows, and what adopting its scenario would do."""

from accounts.french import euros, plural
from applications.models import ApplicationState
from selection.models import Outcome
from selection.opinions import advised
from selection.panel import fold, is_far, written_where

VIEWS = {
    "proposes": ("Proposés", lambda row: row.is_funded),
    "grise": ("Zone grise", lambda row: row.crosses),
    "liste": ("Liste complémentaire", lambda row: row.outcome == Outcome.WAITLIST),
    "non": ("Non proposés", lambda row: row.outcome == Outcome.NOT_RETAINED),
    "bouge": ("Entrent ou sortent", lambda row: row.movement),
    "ecarts": ("Écarts au classement", lambda row: row.departs),
}


def tabs(page, view):
    """[(key, label, count, chosen)] of the filters; empty ones are left out unless chosen."""
    counted = [("", "Tous", len(page.rows))]
    counted += [(key, label, sum(bool(keep(row)) for row in page.rows)) for key, (label, keep) in VIEWS.items()]
    return [(key, label, count, key == view) for key, label, count in counted if count or key in ("", view)]


def shown(page, *, view="", everything=False):
    """The parts of the table: ("row", Row), ("line", None) and ("fold", sentence); far from the line, a fold."""
    if view in VIEWS:
        return [("row", row) for row in page.rows if VIEWS[view][1](row)]
    last = len(page.proposed) - 1
    parts, folded = [] if last >= 0 else [("line", None)], 0
    for index, row in enumerate(page.rows):
        if not everything and is_far(index, last, len(page.rows)):
            folded += 1
        else:
            parts += [*fold(folded, index), ("row", row)]
            folded = 0
        if index == last:
            parts += [*fold(folded, index + 1), ("line", None)]
            folded = 0
    return parts + fold(folded, len(page.rows))


def adoption_items(page):
    """What adopting the scenario will do, in numbers."""
    where = ", ".join(
        f"{euros(credit.proposed_cents)} sur {credit.label}" for credit in page.credits if credit.proposed
    )
    where = f" : {where}" if where else ""
    yield f"{plural(len(page.proposed), 'dossier')} en proposition, {euros(page.cents)} réservés{where}"
    yield f"{page.count(Outcome.WAITLIST)} en liste complémentaire, {page.count(Outcome.NOT_RETAINED)} non proposés"
    for credit in page.credits:
        if credit.short_cents:
            yield f"Il manque {euros(credit.short_cents)} sur {credit.label} : la réservation sera refusée en entier"
    for year in page.cash:
        if year.gap_cents is not None and year.gap_cents < 0:
            yield f"Impasse de CP {year.year} : {euros(-year.gap_cents)}"
    if page.departing:
        yield f"{plural(len(page.departing), 'écart')} au classement, avec leur motif, au procès-verbal"
    yield from written_where(page.session)
    yield "Aucun courrier ne part, aucun candidat ne voit rien. Réversible jusqu’à la signature de la vague."


def blocked(page):
    """Why it cannot be adopted now; "" when it can."""
    if page.session is None:
        return "indiquez d’abord, sur la page du comité, la date de la séance et les personnes présentes."
    if page.missing:
        return f"{plural(len(page.missing), 'dossier')} sans issue dans ce scénario."
    if not page.rows:
        return "aucun dossier n’est au classement."
    return blocked_by_opinions(page)


def blocked_by_opinions(page):
    """Nothing is adopted before the panel gave its opinion on each dossier."""
    if page.session.meeting_id is None:
        told = page.session.outside_opinions
        return "" if told else "dites d’abord, avec la séance, quels avis le comité a rendus."
    given = advised(page.wave)
    silent = sum(
        row.application.state == ApplicationState.REVIEWED and row.application.pk not in given for row in page.rows
    )
    return f"{plural(silent, 'dossier')} sans avis du comité : votez un avis d’ensemble en séance." if silent else ""
