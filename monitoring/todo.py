"""« À traiter »: what waits for somebody, by when, how late. Always today's; one query for every nature of act."""

import datetime
from collections import Counter
from dataclasses import dataclass

from django.db.models import Case, CharField, Count, F, IntegerField, Min, Q, Value, When
from django.db.models.functions import Concat, TruncDate
from django.utils import timezone

from applications.evaluations.doors import but
from applications.models import UNDER_EXAMINATION, Application, ApplicationState, Assignment, CorrectionRequest
from applications.silence import precedes_announcement
from documents.models import Document
from funding.models import Agreement, AgreementVersion, Award, Hearing, Recovery, Withdrawal
from monitoring import todo_endings as ending
from monitoring import todo_payments as paying
from monitoring.prepared import prepared
from monitoring.todo_lines import HORIZON, MOST, NOBODY, NONE, ONE, Item, limited, line
from monitoring.todo_words import BORN, EARLY, NATURES, SOON, item_of
from selection.models import Appeal, Decision

S = ApplicationState
# What documents are about, with the way to its dossier.
ABOUT_A_DOSSIER = (
    (Application, "pk"), (Decision, "application"), (Appeal, "decision__application"),
    (Agreement, "award__application"), (AgreementVersion, "agreement__award__application"),
    (Hearing, "award__application"), (Withdrawal, "award__application"), (Recovery, "award__application"),
)  # fmt: skip


@dataclass(frozen=True)
class Chip:
    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class ToDo:
    """The lines shown, those left out, the chips."""

    items: list[Item]
    more: int
    more_url: str
    chips: list[Chip]

    @property
    def first(self):
        return self.items[0] if self.items else None


def to_do(programme, *, nature="", limit=8, address="/pilotage/", closed=()):
    """What waits: the gravest nature first, in each the most late first.

    Args:
        nature: key of the nature to show, "" for all of them.
        limit: lines shown.
        address: page that the chips lead to, with its own parameters.
        closed: keys of the dossiers that are closed to the reader: neither named nor counted.
    """
    today = timezone.localdate()
    found = waiting.build(programme, today, closed) if closed else waiting(programme, today)
    lines = sorted(found, key=urgency)
    chosen = [one for one in lines if nature in ("", one[0])]
    known = NATURES.get(nature)
    shown = chosen if len(chosen) <= limit else first_of_each(chosen, limit)
    return ToDo(
        items=[item_of(one, today) for one in shown],
        more=len(chosen) - len(shown),
        more_url=known.rows_url if known else f"{address}{'&' if '?' in address else '?'}lignes=toutes#a-traiter",
        chips=chips_of(Counter(one[0] for one in lines), nature, address),
    )


RANKS = {key: rank for rank, key in enumerate(NATURES)}


def urgency(line):
    """Gravest nature first, then the earliest day, then by name."""
    nature, _, _, name, person, wave, _, day = line
    return RANKS[nature], day, name, person, wave or 0


def first_of_each(lines, limit):
    """The first lines of every nature in turn, so that a hundred of one hide nothing of the others."""
    taken: Counter = Counter()
    turns = []
    for one in lines:
        turns.append((taken[one[0]], RANKS[one[0]], one))
        taken[one[0]] += 1
    chosen = sorted(turns, key=lambda turn: turn[:2])[:limit]
    return [one for _, _, one in sorted(chosen, key=lambda turn: (turn[1], turn[0]))]


def chips_of(counts, nature, address):
    join = "&" if "?" in address else "?"
    chips = [Chip(f"Tout {counts.total()}", f"{address}#a-traiter", nature == "")]
    for one in NATURES.values():
        if count := counts[one.key]:
            more = " et plus" if count >= MOST else ""
            chips.append(
                Chip(f"{one.chip} {count}{more}", f"{address}{join}nature={one.key}#a-traiter", nature == one.key)
            )
    return chips


# --- Reading: each nature gives (nature, state, ref, name, person, wave, number, day) ------------------------------


@prepared
def waiting(programme, today, closed=()):
    """Every line that waits on that day, one statement; `closed`: keys of the dossiers that are left out."""
    parts = [
        silent(programme, today, closed), asked(programme, closed), reviews(programme, today, closed),
        letters(closed), *paying.lines(programme, closed), *ending.lines(programme, closed),
        agreements(programme, closed), amendments(programme, closed), unprepared(programme, closed),
        reserved(programme, closed), contested(programme, closed),
    ]  # fmt: skip
    return parts[0].union(*parts[1:], all=True)


def silent(programme, today, closed):
    """Dossiers, by wave, whose silence is a refusal, becomes one within fifteen days, or before the announcement."""
    soon, early = Q(implied_rejection_on__lte=today + HORIZON), precedes_announcement()
    rows = Application.objects.filter(
        soon | early, wave__call__programme=programme, state__in=UNDER_EXAMINATION, clock_suspended_on=None
    )
    rows = but(rows, closed)
    kind = Case(
        When(implied_rejection_noted_at__isnull=False, then=Value(BORN)), When(soon, then=Value(SOON)),
        default=Value(EARLY),
    )  # fmt: skip
    return line(
        rows, "silence", state=kind, ref=F("wave__public_id"), name=NONE, person=NONE, wave=F("wave__number"),
        number=Count("pk"), day=Min("implied_rejection_on"),
    )  # fmt: skip


def asked(programme, closed):
    """Pieces asked for and not received."""
    rows = CorrectionRequest.objects.filter(application__wave__call__programme=programme, closed_at=None)
    rows = but(rows, closed, "application")
    return line(
        limited(rows, "due_at"), "pieces", state=NONE, ref=F("application__public_id"),
        name=F("application__fabrique__name"), person=full_name("application__officer"),
        wave=F("application__wave__number"), number=ONE, day=TruncDate("due_at"),
    )  # fmt: skip


def reviews(programme, today, closed):
    """Sheets that are late, or due within a week, by reviewer and wave."""
    rows = Assignment.objects.filter(
        application__wave__call__programme=programme, state__in=Assignment.PENDING, application__state=S.IN_REVIEW,
        due_on__lte=today + datetime.timedelta(days=7),
    )  # fmt: skip
    return line(
        but(rows, closed, "application"), "evaluation", state=NONE, ref=F("application__wave__public_id"), name=NONE,
        person=full_name("reviewer"), wave=F("application__wave__number"), number=Count("pk"), day=Min("due_on"),
    )  # fmt: skip


def letters(closed):
    """Documents whose making failed."""
    return line(
        letters_but(closed), "courrier", state=F("kind"), ref=NOBODY, name=NONE, person=NONE,
        wave=Value(None, output_field=IntegerField()), number=Count("pk"), day=TruncDate(Min("created_at")),
    )  # fmt: skip


def letters_but(closed):
    failed = Document.objects.failed()
    for model, path in ABOUT_A_DOSSIER if closed else ():
        theirs = model.objects.filter(**{f"{path}__in": closed}).order_by().values("pk")
        failed = failed.exclude(subject_type=model._meta.label, subject_id__in=theirs)
    return failed


def agreements(programme, closed):
    """Agreements not signed by both, the oldest award first."""
    rows = Agreement.objects.filter(
        award__wave__call__programme=programme, state__in=["drafted", "sent", "signed_by_beneficiary"]
    )
    rows = but(rows, closed, "award__application")
    return line(
        limited(rows, "award__committed_on"), "convention", state=F("state"), ref=F("public_id"),
        name=F("award__fabrique__name"), person=NONE, wave=F("award__wave__number"), number=ONE,
        day=F("award__committed_on"),
    )  # fmt: skip


def amendments(programme, closed):
    """Amendments that are not signed by both, the oldest first; the person stands for the kind of text."""
    rows = AgreementVersion.objects.filter(
        agreement__award__wave__call__programme=programme, kind=AgreementVersion.Kind.AMENDMENT,
        state__in=["drafted", "sent", "signed_by_beneficiary"],
    )  # fmt: skip
    rows = but(rows, closed, "agreement__award__application")
    return line(
        limited(rows, "created_at"), "convention", state=F("state"), ref=F("agreement__public_id"),
        name=F("agreement__award__fabrique__name"), person=Value("Avenant"), wave=F("agreement__award__wave__number"),
        number=ONE, day=TruncDate("created_at"),
    )  # fmt: skip


def unprepared(programme, closed):
    """Awards that wait for their agreement to be drawn up, by wave."""
    rows = but(Award.objects.without_agreement().filter(wave__call__programme=programme), closed, "application")
    return line(
        rows, "convention", state=Value("none"), ref=F("wave__public_id"), name=NONE, person=NONE,
        wave=F("wave__number"), number=Count("pk"), day=Min("committed_on"),
    )  # fmt: skip


def reserved(programme, closed):
    """Reservations that fall on 31 December, by wave."""
    rows = Award.objects.filter(wave__call__programme=programme, state=Award.State.RESERVED)
    rows = but(rows, closed, "application")
    return line(
        rows, "reservation", state=NONE, ref=F("wave__public_id"), name=NONE, person=NONE, wave=F("wave__number"),
        number=Count("pk"), day=Min("reserved_on"),
    )  # fmt: skip


def contested(programme, closed):
    """Appeals to the administration without an answer, by wave: two months of silence refuse them."""
    rows = Appeal.objects.open().filter(decision__wave__call__programme=programme, silence_on__isnull=False)
    rows = but(rows, closed, "decision__application")
    known = {"state": NONE, "ref": NOBODY, "name": NONE, "person": NONE, "wave": F("decision__wave__number")}
    return line(rows, "recours", **known, number=Count("pk"), day=Min("silence_on"))


def full_name(path):
    return Concat(F(f"{path}__first_name"), Value(" "), F(f"{path}__last_name"), output_field=CharField())
