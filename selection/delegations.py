"""Who may sign what (glossary 30): recording delegations, and finding the one that covers an act."""

from django.db import transaction

from accounts.errors import Refusal
from accounts.french import euros, long_date
from accounts.models import JournalEntry, Role, User
from accounts.permissions import require
from funding.conventions import authority as authorities
from programme.models import Commune
from selection.models import Decision, SignatureDelegation

# Signed like a decision, and kept by the floor below.
AGREEMENT = "agreement"
EVERYWHERE = "Tout le territoire"
ACT_CHOICES = [*Decision.Act.choices, (AGREEMENT, "Convention ou avenant")]
LABELS = dict(ACT_CHOICES)
ACTS = frozenset(LABELS)


class NotDelegated(Refusal):
    """The signatory holds no delegation that covers the act, the amount and the day."""

    title = "Votre délégation ne couvre pas cette signature"


def grant_delegation(
    *, programme, holder, acts, ceiling_cents, starts_on, ends_on, published_act, formula, by,
    authority="", act_on=None, published_on=None, region="", departement="",
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
        region, departement: the territory it is limited to (name, code); a département alone names its region too;
            both empty: everywhere.
        by: the administrator, or None for the system.

    Raises:
        Refusal: the acts, the région or the département are unknown, the dates or the ceiling are wrong, or the holder
            decides nothing.
    """
    require(by, "selection.delegate")
    refuse_incoherent(holder, set(acts), ceiling_cents, starts_on, ends_on)
    refuse_unprintable(formula, authority)
    refuse_unpublished(act_on, published_on, starts_on)
    region = region_known(region, departement)
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
            region=region,
            departement=departement,
        )
        details = {"acts": sorted(acts), "ceiling_cents": ceiling_cents, "until": ends_on.isoformat()}
        details["territory"] = territory_of(delegation)
        JournalEntry.write(action="grant_delegation", subject=delegation, actor=by, details=details)
    return delegation


def region_known(region, departement):
    """The région of a territory, by name; that of its département when it is not said.

    Raises:
        Refusal: one of the two is unknown, or the département is of another région.
    """
    if departement:
        found = Commune.objects.filter(departement=departement).values_list("region", flat=True).first()
        if found is None:
            raise Refusal("Choisissez un département de la liste.", field="departement")
        if region and region != found:
            raise Refusal(
                f"Le département {departement} est de la région {found} : choisissez l’un ou l’autre.",
                field="departement",
            )
        return found
    if region and not Commune.objects.filter(region=region).exists():
        raise Refusal("Choisissez une région de la liste.", field="region")
    return region


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


def covering(delegations, *, act, cents, on, place=None):
    """The first of `delegations` that covers the act, or None."""
    return next((d for d in delegations if d.covers(act=act, cents=cents, on=on, place=place)), None)


def delegation_for(*, signatory, programme, delegations, act, cents, on, place=None):
    """The delegation under which `signatory` may sign one act.

    Args:
        delegations: those the signatory holds for the programme that day (`in_force`).
        act: a `Decision.Act`, or `AGREEMENT`.
        cents: amount of the act, 0 when it grants nothing.
        on: Paris date of the signature.
        place: the `Commune` of the place it is about; None: not known, a delegation limited to a territory fails.

    Raises:
        NotDelegated: none covers it; the sentence says which of act, amount, day and territory is missing.
    """
    found = covering(delegations, act=act, cents=cents, on=on, place=place)
    if found is None:
        raise NotDelegated(uncovered_sentence(signatory, programme, delegations, act, cents, on, place))
    return found


def uncovered_sentence(signatory, programme, delegations, act, cents, on, place=None):
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
    here = [d for d in allowed if d.reaches(place)]
    if not here:
        where = f"à {place}" if place else "dans une commune qui n’est pas connue"
        scopes = ", ".join(sorted({territory_of(d) for d in allowed}))
        return (
            f"Votre délégation « {label} » est limitée à : {scopes}. Ce lieu est {where}. {remedy} Rien n’a été signé."
        )
    ceiling = max(d.ceiling_cents for d in here)
    return (
        f"Une décision « {label} » de {euros(cents)} dépasse le plafond de votre délégation, {euros(ceiling)} "
        f"par acte. {remedy} Rien n’a été signé."
    )


def territory_of(delegation):
    """Where a delegation holds, in words."""
    return territory_words(delegation.region, delegation.departement)


def territory_words(region, departement):
    if not region:
        return EVERYWHERE
    if not departement:
        return region
    return f"{region}, département {departement}"


def signatories(programme, act, on, *, cents=0, places=()):
    """The `User`s to tell that an act waits: those whose delegation covers it; without any, every decision-maker.

    Args:
        act: a `Decision.Act`. on: Paris date. cents: amount of the act.
        places: the `Commune`s of the places concerned; a delegation that reaches one of them is enough.
    """
    held = SignatureDelegation.objects.filter(programme=programme, starts_on__lte=on, ends_on__gte=on)
    holders = {
        one.holder_id
        for one in held
        if act in one.acts and one.ceiling_cents >= cents and (not places or any(map(one.reaches, places)))
    }
    people = User.objects.holding(Role.DECISION_MAKER)
    return list((people.filter(pk__in=holders) if holders else people).order_by("pk"))


# --- Agreements, asked by the floor below --------------------------------------------------------------------------


def authority_for_agreement(signatory, programme, cents, on, place):
    """The delegation under which `signatory` signs an agreement of `cents` on a Paris date, for a place (`Commune`).

    Raises:
        NotDelegated: none covers it.
    """
    held = list(SignatureDelegation.objects.in_force(holder=signatory, programme=programme, on=on))
    found = delegation_for(
        signatory=signatory, programme=programme, delegations=held, act=AGREEMENT, cents=cents, on=on,
        place=place,
    )  # fmt: skip
    return authorities.Authority(formula=found.formula, act=found.act_words)


def holders_for_agreements(programme, on, place):
    """Those who may sign agreements of a programme on a Paris date for a place (`Commune`), whatever the amount."""
    rows = SignatureDelegation.objects.filter(programme=programme, starts_on__lte=on, ends_on__gte=on)
    holders = {row.holder for row in rows.select_related("holder") if signs_agreements(row, place)}
    return sorted(holders, key=str)


def signs_agreements(delegation, place):
    return AGREEMENT in delegation.acts and delegation.holder.is_active and delegation.reaches(place)


def register():
    authorities.register(find=authority_for_agreement, holders=holders_for_agreements)
