"""What the check of a name found before she was invited, as somebody may read it."""

from dataclasses import dataclass

from applications.evaluations.reason import Reason
from applications.models import Application, ReviewerInvitation

Answer = ReviewerInvitation.Answer
SHOWN = 50


@dataclass(frozen=True)
class Found:
    """One tie that was found then: the number of the dossier, and its `Reason`."""

    reference: str
    reason: Reason

    def __str__(self):
        return f"{self.reference} : {self.reason.text}"


def accepted(*, reader, **where):
    """The latest accepted invitations, each with `ties`; two queries.

    Args:
        where: conditions on `ReviewerInvitation`: its wave, or its user.
    """
    return latest(ReviewerInvitation.objects.filter(answer=Answer.ACCEPTED, **where), reader)


def without_agreement(*, reader):
    """The latest invitations that wait, were refused or taken back, each with `ties`; two queries."""
    return latest(ReviewerInvitation.objects.exclude(answer=Answer.ACCEPTED), reader)


def latest(invitations, reader):
    rows = invitations.select_related("wave__call", "invited_by", "user").order_by("-pk")
    return with_ties(list(rows[:SHOWN]), reader)


def with_ties(invitations, reader):
    """`ties` ([`Found`], exclusions first) of the dossiers that the reader may read."""
    named = {line[0] for one in invitations for line in one.checked}
    rows = Application.objects.visible_to(reader).filter(reference__in=named).order_by()
    readable = set(rows.values_list("reference", flat=True))
    for one in invitations:
        found = [Found(reference, Reason(kind, text)) for reference, kind, text in one.checked]
        shown = [tie for tie in found if tie.reference in readable]
        one.ties = sorted(shown, key=lambda tie: not tie.reason.excludes)
    return invitations
