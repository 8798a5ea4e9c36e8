"""What a year asks before it closes: each list with what it means, its rows, and the act that settles it."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.urls import reverse

from funding.endings import closing_lists as lists
from funding.endings.dormant import alive_then, dormants, with_remaining
from funding.endings.lists import RecoveryList, RefundList
from funding.endings.prescription import prescribed_by
from funding.models import Account, Award, Draw, Instalment, Kind, Posting, Recovery
from funding.outlook.refunds import refunds, rows_of
from funding.querysets import reads_steering
from funding.then import NOW, account_cents, award_cents, owed_then, state_then


@dataclass(frozen=True)
class Section:
    """One list of a closing.

    Args:
        slug: what stands in the URL. title: heading. meaning: one or two sentences, with the rule.
        rows: `rows(user, year, then)`: what `user` may see of it, as it was on a day (`funding.then`).
        listing: its `ListPage`.
        action: (label, address of the year) of the page where it is settled, or None: each row has its own.
        context: what its list needs beside the year.
    """

    slug: str
    title: str
    meaning: str
    rows: Callable
    listing: type
    action: Callable | None = None
    context: tuple = ()

    def page(self, request, year, then=NOW):
        return self.listing(request, self.rows(request.user, year, then), year=year, then=then, **dict(self.context))


def last_day(year):
    return datetime.date(year, 12, 31)


def reservations(user, year, then=NOW):
    """Reserved on the AE of that year or an earlier one: they fall with it."""
    drawn = Draw.objects.filter(award=OuterRef("pk"), fiscal_year__lte=year)
    held = Award.objects.visible_to(user).annotate(reserved_cents=award_cents(then, Kind.AE_RESERVED))
    return held.filter(Exists(drawn), reserved_cents__gt=0)


def credits_left(*kinds):
    def rows(user, year, then=NOW):
        found = Account.objects.filter(kind__in=kinds, fiscal_year=year).annotate(held_cents=account_cents(then))
        return found.filter(held_cents__gt=0) if reads_steering(user) else found.none()

    return rows


def charges(user, year, then=NOW):
    """Owed by the end of that year and not paid: the service is done, certified or not (GBCP art. 31)."""
    return owed_then(Instalment.objects.visible_to(user), then, by=last_day(year))


def owed_back(user, year, then=NOW):
    """What a withdrawal undone by the end of that year leaves to give back to structures."""
    found = refunds(as_of=min(then.day, last_day(year)), known_on=then.known_on)
    return rows_of(user, found)[0]


def off_balance(user, year, then=NOW):
    committed = Award.objects.visible_to(user).filter(committed_on__lte=last_day(year))
    return with_remaining(alive_then(committed, then), then).filter(asleep_cents__gt=0)


def asleep(user, year, then=NOW):
    return dormants(Award.objects.visible_to(user), then=then)


def prescribed(user, year, then=NOW):
    return prescribed_by(year, Instalment.objects.visible_to(user), then)


def without_title(user, year, then=NOW):
    opened = Recovery.objects.visible_to(user).filter(hearing__opened_on__lte=then.both)
    return opened.annotate(then_state=state_then(Recovery, then)).filter(then_state__in=["hearing", "decided"])


def carried_over(user, year, then=NOW):
    """Postings that took credits of that year to the next one."""
    rows = Posting.objects.visible_to(user).filter(
        kind=Posting.Kind.CARRY_OVER, movements__from_account__fiscal_year=year
    )
    if not then.is_now:
        rows = rows.filter(effective_on__lte=then.day, booked_on__lte=then.known)
    return Posting.objects.filter(pk__in=rows.values("pk")).with_sums()


def carry_action(axis):
    def action(year):
        return (
            "Noter un report par arrêté",
            f"{reverse('funding:operation', args=['reporter'])}?nature={axis}&exercice={year}",
        )

    return action


def to(label, name):
    return lambda year: (label, reverse(name))


SECTIONS = {
    section.slug: section
    for section in (
        Section("reservations", "Réservations à engager ou à libérer",
                "Réservées après le comité, elles tombent le 31 décembre si aucune décision n’est signée.",
                reservations, lists.ReservationList),
        Section("ae", "AE qui tombent",
                "Ni réservées ni engagées. Elles ne passent à l’année suivante que par un arrêté de report "
                "(LOLF, article 15) ; celles qui sont engagées restent engagées et ne se reportent pas.",
                credits_left(Kind.AE_OPENED, Kind.AE_FROZEN), lists.CreditList, carry_action("ae"), (("axis", "ae"),)),
        Section("cp", "CP qui tombent",
                "Non mis en paiement. Un arrêté peut en reporter, dans la limite de 3 % du programme entier : elle "
                "se calcule hors d’ici.",
                credits_left(Kind.CP_AVAILABLE, Kind.CP_FROZEN), lists.CreditList, carry_action("cp"),
                (("axis", "cp"),)),
        Section("reports", "Reports notés", "Ce que les arrêtés ont fait passer à l’année suivante.",
                carried_over, lists.CarryOverList),
        Section("charges", "Charges à payer",
                "Dues au 31 décembre et non payées : elles pèsent sur le résultat de l’année et sur les CP de la "
                "suivante.",
                charges, lists.ChargeList),
        Section("remboursements", "Charges à payer : remboursements dus",
                "Des retraits annulés laissent de l’argent à rendre à des structures : sur des CP pour ce qui en "
                "avait rétabli, hors crédits pour le reste.",
                owed_back, RefundList),
        Section("hors-bilan", "Engagements hors bilan",
                "Ce que les conventions engagent encore, une fois ôté ce qui est déjà dû.",
                off_balance, lists.OffBalanceList),
        Section("dormants", "Engagements dormants",
                "Sans aucun mouvement depuis deux ans : à rendre par un acte, ou à réveiller.",
                asleep, lists.DormantList, to("Rendre des engagements dormants", "funding:dormant")),
        Section("prescriptions", "Sommes dues qui se prescrivent",
                "Dues depuis quatre ans au 31 décembre (loi du 31 décembre 1968, article 1er). Rien n’est appliqué "
                "ici : payez, ou opposez la prescription par une décision.",
                prescribed, lists.PrescriptionList),
        Section("reversements", "Reversements sans titre de perception",
                "À décider ou à émettre : l’argent demandé en retour ne rétablit aucun crédit sans un acte.",
                without_title, RecoveryList, to("Voir tous les reversements", "funding:recoveries")),
    )
}  # fmt: skip
