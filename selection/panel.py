"""What the panel sees: the ranking, the prepared outcomes, the funding line, the money and the places left."""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count

from accounts.french import euros, long_date, plural
from applications.models import Application, ApplicationState, FabriqueFact
from applications.ranking import RankedDossier, Ranking
from programme.models import Segment, Target, Wave
from selection import opinions
from selection.departures import departures
from selection.models import AgendaItem, Outcome, PanelMeeting, PanelSession, PreparedOutcome
from selection.moderation import KeptScore, in_points, ranking
from selection.money import Credit, credits_of
from selection.outcomes import STILL_EXAMINED, in_rank_order

# The target of 150 in priority neighbourhoods includes the 30 digital ones.
COUNTED_IN = {Segment.QPV: (Segment.QPV, Segment.QPV_DIGITAL)}
# A long ranking folds what is far from the funding line.
FOLDED_ABOVE = 60
SHOWN_FIRST = 3
SHOWN_AROUND = 15


@dataclass
class Row(KeptScore):
    """One dossier on the panel's table."""

    line: RankedDossier
    prepared: PreparedOutcome | None
    departs: bool = False
    is_last_funded: bool = False
    # The point on which the panel gave its opinion.
    opinion: AgendaItem | None = None

    @property
    def application(self):
        return self.line.application

    @property
    def outcome(self):
        return self.prepared.outcome if self.prepared else ""

    @property
    def is_open(self):
        """The panel may give it an outcome: every expected review is in."""
        return self.application.state == ApplicationState.REVIEWED

    @property
    def spread(self):
        return in_points(self.line.spread_hundredths)

    @property
    def opinion_text(self):
        return opinions.told(self.opinion) if self.opinion else ""

    @property
    def leaves_opinion(self):
        return bool(self.opinion and self.prepared and opinions.departs(self.opinion, self.prepared))

    @property
    def prefix(self):
        return f"d{self.application.public_id.hex}"


@dataclass
class Panel:
    """The panel's table of one wave, in a number of queries that the number of dossiers does not change."""

    wave: Wave
    session: PanelSession | None
    rows: list[Row]
    credits: list[Credit]
    still_examined: int
    laureates: Counter = field(default_factory=Counter)
    targets: list[Target] = field(default_factory=list)
    # Every line in the order of the ranking, with the calibration of the wave and the rules for equals.
    ranking: Ranking = field(default_factory=Ranking)

    def count(self, outcome):
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def proposed(self):
        return [row for row in self.rows if row.outcome == Outcome.PROPOSED]

    @property
    def proposed_cents(self):
        return sum(row.prepared.amount_cents for row in self.proposed)

    @property
    def undecided(self):
        return [row for row in self.rows if not row.outcome and row.is_open]

    @property
    def without_opinion(self):
        """Dossiers that wait for the panel's opinion: nothing is adopted before it."""
        if self.session and not self.session.meeting_id and self.session.outside_opinions:
            return []
        return [row for row in self.rows if row.is_open and row.opinion is None]

    @property
    def against_opinion(self):
        return [row for row in self.rows if row.leaves_opinion and not row.opinion.departure_reason]

    @property
    def departing(self):
        return [row for row in self.rows if row.departs]

    @property
    def unexplained(self):
        return [row for row in self.departing if not row.prepared.departure_reason]

    @property
    def requested_cents(self):
        return sum(row.application.requested_cents for row in self.rows)

    @property
    def left_cents(self):
        return sum(credit.left_cents for credit in self.credits)

    @property
    def line_text(self):
        """What the funding line says of the money."""
        if not self.is_open:
            return "Réservés" if self.is_adopted else ""
        used = [credit for credit in self.credits if credit.proposed]
        left = ", ".join(
            f"il manque {euros(credit.short_cents)} sur {credit.line.code}, {credit.fiscal_year}"
            if credit.short_cents
            else f"il reste {euros(credit.after_cents)} sur {credit.line.code}, {credit.fiscal_year}"
            for credit in used
        )
        waiting = [row for row in self.rows if row.outcome != Outcome.PROPOSED]
        asked = f" ; le suivant demande {euros(waiting[0].application.requested_cents)}" if waiting else ""
        return f"AE : {left}{asked}"

    @property
    def shown_credits(self):
        """Lines that still hold something, or that the proposal names."""
        return [credit for credit in self.credits if credit.left_cents or credit.proposed]

    @property
    def is_adopted(self):
        return bool(self.session and self.session.is_adopted)

    @property
    def is_open(self):
        return self.wave.state == Wave.State.DELIBERATION and not self.is_adopted

    @property
    def writes_addendum(self):
        """Its meeting has ended: what is adopted or undone now is an addendum to the minutes."""
        return self.votes_here and self.session.meeting.state == PanelMeeting.State.CLOSED

    @property
    def votes_here(self):
        """A meeting held here gives the opinions."""
        return bool(self.session and self.session.meeting_id)

    @property
    def over_capacity(self):
        return max(len(self.proposed) - self.wave.capacity, 0)

    @property
    def missing_reviews_text(self):
        missing = sum(row.line.missing for row in self.rows if row.application.state == ApplicationState.IN_REVIEW)
        return plural(missing, "évaluation manquante", "évaluations manquantes")

    @property
    def version(self):
        return self.session.version if self.session else None


def read_panel(wave, *, reader):
    """The `Panel` of a wave for one reader, who is not told the scores she must not know yet."""
    lines = ranking(wave, reader=reader)
    known = PreparedOutcome.objects.filter(wave=wave).select_related(
        "line", "application", "prepared_by", "deferred_to"
    )
    prepared = {outcome.application_id: outcome for outcome in known}
    rows = [Row(line, prepared.get(line.application.pk)) for line in lines]
    place = {line.application.pk: (line.rank or len(lines) + 1, index) for index, line in enumerate(lines)}
    leaving = departures(in_rank_order([row.prepared for row in rows if row.prepared and row.is_open], place))
    given = opinions.opinions_of(wave)
    for row in rows:
        row.departs = row.prepared in leaving
        row.opinion = given.get(row.application.pk)
    programme = wave.call.programme
    return Panel(
        wave=wave,
        session=PanelSession.objects.filter(wave=wave).select_related("adopted_by", "meeting").first(),
        rows=in_panel_order(rows),
        credits=credits_of(programme, prepared=[row.prepared for row in rows if row.outcome == Outcome.PROPOSED]),
        still_examined=Application.objects.filter(wave=wave, state__in=STILL_EXAMINED).count(),
        laureates=laureates_by_segment(programme),
        targets=list(Target.objects.filter(programme=programme).exclude(segment="")),
        ranking=lines,
    )


def in_panel_order(rows):
    """Proposed first, both parts in rank order; the last funded one carries the line.

    Before anything is prepared the ranking stands alone, and the line is drawn by `draw_line`.
    """
    funded = [row for row in rows if row.outcome == Outcome.PROPOSED]
    if funded:
        funded[-1].is_last_funded = True
    return funded + [row for row in rows if row.outcome != Outcome.PROPOSED]


def laureates_by_segment(programme):
    """How many places are selected already, by segment: one place counts once (glossary 27)."""
    facts = FabriqueFact.objects.filter(kind=FabriqueFact.Kind.SELECTED, fabrique__programme=programme)
    counted = facts.order_by().values_list("fabrique__segment").annotate(n=Count("fabrique", distinct=True))
    return Counter(dict(counted))


def possible_line(panel):
    """Index of the last dossier that the money and the capacity would reach if each got what it asks; -1 for none."""
    left, last = panel.left_cents, -1
    for index, row in enumerate(panel.rows[: panel.wave.capacity]):
        left -= row.application.requested_cents
        if left < 0:
            break
        last = index
    return last


def segments(panel):
    """[{label, before, here, target}] for the segments that a target counts, then the others that appear."""
    here = Counter(row.application.segment for row in panel.proposed)
    targets = latest_targets(panel.targets)
    return [
        segment_line(segment, panel.laureates, here, targets.get(segment))
        for segment in Segment
        if segment in targets or here[segment]
    ]


def segment_line(segment, laureates, here, target):
    counted = COUNTED_IN.get(segment, (segment,))
    before, proposed = (sum(counts[one] for one in counted) for counts in (laureates, here))
    label = f"{segment.label}, numériques comprises" if len(counted) > 1 else segment.label
    return {"label": label, "before": before, "here": proposed, "total": before + proposed, "target": target}


def latest_targets(targets):
    return {target.segment: target.number for target in sorted(targets, key=lambda target: target.stated_on)}


def shown(panel, *, view="", everything=False):
    """The parts of the table to show: lists of ("row", Row), ("line", None) and ("fold", sentence).

    Args:
        view: key of a filter of `VIEWS`, "" for the whole ranking.
        everything: unfold a long ranking.
    """
    if view in VIEWS:
        keep = VIEWS[view][1]
        return [("row", row) for row in panel.rows if keep(row)]
    last = len(panel.proposed) - 1 if panel.proposed else possible_line(panel)
    parts, folded = [], 0
    for index, row in enumerate(panel.rows):
        if not everything and is_far(index, last, len(panel.rows)):
            folded += 1
        else:
            parts += fold(folded, index)
            folded = 0
            parts.append(("row", row))
        if index == last:
            parts += fold(folded, index + 1)
            folded = 0
            parts.append(("line", None))
    if last < 0:
        parts.insert(0, ("line", None))
    return parts + fold(folded, len(panel.rows))


def is_far(index, last, total):
    return total > FOLDED_ABOVE and index >= SHOWN_FIRST and abs(index - last) > SHOWN_AROUND


def fold(count, until):
    if not count:
        return []
    return [("fold", f"Afficher les places {until - count + 1} à {until}")]


VIEWS = {
    "proposes": ("Proposés", lambda row: row.outcome == Outcome.PROPOSED),
    "liste": ("Liste complémentaire", lambda row: row.outcome == Outcome.WAITLIST),
    "non": ("Non proposés", lambda row: row.outcome == Outcome.NOT_RETAINED),
    "ajournes": ("Ajournés", lambda row: row.outcome == Outcome.DEFERRED),
    "sans": ("Sans issue", lambda row: not row.outcome),
    "ecarts": ("Écarts au classement", lambda row: row.departs),
}


def tabs(panel, view):
    """[(key, label, count, chosen)] of the filters; empty ones are left out unless chosen."""
    counted = [("", "Tous", len(panel.rows))]
    counted += [(key, label, sum(map(keep, panel.rows))) for key, (label, keep) in VIEWS.items()]
    return [(key, label, count, key == view) for key, label, count in counted if count or key in ("", view)]


def adoption(panel):
    """(sentences of what adopting will do, sentence that blocks it or "")."""
    return [*adoption_items(panel)], blocked_adoption(panel)


def adoption_items(panel):
    by_line = ", ".join(
        f"{euros(credit.proposed_cents)} sur {credit.label}" for credit in panel.credits if credit.proposed
    )
    where = f" : {by_line}" if by_line else ""
    yield f"{plural(len(panel.proposed), 'dossier')} en proposition, {euros(panel.proposed_cents)} réservés{where}"
    yield from rest_items(panel)
    for credit in panel.credits:
        if credit.short_cents:
            yield f"Il manque {euros(credit.short_cents)} sur {credit.label} : la réservation sera refusée en entier"
        elif credit.proposed:
            yield f"Il restera {euros(credit.after_cents)} d’AE sur {credit.label}"
    if panel.over_capacity:
        yield f"{panel.over_capacity} de plus que la capacité de {panel.wave.capacity} : un motif est demandé"
    if panel.departing:
        yield f"{plural(len(panel.departing), 'écart')} au classement, avec leur motif, au procès-verbal"
    yield from written_where(panel.session)
    yield "Aucun courrier ne part, aucun candidat ne voit rien. Réversible jusqu’à la signature de la vague."


def written_where(session):
    """Which document will say that the proposal is adopted."""
    if session is None or session.meeting is None:
        return
    if session.meeting.state == PanelMeeting.State.OPEN:
        yield "La séance est ouverte : l’adoption figurera à son procès-verbal"
    else:
        yield "La séance est levée : un additif daté sera joint à son procès-verbal"


def rest_items(panel):
    until = f" jusqu’au {long_date(panel.session.waitlist_until)}" if panel.session else ""
    words = [
        (Outcome.WAITLIST, f"en liste complémentaire{until}"),
        (Outcome.NOT_RETAINED, "non proposés"),
        (Outcome.DEFERRED, "ajournés"),
    ]
    parts = [f"{panel.count(outcome)} {text}" for outcome, text in words if panel.count(outcome)]
    if parts:
        yield ", ".join(parts)


def blocked_adoption(panel):
    if panel.session is None:
        return "indiquez d’abord la date du comité et les personnes présentes."
    if panel.still_examined:
        return f"{plural(panel.still_examined, 'dossier')} de la vague sans évaluation complète."
    if panel.undecided:
        return f"{plural(len(panel.undecided), 'dossier')} sans issue préparée."
    if panel.without_opinion:
        return f"{plural(len(panel.without_opinion), 'dossier')} sans avis du comité."
    if panel.against_opinion:
        return f"{plural(len(panel.against_opinion), 'écart')} à l’avis du comité sans motif."
    if panel.unexplained:
        return f"{plural(len(panel.unexplained), 'écart')} au classement sans motif."
    return ""
