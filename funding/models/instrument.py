"""The investment fund: an instrument of its own. The manager chooses, we record; nothing here is an AE nor a CP.

Sums on a row are kept by the trigger of what is recorded, and the database refuses those that make no sense.
"""

from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation, PublicIdModel, User
from applications.models import Fabrique
from funding.models.act import Act
from funding.querysets import LedgerQuerySet
from programme.models import Origin, Programme


class Fund(PublicIdModel):
    """A fund and its size: what its instruments draw on, apart from the grants."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="dispositif")
    name = models.CharField("fonds", max_length=150)
    manager = models.CharField("gestionnaire", max_length=150)
    size_cents = models.BigIntegerField("taille (centimes)")
    act = models.ForeignKey(Act, models.PROTECT, related_name="+", verbose_name="acte")
    origin = models.CharField("origine", max_length=16, choices=Origin, default=Origin.REAL)
    # Null: recorded before that was kept, known at once.
    recorded_at = models.DateTimeField("connu le", null=True, blank=True, editable=False)
    # Kept by the trigger of `Instrument`.
    engaged_cents = models.BigIntegerField("engagé (centimes)", default=0, editable=False)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "fonds d’investissement"
        verbose_name_plural = "fonds d’investissement"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="fund_name_once"),
            models.CheckConstraint(
                condition=Q(engaged_cents__gte=0, engaged_cents__lte=F("size_cents")),
                name="fund_never_over_size",
                violation_error_message="Le fonds ne peut pas engager plus que sa taille.",
            ),
        ]

    def __str__(self):
        return self.name


class Instrument(PublicIdModel):
    """One investment or loan of the fund: what was engaged, and what became of it."""

    class Kind(models.TextChoices):
        UNITS = "units", "Parts de fonds"
        EQUITY = "equity", "Participation en capital"
        LOAN = "loan", "Prêt"
        ADVANCE = "advance", "Avance remboursable"

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="instruments", verbose_name="fonds")
    kind = models.CharField("nature", max_length=8, choices=Kind)
    label = models.CharField("intitulé", max_length=150)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="structure"
    )
    fabrique = models.ForeignKey(
        Fabrique, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="fabrique"
    )
    # Subscribed (units, equity) or granted (loan, advance).
    engaged_cents = models.BigIntegerField("montant souscrit ou accordé (centimes)")
    engaged_on = models.DateField("souscrit ou accordé le")
    act = models.ForeignKey(Act, models.PROTECT, related_name="+", verbose_name="acte")
    rate_hundredths = models.PositiveSmallIntegerField("taux annuel (centièmes de %)", default=0)
    origin = models.CharField("origine", max_length=16, choices=Origin, default=Origin.REAL)
    # Null: recorded before that was kept, known at once.
    recorded_at = models.DateTimeField("connu le", null=True, blank=True, editable=False)
    # Kept by the trigger of `InstrumentEvent`.
    called_cents = models.BigIntegerField("appelé ou versé (centimes)", default=0, editable=False)
    repaid_cents = models.BigIntegerField("capital rendu (centimes)", default=0, editable=False)
    lost_cents = models.BigIntegerField("perdu (centimes)", default=0, editable=False)
    income_cents = models.BigIntegerField("distribué ou intérêts reçus (centimes)", default=0, editable=False)
    event_count = models.PositiveIntegerField("nombre de faits", default=0, editable=False)
    ended_on = models.DateField("terminé le", null=True, blank=True, editable=False)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "instrument financier"
        verbose_name_plural = "instruments financiers"
        ordering = ["-engaged_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "label"], name="instrument_label_once"),
            models.CheckConstraint(condition=Q(engaged_cents__gt=0), name="instrument_positive"),
            models.CheckConstraint(
                condition=Q(called_cents__gte=0, called_cents__lte=F("engaged_cents")),
                name="instrument_calls_within_subscription",
                violation_error_message="Les appels ne dépassent pas ce qui est souscrit.",
            ),
            # Capital comes back once: what was returned and what was lost are parts of what was paid in.
            models.CheckConstraint(
                condition=Q(
                    repaid_cents__gte=0, lost_cents__gte=0, called_cents__gte=F("repaid_cents") + F("lost_cents")
                ),
                name="instrument_capital_once",
                violation_error_message="Le capital rendu et perdu ne dépasse pas ce qui a été versé.",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def is_debt(self):
        return self.kind in (self.Kind.LOAN, self.Kind.ADVANCE)

    @property
    def outstanding_cents(self):
        """Capital out: paid in, less what came back and what is lost."""
        return self.called_cents - self.repaid_cents - self.lost_cents


class InstrumentEvent(PublicIdModel):
    """What the manager told us happened, on its day, with its document. Append-only."""

    class Kind(models.TextChoices):
        CALL = "call", "Appel de fonds ou versement"
        VALUATION = "valuation", "Valeur déclarée"
        INCOME = "income", "Distribution ou intérêts"
        REPAYMENT = "repayment", "Remboursement du capital"
        EXIT = "exit", "Sortie"
        LOSS = "loss", "Perte"

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="events", verbose_name="instrument")
    key = models.CharField("clé", max_length=120, unique=True)
    kind = models.CharField("nature", max_length=10, choices=Kind)
    happened_on = models.DateField("en date du")
    # A valuation states a value and moves nothing; the others move this much.
    cents = models.BigIntegerField("montant (centimes)")
    # For an exit: the part of `cents` that returns capital; the rest is gain.
    capital_cents = models.BigIntegerField("dont capital (centimes)", default=0)
    act = models.ForeignKey(Act, models.PROTECT, related_name="+", verbose_name="document")
    note = models.CharField("précision", max_length=300, blank=True)
    # A correction repeats what it undoes, and takes it back.
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name="corrige"
    )
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="par")
    recorded_at = models.DateTimeField("connu le", auto_now_add=True)

    class Meta:
        verbose_name = "fait d’un instrument"
        verbose_name_plural = "faits des instruments"
        ordering = ["-happened_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cents__gt=0) | Q(kind__in=["valuation", "exit"], cents=0), name="instrument_event_positive"
            ),
            models.CheckConstraint(
                condition=Q(capital_cents__gte=0, capital_cents__lte=F("cents")), name="instrument_event_capital"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} du {self.happened_on:%d/%m/%Y}"


class InstrumentDue(models.Model):
    """One repayment that the contract of a loan or advance plans; a new version replaces the whole schedule."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="dues", verbose_name="instrument")
    version = models.PositiveSmallIntegerField("version", default=1)
    number = models.PositiveSmallIntegerField("rang")
    due_on = models.DateField("attendu le")
    capital_cents = models.BigIntegerField("capital (centimes)")
    interest_cents = models.BigIntegerField("intérêts (centimes)", default=0)
    # Null: recorded before that was kept, known at once.
    recorded_at = models.DateTimeField("connu le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "échéance de remboursement"
        verbose_name_plural = "échéances de remboursement"
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "version", "number"], name="instrument_due_once"),
            models.CheckConstraint(
                condition=Q(capital_cents__gte=0, interest_cents__gte=0), name="instrument_due_not_negative"
            ),
        ]

    def __str__(self):
        return f"{self.due_on:%d/%m/%Y}"
