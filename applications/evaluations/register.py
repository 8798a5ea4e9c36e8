"""The register of a wave: interests, recusals, alerts judged; for its page, its file and the minutes. Reads."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import Role, User
from applications.evaluations import conflicts
from applications.evaluations.recusals import WATCHED
from applications.models import AlertJudgement, Application, Assignment, Interest, Recusal

Verdict = AlertJudgement.Verdict
PANEL = (Role.PANEL_MEMBER, Role.PANEL_CHAIR)


@dataclass(frozen=True)
class OpenAlert:
    """An alert that the chair has not judged."""

    application: Application
    user: User
    reason: conflicts.Reason


@dataclass(frozen=True)
class RegisterLine:
    """One line of the register, in words: for the file and for the minutes.

    Attributes:
        reference, place: of the dossier; "" for an interest, which is of a person.
    """

    person: str
    kind: str
    text: str
    origin: str
    at: datetime
    reference: str = ""
    place: str = ""
    lifted_at: datetime | None = None
    lift_reason: str = ""


def recusals_of(wave, *, reader=None):
    """The `Recusal`s of a wave, in the order of its dossiers.

    Args:
        reader: who reads; dossiers that are closed to her are left out. None: the service, for the minutes.
    """
    rows = Recusal.objects.filter(application__wave=wave)
    if reader is not None:
        rows = rows.filter(application__in=Application.objects.visible_to(reader))
    related = rows.select_related("application__fabrique", "user", "by", "lifted_by")
    return related.order_by("application__reference", "user__search_text", "pk")


def lines_of(wave, *, reader=None, people=None):
    """[`RegisterLine`] of a wave: who left what, then what excludes nobody (`others_of`)."""
    others = others_of(wave, reader=reader, people=people)
    return [*map(recusal_line, recusals_of(wave, reader=reader)), *others]


def others_of(wave, *, reader=None, people=None):
    """[`RegisterLine`] of what excludes nobody: alerts judged to be nothing, then interests declared; three queries.

    Args:
        people: keys of those whose interests are told, with those who were asked to review the wave; None for
            whoever sits on the panel today.
        reader: as for `recusals_of`. What others declared may name a structure whose dossier is closed to her.
    """
    readable = readable_by(reader, conflicts.sent(wave))
    judged = AlertJudgement.objects.filter(application__in=readable, verdict=Verdict.KEPT)
    asked = Assignment.objects.filter(application__wave=wave).order_by().values("reviewer")
    people = User.objects.holding(*PANEL).order_by().values("pk") if people is None else people
    interests = Interest.objects.filter(Q(user__in=asked) | Q(user__in=people), withdrawn_at=None)
    if reader is not None and conflicts.sent(wave).exclude(pk__in=readable.order_by().values("pk")).exists():
        interests = interests.filter(user=reader)
    return [
        *map(judgement_line, judged.select_related("application__fabrique", "user").order_by("application", "pk")),
        *map(interest_line, interests.select_related("user", "commune")),
    ]


def readable_by(reader, dossiers):
    """The dossiers that somebody may read; None is the service, to which all are."""
    return dossiers if reader is None else dossiers.filter(pk__in=Application.objects.visible_to(reader).values("pk"))


def recusal_line(row):
    return RegisterLine(
        reference=row.application.reference or "",
        place=row.application.fabrique.name,
        person=str(row.user),
        kind=row.get_kind_display(),
        text=row.text,
        origin=row.get_origin_display(),
        at=row.at,
        lifted_at=row.lifted_at,
        lift_reason=row.lift_reason,
    )


def judgement_line(row):
    return RegisterLine(
        reference=row.application.reference or "",
        place=row.application.fabrique.name,
        person=str(row.user),
        kind=row.get_kind_display(),
        text=f"{row.text} {row.get_verdict_display()} : {row.reason}",
        origin="Apprécié par la présidence",
        at=row.judged_at,
    )


def interest_line(row):
    return RegisterLine(
        person=str(row.user),
        kind=row.get_kind_display(),
        text=" ".join(filter(None, [row.what, row.note])),
        origin="Déclaration d’intérêts",
        at=row.declared_at,
    )


def judgements_of(wave, *, reader):
    """What the chair judged, of the dossiers that the reader may read; the latest first."""
    rows = AlertJudgement.objects.filter(application__in=Application.objects.visible_to(reader).filter(wave=wave))
    return rows.select_related("application__fabrique", "user", "judged_by").order_by("-pk")


def open_alerts(wave, *, reader):
    """[`OpenAlert`] of the dossiers that the reader may read; people who are excluded already are left out."""
    dossiers = {
        row.pk: row for row in Application.objects.visible_to(reader).filter(wave=wave).select_related("fabrique")
    }
    out = conflicts.exclusions(wave)
    found = {pair: reasons for pair, reasons in conflicts.alerts(wave).items() if pair not in out}
    people = User.objects.in_bulk({user for _, user in found})
    return [
        OpenAlert(dossiers[key], people[user], reason)
        for (key, user), reasons in sorted(found.items())
        if key in dossiers
        for reason in reasons
    ]


def left_to_judge(wave, *, reader):
    """How many alerts wait for the chair, of the dossiers that the reader may read; None: the register is not hers."""
    if not reader.has_perm("applications.read_register"):
        return None
    return len(open_alerts(wave, reader=reader)) if wave.state in WATCHED else 0
