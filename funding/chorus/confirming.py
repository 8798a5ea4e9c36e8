"""From the preview of a file to its confirmation: one job, a row of it for each payment request that is applied."""

import hashlib
import json
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import jobs
from accounts.errors import NotAllowed, Refusal, StalePage
from accounts.french import NBSP
from accounts.permissions import require
from funding.chorus.applying import apply, correct, mark, note, note_difference
from funding.chorus.judging import judge, latest_day
from funding.chorus.verdicts import APPLY, DIFFERS, EXPLAINED, FOREIGN, KNOWN, K, Verdict
from funding.models import ChorusFile, ChorusRow, Difference, Instalment
from funding.models.chorus import IMPORT
from programme.models import Origin

KIND = "chorus"
Status = ChorusRow.Status
# What becomes of the rows of a verdict when the file is confirmed.
STATUSES = {KNOWN: Status.KNOWN, FOREIGN: Status.FOREIGN, EXPLAINED: Status.SET_ASIDE}


@dataclass(frozen=True)
class Preview:
    """What a file would do, payment request by payment request; `missing` are paid here and absent from it."""

    file: ChorusFile
    verdicts: list[Verdict]
    missing: list[Instalment]

    def of(self, *outcomes):
        return [one for one in self.verdicts if one.outcome in outcomes]

    @property
    def applied(self):
        return self.of(APPLY)

    @property
    def differing(self):
        return self.of(DIFFERS)

    @property
    def known(self):
        return self.of(KNOWN)

    @property
    def foreign(self):
        return self.of(FOREIGN)

    @property
    def explained(self):
        return self.of(EXPLAINED)

    @property
    def applied_cents(self):
        return sum(one.cents for one in self.applied)

    @property
    def differing_cents(self):
        return sum(one.cents for one in self.differing)

    @property
    def digest(self):
        """What was read: another digest at the confirmation says that something moved since."""
        seen = [one.signature for one in self.verdicts] + [one.pk for one in self.missing]
        return hashlib.sha256(json.dumps(seen, default=str).encode()).hexdigest()[:32]


def preview(*, file, by):
    """Judge a file that was read; nothing is written.

    Args:
        by: who would confirm it.
    """
    rows = list(file.rows.filter(status=Status.WAITING).select_related("file"))
    return Preview(file, judge(rows, by=by), missing_of(file, rows))


def missing_of(file, rows):
    """Instalments paid here in the year of a whole extract, up to its last day, by a request that it does not hold."""
    last = latest_day(rows)
    if not file.whole_year or last is None:
        return []
    said = set(file.rows.values_list("request", flat=True))
    paid = Instalment.objects.filter(
        state=Instalment.State.PAID, paid_on__year=file.fiscal_year, paid_on__lte=last, award__origin=Origin.REAL
    ).select_related("award__fabrique")
    return [one for one in paid.order_by("pk") if not said & set(one.chorus_reference.split("/"))]


def confirm(*, file, by, digest, version=None):
    """Confirm a file as its preview showed it: what differs is noted, what agrees is applied by a job.

    Args:
        by: a finance officer.
        digest: of the `Preview` that was read.

    Returns:
        The `accounts.models.Job`, or None when nothing of it is to be applied.

    Raises:
        StalePage: something moved since the preview, or the file is confirmed already.
        Refusal: another import is being applied.
    """
    require(by, IMPORT)
    with transaction.atomic():
        locked = ChorusFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
        locked.expect_version(version)
        seen = preview(file=locked, by=by)
        if locked.state == ChorusFile.State.READ and seen.digest != digest:
            raise StalePage(
                "Depuis votre aperçu, un paiement ou un numéro a changé : rien n’a été appliqué. "
                "Relisez l’aperçu, puis confirmez.",
                subject=locked,
            )
        locked.move("confirm", by=by, at=timezone.now())
        settle_rows(seen)
        note_all(seen, by)
        return jobs.start(kind=KIND, scope=KIND, subjects=subjects_of(seen), by=by) if seen.applied else None


def settle_rows(seen):
    replace_older(seen)
    for verdict in seen.verdicts:
        mark(verdict.repeated, Status.KNOWN)
        if status := STATUSES.get(verdict.outcome):
            mark(verdict.rows, status)


def replace_older(seen):
    """Rows of earlier files that wait and that this file says again: the newer one stands for them."""
    identities = list(seen.file.rows.values_list("identity", flat=True))
    older = ChorusRow.objects.filter(identity__in=identities, status=Status.WAITING, file__lt=seen.file.pk)
    older.filter(file__state=ChorusFile.State.CONFIRMED).update(status=Status.REPLACED)


def note_all(seen, by):
    for verdict in seen.differing:
        note(verdict, seen.file, by)
    for verdict in seen.known:
        correct(verdict.subject, by)
    if seen.file.whole_year:
        note_missing(seen, by)


def note_missing(seen, by):
    """Note what is missing; what an earlier whole extract of the year missed and this one has is corrected."""
    subjects = {f"instalment:{one.pk}": one for one in seen.missing}
    for subject, one in subjects.items():
        known = Difference.objects.filter(subject=subject).exclude(state=Difference.State.CORRECTED)
        if not known.exists():
            note_difference(
                subject, kind=K.MISSING, sentence=missing_sentence(one), label=str(one)[:200], cents=one.cents,
                file=seen.file, instalment=one,
            )  # fmt: skip
    waiting = Difference.objects.filter(
        kind=K.MISSING, state=Difference.State.OPEN, file__fiscal_year=seen.file.fiscal_year
    )
    for one in waiting.exclude(subject__in=subjects):
        correct(one.subject, by)


def missing_sentence(one):
    return (
        f"L’échéance {one.number} de {one.award.fabrique.name} est notée payée ici (DP {one.chorus_reference}), et "
        f"l’extrait complet de l’exercice ne la porte pas{NBSP}: vérifiez la DP dans Chorus."
    )


def subjects_of(seen):
    return [
        jobs.Subject(key=verdict.rows[-1].pk, label=verdict.label, url=verdict.instalment.get_absolute_url())
        for verdict in seen.applied
    ]


def perform(*, subject_id, version, by, arguments):
    """One row of the job: the payment request of a Chorus row."""
    if not by.has_perm(IMPORT):
        raise NotAllowed
    row = ChorusRow.objects.get(pk=subject_id)
    _, sentence = apply(number=row.request, by=by)
    return sentence


def register():
    jobs.register(jobs.Kind(key=KIND, label="Paiements lus dans Chorus", perform=perform, home="/pilotage/chorus/"))


# --- Differences -----------------------------------------------------------------------------------------------------


def explain(*, difference, by, reason, version=None):
    """Close a difference with the reason why it stands; its rows are set aside.

    Raises:
        Refusal: no reason.
    """
    reason = " ".join((reason or "").split())
    if not reason:
        raise Refusal("Dites pourquoi cet écart tient : le motif reste sur lui.", field="reason")
    with transaction.atomic():
        locked = lock(difference, version)
        locked.move("explain", by=by, at=timezone.now(), reason=reason)
        rows_of(locked).filter(status=Status.WAITING).update(status=Status.SET_ASIDE)
    return locked


def reopen(*, difference, by, version=None):
    """Take up a difference that was explained: its rows wait again."""
    with transaction.atomic():
        locked = lock(difference, version)
        locked.move("reopen", by=by)
        rows_of(locked).filter(status=Status.SET_ASIDE).update(status=Status.WAITING)
    return locked


def retry(*, difference, by, version=None):
    """Judge again what differed, once the cause is corrected; gives (applied, sentence)."""
    with transaction.atomic():
        locked = lock(difference, version)
        return apply(number=number_of(locked), by=by)


def lock(difference, version):
    locked = Difference.objects.select_for_update(of=("self",)).get(pk=difference.pk)
    locked.expect_version(version)
    return locked


def number_of(difference):
    """The payment request it is about; "" when it names none."""
    return difference.subject.removeprefix("dp:") if difference.subject.startswith("dp:") else ""


def rows_of(difference):
    """Rows of confirmed files that a difference is about."""
    rows = ChorusRow.objects.filter(file__state=ChorusFile.State.CONFIRMED)
    if number := number_of(difference):
        return rows.filter(request=number)
    if difference.subject.startswith("row:"):
        return rows.filter(identity=difference.subject.removeprefix("row:"))
    return rows.none()
