"""What a member of a consortium that is paid itself, and is not the lead, knows of its own parts: never more."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import F, Max, Q, Sum
from django.urls import reverse

from accounts.models import Organisation
from applications import beside
from funding.claims.payees import planned_payees
from funding.conventions.snapshots import shares_in_force
from funding.endings.hearings import about
from funding.models import Allotment, Award, Hearing, Instalment, InstalmentPayee, Share, Sharing

RELATED = ("fabrique__commune", "organisation", "wave__call", "application__call_version")


def paid_members(organisations):
    """(shares in force, payees of orders) of those structures, in awards of which another is the beneficiary."""
    shares = Share.objects.filter(
        organisation__in=organisations, payee=Share.Payee.MEMBER, sharing__state=Sharing.State.CURRENT
    ).exclude(organisation=F("sharing__award__organisation"))
    payees = InstalmentPayee.objects.filter(organisation__in=organisations, live=True).exclude(
        organisation=F("instalment__award__organisation")
    )
    return shares, payees


def awards_beside(organisation):
    """Announced awards of another structure that pay this one its part, by their shares or by an order of before."""
    shares, payees = paid_members([organisation])
    mine = Q(pk__in=shares.values("sharing__award")) | Q(pk__in=payees.values("instalment__award"))
    return Award.objects.announced().filter(mine).select_related(*RELATED).order_by("-pk")


def links_of(user):
    """[(label, address)] of the pages of parts of this person's structures; none for most. One query."""
    own = Organisation.objects.filter(members=user)
    shares, payees = paid_members(own)
    announced = Award.objects.announced()
    shares = shares.filter(sharing__award__in=announced)
    payees = payees.filter(instalment__award__in=announced)
    found = own.filter(Q(pk__in=shares.values("organisation")) | Q(pk__in=payees.values("organisation")))
    return [
        (f"Versements reçus par {one} comme partenaire", reverse("funding:my_parts", args=[one.public_id]))
        for one in found.order_by("name", "pk")
    ]


def register():
    beside.register(links_of)


@dataclass(frozen=True)
class PartRow:
    """The part of one instalment. Cents; `paid_on`: the day the whole part was paid, else None."""

    instalment: Instalment
    cents: int
    paid_on: datetime.date | None

    @property
    def label(self):
        return Instalment.APPLICANT_LABELS["paid" if self.paid_on else self.instalment.state]


@dataclass
class PartOfAward:
    """One award as the member sees it: its share in force or None, its parts, what is asked back that concerns it."""

    award: Award
    share: Share | None = None
    rows: list[PartRow] = field(default_factory=list)
    hearings: list = field(default_factory=list)

    @property
    def cents(self):
        return sum(row.cents for row in self.rows)

    @property
    def paid_cents(self):
        return sum(row.cents for row in self.rows if row.paid_on)


def parts_of(organisation):
    """What each award pays this structure beside its beneficiary; as many queries for ten awards as for one.

    Returns:
        `PartOfAward`s, the last announced first.
    """
    found = {award.pk: PartOfAward(award) for award in awards_beside(organisation)}
    shares = shares_in_force(found)
    payees = own_payees(found, shares, organisation)
    paid = paid_parts(payees)
    for one in payees:
        key = one.instalment.award_id
        found[key].rows.append(PartRow(one.instalment, one.cents, paid_on(one, paid)))
    for key, part in found.items():
        mine = (share for share in shares.get(key, ()) if share.organisation_id == organisation.pk)
        part.share = next(mine, None)
    add_hearings(found)
    return list(found.values())


def own_payees(found, shares, organisation):
    """Its part of each instalment, as the order fixed it, else as the shares in force plan it; in their order."""
    rows = Instalment.objects.live().filter(award__in=found).select_related("schedule_year", "award__organisation")
    live: dict[int, list] = defaultdict(list)
    for one in InstalmentPayee.objects.filter(instalment__award__in=found, live=True):
        live[one.instalment_id].append(one)
    mine = []
    for instalment in rows.order_by("award", "number"):
        instalment.award = found[instalment.award_id].award
        planned = live.get(instalment.pk) or planned_payees(instalment, shares.get(instalment.award_id, []))
        for one in planned:
            if one.organisation_id == organisation.pk:
                one.instalment = instalment
                mine.append(one)
    return mine


def paid_parts(payees):
    """{key of a payee: (cents, last day)} that rows of Chorus paid."""
    rows = Allotment.objects.filter(part__payee__in=[one.pk for one in payees if one.pk]).order_by()
    found = rows.values_list("part__payee").annotate(cents=Sum("cents"), last=Max("row__paid_on"))
    return {key: (cents, last) for key, cents, last in found}


def paid_on(payee, paid):
    """The day its own part was paid, which may come before that of the others."""
    cents, last = paid.get(payee.pk, (0, None))
    return last if cents == payee.cents else payee.instalment.paid_on


def add_hearings(found):
    """What is asked back of an award, or of an instalment of which the structure received a part."""
    rows = Hearing.objects.filter(award__in=found).select_related("withdrawal", "recovery").order_by("-pk")
    for hearing in rows:
        part, subject = found[hearing.award_id], about(hearing)
        instalment = getattr(subject, "instalment_id", None)
        rows = [row for row in part.rows if instalment in (None, row.instalment.pk)]
        if rows:
            received = sum(row.cents for row in rows if row.paid_on)
            part.hearings.append((hearing, subject, min(received, hearing.asked_cents)))
