"""No public money goes to an endowment fund without its derogation (loi 2008-776 art. 140 III)."""

from collections import defaultdict

from django.db import transaction
from django.db.models import Sum

from accounts.errors import Refusal
from accounts.french import euros
from accounts.models import JournalEntry, LegalForm
from accounts.permissions import require
from funding.models import Act, Award, Derogation
from programme.models import Origin

PERMISSION = "funding.open_credits"
GONE = ("released", "renounced", "lapsed", "withdrawn")


class EndowmentFundRefused(Refusal):
    """Public money would go to an endowment fund that no derogation covers."""

    title = "Un fonds de dotation ne reçoit pas d’argent public"


def record_derogation(*, programme, organisation, act, purpose, max_cents, by, origin=Origin.REAL):
    """Record the joint arrêté that lets an endowment fund receive public money, for one purpose.

    Args:
        organisation: an endowment fund.
        act: the arrêté, an `Act`.
        max_cents: how much it covers.

    Raises:
        Refusal: the body is no endowment fund, or the act no arrêté.
    """
    require(by, PERMISSION)
    if organisation.legal_form != LegalForm.ENDOWMENT_FUND:
        raise Refusal(f"{organisation} n’est pas un fonds de dotation : aucune dérogation ne lui est nécessaire.",
                      field="organisation")  # fmt: skip
    if act.kind != Act.Kind.ORDER:
        raise Refusal("La dérogation est un arrêté conjoint des ministres : choisissez « Arrêté ».", field="act_kind")
    with transaction.atomic():
        derogation, created = Derogation.objects.get_or_create(
            organisation=organisation, act=act,
            defaults={"programme": programme, "purpose": purpose, "max_cents": max_cents, "recorded_by": by,
                      "origin": origin},
        )  # fmt: skip
        if created:
            details = {"organisation": str(organisation), "act": str(act), "max_cents": max_cents}
            JournalEntry.write(action="record_derogation", subject=derogation, actor=by, details=details)
    return derogation


def refuse_uncovered(amounts, *, holding=()):
    """Refuse what endowment funds would receive beyond their derogations.

    Args:
        amounts: (organisation, cents) that are about to be reserved, committed or lent.
        holding: awards that `amounts` already counts.

    Raises:
        EndowmentFundRefused: a fund has no derogation, or not enough of it; says which and by how much.
    """
    asked = defaultdict(int)
    for organisation, cents in amounts:
        if organisation is not None and organisation.legal_form == LegalForm.ENDOWMENT_FUND:
            asked[organisation] += cents
    for organisation, cents in asked.items():
        refuse_one(organisation, cents, [award.pk for award in holding])


def refuse_uncovered_awards(awards):
    """`refuse_uncovered` for awards that are reserved already: the derogation may have been a mistake, or missing."""
    theirs = list(
        Award.objects.filter(
            pk__in=[award.pk for award in awards], organisation__legal_form=LegalForm.ENDOWMENT_FUND
        ).select_related("organisation")
    )
    refuse_uncovered([(award.organisation, award.total_cents) for award in theirs], holding=theirs)


def refuse_one(organisation, cents, holding):
    # Locked: two waves that give to one fund at once count each other.
    acts = list(Derogation.objects.select_for_update(no_key=True).filter(organisation=organisation).order_by("pk"))
    covered = sum(derogation.max_cents for derogation in acts)
    live = Award.objects.filter(organisation=organisation).exclude(state__in=GONE).exclude(pk__in=holding)
    total = cents + (live.aggregate(total=Sum("total_cents"))["total"] or 0)
    if not acts:
        raise EndowmentFundRefused(
            f"{organisation} est un fonds de dotation : aucun argent public ne peut lui être versé sans l’arrêté de "
            "dérogation (loi 2008-776, article 140 III). Enregistrez cet arrêté, ou retirez ce dossier de la "
            "proposition."
        )
    if total > covered:
        raise EndowmentFundRefused(
            f"{organisation} est un fonds de dotation : ses dérogations couvrent {euros(covered)} et il aurait "
            f"{euros(total)}. Réduisez le montant ou enregistrez une autre dérogation."
        )
