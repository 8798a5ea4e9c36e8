"""An officer's morning: what is late, which clocks run out, who is waited for, what arrived. Always today's."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import CharField, Count, Q, Value
from django.urls import reverse
from django.utils import timezone

from accounts.french import plural
from applications.alerts import Alert, alerts, since_yesterday
from applications.models import UNDER_EXAMINATION, Application

# Lines shown of each alert; the whole is one link away, in the list.
SHOWN = 6
GROUPS = (("retard", "En retard"), ("horloge", "Horloges qui s’arrêtent"), ("attente", "En attente, et de qui"))
MINE, NOBODY, EVERYBODY = "moi", "personne", "tous"
SCOPES = ((MINE, "Mes dossiers"), (NOBODY, "Suivis par personne"), (EVERYBODY, "Toute l’équipe"))


@dataclass(frozen=True)
class Line:
    """One dossier under an alert."""

    application: Application
    day: datetime.date | None
    today: datetime.date

    @property
    def url(self):
        return reverse("applications:staff_dossier", args=[self.application.public_id])

    @property
    def days_late(self):
        return (self.today - self.day).days if self.day else 0

    @property
    def delay(self):
        if self.day is None or self.days_late == 0:
            return "aujourd’hui" if self.day else ""
        return plural(self.days_late, "jour") if self.days_late > 0 else f"dans {plural(-self.days_late, 'jour')}"


@dataclass
class Pile:
    """An alert, how many dossiers are under it, the first of them, the list of them all."""

    alert: Alert
    count: int
    url: str
    lines: list[Line] = field(default_factory=list)

    @property
    def more(self):
        return self.count - len(self.lines)

    @property
    def delay_label(self):
        return "Depuis" if self.alert.day_label == "reçu le" else "Retard" if self.alert.group == "retard" else "Délai"

    @property
    def tone(self):
        return {"retard": "fab-retard", "horloge": "fab-bientot"}.get(self.alert.group, "")


@dataclass(frozen=True)
class Scope:
    key: str
    label: str
    count: int
    current: bool


@dataclass(frozen=True)
class Morning:
    """`groups`: [(title, piles)] of the piles that hold something; `waited`: [(who, how many, piles)]."""

    scopes: list[Scope]
    groups: list[tuple[str, list[Pile]]]
    waited: list[tuple[str, int]]
    arrived: int
    arrived_url: str
    today: datetime.date
    late: int

    @property
    def quiet(self):
        return not any(piles for _, piles in self.groups)


def morning_of(reader, *, scope=MINE, now=None):
    """What waits this morning; three queries, whatever the number of dossiers.

    Args:
        reader: an officer, or whoever reads the steering pages.
        scope: "moi", "personne" or "tous": whose dossiers.
        now: aware instant, the present by default.
    """
    now = now or timezone.now()
    known = alerts(now)
    whose = {MINE: Q(officer=reader), NOBODY: Q(officer=None), EVERYBODY: Q()}
    scope = scope if scope in whose else MINE
    visible = Application.objects.visible_to(reader)
    counts = count(visible, known, whose, scope, now)
    piles = {one.key: Pile(one, counts[one.key], list_url(scope, alerte=one.key)) for one in known if counts[one.key]}
    fill(piles, visible.filter(whose[scope]), timezone.localtime(now).date())
    yesterday = timezone.localtime(now).date() - datetime.timedelta(days=1)
    return Morning(
        scopes=[Scope(key, label, counts[f"of_{key}"], key == scope) for key, label in SCOPES],
        groups=grouped(piles.values()),
        waited=waited_for(piles.values()),
        arrived=counts["arrived"],
        arrived_url=list_url(scope, du=yesterday.isoformat()),
        today=timezone.localtime(now).date(),
        late=sum(pile.count for pile in piles.values() if pile.alert.group == "retard"),
    )


def count(visible, known, whose, scope, now):
    """Every figure of the page in one pass."""
    mine = whose[scope]
    expressions = {one.key: Count("pk", filter=mine & one.condition) for one in known}
    expressions |= {
        f"of_{key}": Count("pk", filter=condition & Q(state__in=UNDER_EXAMINATION)) for key, condition in whose.items()
    }
    return visible.order_by().aggregate(arrived=Count("pk", filter=mine & since_yesterday(now)), **expressions)


def fill(piles, rows, today):
    """The first dossiers of each pile, a dossier only under the gravest of its alerts; two queries."""
    if not piles:
        return
    first, *others = [first_of(pile.alert, rows) for pile in piles.values()]
    found = list(first.union(*others, all=True) if others else first)
    related = ("fabrique__commune", "organisation", "officer", "wave")
    by_key = Application.objects.select_related(*related).in_bulk({key for _, key, _ in found})
    ranks, seen = list(piles), set()
    for alert, key, day in sorted(found, key=lambda one: (ranks.index(one[0]), one[2] or today, one[1])):
        if key not in seen:
            seen.add(key)
            piles[alert].lines.append(Line(by_key[key], day, today))


def first_of(alert, rows):
    """(alert, key, day) of the dossiers to show: a sub-query, since SQLite limits no part of a union."""
    keys = rows.filter(alert.condition).annotate(counted=alert.day()).order_by("counted", "pk").values("pk")[:SHOWN]
    shown = Application.objects.filter(pk__in=keys).order_by()
    return shown.values_list(Value(alert.key, output_field=CharField()), "pk", alert.day())


def grouped(piles):
    by_group = defaultdict(list)
    for pile in piles:
        by_group[pile.alert.group].append(pile)
    return [(title, by_group[key]) for key, title in GROUPS if by_group[key]]


def waited_for(piles):
    """[(who, how many dossiers)] of what is waited for; « À examiner » counts once, though it may be late too."""
    totals: dict[str, int] = defaultdict(int)
    for pile in piles:
        if pile.alert.group == "attente" and pile.alert.key != "sans-suivi":
            totals[pile.alert.who] += pile.count
    return sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))


def list_url(scope, **question):
    if scope != EVERYBODY:
        question["suivi"] = scope
    return f"{reverse('applications:staff_list')}?{urlencode(question)}"
