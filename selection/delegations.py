"""Who may sign what (glossary 30): recording delegations, and finding the one that covers an act."""

from django.db import transaction

from accounts.errors import Refusal
from accounts.french import euros, long_date
from accounts.models import JournalEntry, Role, User
from accounts.permissions import require
from funding.conventions import authority as authorities
from selection.models import Decision, SignatureDelegation

# Signed like a decision, and kept by the floor below.
AGREEMENT = "agreement"
ACT_CHOICES = [*Decision.Act.choices, (AGREEMENT, "Convention ou avenant")]
LABELS = dict(ACT_CHOICES)
ACTS = frozenset(LABELS)


class NotDelegated(Refusal):
    """The signatory holds no delegation that covers the act, the amount and the day."""

    title = "Votre délégation ne couvre pas cette signature"


def grant_delegation(
    *, programme, holder, acts, ceiling_cents, starts_on, ends_on, published_act, formula, by,
    authority="", act_on=None, published_on=None,
):  # fmt: skip
    """Record a delegation of signature that a published act gives.

    Args:
        programme: the `Programme` it is for.
        holder: the `User` who may sign; holds the role of decision-maker.
        acts: `Decision.Act` values, or `AGREEMENT`.
        ceiling_cents: highest amount of one act, in cents.
        starts_on, ends_on: first and last day, Europe/Paris.
        published_act: the act and its publication, as the file keeps it.
        formula: the lines printed above the name, separated by line ends: "Pour … et par délégation," first.
        authority: in whose name the holder signs, "" when the file does not say it.
        act_on, published_on: days of the act and of its publication, before which it gives no right.
        by: the administrator, or None for the system.

    Raises:
        Refusal: the acts are unknown, the dates or the ceiling are wrong, or the holder decides nothing.
    """
    require(by, "selection.delegate")
    refuse_incoherent(holder, set(acts), ceiling_cents, starts_on, ends_on)
    refuse_unprintable(formula, authority)
    refuse_unpublished(act_on, published_on, starts_on)
    with transaction.atomic():
        delegation = SignatureDelegation.objects.create(
            programme=programme,
            holder=holder,
            acts=sorted(acts),
            ceiling_cents=ceiling_cents,
            starts_on=starts_on,
            ends_on=ends_on,
            published_act=published_act,
            formula=formula,
            authority=authority,
            act_on=act_on,
            published_on=published_on,
        )
        details = {"acts": sorted(acts), "ceiling_cents": ceiling_cents, "until": ends_on.isoformat()}
        JournalEntry.write(action="grant_delegation", subject=delegation, actor=by, details=details)
    return delegation


def refuse_incoherent(holder, acts, ceiling_cents, starts_on, ends_on):
    if not acts or acts - ACTS:
        raise Refusal("Choisissez au moins un acte parmi ceux que l’on signe ici.", field="acts")
    if ceiling_cents <= 0:
        raise Refusal("Le plafond est un montant positif.", field="ceiling_cents")
    if ends_on < starts_on:
        raise Refusal("La délégation finit avant de commencer : corrigez les dates.", field="ends_on")
    if not holder.has_role(Role.DECISION_MAKER):
        raise Refusal(
            f"{holder} n’a pas le rôle « {Role.DECISION_MAKER.label} ». Donnez-lui d’abord ce rôle.", field="holder"
        )


def refuse_unprintable(formula, authority):
    """What is printed above the name says that the holder signs for another, and for whom."""
    if "par délégation" not in formula.lower():
        raise Refusal(
            "Écrivez la formule comme elle sera imprimée : « Pour » l’autorité, « et par délégation ».",
            field="formula",
        )
    if authority and authority.lower() not in formula.lower():
        raise Refusal(f"La formule ne nomme pas l’autorité qui délègue, « {authority} ».", field="formula")


def refuse_unpublished(act_on, published_on, starts_on):
    if act_on and published_on and published_on < act_on:
        raise Refusal(
            "Un acte est publié le jour où il est pris, ou après : corrigez les dates.", field="published_on"
        )
    if published_on and starts_on < published_on:
        raise Refusal(
            "Une délégation ne vaut qu’une fois publiée : elle commence le jour de sa publication, ou après.",
            field="starts_on",
        )


def covering(delegations, *, act, cents, on):
    """The first of `delegations` that covers the act, or None."""
    return next((d for d in delegations if d.covers(act=act, cents=cents, on=on)), None)


def delegation_for(*, signatory, programme, delegations, act, cents, on):
    """The delegation under which `signatory` may sign one act.

    Args:
        delegations: those the signatory holds for the programme that day (`in_force`).
        act: a `Decision.Act`, or `AGREEMENT`.
        cents: amount of the act, 0 when it grants nothing.
        on: Paris date of the signature.

    Raises:
        NotDelegated: none covers it; the sentence says which of act, amount and day is missing.
    """
    found = covering(delegations, act=act, cents=cents, on=on)
    if found is None:
        raise NotDelegated(uncovered_sentence(signatory, programme, delegations, act, cents, on))
    return found


def uncovered_sentence(signatory, programme, delegations, act, cents, on):
    label = LABELS[act].lower()
    remedy = "Faites enregistrer une délégation qui la couvre, ou faites signer une autre personne."
    if not delegations:
        return (
            f"{signatory} n’a aucune délégation de signature en vigueur le {long_date(on)} "
            f"pour « {programme} ». {remedy} Rien n’a été signé."
        )
    allowed = [d for d in delegations if act in d.acts]
    if not allowed:
        return f"Votre délégation ne couvre pas l’acte « {label} ». {remedy} Rien n’a été signé."
    ceiling = max(d.ceiling_cents for d in allowed)
    return (
        f"Une décision « {label} » de {euros(cents)} dépasse le plafond de votre délégation, {euros(ceiling)} "
        f"par acte. {remedy} Rien n’a été signé."
    )


def signatories(programme, act, on, *, cents=0):
    """The `User`s to tell that an act waits: those whose delegation covers it; without any, every decision-maker.

    Args:
        act: a `Decision.Act`. on: Paris date. cents: amount of the act.
    """
    held = SignatureDelegation.objects.filter(programme=programme, starts_on__lte=on, ends_on__gte=on)
    holders = {one.holder_id for one in held if act in one.acts and one.ceiling_cents >= cents}
    people = User.objects.holding(Role.DECISION_MAKER)
    return list((people.filter(pk__in=holders) if holders else people).order_by("pk"))


# --- Agreements, asked by the floor below --------------------------------------------------------------------------


def authority_for_agreement(signatory, programme, cents, on):
    """The delegation under which `signatory` signs an agreement of `cents` on a Paris date.

    Raises:
        NotDelegated: none covers it.
    """
    held = list(SignatureDelegation.objects.in_force(holder=signatory, programme=programme, on=on))
    found = delegation_for(
        signatory=signatory, programme=programme, delegations=held, act=AGREEMENT, cents=cents, on=on
    )
    return authorities.Authority(formula=found.formula, act=found.act_words)


def holders_for_agreements(programme, on):
    """Those who may sign agreements of a programme on a Paris date, whatever the amount."""
    rows = SignatureDelegation.objects.filter(programme=programme, starts_on__lte=on, ends_on__gte=on)
    holders = {row.holder for row in rows.select_related("holder") if AGREEMENT in row.acts and row.holder.is_active}
    return sorted(holders, key=str)


def register():
    authorities.register(find=authority_for_agreement, holders=holders_for_agreements)
