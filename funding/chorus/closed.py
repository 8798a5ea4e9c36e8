"""What Chorus says of dossiers that are closed to its reader: hidden in a preview, not given in a file."""

from django.db.models import Q

from accounts.closed import names_closed_to, says_nothing_closed
from applications.evaluations.doors import closed_dossiers, dossiers_at
from funding.models import Award, LegalCommitment


class Hidden:
    """What of a preview is closed to its reader: awards of dossiers with which she has a tie, and their names."""

    def __init__(self, user, seen):
        keys = {share.instalment.award_id for one in seen.verdicts for share in one.shares}
        keys |= {one.award_id for one in seen.missing}
        self.awards = keys - set(Award.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
        self.names = names_closed_to(user)
        closed = dossiers_at(closed_dossiers(user)).exclude(organisation__siret=None)
        self.sirets = set(closed.values_list("organisation__siret", flat=True))

    def holds(self, verdict, line):
        tied = any(share.instalment.award_id in self.awards for share in verdict.shares)
        paid = any(row.siret in self.sirets for row in [*verdict.rows, *verdict.repeated])
        return tied or paid or not says_nothing_closed([line["sentence"], line["payee"], *line["learned"]], self.names)


def pays_closed(user, file):
    """Whether rows of a file pay structures whose dossier is closed to the reader, or awards of such dossiers."""
    dossiers = dossiers_at(closed_dossiers(user))
    sirets = dossiers.exclude(organisation__siret=None).values("organisation__siret")
    awards = Award.objects.filter(application__in=dossiers)
    paid = Q(allotments__instalment__award__in=awards) | Q(siret__in=sirets)
    named = LegalCommitment.objects.filter(links__award__in=awards).values("number")
    return file.rows.filter(paid | Q(commitment__in=named)).exists()
