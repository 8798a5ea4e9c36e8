"""The register of interests and recusals of a wave, for its page, its file and the minutes. Reads."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from applications.evaluations import conflicts
from applications.models import AlertJudgement, Application, Recusal

HEADINGS = ("Dossier", "Lieu", "Personne", "Lien", "En quoi", "Origine", "Depuis le", "Levé le", "Motif de la levée")


@dataclass(frozen=True)
class OpenAlert:
    """An alert that the chair has not judged."""

    application: Application
    user: User
    reason: conflicts.Reason


@dataclass(frozen=True)
class RegisterLine:
    """One line of the register, in words: for the file and for the minutes."""

    reference: str
    place: str
    person: str
    kind: str
    text: str
    origin: str
    at: datetime
    lifted_at: datetime | None
    lift_reason: str

    @property
    def values(self):
        return [
            self.reference, self.place, self.person, self.kind, self.text, self.origin, self.at, self.lifted_at or "",
            self.lift_reason,
        ]  # fmt: skip


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


def lines_of(wave, *, reader=None):
    """[`RegisterLine`] of a wave; one query."""
    return [
        RegisterLine(
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
        for row in recusals_of(wave, reader=reader)
    ]


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
