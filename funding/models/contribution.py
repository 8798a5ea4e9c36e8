"""What the law asks before some money moves: a contribution attached by arrêté, a derogation for an endowment fund."""

from django.db import models

from accounts.models import Organisation, PublicIdModel, User
from funding.models.act import Act
from funding.models.ledger import Posting
from funding.models.line import Line
from programme.models import Origin, Programme


class Contribution(PublicIdModel):
    """Money of a giver, paid to the State and attached by arrêté to a line earmarked for its purpose (LOLF 17 II)."""

    outside_line = models.ForeignKey(
        Line, models.PROTECT, related_name="contributions_given", verbose_name="argent du tiers"
    )
    line = models.ForeignKey(Line, models.PROTECT, related_name="contributions", verbose_name="ligne de rattachement")
    posting = models.OneToOneField(Posting, models.PROTECT, related_name="contribution", verbose_name="écriture")
    act = models.ForeignKey(Act, models.PROTECT, related_name="contributions", verbose_name="arrêté")
    fiscal_year = models.PositiveSmallIntegerField("exercice")
    cents = models.BigIntegerField("montant (centimes)")
    purpose = models.CharField("intention de la partie versante", max_length=250)

    class Meta:
        verbose_name = "fonds de concours rattaché"
        verbose_name_plural = "fonds de concours rattachés"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(cents__gt=0), name="contribution_positive"),
            models.CheckConstraint(
                condition=~models.Q(line=models.F("outside_line")), name="contribution_between_two_lines"
            ),
        ]

    def __str__(self):
        return f"{self.purpose}, {self.fiscal_year}"


class Derogation(PublicIdModel):
    """Joint arrêté that lets public money go to one endowment fund for one purpose (loi 2008-776 art. 140 III)."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="dispositif")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="fonds de dotation")
    act = models.ForeignKey(Act, models.PROTECT, related_name="derogations", verbose_name="arrêté conjoint")
    purpose = models.CharField("œuvre ou programme d’actions", max_length=250)
    max_cents = models.BigIntegerField("montant maximal (centimes)")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="enregistrée par")
    recorded_at = models.DateTimeField("enregistrée le", auto_now_add=True)
    origin = models.CharField("origine", max_length=16, choices=Origin, default=Origin.REAL)

    class Meta:
        verbose_name = "dérogation pour un fonds de dotation"
        verbose_name_plural = "dérogations pour des fonds de dotation"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "act"], name="derogation_once"),
            models.CheckConstraint(condition=models.Q(max_cents__gt=0), name="derogation_positive"),
        ]

    def __str__(self):
        return f"{self.organisation} : {self.act}"


class ClosedYear(models.Model):
    """A fiscal year whose accounts are closed: nothing may be dated in it any more."""

    year = models.PositiveSmallIntegerField("exercice", unique=True)
    act = models.ForeignKey(Act, models.PROTECT, related_name="closed_years", verbose_name="acte")
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="clos par")
    closed_at = models.DateTimeField("clos le", auto_now_add=True)

    class Meta:
        verbose_name = "exercice clos"
        verbose_name_plural = "exercices clos"
        ordering = ["-year"]

    def __str__(self):
        return str(self.year)
