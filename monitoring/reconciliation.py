"""Every difference between the ledger and what the floors above say of it."""

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from applications.models import FabriqueFact
from funding import reconciliation
from funding.models import Account, Award, Draw, Instalment, Kind

HELD_KINDS = (Kind.AE_RESERVED, Kind.AE_COMMITTED, Kind.AE_LIQUIDATED, Kind.AE_LAPSED)


def differences():
    """Sentences, one a difference; an empty list says that everything agrees."""
    return [*reconciliation.differences(), *award_differences(), *payment_differences(), *laureate_differences()]


def sum_of(queryset, field="balance_cents"):
    per_award = queryset.filter(award=OuterRef("pk")).order_by().values("award").annotate(total=Sum(field))
    return Coalesce(Subquery(per_award.values("total")), 0)


def award_differences():
    """A standing award holds on its accounts exactly its total, and its draws add up to it."""
    held = sum_of(Account.objects.filter(kind__in=HELD_KINDS))
    awards = Award.objects.select_related("fabrique").annotate(held=held, drawn=sum_of(Draw.objects, "cents"))
    for award in awards.exclude(state__in=["released", "withdrawn", "terminated", "renounced", "lapsed"]):
        if not award.total_cents == award.held == award.drawn:
            yield f"{award} : montant {award.total_cents}, tirages {award.drawn}, comptes {award.held} (centimes)"


def payment_differences():
    """Paid instalments = AE liquidated = CP paid, award by award."""
    awards = Award.objects.select_related("fabrique").annotate(
        instalments_paid=sum_of(Instalment.objects.filter(state="paid"), "cents"),
        liquidated=sum_of(Account.objects.filter(kind=Kind.AE_LIQUIDATED)),
        cp_paid=sum_of(Account.objects.filter(kind=Kind.CP_PAID)),
    )
    wrong = awards.exclude(instalments_paid=F("liquidated"), cp_paid=F("liquidated"))
    for award in wrong:
        yield (
            f"{award} : échéances payées {award.instalments_paid}, AE liquidées {award.liquidated}, "
            f"CP payés {award.cp_paid} (centimes)"
        )


def laureate_differences():
    """A place counted as selected has an award that stands, and the other way round once it is announced."""
    with_award = Award.objects.exclude(state__in=["released", "reserved"]).values("fabrique")
    for fact in (
        FabriqueFact.objects.filter(kind="selected").exclude(fabrique__in=with_award).select_related("fabrique")
    ):
        yield f"{fact.fabrique} : sélectionnée sans attribution engagée"
