"""The letters of a wave on their way: how far they are, what failed and what to do about it."""

from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Case, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.errors import Refusal
from accounts.french import plural
from accounts.permissions import require
from applications.evaluations.doors import but, closed_dossiers
from applications.models import Application
from documents import requests as documents
from documents.models import CLAIM_EXPIRES_AFTER, MAX_ATTEMPTS, Document, FormalNotification
from funding.models import AgreementVersion, FormalNotice, Hearing, LetterOpening, Recovery, Withdrawal
from selection.letter_work import FOLLOW, follow, letters_of
from selection.models import Appeal, Decision

__all__ = ["FOLLOW", "letters_of"]

OF_THE_PANEL = (Document.Kind.PANEL_MINUTES, Document.Kind.PANEL_ADDENDUM)
FAILED, RUNNING, WAITING, PAUSED, READY = range(5)
STATES = {
    FAILED: ("En erreur", "error"),
    RUNNING: ("En cours", "info"),
    WAITING: ("En attente", ""),
    PAUSED: ("Suspendu", "warning"),
    READY: ("Prêt", "success"),
}
# Name of the exception → what a person can do.
REMEDIES = {
    "RenderingUnavailable": "Faites installer les bibliothèques nommées dans l’erreur sur la machine du worker.",
    "SealUnavailable": "Déclarez la clé du cachet que l’erreur demande, puis réessayez.",
    "SealFailed": "Le cachet n’a pas pu être posé : suivez l’erreur, puis réessayez.",
    "StoreUnavailable": "Le dépôt des fichiers (S3) ne répond pas ou refuse la clé : voyez-le, puis réessayez.",
    "FactsError": "Un fait manque ou n’a pas la forme attendue : transmettez cette ligne à l’équipe technique.",
}
DEFAULT_REMEDY = "Réessayez. Si l’erreur revient, transmettez cette ligne à l’équipe technique."


def visible_to(user):
    """The documents about what `user` may read: decisions, dossiers, appeals, agreements, what is taken back."""
    about = [
        Q(subject_type=model._meta.label, subject_id__in=model.objects.visible_to(user).values("pk"))
        for model in (Decision, Application, Appeal, AgreementVersion, FormalNotice, Hearing, Withdrawal, Recovery)
    ]
    if not closed_dossiers(user):
        # Minutes speak of every dossier of their wave: who may not read one reads them without it, on their page.
        about.append(Q(kind__in=OF_THE_PANEL))
    return Document.objects.filter(reduce(or_, about))


def with_urgency(queryset, now=None):
    """Documents annotated with `urgency`: errors first, those under way, those that wait, the made."""
    alive = (now or timezone.now()) - CLAIM_EXPIRES_AFTER
    return queryset.annotate(
        urgency=Case(
            When(rendered_at__isnull=False, then=Value(READY)),
            When(~Q(last_error=""), then=Value(FAILED)),
            When(attempts__gte=MAX_ATTEMPTS, then=Value(FAILED)),
            When(claimed_at__gt=alive, then=Value(RUNNING)),
            When(paused_at__isnull=False, then=Value(PAUSED)),
            default=Value(WAITING),
            output_field=IntegerField(),
        )
    )


def with_notification(queryset):
    """Documents annotated with `notified_on`: of those by which an act is notified, or None."""
    decisions = Decision.objects.filter(pk=OuterRef("subject_id")).values("notified_on")
    facts = FormalNotification.objects.filter(document=OuterRef("pk")).values("notified_on")
    openings = LetterOpening.objects.filter(document=OuterRef("pk")).values("notified_on")
    others = Coalesce(Subquery(facts[:1]), Subquery(openings[:1]))
    of_decision = When(subject_type=Decision._meta.label, then=Subquery(decisions[:1]))
    return queryset.annotate(notified_on=Case(of_decision, default=others))


def state_of(document):
    """(label, tone) of a document annotated by `with_urgency`."""
    if document.urgency == READY and document.released_at:
        return "Remis", "success"
    return STATES[document.urgency]


def remedy(document):
    """What to do about the last error, in one sentence."""
    if document.urgency != FAILED:
        return ""
    if not document.last_error:
        return (
            f"Le worker s’est arrêté {document.attempts} fois sur ce courrier sans laisser d’erreur. {DEFAULT_REMEDY}"
        )
    return REMEDIES.get(document.last_error.split(" ", 1)[0], DEFAULT_REMEDY)


@dataclass(frozen=True)
class Progress:
    """How far the letters of a wave are."""

    total: int
    rendered: int
    failed: int
    running: int
    waiting: int
    released: int
    opened: int = 0
    paused: int = 0

    @property
    def is_moving(self):
        """Something is still to be made without anybody's help."""
        return bool(self.running or self.waiting)

    @property
    def rendered_text(self):
        return plural(self.rendered, "courrier prêt", "courriers prêts")

    def bar(self):
        """[(class, x, width)] of the SVG bar, out of 1000."""
        parts, x = [], 0.0
        for name, count in (("fait", self.rendered), ("encours", self.running), ("erreur", self.failed)):
            width = 1000 * count / self.total if self.total else 0
            parts.append((name, f"{x:.1f}", f"{width:.1f}"))
            x += width
        return parts


def progress_of_letters(letters, opened=0):
    """The `Progress` of a queryset of documents, in one query."""
    rows = list(with_urgency(letters).values_list("urgency", "released_at"))
    counts = [sum(urgency == state for urgency, _ in rows) for state in STATES]
    return Progress(
        total=len(rows),
        rendered=counts[READY],
        failed=counts[FAILED],
        running=counts[RUNNING],
        waiting=counts[WAITING],
        paused=counts[PAUSED],
        released=sum(released is not None for _, released in rows),
        opened=opened,
    )


def progress_of(wave, *, closed=()):
    """The `Progress` of the letters of a wave; two queries.

    Args:
        closed: keys of the dossiers that are closed to the reader: not counted.
    """
    decisions = but(Decision.objects.filter(wave=wave), closed, "application")
    opened = decisions.filter(state=Decision.State.NOTIFIED).count()
    return progress_of_letters(letters_of(decisions), opened)


def announcement_block(progress):
    """Why the announcement must wait, with the remedy; "" when every letter is made."""
    together = "L’annonce remet tous les courriers au même moment."
    if progress.failed:
        return (
            f"{plural(progress.failed, 'courrier')} en erreur : ouvrez la page des courriers, corrigez la cause, "
            f"relancez. {together}"
        )
    if progress.paused:
        return (
            f"{plural(progress.paused, 'courrier suspendu', 'courriers suspendus')} : reprenez la fabrication depuis "
            f"la page des courriers. {together}"
        )
    if progress.is_moving:
        return (
            f"{plural(progress.total - progress.rendered, 'courrier')} en cours de fabrication sur {progress.total} : "
            f"attendez qu’ils soient tous prêts. {together}"
        )
    return ""


def retry_letter(*, document, by):
    """Ask again for one letter.

    Raises:
        NotAllowed: `by` does not follow letters. Refusal: it is made already.
    """
    require(by, FOLLOW)
    with transaction.atomic():
        document = documents.retry(document=document, by=by)
        follow_again([document], by)
    return document


def retry_failed(*, letters, by):
    """Ask again for every letter that failed.

    Args:
        letters: a queryset of `Document`.

    Returns:
        How many were asked again.

    Raises:
        Refusal: none failed.
    """
    require(by, FOLLOW)
    with transaction.atomic():
        failed = list(with_urgency(letters).filter(urgency=FAILED).order_by("pk"))
        if not failed:
            raise Refusal("Aucun courrier n’est en erreur : il n’y a rien à relancer.")
        for document in failed:
            documents.retry(document=document, by=by)
        follow_again(failed, by)
    return len(failed)


def follow_again(letters, by):
    """Those of decisions have the job of their wave."""
    mine = {one.subject_id: one for one in letters if one.subject_type == Decision._meta.label}
    by_wave = defaultdict(list)
    for decision in Decision.objects.filter(pk__in=mine).select_related("wave").order_by("wave", "pk"):
        by_wave[decision.wave].append(mine[decision.pk])
    for wave, found in by_wave.items():
        follow(wave, found, by=by)


def letter_of(decision):
    """The document of a decision, or None."""
    return Document.objects.about(decision).first()
