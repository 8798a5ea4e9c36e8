"""Every difference between the ledger and what the floors above say of it."""

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from applications.models import FabriqueFact
from funding import reconciliation
from funding.models import Account, Award, Draw, Instalment, Kind, Movement, Posting

STANDING_KINDS = (Kind.AE_COMMITTED, Kind.AE_LIQUIDATED)
# Ended before anything was committed, or in ways that the endings account for.
NOT_STANDING = ("released", "withdrawn", "renounced", "lapsed")


def differences():
    """Sentences, one a difference; an empty list says that everything agrees."""
    return [*reconciliation.differences(), *award_differences(), *payment_differences(), *laureate_differences()]


def sum_of(queryset, field="balance_cents"):
    per_award = queryset.filter(award=OuterRef("pk")).order_by().values("award").annotate(total=Sum(field))
    return Coalesce(Subquery(per_award.values("total")), 0)


def award_differences():
    """What the draws of an award took is on its accounts or was given back; what stands is its amount.

    Less than the amount stands where the call commits year by year, or once something was given back; never more.
    """
    for award in awards_with_accounts().exclude(state__in=NOT_STANDING):
        held = award.reserved if award.state == Award.State.RESERVED else award.standing
        gone = award.lapsed + award.decommitted
        whole = award.total_cents == held or (held < award.total_cents and (gone or is_yearly(award)))
        if award.drawn != held + gone or not whole:
            yield f"{award} : montant {award.total_cents}, tirages {award.drawn}, comptes {held + gone} (centimes)"


def awards_with_accounts():
    given_back = Movement.objects.filter(
        from_account__award=OuterRef("pk"), from_account__kind=Kind.AE_COMMITTED, to_account__kind=Kind.AE_OPENED
    )
    back = given_back.order_by().values("from_account__award").annotate(total=Sum("amount_cents")).values("total")
    return Award.objects.select_related("fabrique", "application__call_version").annotate(
        reserved=sum_of(Account.objects.filter(kind=Kind.AE_RESERVED)),
        standing=sum_of(Account.objects.filter(kind__in=STANDING_KINDS)),
        lapsed=sum_of(Account.objects.filter(kind=Kind.AE_LAPSED)),
        decommitted=Coalesce(Subquery(back), 0),
        drawn=sum_of(Draw.objects, "cents"),
    )


def is_yearly(award):
    version = award.application.call_version if award.application_id else None
    return version is not None and version.commitment_extent == version.CommitmentExtent.YEARLY


def payment_differences():
    """Paid instalments = AE liquidated = CP paid, award by award."""
    awards = Award.objects.select_related("fabrique").annotate(
        instalments_paid=sum_of(Instalment.objects.filter(state="paid"), "cents"),
        liquidated=sum_of(Account.objects.filter(kind=Kind.AE_LIQUIDATED)),
        # What was asked back and gave CP again, by an act, had been paid all the same.
        cp_paid=sum_of(Account.objects.filter(kind=Kind.CP_PAID))
        + Coalesce(Subquery(reinstated()), 0)
        - Coalesce(Subquery(refunded()), 0),
    )
    wrong = awards.exclude(instalments_paid=F("liquidated"), cp_paid=F("liquidated"))
    for award in wrong:
        yield (
            f"{award} : échéances payées {award.instalments_paid}, AE liquidées {award.liquidated}, "
            f"CP payés {award.cp_paid} (centimes)"
        )


def reinstated():
    back = Movement.objects.filter(
        from_account__award=OuterRef("pk"), from_account__kind=Kind.CP_PAID, to_account__kind=Kind.CP_AVAILABLE
    )
    return back.order_by().values("from_account__award").annotate(total=Sum("amount_cents")).values("total")


def refunded():
    """What had given CP back and was owed again: paid a second time."""
    again = Movement.objects.filter(to_account__award=OuterRef("pk"), posting__kind=Posting.Kind.REFUND)
    return again.order_by().values("to_account__award").annotate(total=Sum("amount_cents")).values("total")


def laureate_differences():
    """A place counted as selected has an award that stands, and the other way round once it is announced."""
    with_award = Award.objects.exclude(state__in=["released", "reserved"]).values("fabrique")
    for fact in (
        FabriqueFact.objects.filter(kind="selected").exclude(fabrique__in=with_award).select_related("fabrique")
    ):
        yield f"{fact.fabrique} : sélectionnée sans attribution engagée"
