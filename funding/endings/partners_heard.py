"""The members of a consortium that were paid their own share are heard about it, beside the beneficiary.

What may be asked back was paid to them: each answers for its part (CRPA L122-1), and knows nothing of the others'.
"""

from collections import defaultdict

from django.db.models import Sum

from accounts.errors import NotAllowed
from accounts.french import NBSP, euros, long_date
from accounts.models import Event
from accounts.notify import notify
from funding.models import Allotment, InstalmentPayee


def received_by(hearing):
    """{organisation key: cents} that members of the consortium were paid themselves of what the hearing is about."""
    recovery = getattr(hearing, "recovery", None)
    rows = InstalmentPayee.objects.filter(instalment__award=hearing.award_id, live=True)
    rows = rows.exclude(organisation=None).exclude(organisation=hearing.award.organisation_id)
    if recovery is not None and recovery.instalment_id:
        rows = rows.filter(instalment=recovery.instalment_id)
    found = list(rows.values_list("pk", "organisation", "cents", "instalment__state"))
    by_rows = dict(
        Allotment.objects.filter(part__payee__in=[pk for pk, *_ in found])
        .order_by()
        .values_list("part__payee")
        .annotate(cents=Sum("cents"))
    )
    received: dict[int, int] = defaultdict(int)
    for pk, organisation, cents, state in found:
        received[organisation] += cents if state == "paid" else by_rows.get(pk, 0)
    return {organisation: cents for organisation, cents in received.items() if cents}


def most_cents(hearing, received):
    """What could be asked back of one member at most: never more than it received, nor than is considered."""
    return min(hearing.asked_cents, received)


def writes_in(user, organisation):
    """True when `user` may act for a structure, or represents it."""
    memberships = organisation.memberships.filter(user=user, user__is_active=True)
    return any(one.writes or one.is_representative for one in memberships)


def refuse_stranger(hearing, organisation, user):
    if organisation.pk not in received_by(hearing) or not writes_in(user, organisation):
        raise NotAllowed


def still_heard(hearing):
    """Keys of those who have not said that they have nothing to add; None stands for the beneficiary."""
    ended = set(hearing.observations.filter(ends=True).values_list("organisation", flat=True))
    return {None, *received_by(hearing)} - ended


def tell_partners(hearing):
    """One message to each member of the structures that are heard for what they received."""
    for organisation, cents in organisations_of(hearing):
        for member in organisation.members.filter(is_active=True):
            notify(
                Event.REQUEST, key=f"hearing:{hearing.pk}:{organisation.pk}:{member.pk}", recipient=member,
                subject=f"Vos observations sont attendues avant le {long_date(hearing.answer_by)}",
                body=(
                    f"Bonjour,\n\nLe service envisage de reprendre une partie de l’aide accordée pour "
                    f"{hearing.award.fabrique.name}, dont {organisation} a reçu {euros(cents)}{NBSP}: "
                    f"{euros(most_cents(hearing, cents))} au plus vous concernent. Rien n’est décidé. Répondez depuis "
                    "la page «\u00a0Versements reçus comme partenaire\u00a0».\n"
                ),
                url=f"/organisations/{organisation.public_id}/versements/",
            )  # fmt: skip


def organisations_of(hearing):
    """[(organisation, cents that it received)] of those heard beside the beneficiary, in one order."""
    received = received_by(hearing)
    found = hearing.award.organisation.__class__.objects.filter(pk__in=received).order_by("name", "pk")
    return [(one, received[one.pk]) for one in found]
