from django.db import models
from django.db.models import F, Q

from accounts.french import long_date
from accounts.models import PublicIdModel, User
from programme.models import Programme
from selection.querysets import DelegationQuerySet


class SignatureDelegation(PublicIdModel):
    """Who may sign what, up to how much, from when to when, by which published act (glossary 30)."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="dispositif")
    holder = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="délégataire")
    acts = models.JSONField("actes couverts", default=list, help_text="parmi : award, waitlist, refusal")
    ceiling_cents = models.BigIntegerField("plafond par acte (centimes)")
    # A préfet or a regional director signs for places of her territory alone; both empty: everywhere.
    region = models.CharField("région", max_length=60, blank=True, default="")
    departement = models.CharField("département", max_length=3, blank=True, default="")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    # In whose name: "le ministre chargé de la cohésion des territoires"; an appeal may be brought before it.
    authority = models.CharField("autorité qui délègue", max_length=120, blank=True)
    published_act = models.CharField("acte de délégation publié", max_length=250)
    act_on = models.DateField("acte du", null=True, blank=True)
    # What is not published gives no right yet (CRPA L221-2).
    published_on = models.DateField("publié le", null=True, blank=True)
    # Printed above the name: "Pour la ministre et par délégation," then the function, a line each.
    formula = models.CharField("formule de signature", max_length=250)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = "délégation de signature"
        verbose_name_plural = "délégations de signature"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), ceiling_cents__gt=0),
                name="delegation_coherent",
                violation_error_message="La délégation finit après avoir commencé et son plafond est positif.",
            ),
            models.CheckConstraint(
                condition=Q(departement="") | ~Q(region=""),
                name="delegation_departement_of_a_region",
                violation_error_message="Un département est d’une région : dites laquelle.",
            ),
            models.CheckConstraint(
                condition=Q(published_on=None) | Q(act_on=None) | Q(published_on__gte=F("act_on")),
                name="delegation_published_after_act",
                violation_error_message="Un acte est publié le jour où il est pris, ou après.",
            ),
        ]

    def __str__(self):
        return f"{self.holder}, {self.published_act}"

    def covers(self, *, act, cents, on, place=None):
        """True when this delegation covers the act, the amount (cents), the day (Europe/Paris) and the territory.

        Args:
            place: the `Commune` of the place that the act is about; None: not known, a limited one does not cover it.
        """
        published = self.published_on is None or self.published_on <= on
        in_time = published and self.starts_on <= on <= self.ends_on
        return in_time and act in self.acts and cents <= self.ceiling_cents and self.reaches(place)

    def reaches(self, place):
        """True when the territory of this delegation holds a place."""
        if not self.region:
            return True
        if place is None or place.region != self.region:
            return False
        return self.departement in ("", place.departement)

    @property
    def act_words(self):
        """The act and its publication, as a letter cites them."""
        if self.published_on is None or "publi" in self.published_act.lower():
            return self.published_act
        return f"{self.published_act}, publié le {long_date(self.published_on)}"
