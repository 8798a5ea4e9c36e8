"""Named reads of public money: scope first, then fetch."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from applications.evaluations.doors import kept_out

READ = "accounts.read_steering"


def reads_steering(user):
    return user.is_authenticated and user.has_perm(READ)


def has_tie(user, dossier):
    """Condition: `user` has a tie with the dossier at the path `dossier` (glossary 19)."""
    return kept_out(user, dossier)


class AwardQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see all but those with whose dossier they have a tie; an applicant sees the awards of its
        organisations once they are announced."""
        if reads_steering(user):
            return self.filter(~has_tie(user, "application"))
        return self.announced_to(user) if user.is_authenticated else self.none()

    def announced_to(self, user):
        """Nobody outside learns of a reservation before the wave is announced."""
        through = self.model._meta.get_field("organisation").related_model.members.through
        mine = through.objects.filter(organisation=OuterRef("organisation"), user=user)
        return self.filter(Exists(mine), application__state="awarded", application__published_at__isnull=False)

    def without_agreement(self):
        """Committed awards that wait for the agreement their call asks for; a reconstruction waits for nothing."""
        needed = Q(application__call_version__agreement_required=True)
        return self.filter(needed, agreement=None, state="committed").exclude(origin="reconstruction")


class OfAwardQuerySet(models.QuerySet):
    """What belongs to an award is seen by those who see the award."""

    def visible_to(self, user):
        if reads_steering(user):
            return self.filter(~has_tie(user, "award__application"))
        awards = self.model._meta.get_field("award").related_model.objects.visible_to(user)
        return self.filter(award__in=awards)


class AgreementQuerySet(OfAwardQuerySet):
    pass


class InstalmentQuerySet(OfAwardQuerySet):
    def live(self):
        """Those of the schedule in force."""
        return self.filter(schedule_year__schedule__state="current").exclude(state="cancelled")

    def to_pay(self):
        return self.filter(state__in=["due", "certified", "ordered"])


class DeMinimisQuerySet(OfAwardQuerySet):
    GONE = ("released", "renounced", "lapsed", "withdrawn")

    def counted(self):
        """Those of awards that stand: what was released, renounced or withdrawn was not received."""
        return self.exclude(award__state__in=self.GONE)

    def granted(self):
        """Those that an act has granted: what the national register is told of."""
        return self.counted().filter(granted_on__isnull=False)


class LedgerQuerySet(models.QuerySet):
    """The ledger is read by staff alone; nobody writes it but `funding.ledger`."""

    def visible_to(self, user):
        return self if reads_steering(user) else self.none()


class LineQuerySet(LedgerQuerySet):
    pass


class PostingQuerySet(LedgerQuerySet):
    pass


class MovementQuerySet(LedgerQuerySet):
    def of_line(self, line, fiscal_year):
        """Movements that touch a line in a fiscal year, on either side."""
        return self.filter(
            Q(from_account__line=line, from_account__fiscal_year=fiscal_year)
            | Q(to_account__line=line, to_account__fiscal_year=fiscal_year)
        )
