"""The closed ledger: accounts, postings, movements, day totals. Written by `funding.ledger` and by triggers alone."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import PublicIdModel, User
from funding.models.act import Act
from funding.models.line import Line
from funding.querysets import MovementQuerySet, PostingQuerySet


class Kind(models.TextChoices):
    """What an account holds; the AE chain and the CP chain (LOLF art. 8) meet only in the award."""

    AE_SOURCE = "ae_source", "AE : origine"
    AE_OPENED = "ae_opened", "AE ouvertes, non employées"
    AE_FROZEN = "ae_frozen", "AE mises en réserve (gel)"
    AE_CANCELLED = "ae_cancelled", "AE annulées"
    AE_RESERVED = "ae_reserved", "AE réservées (fléchées)"
    AE_COMMITTED = "ae_committed", "AE engagées, non liquidées"
    AE_LIQUIDATED = "ae_liquidated", "AE liquidées"
    AE_LAPSED = "ae_lapsed", "AE perdues"
    CP_SOURCE = "cp_source", "CP : origine"
    CP_AVAILABLE = "cp_available", "CP ouverts, non employés"
    CP_FROZEN = "cp_frozen", "CP mis en réserve (gel)"
    CP_CANCELLED = "cp_cancelled", "CP annulés"
    CP_ORDERED = "cp_ordered", "CP mis en paiement"
    CP_PAID = "cp_paid", "CP payés"
    # Money that is not the State's, in a chain of its own: never in a total of AE or CP.
    PLEDGE_SOURCE = "pledge_source", "Argent d’un tiers : origine"
    PLEDGED = "pledged", "Promis, non reçu"
    RECEIVED = "received", "Reçu, non employé"
    USED = "used", "Employé"
    PLEDGE_LOST = "pledge_lost", "Promesse non tenue"


SOURCE_KINDS = (Kind.AE_SOURCE, Kind.CP_SOURCE, Kind.PLEDGE_SOURCE)
OUTSIDE_KINDS = (Kind.PLEDGE_SOURCE, Kind.PLEDGED, Kind.RECEIVED, Kind.USED, Kind.PLEDGE_LOST)
AWARD_KINDS = (Kind.AE_RESERVED, Kind.AE_COMMITTED, Kind.AE_LIQUIDATED, Kind.AE_LAPSED, Kind.CP_ORDERED, Kind.CP_PAID)


class Account(models.Model):
    """Where money is. `balance_cents` is kept by a trigger; the database refuses that it falls below zero."""

    kind = models.CharField("compte", max_length=16, choices=Kind)
    line = models.ForeignKey(Line, models.PROTECT, related_name="accounts", verbose_name="ligne")
    # Year of the AE for AE accounts, year of the CP for CP accounts.
    fiscal_year = models.PositiveSmallIntegerField("exercice")
    award = models.ForeignKey(
        "funding.Award", models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name="attribution"
    )
    balance_cents = models.BigIntegerField("solde (centimes)", default=0, editable=False)

    class Meta:
        verbose_name = "compte"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "line", "fiscal_year"], condition=Q(award=None), name="account_line_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "line", "fiscal_year", "award"],
                condition=Q(award__isnull=False),
                name="account_award_once",
            ),
            models.CheckConstraint(
                condition=Q(balance_cents__gte=0) | Q(kind__in=SOURCE_KINDS),
                name="account_never_below_zero",
                violation_error_message="Il ne reste pas assez d’argent sur cette ligne.",
            ),
            models.CheckConstraint(
                # Read anew by PostgreSQL at each movement: as short as it can be said.
                condition=Q(award=None) & ~Q(kind__in=AWARD_KINDS) | Q(award__isnull=False, kind__in=AWARD_KINDS),
                name="account_award_where_due",
            ),
        ]
        indexes = [models.Index(fields=["award", "kind"], name="account_award_kind")]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.line}, {self.fiscal_year}"


class Posting(PublicIdModel):
    """One act on money: append-only. `effective_on`: true in law; `booked_at`: known to us."""

    class Kind(models.TextChoices):
        OPEN = "open", "Ouverture"
        FREEZE = "freeze", "Mise en réserve (gel)"
        UNFREEZE = "unfreeze", "Dégel"
        CANCEL = "cancel", "Annulation"
        CARRY_OVER = "carry_over", "Report"
        RESERVE = "reserve", "Réservation"
        RELEASE = "release", "Libération"
        COMMIT = "commit", "Engagement"
        DECOMMIT = "decommit", "Retrait d’engagement"
        LAPSE = "lapse", "Retrait d’engagement d’une année antérieure"
        RECYCLE = "recycle", "Recyclage d’AE d’une année antérieure"
        ORDER = "order", "Mise en paiement"
        CANCEL_ORDER = "cancel_order", "Annulation de mise en paiement"
        PAY = "pay", "Paiement"
        TRANSFER = "transfer", "Virement entre lignes"
        DELEGATE = "delegate", "Délégation à une région"
        WITHDRAW_DELEGATION = "withdraw_part", "Retrait de délégation"
        REINSTATE = "reinstate", "Rétablissement de crédits"
        REFUND = "refund", "Remboursement après un retrait annulé"
        ATTACH = "attach", "Rattachement d’un fonds de concours"
        PLEDGE = "pledge", "Promesse d’un tiers"
        RECEIVE = "receive", "Encaissement"
        USE = "use", "Emploi"
        DROP_PLEDGE = "drop_pledge", "Promesse non tenue"

    key = models.CharField("clé", max_length=120)
    fingerprint = models.CharField("empreinte", max_length=64)
    kind = models.CharField("nature", max_length=14, choices=Kind)
    effective_on = models.DateField("en date du", db_index=True)
    booked_at = models.DateTimeField("connu le", default=timezone.now)
    # Paris date of `booked_at`: the triggers need it, and SQLite knows no time zone.
    booked_on = models.DateField("jour où c’est connu", default=timezone.localdate)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="par", db_index=False)
    act = models.CharField("acte", max_length=200)
    act_file = models.ForeignKey(
        Act, models.PROTECT, null=True, blank=True, related_name="postings", verbose_name="acte enregistré",
        db_index=False,
    )  # fmt: skip
    reason = models.CharField("motif", max_length=300, blank=True)
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", db_index=False
    )
    # How many movements it holds: none may be slipped into a posting of the past, which would change what we knew.
    movement_count = models.PositiveSmallIntegerField("nombre de mouvements")

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = "écriture"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(movement_count__gt=0), name="posting_moves_money"),
            models.CheckConstraint(condition=Q(effective_on__lte=F("booked_on")), name="posting_not_in_the_future"),
            # Named here: `unique=True` would bring a second index, for searches by the beginning of a key.
            models.UniqueConstraint(fields=["key"], name="posting_key_once"),
        ]
        # Most postings have no file and correct nothing: what is absent takes no place in an index.
        indexes = [
            models.Index(fields=[name], condition=Q(**{f"{name}__isnull": False}), name=f"posting_{name}")
            for name in ("actor", "act_file", "reverses")
        ]

    def __str__(self):
        return f"{self.get_kind_display()} du {self.effective_on:%d/%m/%Y}"


class Movement(models.Model):
    """Cents going from one account to another, inside one posting. Append-only."""

    posting = models.ForeignKey(
        Posting, models.PROTECT, related_name="movements", verbose_name="écriture", db_index=False
    )
    # 1 to the posting's `movement_count`.
    rank = models.PositiveSmallIntegerField("rang")
    from_account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="de", db_index=False)
    to_account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="vers", db_index=False)
    amount_cents = models.BigIntegerField("montant (centimes)")
    # The posting's, repeated: an index by account and date answers "as of" alone. A trigger holds them equal.
    effective_on = models.DateField("en date du")

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = "mouvement"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="movement_amount_positive"),
            models.CheckConstraint(condition=~Q(from_account=F("to_account")), name="movement_between_two_accounts"),
            models.CheckConstraint(condition=Q(rank__gt=0), name="movement_rank_from_one"),
            models.UniqueConstraint(fields=["posting", "rank"], name="movement_rank_once"),
        ]
        indexes = [
            models.Index(fields=["from_account", "effective_on", "amount_cents"], name="movement_from_as_of"),
            models.Index(fields=["to_account", "effective_on", "amount_cents"], name="movement_to_as_of"),
        ]

    def __str__(self):
        return f"{self.amount_cents} centimes"


class Total(models.Model):
    """What went from one kind of account to another in some time, kept by the movement's trigger."""

    WAY = ("from_kind", "from_line", "from_year", "to_kind", "to_line", "to_year")

    from_kind = models.CharField("de", max_length=16, choices=Kind)
    from_line = models.ForeignKey(Line, models.PROTECT, related_name="+")
    from_year = models.PositiveSmallIntegerField("exercice de départ")
    to_kind = models.CharField("vers", max_length=16, choices=Kind)
    to_line = models.ForeignKey(Line, models.PROTECT, related_name="+")
    to_year = models.PositiveSmallIntegerField("exercice d’arrivée")
    cents = models.BigIntegerField("montant (centimes)")

    class Meta:
        abstract = True
        ordering = ["pk"]


class DayTotal(Total):
    """Of a day: `effective_on` and `booked_on` are the two clocks. As-of figures read it."""

    effective_on = models.DateField("en date du")
    booked_on = models.DateField("connu le")

    class Meta(Total.Meta):
        verbose_name = "total du jour"
        verbose_name_plural = "totaux du jour"
        constraints = [models.UniqueConstraint(fields=[*Total.WAY, "effective_on", "booked_on"], name="daytotal_once")]
        indexes = [
            models.Index(fields=["effective_on"], name="daytotal_effective"),
            models.Index(fields=["booked_on"], name="daytotal_booked"),
        ]

    def __str__(self):
        return f"{self.from_kind} → {self.to_kind}, {self.effective_on}"


class MonthTotal(Total):
    """Of a whole month of `effective_on`, whenever it was known: what the figures of today read in place of its days.

    `month` is its first day, `last_on` the last day on which any of it is true.
    """

    month = models.DateField("mois")
    last_on = models.DateField("dernier jour")

    class Meta(Total.Meta):
        verbose_name = "total du mois"
        verbose_name_plural = "totaux du mois"
        constraints = [models.UniqueConstraint(fields=[*Total.WAY, "month"], name="monthtotal_once")]

    def __str__(self):
        return f"{self.from_kind} → {self.to_kind}, {self.month:%Y-%m}"
