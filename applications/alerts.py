"""What is late, blocked, or about to run out among the dossiers.

Named conditions, the same for the list and for the morning page: a figure and the rows behind it never differ.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.filters import midnight
from applications.models import UNDER_EXAMINATION, ApplicationState, Assignment, CorrectionRequest

S = ApplicationState
HORIZON = datetime.timedelta(days=15)
SOON = datetime.timedelta(days=3)
TO_EXAMINE = (S.SUBMITTED, S.CORRECTION_REQUESTED, S.ADMISSIBLE)


@dataclass(frozen=True)
class Alert:
    """One thing that waits.

    Args:
        key: French, stands in the URL of the list.
        label: said of the dossiers, in the plural.
        group: "retard", "horloge" or "attente".
        who: who must act.
        what: what to do about one of them.
        condition: of the dossiers.
        day: gives the expression of the day that counts; the list, which only counts, never builds it.
        day_label: what that day is.
    """

    key: str
    label: str
    group: str
    who: str
    what: str
    condition: Q
    day: Callable[[], Any]
    day_label: str


def alerts(now=None):
    """Every `Alert`, the gravest first; a dossier may be under several.

    Args:
        now: aware instant, the present by default.
    """
    now = now or timezone.now()
    today = timezone.localtime(now).date()
    running = Q(state__in=UNDER_EXAMINATION, clock_suspended_on=None)
    silence, submitted = partial(F, "implied_rejection_on"), partial(TruncDate, "submitted_at")
    return (
        Alert(
            "refus-ne", "Refus né de notre silence", "retard", "Direction", "Décider : une attribution reste possible",
            running & Q(implied_rejection_on__lte=today), silence, "silence depuis le",
        ),
        Alert(
            "reponse-passee", "Délai de réponse passé", "retard", "Instruction", "Reprendre l’examen",
            Q(state=S.CORRECTION_REQUESTED) & Q(Exists(requests(due_at__lte=now))), due_on, "attendu le",
        ),
        Alert(
            "examen-en-retard", "Recevabilité en retard", "retard", "Instruction", "Dire s’il est recevable",
            Q(state=S.SUBMITTED, wave__instruction_until__lt=today), partial(F, "wave__instruction_until"),
            "fin de l’instruction",
        ),
        Alert(
            "fiches-en-retard", "Évaluations en retard", "retard", "Évaluateurs", "Relancer, ou remplacer",
            Q(state=S.IN_REVIEW) & Q(Exists(sheets(due_on__lt=today))), first_sheet, "attendue le",
        ),
        Alert(
            "silence-proche", "Silence valant refus sous 15 jours", "horloge", "Instruction", "Répondre avant",
            running & Q(implied_rejection_on__gt=today, implied_rejection_on__lte=today + HORIZON), silence,
            "refus le",
        ),
        Alert(
            "reponse-proche", "Réponse attendue sous 3 jours", "horloge", "La structure", "Rappeler l’échéance",
            Q(state=S.CORRECTION_REQUESTED) & Q(Exists(requests(due_at__gt=now, due_at__lte=now + SOON))), due_on,
            "attendu le",
        ),
        Alert(
            "sans-suivi", "Suivis par personne", "attente", "Instruction", "Confier à quelqu’un",
            Q(state__in=TO_EXAMINE, officer=None), submitted, "reçu le",
        ),
        Alert(
            "a-examiner", "À examiner", "attente", "Instruction", "Dire s’il est recevable",
            Q(state=S.SUBMITTED), submitted, "reçu le",
        ),
        Alert(
            "a-evaluer", "Recevables, sans évaluateur", "attente", "Instruction", "Envoyer aux évaluateurs",
            Q(state=S.ADMISSIBLE), submitted, "reçu le",
        ),
        Alert(
            "chez-la-structure", "Chez la structure", "attente", "La structure", "Attendre sa réponse",
            Q(state=S.CORRECTION_REQUESTED) & Q(Exists(requests(due_at__gt=now))), due_on, "attendu le",
        ),
        Alert(
            "en-evaluation", "Chez les évaluateurs", "attente", "Évaluateurs", "Attendre leurs fiches",
            Q(state=S.IN_REVIEW), first_sheet, "attendue le",
        ),
        Alert(
            "au-comite", "Au comité", "attente", "Comité", "Préparer la séance",
            Q(state=S.REVIEWED), partial(F, "wave__panel_on"), "comité le",
        ),
    )  # fmt: skip


def since_yesterday(now=None):
    """Arrived since yesterday, midnight."""
    return Q(submitted_at__gte=midnight(timezone.localtime(now).date() - datetime.timedelta(days=1)))


def requests(**conditions):
    return CorrectionRequest.objects.filter(application=OuterRef("pk"), closed_at=None, **conditions)


def due_on():
    return Subquery(requests().order_by("pk").annotate(day=TruncDate("due_at")).values("day")[:1])


def sheets(**conditions):
    return Assignment.objects.filter(application=OuterRef("pk"), state__in=Assignment.PENDING, **conditions)


def first_sheet():
    first = sheets().order_by().values("application").annotate(day=Min("due_on"))
    return Subquery(first.values("day")[:1])
