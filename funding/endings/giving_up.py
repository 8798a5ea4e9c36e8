"""What will not be spent: a balance too large, an aid given up, lapsed or asleep. Its AE are given back by an act."""

from django.db import models, transaction

from accounts.errors import Refusal
from accounts.french import euros
from accounts.permissions import require
from funding.conventions import standing
from funding.draws import standing_cents
from funding.endings import reducing
from funding.endings.releases import foreseen, was_given_back
from funding.models import Award
from funding.models.award import GIVE_BACK


class Why(models.TextChoices):
    """Why money that was committed will not be spent."""

    UNSPENT = "unspent", "Dépenses moindres que prévu"
    RENOUNCED = "renounced", "Renonciation de la structure"
    LAPSED = "lapsed", "Caducité : non commencé dans le délai"
    DORMANT = "dormant", "Sans mouvement depuis longtemps"


def releasable_cents(award):
    """What is committed and neither owed nor paid, in cents: what an act may give back."""
    return max(standing_cents(award) - owed_cents(award), 0)


def owed_cents(award):
    return sum(one.cents for one in award.instalments.live() if one.state in reducing.OWED)


def give_up(*, award, why, cents, on, act, reason, by, key, recycled_by=None, version=None):
    """Give back AE that will not be spent, and cut the instalments that they were for, from the last.

    Args:
        why: a `Why`. cents: how much, at most `releasable_cents`.
        on: Paris date of the act. act: its number or title. reason: the structure reads it.
        by: a decision-maker or a finance officer. key: idempotency key.
        recycled_by: recorded `Act` that lets AE of earlier years be used again (GBCP art. 160); None: they lapse.
        version: of the award, as the page showed it.

    Returns:
        (the award, `reducing.Reduction`); the reduction is None when the key is known: nothing is done twice.

    Raises:
        NotAllowed: `by` may not give AE back.
        Refusal: more than what is neither owed nor paid, no act, no reason.
    """
    require(by, GIVE_BACK)
    with transaction.atomic():
        award = standing.lock(award, None)
        if was_given_back(key):
            return award, None
        award.expect_version(version)
        standing.refuse_bad_act(award, on, reason, act)
        refuse_not_alive(award)
        refuse_bad_amount(award, cents)
        done = reducing.Act(
            on=on,
            act=act.strip(),
            reason=f"{Why(why).label} : {reason.strip()}",
            by=by,
            key=key,
            recycled_by=recycled_by,
        )
        # Where the call commits year by year, the years that no act has committed are given up first.
        kept = standing_cents(award) - cents
        reduction = reducing.reduce_to(award, kept, done)
        reducing.finish(award, done, ending="" if kept else ending_of(why))
        details = {"why": why, "cents": reduction.released_cents, "act": done.act, "reason": reason.strip()}
        standing.note(award, "give_back", by, details)
        tell(award, reduction, kept, reason.strip())
    return award, reduction


def ending_of(why):
    return "renounce" if why == Why.RENOUNCED else "lapse"


def refuse_not_alive(award):
    if award.state not in reducing.ALIVE:
        raise Refusal(f"L’attribution est « {award.get_state_display().lower()} » : il n’y a rien à rendre.")


def refuse_bad_amount(award, cents):
    most = releasable_cents(award)
    if not 0 < cents <= most:
        raise Refusal(
            f"{euros(most)} sont engagés sans être exigibles ni payés : choisissez un montant positif, au plus "
            "celui-là.",
            field="amount",
        )


def tell(award, reduction, kept, reason):
    said = f"{euros(reduction.cancelled_cents)} de votre aide ne seront pas versés : {reason}"
    if kept:
        said += f" Votre aide est maintenant de {euros(kept)}."
    standing.tell(award, "Aide réduite" if kept else "Aide terminée", said)


def consequences(award, cents, on):
    """What giving up `cents` on a Paris day does, in words."""
    available, lapsing = foreseen(award, cents, on)
    said = [f"{euros(cents)} de versements à venir annulés, à partir du dernier"]
    if available:
        said.append(f"{euros(available)} d’AE de {on.year} redeviennent libres")
    if lapsing:
        said.append(f"{euros(lapsing)} d’AE d’années passées sont perdues, sauf décision de recyclage enregistrée")
    return said


def awards_to_reduce(user):
    """Awards that `user` may see and that still hold money."""
    return Award.objects.visible_to(user).filter(state__in=reducing.ALIVE, application__isnull=False)
