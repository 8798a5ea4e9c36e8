"""Who receives what share of a grant, what its single undertaking has had already, and whether one more aid fits.

What was granted here is known to a higher floor, which registers how to read it (`register`): floors import downwards.
Everything is read from the parts of a snapshot (`parts.parts_of`), so that a draft and a sent version answer alike.
"""

import datetime
from dataclasses import dataclass

from django.db.models import CharField, Q
from django.db.models.functions import Substr

from accounts.french import euros
from applications.de_minimis import RULES, Aid, Regime, position
from applications.models import LinkedUndertaking
from applications.shares import split

# Functions (undertakings, on, but) -> [Aid]: what was granted or is held here for these undertakings.
SOURCES: list = []
AT_MOST_ROUNDS = 5


def register(source):
    """Let a higher floor say what it granted; twice is once."""
    if source not in SOURCES:
        SOURCES.append(source)


@dataclass(frozen=True)
class Beneficiary:
    """One member of a request and its part of the money. `undertaking`: SIREN, or what names it without one."""

    undertaking: str
    name: str
    siret: str
    cents: int
    is_lead: bool = True


def undertaking_of(organisation):
    """SIREN of a structure; without one (being formed, or of another country), what stays the same for it."""
    return organisation.siren or organisation.foreign_id or str(organisation.public_id)


def beneficiaries(organisation, parts, cents):
    """The `Beneficiary`s of a grant of `cents`: the applicant alone, or each member by its share; sums exactly.

    A consortium whose shares are not complete yet is counted on its lead.
    """
    consortium = parts.get("consortium") or {}
    partners = consortium.get("partners", [])
    shares = [consortium.get("lead_share"), *(one["share"] for one in partners)]
    if not partners or None in shares or not sum(shares):
        return [Beneficiary(undertaking_of(organisation), organisation.name, organisation.siret or "", cents)]
    lead, *others = split(cents, shares)
    return [
        Beneficiary(undertaking_of(organisation), organisation.name, organisation.siret or "", lead),
        *(
            Beneficiary(one["siret"][:9] or one["foreign_id"], one["name"], one["siret"], part, is_lead=False)
            for one, part in zip(partners, others, strict=True)
        ),
    ]


def single_undertaking(undertaking, linked=()):
    """Every member of the same single undertaking (Reg. (EU) 2023/2831 art. 2 § 2), as a set of SIREN.

    Links are those that this dossier declares (`linked`), and those that sent dossiers declare, followed both ways: a
    draft of somebody else binds nobody.
    """
    known, links = {undertaking, *linked}, LinkedUndertaking.objects.exclude(siren="").filter(
        application__submitted_at__isnull=False
    ).exclude(application__state__in=["withdrawn", "inadmissible"])  # fmt: skip
    links = links.annotate(owner=Substr("application__organisation__siret", 1, 9, output_field=CharField()))
    for _ in range(AT_MOST_ROUNDS):
        pairs = links.filter(Q(siren__in=known) | Q(owner__in=known)).values_list("siren", "owner")
        grown = known | {one for pair in pairs for one in pair if one}
        if grown == known:
            break
        known = grown
    return known


def declared_aids(parts, undertakings, *, is_lead):
    """The complete `Aid`s that a dossier declares for some undertakings; those of nobody named are the applicant's."""
    return [
        Aid(datetime.date.fromisoformat(one["granted_on"]), one["cents"], one["regime"], one["grantor"])
        for one in parts.get("aid", {}).get("aids", [])
        if one["granted_on"] and one["cents"] and (one["siren"] in undertakings or (is_lead and not one["siren"]))
    ]


def position_of(beneficiary, parts, *, on, but=None):
    """The `de_minimis.Position` of a beneficiary's single undertaking on a day.

    Args:
        parts: of the dossier that asks.
        but: the dossier being judged, whose own award is left out, or None.
    """
    aid = parts.get("aid", {})
    linked = [one["siren"] for one in aid.get("linked", []) if one["siren"]] if beneficiary.is_lead else []
    members = single_undertaking(beneficiary.undertaking, linked)
    aids = declared_aids(parts, members, is_lead=beneficiary.is_lead)
    for source in SOURCES:
        aids += source(members, on, but)
    return position(aids, regime=Regime(aid["regime"]), on=on)


def positions(organisation, parts, cents, *, on, but=None):
    """[(Beneficiary, Position)] of a request; nothing when the call gives no de minimis aid."""
    if not parts.get("aid", {}).get("regime"):
        return []
    found = [one for one in beneficiaries(organisation, parts, cents) if one.cents or one.is_lead]
    return [(one, position_of(one, parts, on=on, but=but)) for one in found]


def excess_sentence(beneficiary, position):
    """Why this aid does not fit under the ceiling, with what is left; "" when it fits."""
    excess = position.excess_cents(beneficiary.cents)
    if not excess:
        return ""
    remedy = (
        f"Il reste {euros(position.left_cents)} : réduisez le montant de {euros(excess)}."
        if position.left_cents
        else "Il ne reste rien tant que des aides plus anciennes ne sortent pas des trois ans."
    )
    return (
        f"{beneficiary.name} : {euros(beneficiary.cents)} s’ajouteraient à {euros(position.received_cents)} d’aides "
        "de minimis reçues en trois ans par l’entreprise unique, au-dessus du plafond de "
        f"{euros(position.ceiling_cents)} "
        f"({RULES[position.regime]}). {remedy}"
    )
